"""What the page of an event shows, read in a number of queries that does not depend on its programme."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from django.conf import settings
from django.db.models import Prefetch, prefetch_related_objects
from django.urls import get_script_prefix, reverse
from django.utils import timezone
from django.utils.translation import get_language

from common.addresses import absolute, webcal, without_language
from common.times import moment_said, times_of
from events.models import (
    AWAITED,
    EXACT,
    Event,
    EventFormat,
    EventMaterial,
    EventState,
    PlannedSigning,
    RegistrationWay,
    Session,
    Talk,
    TicketPool,
)
from events.public.covers import SHAPE, WIDTHS, cover_url
from events.public.listing import place_of
from members.audience import grades_said
from members.models import Audience, Direction, Organisation, PublicPerson
from members.organisations.filters import Overview

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from members.models import User

SIBLINGS = 6  # others of its series
KEPT_FOR = 300  # s, as the page itself
BRIEF = 600  # characters of a description


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


class EventPage:
    """The page of an event. Its parts are read when they are drawn, as what is drawn is kept until a change."""

    def __init__(self, event: Event, user: "User | AnonymousUser", *, stamp: str) -> None:
        """``stamp`` is the one that public data had before ``event`` was read."""
        self.event = event
        self.stamp = stamp
        self.dashboard_url = dashboard_url(user, event)

    @property
    def kept_for(self) -> int:
        """In s. Drawn anew for its organisers: they look whether it is as they want it, a draft above all."""
        return KEPT_FOR if self.event.is_public and not self.dashboard_url else 0

    @property
    def key(self) -> str:
        """Another one whenever the page may look otherwise."""
        moment = f"{timezone.localdate()} {self.event.is_over} {registration_state(self.event)}"
        reader = f"{get_language()} {get_script_prefix()} {self.dashboard_url}"
        return f"{self.stamp} {self.event.pk} {moment} {reader}"

    @cached_property
    def place(self) -> str:
        overview = Overview.load()
        region = overview.region_codes.get(self.event.region_id or 0, "")
        return place_of(self.event.format, self.event.town, overview.labels.region.get(region, ""))

    @cached_property
    def holders(self) -> list[Holder]:
        return holders_of(self.event)

    @cached_property
    def directions(self) -> list[Direction]:
        return Overview.load().directions_of(self.event.direction_slugs)

    @cached_property
    def programme(self) -> list[ProgrammeDay]:
        return programme_of(self.event)

    @cached_property
    def signings(self) -> list[PlannedSigning]:
        return [*self.event.signings.prefetch_related(Prefetch("parties", Organisation.objects.published()))]

    @cached_property
    def materials(self) -> list[EventMaterial]:
        return [*self.event.materials.select_related("talk")]

    @cached_property
    def siblings(self) -> list[Event]:
        """Others of its series."""
        if self.event.series is None:
            return []
        return [*self.event.series.events.public().exclude(pk=self.event.pk).latest_first()[:SIBLINGS]]

    @cached_property
    def reason(self) -> str:
        """Why it was put off or called off, in the words of whoever did it."""
        if self.event.state not in (EventState.POSTPONED, EventState.CANCELLED):
            return ""
        move = self.event.moves.filter(target=self.event.state).last()
        return move.reason if move else ""

    @cached_property
    def desk(self) -> Desk | None:
        return desk_of(self.event)

    @property
    def audience(self) -> str:
        return ", ".join(str(Audience(one).label) for one in self.event.audience).capitalize()

    @property
    def grades(self) -> str:
        return grades_said(self.event.grade_from, self.event.grade_to)

    @property
    def is_dated(self) -> bool:
        return self.event.starts_at is not None and self.event.precision in EXACT

    @property
    def is_brief(self) -> bool:
        """So little is told that the facts are the page."""
        told = self.event.cover or self.programme or self.signings or self.materials
        return not told and len(self.event.description) < BRIEF

    @cached_property
    def cover(self) -> dict[str, Any] | None:
        if not self.event.cover:
            return None
        name = str(self.event.cover)
        sizes = ", ".join(f"{cover_url(name, width)} {width}w" for width in (*WIDTHS, SHAPE[0]))
        return {
            "url": cover_url(name),
            "sizes": sizes,
            "width": SHAPE[0],
            "height": SHAPE[1],
            "alt": self.event.cover_text,
        }

    @property
    def subscription(self) -> str:
        return webcal(absolute(without_language(reverse("events:event_ics", args=[self.event.slug]))))

    @cached_property
    def data(self) -> dict[str, Any]:
        return structured(self.event, self.holders, self.directions)


def holders_of(event: Event) -> list[Holder]:
    english = get_language() == "en"
    return [
        Holder(card["slug"], card["kind"], (english and card["name_en"]) or card["name"])
        for card in event.organiser_cards
    ]


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


def registration_state(event: Event) -> str:
    """ "open", "soon", "closed" or "none"; "" where nobody registers any more."""
    if event.state not in AWAITED or event.is_over:
        return ""
    if event.registration == RegistrationWay.NONE:
        return "none" if event.state == EventState.PUBLISHED and event.starts_at else ""
    now, closes_at = timezone.now(), event.registration_closes_at
    if event.opens_at and event.opens_at > now:
        return "soon"
    is_closed = event.state != EventState.PUBLISHED or (closes_at and closes_at <= now)
    return "closed" if is_closed else "open"


def desk_of(event: Event) -> Desk | None:
    """None where nobody registers any more."""
    state, closes_at = registration_state(event), event.registration_closes_at
    if state in ("", "none"):
        return Desk(state) if state else None
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


def dashboard_url(user: "User | AnonymousUser", event: Event) -> str:
    """The event in the dashboard of the first organiser whom ``user`` acts for; "" for others. No query for guests."""
    if not user.is_authenticated:
        return ""
    own = event.organiser_links.filter(organisation__in=Organisation.objects.represented_by(user).values("pk"))
    slug = own.values_list("organisation__slug", flat=True).first()
    return reverse("events:dashboard_event", args=[slug, event.slug]) if slug else ""
