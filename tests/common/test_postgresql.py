"""How the portal is connected."""

from contextlib import closing

import psycopg2
import pytest
from django.db import close_old_connections, connection

from cluster_portal.settings.base import WORD_SIMILARITY, postgresql
from members.models import Organisation


@pytest.mark.django_db(transaction=True)
def test_a_request_after_a_restart_of_the_server_gets_a_new_connection() -> None:
    connection.ensure_connection()
    assert connection.is_usable()
    old = connection.connection
    with closing(psycopg2.connect(**connection.get_connection_params() | {"cursor_factory": None})) as another:
        another.cursor().execute("SELECT pg_terminate_backend(%s, 1000)", [old.info.backend_pid])
    assert not connection.is_usable()
    close_old_connections()  # as at the beginning of a request
    assert not Organisation.objects.exists()
    assert connection.connection is not old


def test_what_the_address_of_the_database_asks_for_is_done() -> None:
    settings = postgresql("postgres://portal@db.example.org/portal?sslmode=require")["default"]
    assert settings["OPTIONS"] == {"sslmode": "require", "options": WORD_SIMILARITY}
