"""Events as their organisers make, change and repeat them."""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.db import models, transaction
from django.utils.translation import gettext as _

from common.errors import RuleViolated
from common.idempotency import once
from common.slugs import save_at_free_slug
from events.life.changes import change_event
from events.models import Event, EventOrganiser, EventSeries, EventState, Quota, Track
from events.models.addresses import RESERVED
from events.organising.rules import CHECKED, check, check_constraints, is_changeable, takes_headcount
from events.registering.places import locked_event
from members.models import Organisation, User

# Words that stand in addresses where the slug of an event does: in the dashboard, and in public.
TAKEN = ("new", *RESERVED)
# What another one of a series has in common with this one. The link for those online is a new one each time.
REPEATED = (
    "kind", "name_en", "summary", "summary_en", "about", "about_en", "audience", "grade_from", "grade_to", "precision",
    "time_zone", "format", "region", "city", "city_en", "venue", "venue_en", "technopark", "project",
    "registration", "registration_site",
    "waiting_rule", "offer_hours", "approval_days", "remind", "asks_to_confirm", "silence_frees", "hours_a_day",
)  # fmt: skip
WITH_SLUG = TypeVar("WITH_SLUG", Event, EventSeries)


@dataclass(frozen=True, slots=True)
class Repetition:
    name: str
    starts_at: datetime.datetime
    in_series: bool = True


@transaction.atomic
def create_event(organisation: Organisation, *, typed: Mapping[str, Any], by: User, key: str) -> Event:
    """A draft of the organisation, made once for one key."""

    def make() -> Event:
        event = Event(**{name: value for name, value in typed.items() if name != "directions"})
        save_at_free_slug(event, reserved=TAKEN)
        event.directions.set(typed.get("directions", ()))
        EventOrganiser.objects.create(event=event, organisation=organisation)
        return event

    scope = f"event of {organisation.pk} by {by.pk}"
    return once(make, model=Event, scope=scope, key=key, asked=typed)


@transaction.atomic
def edit_event(event: Event, *, typed: Mapping[str, Any], by: User) -> Event:
    """Write what was typed anew. To another day the programme moves along, its hours stay.

    Raises RuleViolated where it may not be changed now, or what was typed does not go with what stands there.
    """
    locked = locked_event(event)
    check(is_changeable(locked), locked)
    if locked.state != EventState.DRAFT and not typed.keys().isdisjoint(CHECKED):
        raise RuleViolated(_("The association has checked this with the event: write to it."), code="checked")
    before = locked.starts_at, locked.zone
    for name, value in typed.items():
        if name != "directions":
            setattr(locked, name, value)
    check_constraints(locked)
    if "directions" in typed:
        locked.directions.set(typed["directions"])
    change_event(locked, names=typed.keys(), by=by)
    _move_programme(locked, *before)
    return locked


@transaction.atomic
def edit_cover(event: Event, *, typed: Mapping[str, Any], save: Callable[[Event], None], by: User) -> None:
    """What it shows, in words, and by ``save`` the picture: both or neither. Raises RuleViolated as ``edit_event``."""
    save(edit_event(event, typed=typed, by=by))


def _move_programme(event: Event, starts_at: datetime.datetime | None, zone: ZoneInfo) -> None:
    """By as many days as the beginning has moved, by the clock that the place has now."""
    if starts_at is None or event.starts_at is None:
        return
    days = event.starts_at.astimezone(event.zone).date() - starts_at.astimezone(zone).date()
    if not days and zone == event.zone:
        return
    for session in event.sessions.filter(starts_at__isnull=False):
        session.starts_at = _moved(session.starts_at, days, zone, event.zone)
        session.ends_at = _moved(session.ends_at, days, zone, event.zone)
        session.save(update_fields=["starts_at", "ends_at"])


def _moved(
    moment: datetime.datetime | None, by: datetime.timedelta, zone: ZoneInfo, to: ZoneInfo
) -> datetime.datetime | None:
    """The hours of the clock stay, whether or not it was put forward meanwhile."""
    return moment and (moment.astimezone(zone).replace(tzinfo=None) + by).replace(tzinfo=to)


