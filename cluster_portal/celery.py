"""The Celery application. Tasks live in each app's ``tasks.py`` and only call services."""

import os
from pathlib import Path

from celery import Celery
from celery.signals import after_task_publish, beat_init, heartbeat_sent, setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cluster_portal.settings.dev")

app = Celery("cluster_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def use_django_logging(**_kwargs: object) -> None:
    """Keep Celery from replacing the structured logs that Django has already configured."""


# --- A sign of life for the supervisor of the process ------------------------------------------------------

ALIVE_FILE = os.environ.get("ALIVE_FILE", "")


@heartbeat_sent.connect
def worker_is_alive(**_kwargs: object) -> None:
    """Every two seconds, while the main process works and reaches the broker. A file is looked at for nothing;
    to ask by `celery inspect ping` starts a whole second portal each time.
    """
    if ALIVE_FILE:
        Path(ALIVE_FILE).touch()


@beat_init.connect
def beat_is_alive(**_kwargs: object) -> None:
    """From now on with each task that beat has handed to the broker."""
    after_task_publish.connect(worker_is_alive, weak=False)
