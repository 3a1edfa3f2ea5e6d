"""Processes that take another time for ours, by the library inside the wheel of libfaketime. (Debian 12's own breaks
``time.sleep`` of Python where the stopwatch, CLOCK_MONOTONIC, is left alone.)"""

import platform
import subprocess
import time
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

from common.models import JobRun
from tests.faults.stand import eventually

IS_HERE = (platform.system(), platform.machine()) == ("Linux", "x86_64")


class Clock:
    """Of one machine: what its processes take for the time. A second stays a second."""

    def __init__(self, file: Path) -> None:
        spec = find_spec("libfaketime")
        assert spec
        assert spec.origin
        self.file = file
        # LD_PRELOAD cannot say a path with a space; the folders of a test have none.
        library = file.with_suffix(".so.1")
        library.symlink_to(Path(spec.origin).parent / "vendor/libfaketime/src/libfaketime.so.1")
        self.environment = {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "TIME_ZONE": "Europe/Berlin",  # Moscow knows no summer time
        }
        self.set(-2 * 24 * 3600)
        told = subprocess.run(["date", "+%s"], env=self.environment, capture_output=True, check=True)
        assert int(told.stdout) < time.time() - 24 * 3600, "libfaketime does not work here"
        self.set(0)

    def set(self, moment: float | datetime) -> None:
        """To s ahead of ours, or to a moment."""
        offset = moment.timestamp() - time.time() if isinstance(moment, datetime) else moment
        unfinished = self.file.with_suffix(".new")
        unfinished.write_text(f"{offset:+.1f}")
        unfinished.rename(self.file)
        self.offset = offset
        self.set_at = datetime.fromtimestamp(time.time() + offset, UTC)

    def wait_for_slots(self, number: int) -> float:
        """Of seconds, that begin after it has been set, and that of the hour which it then shows."""
        seconds = JobRun.objects.filter(job="second", slot__range=(self.set_at, self.set_at + timedelta(minutes=5)))
        now = self.set_at + timedelta(seconds=number)
        hour = JobRun.objects.filter(job="hour", slot=now.replace(minute=0, second=0, microsecond=0))
        return eventually(
            lambda: seconds.count() >= number and hour.exists(), what=f"{number} slots at {self.offset} s"
        )
