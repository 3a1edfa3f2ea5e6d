"""Both servers together, and the note by which other processes of the same checkout find them."""

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path

from . import HOME, AlreadyRunningError, exclusive, services_file
from .postgres import postgres
from .valkey import valkey


@contextmanager
def servers(home: Path = HOME, *, durable: bool = True) -> Iterator[dict[str, str]]:
    """Yields ``DATABASE_URL`` and ``REDIS_URL``: the environment's, else those of servers started here."""
    with exclusive(home), ExitStack() as stack:
        urls = {
            "DATABASE_URL": os.environ.get("DATABASE_URL") or stack.enter_context(postgres(home, durable=durable)),
            "REDIS_URL": os.environ.get("REDIS_URL") or stack.enter_context(valkey(home, durable=durable)),
        }
        services = services_file(home)
        services.touch(mode=0o600)
        services.write_text(json.dumps(urls))
        try:
            yield urls
        finally:
            services.unlink()


@contextmanager
def throwaway_servers() -> Iterator[dict[str, str]]:
    """Empty servers for one run of the tests; runs side by side each have their own."""
    with ExitStack() as stack:
        for number in count(1):
            try:
                urls = stack.enter_context(servers(HOME / "test" / str(number), durable=False))
                break
            except AlreadyRunningError:
                continue
        yield urls