@transaction.atomic
def give_headcount(event: Event, *, headcount: int, headcount_is_least: bool) -> Event:
    """How many came, where nobody was noted at the door. Raises RuleViolated before the end of the event."""
    locked = locked_event(event)
    check(takes_headcount(locked), locked)
    locked.headcount, locked.headcount_is_least = headcount, headcount_is_least
    locked.save(update_fields=["headcount", "headcount_is_least", "updated_at"])
    return locked


# --- Another one of a series ----------------------------------------------------------------------------------


@transaction.atomic
def repeat_event(event: Event, *, asked: Repetition, by: User, key: str) -> Event:
    """A draft like ``event`` at another time, with its places, questions and programme, but neither talks nor
    materials; made once for one key. What stands in days and hours keeps its distance from the beginning."""

    def make() -> Event:
        source = locked_event(event)
        series = _series_of(source) if asked.in_series else None
        made = _repeated(source, asked, series)
        _repeat_places(source, made)
        _repeat_programme(source, made)
        return made

    told = {"name": asked.name, "starts_at": asked.starts_at.isoformat(), "in_series": asked.in_series}
    return once(make, model=Event, scope=f"repetition of {event.pk} by {by.pk}", key=key, asked=told)


def _series_of(event: Event) -> EventSeries:
    if event.series is None:
        event.series = EventSeries(name=event.name, name_en=event.name_en)
        save_at_free_slug(event.series, reserved=TAKEN)
        event.save(update_fields=["series", "updated_at"])
    return event.series


def _repeated(source: Event, asked: Repetition, series: EventSeries | None) -> Event:
    made = Event(**{name: getattr(source, name) for name in REPEATED}, name=asked.name, series=series)
    made.starts_at = asked.starts_at
    made.ends_at = _kept_distance(source.ends_at, source, made) or asked.starts_at
    made.opens_at, made.closes_at = (_kept_distance(at, source, made) for at in (source.opens_at, source.closes_at))
    save_at_free_slug(made, reserved=TAKEN)
    made.directions.set(source.directions.all())
    links = source.organiser_links.all()
    EventOrganiser.objects.bulk_create(
        EventOrganiser(event=made, organisation_id=one.organisation_id, position=one.position) for one in links
    )
    return made


def _repeat_places(source: Event, made: Event) -> None:
    for question in source.questions.all():
        _copied(question, event=made)
    for pool in source.pools.prefetch_related("quotas"):
        quotas: list[Quota] = [*pool.quotas.all()]
        copy = _copied(pool, event=made)
        for quota in quotas:
            returns_at = _kept_distance(quota.returns_at, source, made)
            _copied(quota, pool=copy, returns_at=returns_at or quota.returns_at)


def _repeat_programme(source: Event, made: Event) -> None:
    tracks: dict[int | None, Track] = {track.pk: _copied(track, event=made) for track in source.tracks.all()}
    for session in source.sessions.all():
        times = {name: _kept_distance(getattr(session, name), source, made) for name in ("starts_at", "ends_at")}
        _copied(session, event=made, track=tracks.get(session.track_id), **times)


def _kept_distance(moment: datetime.datetime | None, source: Event, made: Event) -> datetime.datetime | None:
    if moment is None or source.starts_at is None or made.starts_at is None:
        return None
    zone = source.zone
    first, last = (at.astimezone(zone).replace(tzinfo=None) for at in (source.starts_at, made.starts_at))
    return _moved(moment, last - first, zone, zone)


ROW = TypeVar("ROW", bound=models.Model)


def _copied(row: ROW, **values: object) -> ROW:
    fields = {field.name: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key}
    names = {field.name: field.attname for field in row._meta.concrete_fields}
    copy = type(row)(**{names[name]: value for name, value in fields.items() if name not in values}, **values)
    copy.save()
    return copy
