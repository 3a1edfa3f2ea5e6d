"""The browser and the portal are those of the pages."""

from tests.browser.conftest import browser, portal, sessions, visitor

__all__ = ["browser", "portal", "sessions", "visitor"]
