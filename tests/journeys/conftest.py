"""The browser and the portal of the tests of pages."""

from tests.browser.conftest import browser, portal, sessions, visitor

__all__ = ["browser", "portal", "sessions", "visitor"]
