"""Staff get nowhere without a second factor, and it is offered to everybody."""

import json
from urllib.parse import quote

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from members.models import User
from tests.members.accounts import (
    PASSWORD,
    app_code,
    code_in,
    confirmed,
    is_logged_in,
    log_in,
    recovery_code_of,
    set_up_app,
    written,
)


@pytest.fixture
def olga(db: None) -> User:
    return confirmed(email="olga@example.org", is_staff=True, is_superuser=True)


# --- Staff -------------------------------------------------------------------------------------------------------


def test_a_stranger_is_sent_to_the_one_log_in_form(client: Client, db: None) -> None:
    for page in ("/admin/", "/admin/login/", "/admin/members/user/"):
        assert client.get(page, follow=True).redirect_chain[-1][0].startswith("/account/login/?next=")


def test_who_is_not_staff_is_told_so(client: Client, anna: User) -> None:
    client.force_login(anna)
    assert client.get("/admin/").status_code == 403
    assert client.get("/admin/login/").status_code == 403


PAGES = ["/admin/", "/admin/members/user/", "/admin/jsi18n/", "/dashboard/", "/", "/api/v1/organisations/"]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_staff_without_a_second_factor_are_sent_to_set_one_up(
    client: Client, olga: User, page: str, method: str
) -> None:
    log_in(client, olga)
    assert getattr(client, method)(page).headers["Location"] == "/account/2fa/"


def test_they_see_why(client: Client, olga: User) -> None:
    log_in(client, olga)
    client.cookies["language"] = "en"
    assert "a password alone is not enough" in client.get("/admin/", follow=True).content.decode()


@pytest.mark.django_db(transaction=True)
def test_staff_set_up_an_app_and_are_in_at_once(client: Client, olga: User) -> None:
    log_in(client, olga)
    asked = client.get("/account/2fa/totp/activate/")
    page = client.post(asked.headers["Location"], {"password": PASSWORD}, follow=True)
    secret = page.context["form"].secret

    done = client.post("/account/2fa/totp/activate/", {"code": app_code(secret)})

    assert done.headers["Location"] == "/account/2fa/recovery-codes/"
    assert client.get("/admin/").status_code == 200
    assert [letter.recipient for letter in written()] == [olga.email]


def test_staff_pass_the_second_factor_at_log_in(client: Client, olga: User) -> None:
    secret = set_up_app(olga)
    assert log_in(client, olga).headers["Location"] == "/account/2fa/authenticate/"
    assert not is_logged_in(client)
    client.post("/account/2fa/authenticate/", {"code": app_code(secret)})
    assert client.get("/admin/").status_code == 200


