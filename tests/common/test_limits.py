"""How often one address may ask."""

from collections import Counter

import pytest
import time_machine
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
