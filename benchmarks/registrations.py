"""Registration of guests for one hot event, over HTTP as in the table of pages, beside the one-query list."""

import itertools
import json
import statistics
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlencode

from benchmarks.load import Round, drive
from benchmarks.server import serving

SEATS = 500
TOKEN = "b" * 32  # of the form and of its cookie: any, as long as they are the same


def main() -> None:
    """An event of its own for each run, in a process of its own; prints what its form asks for as JSON."""
    import django

    django.setup()
    import datetime

    from django.conf import settings
    from django.utils import timezone

    from events.models import Event, EventKind, EventState, RegistrationWay, TicketPool
    from members.consents.services import text_in_force

    starts_at = timezone.now() + datetime.timedelta(days=30)
    slug = f"hot-{timezone.now():%Y%m%d%H%M%S}"
    event = Event.objects.create(
        name=slug,
        slug=slug,
        kind=EventKind.FORUM,
        state=EventState.PUBLISHED,
        registration=RegistrationWay.HERE,
        starts_at=starts_at,
        ends_at=starts_at + datetime.timedelta(hours=6),
    )
    pool = TicketPool.objects.create(event=event, name="Очно", capacity=SEATS)
    asked = {"pool": pool.pk, "consent": text_in_force("registration").pk, "csrfmiddlewaretoken": TOKEN}
    print(json.dumps({"path": f"/events/{slug}/register/", "asked": asked, "cookie": settings.CSRF_COOKIE_NAME}))


def print_table(rounds: int, seconds: float) -> None:
    command = [sys.executable, "-m", "benchmarks.registrations"]
    made = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    form = json.loads(made.stdout.splitlines()[-1])
    with (
        serving("benchmarks.bare.wsgi", "benchmarks.bare.settings") as bare,
        serving("cluster_portal.wsgi:portal", "benchmarks.settings_cold") as cold,
    ):
        guests = _guests(cold.port, **form)
        drive(bare.port, ["/rows/"], seconds=0.5)
        drive(cold.port, guests, seconds=0.5)
        lists, registrations = list[Round](), list[Round]()
        for _round in range(rounds):
            lists.append(drive(bare.port, ["/rows/"], seconds=seconds))
            registrations.append(drive(cold.port, guests, seconds=seconds))
    rate, yardstick = (statistics.median(one.rate for one in measured) for measured in (registrations, lists))
    latencies = sorted(latency for one in registrations for latency in one.latencies)
    p50, p99 = (1000 * latencies[int(len(latencies) * part)] for part in (0.5, 0.99))
    print("\n| registration for one hot event | requests/s | p50, ms | p99, ms | × of the list | aim |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    print(
        f"| a guest of many for {SEATS} places | {rate:.0f} | {p50:.1f} | {p99:.1f} | {rate / yardstick:.2f} | ≥ 1.0 |"
    )


def _guests(port: int, *, path: str, asked: dict[str, object], cookie: str) -> Iterator[bytes]:
    """Each another one."""
    for number in itertools.count(1):
        guest = {"name": f"Гость {number}", "email": f"guest-{number}@example.org", "request_key": f"k{number}"}
        body = urlencode({**asked, **guest}).encode()
        yield (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nX-Forwarded-Proto: https\r\n"
            f"Referer: https://127.0.0.1:{port}/\r\nCookie: {cookie}={TOKEN}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode() + body


if __name__ == "__main__":
    main()
