"""Nobody learns here who has an account, and nobody guesses for long."""

import re
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client
from pytest_django import Settings

from common.models import OutgoingMail
from members.models import User
from tests.members.accounts import PASSWORD, is_logged_in, log_in, ticked, written

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

KNOWN, UNKNOWN = "anna@example.org", "none@example.org"


def seen(client: Client, response: "Answer", address: str) -> tuple[object, ...]:
    """What a stranger sees: status, way on, page; but for the address, tokens, nonces and the challenge of a key."""
    page = response.content.decode()
    if response.status_code == 302:
        page = client.get(response.headers["Location"]).content.decode()
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"|"challenge": "[\w-]+"', "", page)
    return response.status_code, response.headers.get("Location"), page.replace(address, "…"), sorted(client.cookies)


PAGES = {
    "password": ("/account/login/", {"login": "…", "password": "не тот"}),
    "code": ("/account/login/code/", {"email": "…"}),
    "reset": ("/account/password/reset/", {"email": "…"}),
    "sign-up": (
        "/account/signup/",
        {"email": "…", "password1": PASSWORD, "first_name": "Анна", "last_name": "Волкова"},
    ),
}


@pytest.mark.parametrize(("page", "data"), PAGES.values(), ids=PAGES)
def test_a_known_and_an_unknown_address_get_the_same_answer(anna: User, page: str, data: dict[str, str]) -> None:
    answers, letters = [], []
    for address in (KNOWN, UNKNOWN):
        client = Client()
        OutgoingMail.objects.all().delete()
        filled = {name: value.replace("…", address) for name, value in data.items()}
        filled |= ticked()
        answers.append(seen(client, client.post(page, filled), address))
        letters.append([letter.recipient == address for letter in written()])
    assert answers[0] == answers[1]
    assert letters[0] == letters[1]


class CountedHasher(MD5PasswordHasher):
    count = 0

    def encode(self, password: str, salt: str) -> str:
        CountedHasher.count += 1
        return super().encode(password, salt)


@pytest.mark.parametrize(("page", "data"), PAGES.values(), ids=PAGES)
def test_a_known_and_an_unknown_address_take_the_same_time(
    anna: User, settings: Settings, page: str, data: dict[str, str]
) -> None:
    """A password is hashed as often: that is nine tenths of the time."""
    settings.PASSWORD_HASHERS = [f"{__name__}.CountedHasher"]
    counts = []
    for address in (KNOWN, UNKNOWN):
        CountedHasher.count = 0
        Client().post(page, {name: value.replace("…", address) for name, value in data.items()})
        counts.append(CountedHasher.count)
    assert counts[0] == counts[1]


def test_a_wrong_code_says_the_same_for_a_known_and_an_unknown_address(anna: User) -> None:
    answers = []
    for address in (KNOWN, UNKNOWN):
        client = Client()
        client.post("/account/login/code/", {"email": address})
        for _ in range(3):
            response = client.post("/account/login/code/confirm/", {"code": "0000-0000"})
            answers.append((address, seen(client, response, address)))
    assert [answer for address, answer in answers if address == KNOWN] == [
        answer for address, answer in answers if address == UNKNOWN
    ]


def test_signing_up_with_a_known_address_makes_nothing_and_tells_its_owner(client: Client, anna: User) -> None:
    eve = {"email": KNOWN, "password1": PASSWORD, "first_name": "Ева", "last_name": "Чужая"}
    client.post("/account/signup/", eve | ticked())
    assert list(User.objects.values_list("email", "first_name")) == [(KNOWN, "Анна")]
    assert "/account/password/reset/" in written()[0].text


def test_five_wrong_passwords_close_an_account_to_guessing_but_not_the_others(client: Client, anna: User) -> None:
    for number in range(5):
        client.post("/account/login/", {"login": KNOWN, "password": f"не тот {number}"}, REMOTE_ADDR=f"10.0.0.{number}")
    log_in(client, anna)
    assert not is_logged_in(client)


def test_an_address_that_guesses_at_many_accounts_is_stopped(client: Client, anna: User) -> None:
    for number in range(30):
        client.post("/account/login/", {"login": f"person-{number}@example.org", "password": "наугад"})
    log_in(client, anna)
    assert not is_logged_in(client)

    neighbour = Client(REMOTE_ADDR="10.0.0.2")
    log_in(neighbour, anna)
    assert is_logged_in(neighbour)


def test_a_forged_forwarding_header_changes_nothing(client: Client, anna: User) -> None:
    for number in range(30):
        client.post(
            "/account/login/",
            {"login": f"person-{number}@example.org", "password": "наугад"},
            headers={"X-Forwarded-For": f"10.0.0.{number}", "Forwarded": f"for=10.0.0.{number}"},
        )
    client.post(
        "/account/login/",
        {"login": KNOWN, "password": PASSWORD},
        headers={"X-Forwarded-For": "10.0.1.1", "Forwarded": "for=10.0.1.1"},
    )
    assert not is_logged_in(client)


def test_too_many_sign_ups_are_answered_by_our_page_with_the_time_to_wait(client: Client, db: None) -> None:
    answers = [client.post("/account/signup/", {}) for _ in range(31)]
    assert [answer.status_code for answer in answers] == [200] * 30 + [429]
    assert answers[-1].headers["Retry-After"] == "60"
    assert "errors/429.html" in [template.name for template in answers[-1].templates]


def test_codes_by_letter_are_limited_for_each_address(client: Client, anna: User) -> None:
    for number in range(7):
        Client(REMOTE_ADDR=f"10.0.0.{number}").post("/account/login/code/", {"email": KNOWN})
    assert len(written()) == 5
