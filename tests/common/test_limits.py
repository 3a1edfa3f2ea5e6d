"""How often one address may ask."""

import threading
from collections import Counter

import pytest
import time_machine
from django.db import connection
from django.test import Client

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


def all_at_once(times: int, address: str) -> Counter[int]:
    barrier, answers = threading.Barrier(times), Counter[int]()

    def ask() -> None:
        barrier.wait()
        answers[Client().get(address).status_code] += 1
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.django_db(transaction=True)
def test_of_sixty_at_once_no_more_get_through_than_may() -> None:
    assert all_at_once(60, EXPORT) == {200: ALLOWED, 429: 40}


@pytest.mark.django_db(transaction=True)
def test_the_api_lets_no_burst_through_either() -> None:
    assert all_at_once(150, "/api/v1/directions/") == {200: 120, 429: 30}


@pytest.mark.usefixtures("no_cache_server")
def test_without_a_cache_server_each_process_counts_for_itself() -> None:
    assert statuses(ALLOWED + 1) == {200: ALLOWED, 429: 1}
