"""Yandex ID and VK ID are off until they have keys, and never open an account by an address they merely claim."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.yandex.views import YandexOAuth2Adapter
from django.conf import settings as project
from django.test import Client
from pytest_django import Settings

from members.models import User
from tests.members.accounts import (
    PASSWORD,
    code_in,
    confirmed,
    has_consent,
    is_logged_in,
    link_in,
    log_in,
    set_up_app,
    ticked,
    written,
)

KEYS = {"YANDEX_CLIENT_ID": "yandex-id", "YANDEX_SECRET": "s", "VK_CLIENT_ID": "vk-id", "VK_SECRET": "s"}


def settings_with(**environment: str) -> dict[str, Any]:
    """What the settings become in a process of its own with these variables."""
    program = (
        "import json; from cluster_portal.settings import base;"
        "print(json.dumps([base.SOCIALACCOUNT_PROVIDERS, base.CONTENT_SECURITY_POLICY['DIRECTIVES']['form-action']]))"
    )
    quiet = {name: value for name, value in os.environ.items() if name not in KEYS}
    made = subprocess.run(
        [sys.executable, "-c", program],
        env={**quiet, **environment},
        cwd=project.BASE_DIR,
        capture_output=True,
        check=True,
        text=True,
    )
    providers, form_action = json.loads(made.stdout)
    return {"providers": providers, "form_action": form_action}


def test_without_keys_there_is_no_provider_and_no_foreign_host_in_the_policy() -> None:
    assert settings_with() == {"providers": {}, "form_action": ["'self'"]}


def test_a_provider_with_keys_is_on_and_only_its_hosts_are_let_through() -> None:
    made = settings_with(YANDEX_CLIENT_ID="yandex-id", YANDEX_SECRET="s")
    assert list(made["providers"]) == ["yandex"]
    assert made["form_action"] == ["'self'", "https://*.yandex.com", "https://*.yandex.ru"]


@pytest.fixture
def with_keys(settings: Settings) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = settings_with(**KEYS)["providers"]


@pytest.mark.django_db
def test_no_button_and_no_address_without_keys(client: Client) -> None:
    assert "/account/yandex/" not in client.get("/account/login/").content.decode()
    for provider in ("yandex", "vk"):
        assert client.post(f"/account/{provider}/login/").status_code == 404
        assert client.get(f"/account/{provider}/login/callback/").status_code == 404


@pytest.mark.django_db
@pytest.mark.usefixtures("with_keys")
@pytest.mark.parametrize(
    ("provider", "host", "key"), [("yandex", "oauth.yandex.com", "yandex-id"), ("vk", "id.vk.ru", "vk-id")]
)
def test_the_button_leads_to_the_provider(client: Client, provider: str, host: str, key: str) -> None:
    assert f'action="/account/{provider}/login/?process=login"' in client.get("/account/login/").content.decode()
    way_on = urlsplit(client.post(f"/account/{provider}/login/?process=login").headers["Location"])
    asked = parse_qs(way_on.query)
    assert (way_on.hostname, asked["client_id"]) == (host, [key])
    assert asked["redirect_uri"] == [f"http://testserver/account/{provider}/login/callback/"]


@pytest.mark.django_db
@pytest.mark.usefixtures("with_keys")
def test_a_link_alone_does_not_start_the_log_in(client: Client) -> None:
    assert client.get("/account/yandex/login/").status_code == 200


# --- The way back ------------------------------------------------------------------------------------------------


class Yandex(BaseHTTPRequestHandler):
    """A provider of our own: gives a token, and says who the bearer is."""

    person = {"id": "1", "default_email": "anna@example.org", "first_name": "Анна", "last_name": "Волкова"}

    def do_POST(self) -> None:
        self._answer({"access_token": "token", "token_type": "bearer"})

    def do_GET(self) -> None:
        self._answer(self.person)

    def _answer(self, data: dict[str, str]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(data).encode())

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def yandex(with_keys: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with HTTPServer(("127.0.0.1", 0), Yandex) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for name in ("access_token_url", "profile_url"):
            monkeypatch.setattr(YandexOAuth2Adapter, name, f"http://127.0.0.1:{server.server_port}/")
        yield
        server.shutdown()


def come_back(client: Client, process: str = "login") -> None:
    way_on = client.post(f"/account/yandex/login/?process={process}").headers["Location"]
    state = parse_qs(urlsplit(way_on).query)["state"][0]
    client.get("/account/yandex/login/callback/", {"code": "code", "state": state})


@pytest.mark.django_db
@pytest.mark.usefixtures("yandex")
def test_a_new_person_comes_in_with_a_provider_without_any_rights(client: Client) -> None:
    come_back(client)
    assert not User.objects.exists()
    client.post("/account/3rdparty/signup/", {"email": "anna@example.org", **ticked()})
    person = User.objects.get()
    assert has_consent(person, "account")
    assert (person.email, person.get_full_name()) == ("anna@example.org", "Волкова Анна")
    assert (person.is_staff, person.is_superuser, person.has_usable_password()) == (False, False, False)
    assert is_logged_in(client)


@pytest.mark.usefixtures("yandex")
def test_a_provider_does_not_open_an_account_by_its_address(client: Client, anna: User) -> None:
    come_back(client)
    client.post("/account/3rdparty/signup/", {"email": anna.email, **ticked()})
    assert not is_logged_in(client)
    assert not SocialAccount.objects.exists()
    assert [letter.recipient for letter in written()] == [anna.email]


@pytest.mark.django_db
@pytest.mark.parametrize("first", ["code", "reset"])
def test_a_provider_that_came_before_the_owner_of_the_address_is_forgotten(client: Client, first: str) -> None:
    """VK does not vouch for the address: whoever signed up with it has not shown that it is theirs."""
    early = User.objects.create_user("anna@example.org", first_name="Ева")
    EmailAddress.objects.create(user=early, email=early.email, primary=True, verified=False)
    SocialAccount.objects.create(user=early, provider="vk", uid="1")
    if first == "code":
        client.post("/account/login/code/", {"email": early.email})
        client.post("/account/login/code/confirm/", {"code": code_in(written()[0])})
    else:
        client.post("/account/password/reset/", {"email": early.email})
        form = client.get(link_in(written()[0]), follow=True).redirect_chain[-1][0]
        client.post(form, {"password1": PASSWORD, "password2": PASSWORD})
    early.refresh_from_db()
    assert (early.get_full_name(), SocialAccount.objects.exists()) == ("", False)


@pytest.mark.usefixtures("yandex")
def test_the_owner_connects_the_provider_and_then_logs_in_with_it(client: Client, anna: User) -> None:
    log_in(client, anna)
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    come_back(client, "connect")
    assert SocialAccount.objects.get(user=anna).uid == "1"

    later = Client()
    come_back(later)
    assert is_logged_in(later)


@pytest.mark.usefixtures("yandex")
def test_a_provider_does_not_go_round_the_second_factor(client: Client, db: None) -> None:
    olga = confirmed(is_staff=True)
    SocialAccount.objects.create(user=olga, provider="yandex", uid="1")
    set_up_app(olga)
    come_back(client)
    assert not is_logged_in(client)


@pytest.mark.django_db
def test_who_could_not_log_in_may_read_why(client: Client) -> None:
    assert client.get("/account/3rdparty/login/error/").status_code == 401


@pytest.mark.usefixtures("yandex")
def test_an_answer_nobody_asked_for_opens_nothing(client: Client, anna: User) -> None:
    SocialAccount.objects.create(user=anna, provider="yandex", uid="1")
    client.get("/account/yandex/login/callback/", {"code": "code", "state": "forged"})
    assert not is_logged_in(client)
