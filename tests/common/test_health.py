"""Each part that the portal needs is taken away for real."""

from collections.abc import Iterator

import pytest
import time_machine
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from pytest_django import DjangoDbBlocker, Settings

from cluster_portal.settings.base import redis_caches
from common.tasks import record_heartbeat

PARTS = {"database", "migrations", "cache", "broker", "worker"}
NOWHERE = "redis://127.0.0.1:1/0"


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


@pytest.fixture
def no_cache_server(settings: Settings) -> Iterator[None]:
    settings.CACHES = redis_caches(NOWHERE)
    yield
    settings.CACHES = django_settings.CACHES


@pytest.mark.django_db
@pytest.mark.usefixtures("no_cache_server")
def test_a_cache_that_keeps_nothing_makes_it_not_ready() -> None:
    assert failing() == {"cache", "worker"}


@pytest.fixture
def no_database(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    with django_db_blocker.unblock():
        connection.close()
        monkeypatch.setitem(connection.settings_dict, "PORT", "1")
        yield
        connection.close()


@pytest.mark.usefixtures("no_database")
def test_a_database_that_does_not_answer_makes_it_not_ready() -> None:
    assert failing() == {"database", "migrations"}
    assert Client().get("/healthz").status_code == 200
