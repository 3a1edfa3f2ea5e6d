"""The events of the stories and some to come, from ``data/demo.yaml``; loading again changes nothing twice."""

import calendar
import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from django.utils import timezone

from events.afterwards import demo as afterwards
from events.demo.covers import lattice
from events.life.moves import Who, move_event
from events.models import (
    Event,
    EventFormat,
    EventOrganiser,
    EventSeries,
    EventState,
    PlannedSigning,
    PoolKind,
    Precision,
    RegistrationWay,
    Session,
    Talk,
    TicketPool,
    Track,
)
from events.public.covers import set_cover
from events.registering.registrations import Asked, Guest, prove_address, register_attendee, register_group
from members.models import Direction, Organisation, PublicPerson, Region, User
from projects.models import Project
from technoparks.models import Technopark

DATA = Path(__file__).parents[1] / "data" / "demo.yaml"
WORDS = (
    "name",
    "name_en",
    "summary",
    "summary_en",
    "about",
    "about_en",
    "city",
    "city_en",
    "venue",
    "venue_en",
    "cover_alt",
    "cover_alt_en",
)


def _read() -> dict[str, Any]:
    return yaml.safe_load(DATA.read_text(encoding="utf-8"))


def load() -> None:
    data = _read()
    for entry in data["series"]:
        EventSeries.objects.update_or_create(slug=entry["slug"], defaults=entry)
    for entry in data["stories"]:
        _load_event(entry, _known_time(entry))
    for entry in data["upcoming"]:
        if not Event.objects.filter(slug=entry["slug"]).exists():  # its days are counted from the first loading
            _load_upcoming(entry)


def _load_upcoming(entry: dict[str, Any]) -> None:
    event = _load_event(entry, _time_to_come(entry))
    if "cover_alt" in entry:
        set_cover(event, upload=lattice(event.slug))
    if "move" in entry:
        move_event(event, move=entry["move"], who=Who.STAFF, by=None, reason=entry["reason"])


def _load_event(entry: dict[str, Any], time: dict[str, Any]) -> Event:
    first, last = entry.get("grades", (None, None))
    event, _made = Event.objects.update_or_create(
        slug=entry["slug"],
        defaults={
            **{name: entry.get(name, "") for name in WORDS},
            **time,
            "kind": entry["kind"],
            "series": EventSeries.objects.get(slug=entry["series"]) if "series" in entry else None,
            "format": entry.get("format", EventFormat.IN_PERSON),
            "region": Region.objects.get(code=entry["region"]) if "region" in entry else None,
            "technopark": Technopark.objects.get(slug=entry["technopark"]) if "technopark" in entry else None,
            "project": Project.objects.get(slug=entry["project"]) if "project" in entry else None,
            "audience": entry["audience"],
            "grade_from": first,
            "grade_to": last,
            "state": EventState.HELD if entry.get("held") else EventState.PUBLISHED,
            "registration": RegistrationWay.HERE if "pools" in entry else RegistrationWay.NONE,
            "headcount": entry.get("headcount"),
            "headcount_is_least": "headcount" in entry,
        },
    )
    event.directions.set(Direction.objects.filter(slug__in=entry.get("directions", ())))
    for position, slug in enumerate(entry["organisers"]):
        holder = Organisation.objects.get(slug=slug)
        EventOrganiser.objects.update_or_create(event=event, organisation=holder, defaults={"position": position})
    for position, pool in enumerate(entry.get("pools", ())):
        values = {"kind": PoolKind.IN_PERSON, **pool, "position": position}
        TicketPool.objects.update_or_create(event=event, name=pool["name"], defaults=values)
    _load_programme(event, entry)
    for position, signing in enumerate(entry.get("signings", ())):
        words = {name: signing[name] for name in ("subject", "subject_en")}
        planned, _made = PlannedSigning.objects.update_or_create(event=event, position=position, defaults=words)
        planned.parties.set(Organisation.objects.filter(slug__in=signing["parties"]))
    return event


