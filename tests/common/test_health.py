"""Each part that the portal needs is taken away for real."""

import re

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from pytest_django import Settings

from common.tasks import record_heartbeat
from tests.conftest import NOWHERE

PARTS = {"database", "migrations", "cache", "broker", "worker"}


@pytest.fixture(autouse=True)
def living_worker() -> None:
    record_heartbeat()


def failing() -> set[str]:
    """The parts that are not ready, as a supervisor is told."""
    response = Client().get("/readyz")
    report = response.json()
    assert report.keys() == PARTS
    failed = {part for part, works in report.items() if not works}
    assert response.status_code == (503 if failed else 200)
    return failed


def test_a_living_process_says_so_without_asking_anything() -> None:
    response = Client().get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_a_portal_with_all_its_parts_is_ready() -> None:
    assert failing() == set()


@pytest.mark.django_db
def test_a_worker_that_was_never_seen_makes_it_not_ready() -> None:
    cache.clear()
    assert failing() == {"worker"}


@pytest.mark.django_db
def test_a_worker_that_was_silent_for_a_minute_makes_it_not_ready() -> None:
    with time_machine.travel("2026-12-16 10:00:00", tick=False) as clock:
        record_heartbeat()
        clock.shift(60)
        assert failing() == set()
        clock.shift(1)
        assert failing() == {"worker"}
        record_heartbeat()
        assert failing() == set()


@pytest.mark.django_db
def test_a_migration_that_was_not_applied_makes_it_not_ready() -> None:
    for latest in MigrationLoader(connection).graph.leaf_nodes("members"):
        MigrationRecorder(connection).record_unapplied(*latest)
    assert failing() == {"migrations"}


@pytest.mark.django_db
def test_a_broker_that_does_not_answer_makes_it_not_ready(settings: Settings) -> None:
    settings.CELERY_BROKER_URL = NOWHERE
    assert failing() == {"broker"}


@pytest.mark.django_db
@pytest.mark.usefixtures("no_cache_server")
def test_a_cache_that_keeps_nothing_makes_it_not_ready() -> None:
    assert failing() == {"cache", "worker"}


@pytest.mark.usefixtures("no_database")
def test_a_database_that_does_not_answer_makes_it_not_ready() -> None:
    assert failing() == {"database", "migrations"}
    assert Client().get("/healthz").status_code == 200


@pytest.mark.usefixtures("no_database")
@pytest.mark.parametrize("page", ["/organisations/", "/account/login/code/", "/dashboard/", "/admin/"])
@pytest.mark.parametrize(
    ("language", "heading"), [("", "Скоро вернёмся"), ("/en", "Back in a moment")], ids=["ru", "en"]
)
def test_without_the_database_readers_are_asked_to_come_back(page: str, language: str, heading: str) -> None:
    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = "a" * 32
    answer = client.get(language + page)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert re.findall(r"<h1>\s*(.+?)\s*</h1>", answer.content.decode()) == [heading]
    assert answer.cookies == {}


@pytest.mark.usefixtures("no_database")
@pytest.mark.parametrize(
    ("language", "detail"),
    [
        ("", "Портал сейчас не может добраться до своих данных. Попробуйте через несколько секунд."),
        ("/en", "The portal cannot reach its data at the moment. Try again in a few seconds."),
    ],
    ids=["ru", "en"],
)
def test_without_the_database_programs_are_told_the_same_in_json(language: str, detail: str) -> None:
    answer = Client(raise_request_exception=False).get(f"{language}/api/v1/organisations/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer.json() == {"code": "unavailable", "detail": detail}
