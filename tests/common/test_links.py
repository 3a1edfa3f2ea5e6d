"""Links for people without an account: one a purpose and a subject, and of no use to anybody else."""

import datetime
from threading import Barrier, Thread
from typing import Any

import pytest
import time_machine
from django.core.signing import Signer
from django.db import connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from common.links import link_tokens, revoke_links, subject_of
from common.models import SignedLink
from tests.office import enter, staff_with, superuser

pytestmark = pytest.mark.django_db
NOON = datetime.datetime(2026, 12, 16, 12, tzinfo=datetime.UTC)
LIST = "/admin/common/signedlink/"


def token_of(subject: str, *, purpose: str = "ticket", expires_at: datetime.datetime | None = None) -> str:
    return link_tokens(purpose, subjects=[subject], expires_at=expires_at)[subject]


def test_a_link_leads_to_what_it_was_made_for_however_often_it_is_sent() -> None:
    assert token_of("7") == token_of("7")
    assert subject_of(token_of("7"), purpose="ticket") == "7"
    assert SignedLink.objects.count() == 1


def test_many_links_cost_as_much_as_one(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(4):
        link_tokens("ticket", subjects=["1"])
    with django_assert_num_queries(4):
        link_tokens("ticket", subjects=["1", "2", "3", "4"])
    with django_assert_num_queries(1):
        tokens = link_tokens("ticket", subjects=["1", "2", "3", "4"])
    assert [subject_of(token, purpose="ticket") for token in tokens.values()] == [*tokens]


def test_a_forged_link_is_refused_before_the_database_is_asked(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    token = token_of("7")
    key = SignedLink.objects.get().key
    forged = [
        "",
        "x",
        key,
        f"{key}.",
        f"{token}x",
        token.swapcase(),
        Signer(key="guessed", salt="common.links ticket", sep=".").sign(key),
        "ключ.подпись",
        "\0.\0",
    ]
    with django_assert_num_queries(0):
        assert [subject_of(one, purpose="ticket") for one in forged] == [None] * len(forged)


def test_a_link_is_of_no_use_for_another_purpose(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    token = token_of("7")
    with django_assert_num_queries(0):
        assert subject_of(token, purpose="consent") is None


def test_a_copy_of_the_database_makes_no_link(settings: Settings) -> None:
    token = token_of("7")
    settings.SECRET_KEY = "another"
    assert token_of("7") != token
    assert subject_of(token, purpose="ticket") is None


def test_a_link_of_a_key_that_was_replaced_still_leads_on_while_the_settings_name_it(settings: Settings) -> None:
    token = token_of("7")
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "the new one"
    assert subject_of(token, purpose="ticket") == "7"


def test_a_link_expires_and_the_next_one_is_another() -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        token = token_of("7", expires_at=timezone.now() + datetime.timedelta(days=1))
        clock.shift(24 * 60 * 60 - 1)
        assert subject_of(token, purpose="ticket") == "7"
        assert token_of("7") == token
        clock.shift(1)
        assert subject_of(token, purpose="ticket") is None
        second = token_of("7")
    assert second != token
    assert (subject_of(token, purpose="ticket"), subject_of(second, purpose="ticket")) == (None, "7")


def test_a_revoked_link_never_leads_anywhere_again() -> None:
    token, other = token_of("7"), token_of("8")
    assert [revoke_links("ticket", subjects=["7"]) for _ in range(2)] == [1, 0]
    assert subject_of(token, purpose="ticket") is None
    assert subject_of(token_of("7"), purpose="ticket") == "7"
    assert subject_of(token, purpose="ticket") is None
    assert subject_of(other, purpose="ticket") == "8"


@pytest.mark.django_db(transaction=True)
def test_of_many_who_make_the_same_links_at_once_all_have_the_same() -> None:
    start, rounds = Barrier(6, timeout=20), range(10)
    made: dict[int, list[dict[str, str]]] = {turn: [] for turn in rounds}

    def work(is_even: bool) -> None:
        subjects = [str(number) for number in range(20)][:: 1 if is_even else -1]
        for turn in rounds:
            start.wait()
            with transaction.atomic():
                made[turn].append(link_tokens(f"ticket {turn}", subjects=subjects))
        connections.close_all()

    threads = [Thread(target=work, args=[bool(number % 2)]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [[one == tokens[0] for one in tokens] for tokens in made.values()] == [[True] * 6] * 10
    assert SignedLink.objects.count() == 200


@pytest.mark.django_db(transaction=True)
def test_a_link_that_another_has_made_since_we_looked_stays() -> None:
    made: list[str] = []

    def other() -> None:
        made.append(token_of("7"))
        connections.close_all()

    def meanwhile(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith("UPDATE"):
            thread = Thread(target=other)
            thread.start()
            thread.join()
        return execute(sql, *rest)

    with connection.execute_wrapper(meanwhile):
        made.append(token_of("7"))
    assert made[0] == made[1]


# --- In the office -------------------------------------------------------------------------------------------


def test_staff_revoke_a_link_and_do_not_see_its_address() -> None:
    token, office = token_of("reader@example.org"), enter(superuser())
    link = SignedLink.objects.get()
    for address in (LIST, f"{LIST}{link.pk}/change/"):
        page = office.get(address).content.decode()
        assert "reader@example.org" in page
        assert link.key not in page
    _act(office, link)
    assert subject_of(token, purpose="ticket") is None


def test_who_may_only_look_revokes_nothing() -> None:
    token = token_of("reader@example.org")
    _act(enter(staff_with("common.view_signedlink")), SignedLink.objects.get())
    assert subject_of(token, purpose="ticket") == "reader@example.org"


def _act(office: Client, link: SignedLink) -> None:
    office.post(LIST, {"action": "revoke", "_selected_action": link.pk})


def test_the_list_asks_as_much_for_three_as_for_one() -> None:
    office, numbers = enter(superuser()), []
    for subjects in (["1"], ["2", "3"]):
        link_tokens("ticket", subjects=subjects)
        office.get(LIST)
        with CaptureQueriesContext(connection) as queries:
            office.get(LIST)
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]
