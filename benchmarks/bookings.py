"""Laboratories, of which there are two hundred with a year of bookings: the week of one, the next free time, the
utilisation of a technopark, the list behind its numbers, and the desk of the host. Each is asked for a technopark of
one laboratory as well: where the number of queries is another, the table is not printed."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from benchmarks.agreements import _get
from benchmarks.reports import office, timed

LISTED = 20
LABS = "/dashboard/{host}/labs/"
OF_HOUR = "bookings/?technopark={park}&from={first}&till={last}&state=used&weekday=1&hour=10"
PAGES = {
    "/technoparks/{park}/": "a technopark, with what is free in seven days",
    "/technoparks/{park}/labs/{lab}/": "the week of a laboratory",
    "/api/v1/labs/{key}/free/": "“find me a free time”: those of two weeks, by the API",
    "/api/v1/labs/{key}/free/?is_whole=true&minutes=180": "the same for the whole room",
    LABS: "the desk of the host",
    LABS + "usage/?technopark={park}": "utilisation, a month",
    LABS + "usage/?technopark={park}&from={first}&till={last}": "utilisation, a year",
    LABS + "usage/spreadsheet/?technopark={park}&from={first}&till={last}": "its spreadsheet",
    LABS + "bookings/?technopark={park}": "the list of all bookings",
    LABS + OF_HOUR: "those of an hour of the week",
}
OFFICE = {
    "/admin/technoparks/technopark/usage/?since={first}&until={last}": "all technoparks, a year, in the office",
    "/admin/technoparks/booking/": "the list of the office",
}


def main() -> None:
    """The measurement, in a process of its own: ``python -m benchmarks.bookings 5``; prints it as JSON."""
    import django

    django.setup()
    from django.utils import translation

    translation.activate("ru")
    rounds = int(sys.argv[1])
    print(json.dumps({"large": timed(_asked("technopark-1"), rounds=rounds), "small": timed(_small(), rounds=rounds)}))


def _small() -> dict[str, Callable[[], object]]:
    """The same of one laboratory with as good as nothing."""
    import datetime

    from members.models import Kind, Organisation
    from technoparks.models import Equipment, EquipmentClass, Lab, OpeningHours, StatusChange, Technopark

    host, _made = Organisation.objects.get_or_create(
        slug="bench-host", defaults={"name": "Один", "short_name": "Один", "kind": Kind.SCHOOL, "is_published": True}
    )
    park, is_new = Technopark.objects.get_or_create(
        slug="bench-park", defaults={"host": host, "name": "Один", "is_published": True}
    )
    if is_new:
        StatusChange.objects.create(technopark=park, status="open", on=datetime.date(2020, 1, 1))
        lab = Lab.objects.create(technopark=park, name="Одна", slug="bench", seats=8)
        kind, _made = EquipmentClass.objects.get_or_create(name="Принтер")
        Equipment.objects.create(lab=lab, kind=kind)  # what a lab with machines asks besides, both ask
        for weekday in range(7):
            OpeningHours.objects.create(lab=lab, weekday=weekday, opens=datetime.time(8), closes=datetime.time(20))
        _book(lab)
    return _asked(park.slug)


def _book(lab: Any) -> None:
    import datetime
    import random

    from django.utils import timezone

    from members.models import Organisation
    from technoparks.demo.scale import fill

    today, guests = timezone.localdate(), [*Organisation.objects.published().order_by("pk")[:3]]
    fill(lab, guests, today - datetime.timedelta(days=20), today + datetime.timedelta(days=20), 60, random.Random(1))


def _asked(slug: str) -> dict[str, Callable[[], object]]:
    import datetime

    from django.test import Client
    from django.utils import timezone

    from members.models import Organisation, Representative, Role, User
    from technoparks.booking.free import Wish, next_free
    from technoparks.models import Technopark

    park = Technopark.objects.get(slug=slug)
    lab = park.labs.select_related("technopark").order_by("pk")[0]
    head, _made = User.objects.get_or_create(email=f"{slug}@example.org", defaults={"password": "!"})
    Representative.objects.get_or_create(organisation=park.host, user=head, defaults={"role": Role.COORDINATOR})
    desk, staff = Client(), office()
    desk.force_login(head)
    today = timezone.localdate()
    first, last = today - datetime.timedelta(days=300), today + datetime.timedelta(days=65)
    known = {"park": slug, "host": park.host.slug, "lab": lab.slug, "key": lab.pk, "first": first, "last": last}
    return {
        "one-query list of 20 rows": lambda: [*Organisation.objects.order_by("pk")[:LISTED]],
        "the next three free times for eight people": lambda: next_free(
            lab, Wish(8), after=timezone.now(), minutes=120
        ),
        **{what: lambda path=path: _get(desk, path.format(**known)) for path, what in PAGES.items()},  # type: ignore[misc]
        **{what: lambda path=path: _get(staff, path.format(**known)) for path, what in OFFICE.items()},  # type: ignore[misc]
    }


def print_table(rounds: int) -> None:
    command = [sys.executable, "-m", "benchmarks.bookings", str(rounds)]
    measured = subprocess.run(command, env=os.environ, capture_output=True, text=True)  # noqa: S603
    if measured.returncode:
        raise RuntimeError(measured.stderr[-2000:])
    found = json.loads(measured.stdout.splitlines()[-1])
    grown = {
        what: (found["small"][what][1], queries)
        for what, (_took, queries) in found["large"].items()
        if found["small"][what][1] != queries
    }
    if grown:
        raise RuntimeError(f"queries grow with the bookings: {grown}")
    [yardstick, *_rest] = (took for took, _queries in found["large"].values())
    print("\n| laboratories, 300,000 bookings of a year | ms | queries | × of the time of the list |")
    print("| --- | ---: | ---: | ---: |")
    for what, (took, queries) in found["large"].items():
        print(f"| {what} | {took:.1f} | {queries} | {took / yardstick:.1f} |")


if __name__ == "__main__":
    main()
