"""What Celery's beat ticks by."""

import time
from typing import Any, cast

from celery.beat import Scheduler
from celery.schedules import schedule


class Clock(Scheduler):
    """Sends each entry every so many seconds, as a stopwatch counts them. Celery's own schedulers go by the clock on
    the wall, and when that is put back by an hour they are silent for an hour. Nothing need be remembered over a
    restart: what is due is known to the database.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._next: dict[str, float] = {}
        super().__init__(*args, **kwargs)

    def tick(self, *_args: Any, **_kwargs: Any) -> float:
        """Seconds until the next tick."""
        for name, entry in self.schedule.items():
            if self._next.get(name, 0) <= time.monotonic():
                self._next[name] = time.monotonic() + cast("schedule", entry.schedule).seconds
                self.apply_entry(entry, producer=self.producer)
        return max(0.0, min(self._next.values()) - time.monotonic())