def _load_programme(event: Event, entry: dict[str, Any]) -> None:
    tracks = {
        track["name"]: Track.objects.update_or_create(
            event=event, name=track["name"], defaults={**track, "position": position}
        )[0]
        for position, track in enumerate(entry.get("tracks", ()))
    }
    for position, part in enumerate(entry.get("programme", ())):
        values = {name: part[name] for name in ("name", "name_en", "about", "about_en", "is_break") if name in part}
        values |= {"track": tracks.get(part.get("track", ""))}
        if "hours" in part and event.starts_at:
            day = event.starts_at.astimezone(event.zone).date()
            values["starts_at"], values["ends_at"] = (_at(day, hour, event.time_zone) for hour in part["hours"])
        session, _made = Session.objects.update_or_create(event=event, position=position, defaults=values)
        for number, said in enumerate(part.get("talks", ())):
            words = {name: said[name] for name in ("name", "name_en")}
            talk, _made = Talk.objects.update_or_create(session=session, position=number, defaults=words)
            talk.speakers.set(PublicPerson.objects.filter(name__in=said.get("speakers", ())))


def _known_time(entry: dict[str, Any]) -> dict[str, Any]:
    """``2023`` is a year, ``2021-03`` a month, ``2017-07-06`` a day; without one nothing is known."""
    zone = {"time_zone": entry["time_zone"]}
    if "day" not in entry:
        return zone | {"starts_at": None, "ends_at": None, "precision": Precision.DAY}
    year, *rest = (int(part) for part in entry["day"].split("-"))
    first = datetime.date(year, *[*rest, 1, 1][:2])
    last = {
        0: datetime.date(year, 12, 31),
        1: first.replace(day=calendar.monthrange(year, first.month)[1]),
        2: first,
    }[len(rest)]
    precision = (Precision.YEAR, Precision.MONTH, Precision.DAY)[len(rest)]
    return zone | _span(first, last, entry["time_zone"]) | {"precision": precision}


def _time_to_come(entry: dict[str, Any]) -> dict[str, Any]:
    zone, first = entry["time_zone"], timezone.localdate() + datetime.timedelta(days=entry["in_days"])
    if "hours" not in entry:
        last = first + datetime.timedelta(days=entry["lasts"] - 1)
        return {"time_zone": zone, "precision": Precision.DAY, **_span(first, last, zone)}
    starts, ends = (_at(first, hour, zone) for hour in entry["hours"])
    return {"time_zone": zone, "precision": Precision.TIME, "starts_at": starts, "ends_at": ends}


def _span(first: datetime.date, last: datetime.date, zone: str) -> dict[str, datetime.datetime]:
    """Whole days."""
    return {"starts_at": _at(first, "00:00", zone), "ends_at": _at(last, "23:59", zone)}


def _at(day: datetime.date, hour: str, zone: str) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time.fromisoformat(hour), ZoneInfo(zone))


def load_registrations() -> None:
    """Those who come, by the services: so the full one has a waiting list."""
    for entry in _read()["upcoming"]:
        event = Event.objects.get(slug=entry["slug"])
        if "pools" in entry and not event.registrations.exists():
            _register(event, entry)
    afterwards.load()


def _register(event: Event, entry: dict[str, Any]) -> None:
    pool = event.pools.all()[0]
    for number in range(1, entry.get("guests", 0) + 1):
        asked = Asked(name=f"Гость {number}", email=f"{event.slug}-{number}@example.org")
        prove_address(register_attendee(event, pool=pool, asked=asked))
    for group in entry.get("groups", ()):
        organisation = Organisation.objects.get(slug=group["organisation"])
        user = User.objects.filter(representations__organisation=organisation).first()
        email = user.email if user else f"{organisation.slug}@example.org"
        asked = Asked(name=organisation.short_name, email=email, user=user, organisation=organisation)
        guests = [Guest(name=f"Ученик {place}", grade=group["group"]) for place in range(1, group["number"] + 1)]
        for registration in register_group(event, pool=pool, group=group["group"], guests=guests, asked=asked):
            prove_address(registration)
