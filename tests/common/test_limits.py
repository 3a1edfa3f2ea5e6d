"""How often one address may ask."""

import threading
from collections import Counter
from collections.abc import Callable
from queue import SimpleQueue

import pytest
import time_machine
from django.db import connection
from django.test import Client

from common.counters import take

EXPORT = "/organisations/export.csv"
ALLOWED = 20  # exports a minute

pytestmark = pytest.mark.django_db


def statuses(times: int, **headers: str) -> Counter[int]:
    return Counter(Client().get(EXPORT, headers=headers).status_code for _ in range(times))


def test_who_asks_too_often_is_told_when_to_come_back() -> None:
    with time_machine.travel("2026-12-16 10:00:00", tick=False) as clock:
        assert statuses(ALLOWED) == {200: ALLOWED}
        refusal = Client().get(EXPORT)
        assert (refusal.status_code, refusal["Retry-After"]) == (429, "60")
        clock.shift(59)
        assert Client().get(EXPORT)["Retry-After"] == "1"
        clock.shift(1)
        assert Client().get(EXPORT).status_code == 200


def test_a_forged_forwarding_header_changes_nothing() -> None:
    for number in range(ALLOWED):
        Client().get(EXPORT, headers={"X-Forwarded-For": f"203.0.113.{number}"})
    assert statuses(1, **{"X-Forwarded-For": "198.51.100.7", "X-Real-IP": "198.51.100.7"}) == {429: 1}


def test_another_address_is_not_held_up() -> None:
    statuses(ALLOWED + 1)
    assert Client(REMOTE_ADDR="198.51.100.7").get(EXPORT).status_code == 200


def test_the_api_counts_its_readers_too() -> None:
    answers = [Client().get("/api/v1/directions/") for _ in range(121)]
    assert [answer.status_code for answer in answers] == [200] * 120 + [429]
    assert 1 <= int(answers[-1]["Retry-After"]) <= 60


def test_only_lists_that_are_searched_for_words_count() -> None:
    addresses = [f"/organisations/?q={number}" for number in range(121)]
    assert [Client().get(address).status_code for address in addresses] == [200] * 120 + [429]
    assert Client().get("/organisations/?q=0").status_code == 200, "what is at hand costs nothing"
    assert Client().get("/organisations/?kind=school").status_code == 200


def all_at_once(times: int, ask: Callable[[], object]) -> Counter[object]:
    barrier, answers = threading.Barrier(times), SimpleQueue[object]()

    def one() -> None:
        barrier.wait()
        answers.put(ask())
        connection.close()

    threads = [threading.Thread(target=one) for _ in range(times)]
    for thread in threads:
        thread.start()
    return Counter(answers.get(timeout=60) for _ in threads)


def test_of_sixty_at_once_no_more_get_through_than_may() -> None:
    assert all_at_once(60, lambda: take("burst", limit=20, seconds=60) == 0) == {True: 20, False: 40}


@pytest.mark.usefixtures("no_cache_server")
def test_of_sixty_at_once_no_more_get_through_without_a_cache_server() -> None:
    assert all_at_once(60, lambda: take("burst", limit=20, seconds=60) == 0) == {True: 20, False: 40}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("address", "allowed"), [(EXPORT, ALLOWED), ("/api/v1/directions/", 120)], ids=["page", "API"])
def test_the_last_of_what_is_allowed_are_let_through_in_a_burst_and_no_more(address: str, allowed: int) -> None:
    for _ in range(allowed - 5):
        Client().get(address)
    assert all_at_once(20, lambda: Client().get(address).status_code) == {200: 5, 429: 15}


@pytest.mark.usefixtures("no_cache_server")
def test_without_a_cache_server_each_process_counts_for_itself() -> None:
    assert statuses(ALLOWED + 1) == {200: ALLOWED, 429: 1}
