"""A passkey from its making to the log-in, in a browser with a key of its own and under our security policy."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from members.models import User
from tests.browser.chromium import FLAGS
from tests.members.accounts import PASSWORD, confirmed, set_up_app

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FINGER = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}


@pytest.fixture
def page(chromium: str, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright runs a loop in this thread
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(base_url=live_server.url, locale="ru")
        tools = page.context.new_cdp_session(page)
        tools.send("WebAuthn.enable")
        tools.send("WebAuthn.addVirtualAuthenticator", {"options": FINGER})
        yield page
        browser.close()


def log_in(page: Page, user: User) -> None:
    page.goto("/account/login/")
    page.fill("#id_login", user.email)
    page.fill("#id_password", PASSWORD)
    page.click("main .button-primary")


def add_passkey(page: Page) -> None:
    page.goto("/account/2fa/webauthn/add/")
    page.fill("#id_password", PASSWORD)
    page.click("main .button-primary")
    page.click("#passkey")
    page.wait_for_url("**/recovery-codes/")


def log_out(page: Page) -> None:
    page.goto("/account/logout/")
    page.click("main .button-primary")
    page.wait_for_url(lambda url: "logout" not in url)


def test_a_passkey_logs_in_by_itself_and_brings_one_where_one_was_going(page: Page) -> None:
    log_in(page, confirmed())
    add_passkey(page)
    log_out(page)

    page.goto("/account/sessions/")
    page.click("#passkey")

    page.wait_for_url("**/account/sessions/")


def test_staff_pass_with_a_passkey_as_the_second_factor(page: Page) -> None:
    olga = confirmed(is_staff=True, is_superuser=True)
    log_in(page, olga)
    add_passkey(page)
    page.goto("/admin/")
    assert page.url.endswith("/admin/")
    log_out(page)

    log_in(page, olga)
    page.wait_for_url("**/2fa/authenticate/")
    page.click("#passkey")

    page.wait_for_url("**/dashboard/")
    page.goto("/admin/")
    assert page.url.endswith("/admin/")


def test_who_has_no_passkey_is_offered_none_as_a_second_factor(page: Page) -> None:
    anna = confirmed()
    set_up_app(anna)
    log_in(page, anna)
    page.wait_for_url("**/2fa/authenticate/")
    assert page.locator("#passkey").count() == 0


def test_a_refusal_of_the_device_is_said(page: Page) -> None:
    page.goto("/account/login/")
    assert page.locator(".wrong").is_hidden()
    page.click("#passkey")
    page.locator(".wrong").wait_for(state="visible")
