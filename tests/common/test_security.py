"""The headers that every answer carries."""

import pytest
from django.test import Client

ADDRESSES = ["/healthz", "/organisations/export.csv", "/api/v1/regions/", "/", "/join/", "/account/login/", "/no-page/"]

pytestmark = pytest.mark.django_db


def directives(policy: str) -> dict[str, list[str]]:
    return {name: values for name, *values in (part.split() for part in policy.split(";"))}


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_says_what_a_browser_may_do_with_it(address: str) -> None:
    answer = Client().get(address)
    assert {
        name: answer[name]
        for name in ("X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "Permissions-Policy")
    } == {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    }
    policy = directives(answer["Content-Security-Policy"])
    assert policy["default-src"] == ["'none'"]
    assert policy["frame-ancestors"] == ["'none'"]
    assert policy["base-uri"] == ["'none'"]
    assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "https:"} & {
        source for part in policy.values() for source in part
    }


@pytest.mark.parametrize("address", ["/", "/organisations/", "/join/", "/about/"])
def test_a_shared_page_holds_nothing_made_for_one_reader(address: str) -> None:
    """A nonce or a CSRF token in a stored page would be the first reader's."""
    page = Client().get(address)
    assert page.status_code == 200
    assert b"nonce" not in page.content
    assert b"csrfmiddlewaretoken" not in page.content
    assert page.cookies == {}


def test_a_foreign_host_name_is_refused() -> None:
    assert Client().get("/healthz", headers={"Host": "evil.example.org"}).status_code == 400
