"""The browser of the system, and how it is started for tests and screenshots."""

import shutil

# The first has no window at all, and takes a sixth less time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--js-flags=--no-opt",  # no script of a test runs long enough to be worth compiling well
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
