"""A pytest plugin: real PostgreSQL and Valkey for the run, unless the environment names others (with a superuser).

Named in pyproject.toml with ``-p``, because pytest-django reads the settings before it imports a conftest.py.
With pytest-xdist the controller starts the servers; its workers inherit the addresses, and each has its own
database (by pytest-django) and its own number in Valkey.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest

from cluster_portal.embedded.servers import throwaway_servers


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    options = early_config.known_args_namespace
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        os.environ["REDIS_URL"] = _redis_of(int(worker.removeprefix("gw")))
    elif not (options.help or options.version or {"DATABASE_URL", "REDIS_URL"} <= os.environ.keys()):
        stack = ExitStack()
        early_config.add_cleanup(stack.close)
        os.environ.update(stack.enter_context(throwaway_servers()))
    yield


def _redis_of(worker: int) -> str:
    """Number 0 is the controller's, or the only process'."""
    address = urlsplit(os.environ["REDIS_URL"])
    return address._replace(path=f"/{int(address.path.strip('/') or 0) + worker + 1}").geturl()
