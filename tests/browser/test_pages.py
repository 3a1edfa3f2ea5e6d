"""Each page in a real browser: accessible, quiet, at home, and whole on a narrow screen."""

from collections.abc import Callable

import pytest

from tests.browser.conftest import Visitor, axe
from tests.browser.pages import LANGUAGES, PAGES, THEMES, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
Arrive = Callable[..., Visitor]
NARROW = {"width": 320, "height": 640}
PHONE = {"width": 390, "height": 844}


def too_wide(reader: Visitor) -> list[str]:
    """What makes the reader scroll sideways."""
    return reader.page.evaluate("""() => {
        const width = document.documentElement.clientWidth;
        if (document.documentElement.scrollWidth <= width) return [];
        return [...document.querySelectorAll("body *")]
            .filter((element) => element.getBoundingClientRect().right > width + 1)
            .map((element) => element.outerHTML.slice(0, 120));
    }""")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_is_accessible_quiet_and_whole(page: Page, language: str, visitor: Arrive) -> None:
    reader = visitor(page.log_in, viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    assert reader.open(page.path_in(language)) == page.status
    assert reader.foreign == []
    expected = f"status of {page.status}", *(["Applying inline style"] if page.by_package else [])
    assert [error for error in reader.errors if not any(part in error for part in expected)] == []
    if not page.by_package:
        assert reader.page.locator("html").get_attribute("lang") == language
        for theme in THEMES:
            reader.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            assert (theme, axe(reader.page)) == (theme, [])
        reader.page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        assert too_wide(reader) == []


@pytest.mark.parametrize("scheme", ["contrast", "night", "blue"])
def test_the_settings_for_who_sees_badly_are_accessible_too(scheme: str, visitor: Arrive) -> None:
    reader = visitor(viewport=PHONE)
    cookie = {"name": "view", "value": f"scheme.{scheme}_size.huge_spacing.wide_images.off", "url": reader.portal}
    reader.context.add_cookies([cookie])  # type: ignore[list-item]
    for path in ("/", "/organisations/", "/organisations/phystech-lyceum/"):
        reader.open(path)
        assert (path, axe(reader.page)) == (path, [])
        assert (path, too_wide(reader)) == (path, [])


def names(reader: Visitor) -> list[str]:
    return reader.page.locator(".directory-list h3").all_inner_texts()


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_the_directory_is_searched_narrowed_and_cleared(scripts: bool, visitor: Arrive) -> None:
    reader = visitor(java_script_enabled=scripts)
    reader.open("/organisations/")
    everything = names(reader)
    reader.page.fill("input[name=q]", "лицеи")
    reader.page.press("input[name=q]", "Enter")
    reader.page.wait_for_url("**q=*")
    reader.page.locator(".chips a").wait_for()
    assert names(reader) == ["Физтех-лицей"]
    reader.page.locator(".chips a").click()
    reader.page.wait_for_url(lambda url: "q=%" not in url)
    reader.page.locator(".chips").wait_for(state="detached")
    assert names(reader) == everything


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_the_language_is_changed_and_the_place_is_kept(scripts: bool, visitor: Arrive) -> None:
    reader = visitor(java_script_enabled=scripts)
    reader.open("/join/")
    reader.page.locator("form[action='/settings/language/'] button").first.click()
    reader.page.wait_for_load_state()
    assert reader.page.locator("html").get_attribute("lang") == "en"
    assert reader.page.url.endswith("/join/")


def test_everything_is_reached_by_the_keyboard_from_the_skip_link_on(visitor: Arrive) -> None:
    reader = visitor()
    reader.open("/organisations/")
    reader.page.keyboard.press("Tab")
    skip = reader.page.evaluate("document.activeElement.getAttribute('href')")
    reader.page.keyboard.press("Enter")
    assert reader.page.evaluate("location.hash") == skip
    assert reader.page.locator(skip).count() == 1
