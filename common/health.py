"""What a supervisor asks: is the process alive, and may it be sent visitors?"""

import time
from collections.abc import Callable

import structlog
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from kombu import Connection as BrokerConnection

HEARTBEAT_KEY = "worker:heartbeat"
HEARTBEAT_STALE_AFTER = 60  # s; beat sends one every 15

logger = structlog.get_logger(__name__)


class NotReady(Exception):
    """A part that the portal needs does not do its work."""


def record_heartbeat() -> None:
    cache.set(HEARTBEAT_KEY, time.time(), timeout=None)


def check_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def check_cache() -> None:
    cache.set("readyz", 1, timeout=5)
    if cache.get("readyz") != 1:
        raise NotReady("the cache does not keep a value")


def check_broker() -> None:
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    with BrokerConnection(settings.CELERY_BROKER_URL, connect_timeout=1, transport_options=options) as broker:
        broker.ensure_connection(max_retries=1, timeout=2)


def check_migrations() -> None:
    executor = MigrationExecutor(connection)
    if plan := executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise NotReady(f"{len(plan)} migrations are not applied")


def check_worker() -> None:
    last = cache.get(HEARTBEAT_KEY)
    if last is None or time.time() - last > HEARTBEAT_STALE_AFTER:
        raise NotReady("no worker has given a sign of life for a minute")


CHECKS: dict[str, Callable[[], None]] = {
    "database": check_database,
    "migrations": check_migrations,
    "cache": check_cache,
    "broker": check_broker,
    "worker": check_worker,
}


def report() -> dict[str, bool]:
    """Each part by name and whether it works; the reason of a failure goes to the log, not to strangers."""
    return {name: _works(name, check) for name, check in CHECKS.items()}


def _works(name: str, check: Callable[[], None]) -> bool:
    try:
        check()
    except Exception:  # whatever is wrong with a part, the answer is that it is not ready
        logger.warning("not_ready", part=name, exc_info=True)
        return False
    return True
