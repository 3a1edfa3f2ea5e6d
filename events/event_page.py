"""What the page of an event shows, read in a number of queries that does not depend on its programme."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Prefetch, prefetch_related_objects
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common.addresses import absolute, webcal, without_language
from events.covers import SHAPE, WIDTHS, cover_url
from events.listing import place_of
from events.models import (
    AWAITED,
    EXACT,
    Audience,
    Event,
    EventFormat,
    EventState,
    RegistrationWay,
    Session,
    Talk,
    TicketPool,
)
from events.times import moment_said, times_of
from members.filters import Overview
from members.models import Direction, Organisation, PublicPerson

SIBLINGS = 6  # others of its series


class Holder(NamedTuple):
    """An organiser, as the row of the event has it."""

    slug: str
    kind: str
    title: str

    @property
    def url(self) -> str:
        return Organisation.get_absolute_url(self)


@dataclass(frozen=True, slots=True)
class Slot:
    """What begins at one time; side by side, if there is more than one."""

    starts: datetime.datetime | None
    sessions: list[Session]


@dataclass(frozen=True, slots=True)
class ProgrammeDay:
    date: datetime.date | None
    slots: list[Slot]


@dataclass(frozen=True, slots=True)
class Desk:
    """How one registers at this moment: ``state`` is "open", "soon", "closed" or "none"."""

    state: str
    url: str = ""
    site: str = ""  # elsewhere
    opens: str = ""
    closes: str = ""
    pools: list[TicketPool] = field(default_factory=list)
    group_url: str = ""

    @property
    def has_limits(self) -> bool:
        return any(pool.capacity is not None for pool in self.pools)


def contents(event: Event) -> dict[str, Any]:
    holders, directions = holders_of(event), Overview.load().directions_of(event.direction_slugs)
    return {
        "event": event,
        "place": place_of(event.format, event.town, event.region.title if event.region else ""),
        "holders": holders,
        "directions": directions,
        "programme": programme_of(event),
        "signings": event.signings.prefetch_related(Prefetch("parties", Organisation.objects.published())),
        "materials": event.materials.select_related("talk"),
        "siblings": _siblings(event),
        "reason": _reason(event),
        "desk": desk_of(event),
        "audience": ", ".join(str(Audience(one).label) for one in event.audience).capitalize(),
        "grades": grades_of(event),
        "is_dated": event.starts_at is not None and event.precision in EXACT,
        "cover": _cover(event),
        "subscription": webcal(absolute(without_language(reverse("events:event_ics", args=[event.slug])))),
        "data": structured(event, holders, directions),
    }


def _cover(event: Event) -> dict[str, Any] | None:
    if not event.cover:
        return None
    name = str(event.cover)
    sizes = ", ".join(f"{cover_url(name, width)} {width}w" for width in (*WIDTHS, SHAPE[0]))
    return {"url": cover_url(name), "sizes": sizes, "width": SHAPE[0], "height": SHAPE[1], "alt": event.cover_text}


def holders_of(event: Event) -> list[Holder]:
    english = get_language() == "en"
    return [
        Holder(card["slug"], card["kind"], (english and card["name_en"]) or card["name"])
        for card in event.organiser_cards
    ]


def grades_of(event: Event) -> str:
    first, last = event.grade_from, event.grade_to
    if first and last and first != last:
        return _("grades %(first)d–%(last)d") % {"first": first, "last": last}
    if first and last:
        return _("grade %(only)d") % {"only": first}
    if first:
        return _("from grade %(first)d") % {"first": first}
    return _("up to grade %(last)d") % {"last": last} if last else ""


def programme_of(event: Event) -> list[ProgrammeDay]:
    """By day and time of the place; what has no time comes last. Of the speakers only those who may be shown."""
    sessions = [*event.sessions.select_related("track")]
    if sessions:  # who may be shown takes longer to ask than the rest of such a page
        speakers = PublicPerson.objects.shown().select_related("organisation").order_by("order", "name")
        talks = Talk.objects.prefetch_related(Prefetch("speakers", speakers))
        prefetch_related_objects(sessions, Prefetch("talks", talks))
    return [
        ProgrammeDay(day, [Slot(starts, list(beside)) for starts, beside in groupby(of_day, _starts)])
        for day, of_day in _by_day(sessions, event)
    ]


def _by_day(sessions: Iterable[Session], event: Event) -> Iterable[tuple[datetime.date | None, Iterable[Session]]]:
    def day(session: Session) -> datetime.date | None:
        return session.starts_at.astimezone(event.zone).date() if session.starts_at else None

    return groupby(sessions, day)


def _starts(session: Session) -> datetime.datetime | None:
    return session.starts_at


def _siblings(event: Event) -> list[Event]:
    if event.series is None:
        return []
    return list(event.series.events.public().exclude(pk=event.pk).latest_first()[:SIBLINGS])


def _reason(event: Event) -> str:
    """Why it was put off or called off, in the words of whoever did it."""
    if event.state not in (EventState.POSTPONED, EventState.CANCELLED):
        return ""
    move = event.moves.filter(target=event.state).last()
    return move.reason if move else ""


def desk_of(event: Event) -> Desk | None:
    """None where nobody registers any more."""
    if event.state not in AWAITED or event.is_over:
        return None
    if event.registration == RegistrationWay.NONE:
        return Desk("none") if event.state == EventState.PUBLISHED else None
    now, closes_at = timezone.now(), event.registration_closes_at
    state = "open"
    if event.opens_at and event.opens_at > now:
        state = "soon"
    elif event.state != EventState.PUBLISHED or (closes_at and closes_at <= now):
        state = "closed"
    is_here = event.registration == RegistrationWay.HERE
    pools = [*event.pools.all()] if is_here else []
    takes_groups = state == "open" and any(pool.takes_groups for pool in pools)
    return Desk(
        state,
        url=reverse("events:event_register", args=[event.slug]) if is_here else event.registration_site,
        site="" if is_here else event.registration_site,
        opens=moment_said(event.opens_at, event) if event.opens_at else "",
        closes=moment_said(closes_at, event) if closes_at else "",
        pools=pools,
        group_url=reverse("events:event_register_group", args=[event.slug]) if takes_groups else "",
    )


STATUS = {EventState.POSTPONED: "EventPostponed", EventState.CANCELLED: "EventCancelled"}
MODES = {
    EventFormat.IN_PERSON: "OfflineEventAttendanceMode",
    EventFormat.ONLINE: "OnlineEventAttendanceMode",
    EventFormat.HYBRID: "MixedEventAttendanceMode",
}
SCHEMA = "https://schema.org"


def structured(event: Event, holders: Iterable[Holder], directions: Iterable[Direction]) -> dict[str, Any]:
    """For search engines: https://schema.org/Event."""
    address = absolute(without_language(event.get_absolute_url()))
    times = times_of(event)
    data: dict[str, Any] = {
        "@context": SCHEMA,
        "@type": "Event",
        "name": event.title,
        "description": event.lead,
        "url": address,
        "eventStatus": f"{SCHEMA}/{STATUS.get(EventState(event.state), 'EventScheduled')}",
        "eventAttendanceMode": f"{SCHEMA}/{MODES[EventFormat(event.format)]}",
        "about": [direction.title for direction in directions],
        "organizer": [
            {"@type": "Organization", "name": one.title, "url": absolute(without_language(one.url))} for one in holders
        ],
    }
    if event.cover:
        data["image"] = f"{settings.SITE_ADDRESS}{cover_url(str(event.cover))}"
    if times.local:
        data["startDate"], data["endDate"] = (times.stated(at) for at in times.local)
    where = ", ".join(filter(None, (event.place, event.town)))
    there = {"@type": "Place", "name": event.place or event.town, "address": where}
    online = {"@type": "VirtualLocation", "url": address}
    by_format = {EventFormat.IN_PERSON: there, EventFormat.ONLINE: online, EventFormat.HYBRID: [there, online]}
    return data | {"location": by_format[EventFormat(event.format)]}
