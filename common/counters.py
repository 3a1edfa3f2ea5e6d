"""Counting what many do at once: how often something was done lately, and whether it may be done again.

The counters stand in the cache. While its server is away they stand in the memory of each process: less strict, as
every process then counts for itself, but nobody is shut out and nobody guesses without end.
"""

import threading
import time
from typing import Any

from django.core.cache import cache
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.locmem import LocMemCache
from django_redis import get_redis_connection
from django_redis.cache import CONNECTION_INTERRUPTED, RedisCache
from redis.exceptions import RedisError

# How the keys of allauth begin: its rate limits, and the codes of the app that have been used.
OF_ALLAUTH = "allauth"

# The moments of what was let through, newest first. One step on the server: of many requests at once no more get
# through than may. Returns the oldest moment if there is no room for another one.
TAKE = """
local now, seconds, limit = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local oldest = redis.call('LINDEX', KEYS[1], -1)
while oldest and tonumber(oldest) <= now - seconds do
  redis.call('RPOP', KEYS[1])
  oldest = redis.call('LINDEX', KEYS[1], -1)
end
if redis.call('LLEN', KEYS[1]) >= limit then
  return oldest
end
redis.call('LPUSH', KEYS[1], ARGV[1])
redis.call('EXPIRE', KEYS[1], seconds)
return false
"""

_in_process = LocMemCache("counters", {"OPTIONS": {"MAX_ENTRIES": 100_000}})
_one_at_a_time = threading.Lock()


def take(key: str, *, limit: int, seconds: int) -> float:
    """Count one more under ``key`` if fewer than ``limit`` were counted in the last ``seconds``.

    Returns 0.0 if it was counted, else the seconds until the next one may be.
    """
    now = time.time()
    try:
        oldest = get_redis_connection().eval(TAKE, 1, cache.make_key(key), now, seconds, limit)
    except RedisError:
        oldest = _take_in_process(key, now, seconds, limit)
    return 0.0 if oldest is None else float(oldest) + seconds - now


def _take_in_process(key: str, now: float, seconds: int, limit: int) -> float | None:
    with _one_at_a_time:
        moments = [moment for moment in _in_process.get(key, ()) if moment > now - seconds]
        if len(moments) >= limit:
            return moments[-1]
        _in_process.set(key, [now, *moments], seconds)
        return None


class Cache(RedisCache):
    """Keeps nothing while its server is away but what allauth counts, so that people can still log in.

    allauth takes a cache that does not answer for a limit that is reached.
    """

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, **kwargs: Any) -> bool | None:
        added = super().add(key, value, timeout, **kwargs)
        return _in_process.add(key, value, timeout) if _goes_on(key) and added is None else added

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, **kwargs: Any) -> bool | None:
        done = super().set(key, value, timeout, **kwargs)
        if _goes_on(key) and done is None:
            _in_process.set(key, value, timeout)
        return done

    def delete(self, key: str, **kwargs: Any) -> bool | None:
        deleted = super().delete(key, **kwargs)
        return _in_process.delete(key) if _goes_on(key) and deleted is None else deleted

    def _get(self, key: str, default: Any, version: int | None, client: Any) -> Any:
        value = super()._get(key, default, version, client)
        return _in_process.get(key, default) if _goes_on(key) and value is CONNECTION_INTERRUPTED else value

    def clear(self) -> None:
        super().clear()
        _in_process.clear()


def _goes_on(key: str) -> bool:
    return key.startswith(OF_ALLAUTH)
