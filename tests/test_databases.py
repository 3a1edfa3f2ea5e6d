"""What the tests themselves stand on."""

import threading

import psycopg2
import pytest
from django.contrib.sessions.models import Session
from django.db import connection

from members.models import Region
from tests.databases import as_migrated
from tests.factories.members import OrganisationFactory

pytestmark = pytest.mark.django_db(transaction=True)


def whole() -> list[tuple[str, str]]:
    return [*Region.objects.order_by("code").values_list("code", "name")]


def test_what_was_committed_is_undone() -> None:
    migrated = whole()
    OrganisationFactory(region=Region.objects.first())
    Region.objects.filter(code="RU-MOW").update(name="Столица")
    Region.objects.filter(code="RU-SPE").delete()
    as_migrated()
    assert whole() == migrated
    with connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM members_organisation), (SELECT count(*) FROM django_content_type)")
        organisations, types = cursor.fetchone()
    assert (organisations, types > 0) == (0, True)


def test_who_is_still_writing_is_waited_for() -> None:
    late = psycopg2.connect(**connection.get_connection_params())
    with late.cursor() as cursor:
        cursor.execute("INSERT INTO django_session VALUES ('late', '', now())")
    commit = threading.Timer(0.3, late.commit)
    commit.start()
    as_migrated()
    commit.join()
    late.close()
    assert not Session.objects.exists()