def test_a_session_from_before_the_second_factor_must_pass_it_now(client: Client, olga: User) -> None:
    log_in(client, olga)
    secret = set_up_app(olga)
    asked = client.get("/admin/")
    assert asked.headers["Location"] == "/account/2fa/reauthenticate/?next=%2Fadmin%2F"

    passed = client.post(asked.headers["Location"], {"code": app_code(secret)})

    assert passed.headers["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_the_password_alone_does_not_pass_for_the_second_factor(client: Client, olga: User) -> None:
    log_in(client, olga)
    set_up_app(olga)
    client.post("/account/reauthenticate/?next=/admin/", {"password": PASSWORD})
    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize(
    "page",
    [
        "/account/2fa/totp/deactivate/",
        "/account/2fa/recovery-codes/generate/",
        "/account/2fa/webauthn/add/",
        "/account/email/",
    ],
    ids=["turn it off", "recovery codes", "passkey", "e-mail"],
)
def test_the_password_alone_does_not_change_what_one_logs_in_with(client: Client, olga: User, page: str) -> None:
    log_in(client, olga)
    secret = set_up_app(olga)
    change = {"email": "thief@example.org", "action_add": "1"}
    client.post("/account/reauthenticate/", {"password": PASSWORD})

    asked = client.post(page, change)
    assert asked.headers["Location"] == f"/account/2fa/reauthenticate/?next={quote(page, safe='')}"
    assert client.post("/account/reauthenticate/").headers["Location"] == "/account/2fa/reauthenticate/"

    client.post(asked.headers["Location"], {"code": app_code(secret)})
    assert "/account/2fa/reauthenticate/" not in client.post(page, change).headers.get("Location", "")


def test_staff_who_have_turned_it_off_are_out_at_once(client: Client, olga: User) -> None:
    secret = set_up_app(olga)
    log_in(client, olga)
    client.post("/account/2fa/authenticate/", {"code": app_code(secret)})
    Authenticator.objects.all().delete()
    assert client.get("/admin/").headers["Location"] == "/account/2fa/"


def test_who_becomes_staff_needs_it_from_the_next_request(client: Client, anna: User) -> None:
    log_in(client, anna)
    assert client.get("/dashboard/").status_code == 200
    User.objects.update(is_staff=True)
    assert client.get("/dashboard/").headers["Location"] == "/account/2fa/"


def test_only_a_listed_demo_log_in_may_do_without(client: Client, olga: User, settings: Settings) -> None:
    settings.DEMO_LOGINS_WITHOUT_SECOND_FACTOR = ["olga@example.org"]
    log_in(client, olga)
    assert client.get("/admin/").status_code == 200
    other = confirmed(is_staff=True)
    client.force_login(other)
    assert client.get("/admin/").headers["Location"] == "/account/2fa/"


def test_staff_may_always_log_out_and_choose_their_language(client: Client, olga: User) -> None:
    log_in(client, olga)
    assert client.post("/settings/language/", {"language": "en"}).headers["Location"] == "/"
    assert client.post("/account/logout/").headers["Location"] == "/"


def test_it_costs_those_who_are_not_staff_no_query(
    client: Client, anna: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(anna)
    client.get("/account/person/")
    with django_assert_num_queries(3):  # the session, the person and the count at the bell
        client.get("/privacy/")


# --- Everybody ---------------------------------------------------------------------------------------------------


def test_a_code_of_the_app_works_once(client: Client, anna: User) -> None:
    secret = set_up_app(anna)
    with time_machine.travel("2026-11-22T10:00:00Z", tick=False):
        log_in(client, anna)
        client.post("/account/2fa/authenticate/", {"code": app_code(secret)})
        assert is_logged_in(client)
        thief = Client()
        log_in(thief, anna)
        thief.post("/account/2fa/authenticate/", {"code": app_code(secret)})
        assert not is_logged_in(thief)


def test_guessing_codes_of_the_app_is_limited(client: Client, anna: User) -> None:
    secret = set_up_app(anna)
    log_in(client, anna)
    for number in range(5):
        client.post("/account/2fa/authenticate/", {"code": f"00000{number}"})
    client.post("/account/2fa/authenticate/", {"code": app_code(secret)})
    assert not is_logged_in(client)


@pytest.mark.django_db(transaction=True)
def test_a_new_factor_ends_the_sessions_that_began_without_it(client: Client) -> None:
    anna, elsewhere = confirmed(), Client()
    log_in(elsewhere, anna)
    log_in(client, anna)
    asked = client.get("/account/2fa/totp/activate/")
    page = client.post(asked.headers["Location"], {"password": PASSWORD}, follow=True)
    client.post("/account/2fa/totp/activate/", {"code": app_code(page.context["form"].secret)})
    assert (is_logged_in(client), is_logged_in(elsewhere)) == (True, False)


def test_a_recovery_code_works_once_instead_of_the_app(client: Client, anna: User) -> None:
    log_in(client, anna)
    asked = client.get("/account/2fa/totp/activate/")
    page = client.post(asked.headers["Location"], {"password": PASSWORD}, follow=True)
    client.post("/account/2fa/totp/activate/", {"code": app_code(page.context["form"].secret)})
    code = recovery_code_of(anna)

    for stranger, works in ((Client(), True), (Client(), False)):
        log_in(stranger, anna)
        stranger.post("/account/2fa/authenticate/", {"code": code})
        assert is_logged_in(stranger) is works


def test_a_code_from_a_letter_does_not_go_round_the_second_factor(client: Client, anna: User) -> None:

    set_up_app(anna)
    client.post("/account/login/code/", {"email": anna.email})
    response = client.post("/account/login/code/confirm/", {"code": code_in(written()[0])})
    assert response.headers["Location"] == "/account/2fa/authenticate/"
    assert not is_logged_in(client)


def test_passkeys_are_asked_for_in_json(client: Client, db: None) -> None:
    answer = client.get("/account/2fa/webauthn/login/", headers={"Accept": "application/json"})
    assert json.loads(answer.content)["request_options"]["publicKey"]["userVerification"] == "required"
