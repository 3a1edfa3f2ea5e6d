"""``python -m tests.browser.screenshots``: each page × phone and desktop × light and dark × both languages.

The pictures go to var/screenshots. The portal must be running: the one that ``make run`` has started here, or that
at ``--base-url``.
"""

import argparse
import itertools
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.browser.chromium import CHROMIUM, FLAGS
from tests.browser.pages import LANGUAGES, PAGES, PASSWORD, THEMES, Page

VAR = Path(__file__).resolve().parents[2] / "var"
DEVICES: dict[str, dict[str, Any]] = {
    "phone": {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2},
    "desktop": {"viewport": {"width": 1440, "height": 900}, "device_scale_factor": 1},
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base-url", default=running_portal(), help="address of a running portal")
    parser.add_argument("--only", default="", help="a part of the names of the pages to take")
    options = parser.parse_args()
    if not options.base_url or not CHROMIUM:
        sys.stderr.write("Start the portal first, by `make run`, and install Chromium.\n")
        return 1
    folder = VAR / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    pages = [page for page in PAGES if options.only in page.name and not page.only_in_tests]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for number, file in enumerate(take(browser, options.base_url.rstrip("/"), pages, folder), start=1):
            sys.stdout.write(f"{number:4} {file}\n")
        browser.close()
    return 0


def running_portal() -> str:
    """The address that ``make run`` has noted, or ""."""
    note = VAR / "run" / "address"
    found = re.search(r"http://\S+", note.read_text()) if note.exists() else None
    return found[0] if found else ""


def take(browser: Browser, portal: str, pages: list[Page], folder: Path) -> Iterator[Path]:
    for (device, options), theme in itertools.product(DEVICES.items(), THEMES):
        contexts: dict[str, BrowserContext] = {}
        for page in pages:
            if page.reader not in contexts:
                contexts[page.reader] = browser.new_context(**options, color_scheme=theme, reduced_motion="reduce")
                log_in(contexts[page.reader], portal, page.reader)
            for language in LANGUAGES:
                tab = contexts[page.reader].new_page()
                tab.goto(portal + page.path_in(language), wait_until="load")
                file = folder / f"{page.name}-{device}-{theme}-{language}.png"
                tab.screenshot(path=file, full_page=True)
                tab.close()
                yield file
        for context in contexts.values():
            context.close()


def log_in(context: BrowserContext, portal: str, email: str) -> None:
    if email:
        tab = context.new_page()
        tab.goto(f"{portal}/account/login/")
        tab.fill("[name=login]", email)
        tab.fill("[name=password]", PASSWORD)
        tab.locator("[name=password]").press("Enter")
        tab.wait_for_url(lambda url: "/account/login/" not in url)
        tab.close()


if __name__ == "__main__":
    sys.exit(main())
