"""Booking a lab, and what becomes of it; the states stand in ``technoparks.booking.moves``.

Whoever books locks the account of the guest, then the lab, then its machines, each in the order of their keys: nobody
else books there meanwhile, so what was found free stays free. Exclusion constraints stand behind it.
"""

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.errors import RuleViolated
from common.idempotency import once
from common.locks import check_isolation
from members.models import Organisation, User
from technoparks.booking.free import Calendar, Wish, blocked_span, chosen_seats, next_free
from technoparks.booking.hours import Span
from technoparks.booking.knowledge import InductionMissing, Knowledge, check_inductions, lacked_by_another
from technoparks.booking.moves import MOVES, Who, noted, turn
from technoparks.booking.rules import check_hours, check_lab, check_people, check_time
from technoparks.booking.telling import tell_guest, tell_host
from technoparks.models import (
    Booking,
    BookingSeries,
    BookingState,
    Equipment,
    EquipmentTime,
    HoursAccount,
    Instruction,
    Lab,
    Outage,
)

MOST_TIMES = 60  # of a series
EARLY = datetime.timedelta(minutes=15)  # before its time a booking can be checked in


class Taken(RuleViolated):
    """Too few seats or no machine at this time. ``alternatives``: the next times at which it fits in."""

    code = "taken"

    def __init__(self, message: str, alternatives: Sequence[Span] = ()) -> None:
        super().__init__(message)
        self.alternatives = alternatives

    def told(self) -> dict[str, Any]:
        free = [{"starts_at": starts, "ends_at": ends} for starts, ends in self.alternatives]
        return super().told() | {"alternatives": free}


@dataclass(frozen=True, slots=True)
class Asked:
    """``title`` names no pupil. ``people`` with the adults; of the whole room it is told, not counted."""

    title: str
    kind: str
    people: int
    is_whole: bool = False
    youngest: int | None = None
    equipment: tuple[int, ...] = ()

    @property
    def wish(self) -> Wish:
        return Wish(self.people, self.is_whole, self.equipment)


def book(
    lab: Lab,
    *,
    organisation: Organisation,
    by: User,
    asked: Asked,
    starts: datetime.datetime,
    ends: datetime.datetime,
    key: str = "",
) -> Booking:
    """One time. Asked again by the same ``key``, it is the booking that stands.

    Raises Taken with alternatives, InductionMissing, and RuleViolated for what the rules of the lab forbid.
    """
    try:
        return once(
            lambda: _booked(lab, organisation, by, asked, [(starts, ends)])[0],
            model=Booking,
            scope=f"book {lab.pk} {organisation.pk} by {by.pk}",
            key=key or uuid4().hex,
            asked={"asked": repr(asked), "starts": starts, "ends": ends},
        )
    except Taken as taken:
        minutes = round((ends - starts).total_seconds() / 60)
        taken.alternatives = next_free(lab, asked.wish, after=starts, minutes=minutes)
        raise


@transaction.atomic
def book_series(
    lab: Lab,
    *,
    organisation: Organisation,
    by: User,
    asked: Asked,
    times: Sequence[Span],
    key: str = "",
    person: User | None = None,
) -> BookingSeries:
    """All these times, or none of them. Asked again by the same ``key``, it is the series that stands. ``person`` is
    responsible; if none is named, whoever asks.

    Raises RuleViolated as ``book`` does; the message names the day.
    """

    def make() -> BookingSeries:
        series = BookingSeries.objects.create(lab=lab, organisation=organisation)
        _booked(lab, organisation, by, asked, sorted(times), series=series, person=person)
        return series

    if not 1 <= len(times) <= MOST_TIMES:
        text = ngettext("A series has at most %(number)d time.", "A series has at most %(number)d times.", MOST_TIMES)
        raise RuleViolated(text % {"number": MOST_TIMES}, code="too_many_times")
    return once(
        make,
        model=BookingSeries,
        scope=f"book series {lab.pk} {organisation.pk} by {by.pk}",
        key=key or uuid4().hex,
        asked={"asked": repr(asked), "times": [*times]},
    )


@transaction.atomic
def _booked(
    lab: Lab,
    organisation: Organisation,
    by: User,
    asked: Asked,
    times: Sequence[Span],
    series: BookingSeries | None = None,
    person: User | None = None,
) -> list[Booking]:
    person = person or by
    account = _locked_account(lab, organisation)
    locked = locked_lab(lab)
    machines = _locked_machines(locked, asked.equipment)
    is_guest = organisation.pk != locked.technopark.host_id
    check_lab(locked, organisation)
    check_people(locked, people=asked.people, youngest=asked.youngest)
    if is_guest:
        check_hours(account, locked, person=person, spans=[*times])
    days = [starts.astimezone(locked.technopark.zone).date() for starts, _ends in times]
    check_inductions(locked, machines={one.kind_id for one in machines}, person=person, days=days, by=by)
    made = []
    for starts, ends in times:
        try:
            check_time(locked, starts, ends)
            one = _placed(locked, organisation, person, asked, (starts, ends), machines, series, is_guest)
            noted(one, "book", source="", by=by)
            made.append(one)
        except Taken as error:
            raise Taken(_of_day(error.message, starts, locked, times)) from None
        except RuleViolated as error:
            raise RuleViolated(_of_day(error.message, starts, locked, times), code=error.code) from None
    tell_host(made[0], by=by, times=len(made))
    return made


def _of_day(message: str, starts: datetime.datetime, lab: Lab, times: Sequence[Span]) -> str:
    if len(times) == 1:
        return message
    return f"{date_format(starts.astimezone(lab.technopark.zone), 'DATE_FORMAT')}: {message}"


def _placed(
    lab: Lab,
    organisation: Organisation,
    person: User,
    asked: Asked,
    span: Span,
    machines: Collection[Equipment],
    series: BookingSeries | None,
    is_guest: bool,
) -> Booking:
    blocked = blocked_span(lab, *span)
    calendar = Calendar.of(lab, *blocked, equipment=[one.pk for one in machines])
    busy = calendar.busy_machines(*blocked)
    if busy:
        raise Taken(_of_machines([one for one in machines if one.pk in busy], blocked))
    seats = chosen_seats(lab, asked.wish, calendar.taken(*blocked))
    if seats is None:
        raise Taken(_("The laboratory is taken at this time.") if asked.is_whole else _("Too few seats are free."))
    waits = is_guest and lab.needs_approval
    now = timezone.now()
    booking = Booking.objects.create(
        lab=lab,
        series=series,
        organisation=organisation,
        person=person,
        kind=asked.kind,
        title=asked.title,
        span=DateTimeTZRange(*span),
        blocked=DateTimeTZRange(*blocked),
        people=asked.people,
        youngest=asked.youngest,
        is_whole=asked.is_whole or not lab.by_seats,
        seats=seats,
        state=BookingState.PENDING if waits else BookingState.CONFIRMED,
        released_at=span[0] + datetime.timedelta(minutes=lab.check_in_minutes) if lab.check_in_minutes else None,
        decide_by=min(span[0], now + datetime.timedelta(hours=lab.approval_hours)) if waits else None,
    )
    EquipmentTime.objects.bulk_create(EquipmentTime(equipment=one, booking=booking, span=blocked) for one in machines)
    return booking


def _of_machines(busy: Collection[Equipment], span: Span) -> str:
    """Why they are not free."""
    out = {
        *Outage.objects.standing().filter(equipment__in=busy, span__overlap=span).values_list("equipment", flat=True)
    }
    if out:
        names = ", ".join(one.title for one in busy if one.pk in out)
        return _("Out of order at this time: %(names)s.") % {"names": names}
    names = ", ".join(one.title for one in busy)
    return _("Somebody else has %(names)s at this time.") % {"names": names}


def _locked_account(lab: Lab, organisation: Organisation) -> HoursAccount:
    check_isolation()
    account, _is_new = HoursAccount.objects.get_or_create(technopark_id=lab.technopark_id, organisation=organisation)
    return HoursAccount.objects.select_for_update(no_key=True).get(pk=account.pk)


def locked_lab(lab: Lab) -> Lab:
    """As it is now; whoever else books there waits for the end of the transaction."""
    check_isolation()
    labs = Lab.objects.select_for_update(no_key=True, of=("self",)).select_related("technopark__host")
    return labs.get(pk=lab.pk)


def _locked_machines(lab: Lab, keys: Collection[int]) -> list[Equipment]:
    if not keys:
        return []
    found = [*Equipment.objects.select_for_update(no_key=True).filter(pk__in=keys, lab=lab).order_by("pk")]
    usable = [one for one in found if one.is_usable]
    if len(usable) < len(set(keys)):
        names = ", ".join(one.title for one in found if one not in usable)
        text = (
            _("Not to be booked now: %(names)s.") % {"names": names} if names else _("There is no such machine here.")
        )
        raise RuleViolated(text, code="machine_unusable")
    return found


# --- What becomes of it --------------------------------------------------------------------------------------


def locked_booking(booking: Booking) -> Booking:
    """As it is now, under the lock of its lab, and of who is responsible: they hear of it, and whoever erases a person
    holds them before what is theirs."""
    lab = locked_lab(booking.lab)
    if booking.person_id:
        User.objects.select_for_update(no_key=True).filter(pk=booking.person_id).first()
    found = Booking.objects.select_related("organisation", "person", "series").get(pk=booking.pk)
    found.lab = lab
    return found


def _check_term(booking: Booking) -> None:
    """Raises RuleViolated where the guests have not been answered in time; the clock is about to tell them."""
    if booking.decide_by and booking.decide_by <= timezone.now():
        raise RuleViolated(_("The term for the answer is over: the time is free again."), code="too_late")


@transaction.atomic
def approve(booking: Booking, *, by: User) -> Booking:
    """Repeated, does nothing. Raises RuleViolated where it does not wait any more, or whoever is responsible lacks an
    induction."""
    locked = locked_booking(booking)
    if locked.state == BookingState.CONFIRMED:
        return locked
    _check_term(locked)
    _check_inductions_of([locked])
    turn(locked, "approve", who=Who.HOST, by=by)
    tell_guest(locked, "approve", by=by)
    return locked


def _check_inductions_of(bookings: Sequence[Booking]) -> None:
    """Of one technopark. Raises InductionMissing where whoever is responsible lacks one on the day of a booking."""
    people = {one.person_id for one in bookings if one.person_id}
    knowledge = Knowledge.of(bookings[0].lab.technopark_id, people)
    lacking = {one for booking in bookings for one in knowledge.lacking_for(booking)}
    if lacking:
        raise lacked_by_another(lacking)


def _lacking_for(booking: Booking) -> list[Instruction]:
    knowledge = Knowledge.of(booking.lab.technopark_id, [booking.person_id] if booking.person_id else [])
    return knowledge.lacking_for(booking)


@transaction.atomic
def take_over(booking: Booking, *, by: User) -> Booking:
    """Whoever acts for the guest is responsible from now on; what was held for want of an induction goes on, if they
    have it. Repeated, does nothing. Raises InductionMissing, and RuleViolated where it is over or was called off."""
    locked = locked_booking(booking)
    if locked.person_id == by.pk:
        return locked
    if locked.has_begun:
        raise RuleViolated(_("This booking is over or has begun."), code="over")
    locked.person = by
    if lacking := _lacking_for(locked):
        names = ", ".join(one.title for one in lacking)
        raise InductionMissing(_("First pass the induction: %(names)s.") % {"names": names}, lacking)
    locked.save(update_fields=["person", "updated_at"])
    turn(locked, "take_over", who=Who.GUEST, by=by)
    if locked.state == BookingState.HELD:
        turn(locked, "resume", who=Who.CLOCK, by=by)
    return locked


@transaction.atomic
def decline(booking: Booking, *, by: User, reason: str) -> Booking:
    """Repeated, does nothing. Raises RuleViolated where it does not wait any more, or has no reason."""
    locked = locked_booking(booking)
    if locked.state == BookingState.DECLINED:
        return locked
    _check_term(locked)
    turn(locked, "decline", who=Who.HOST, by=by, reason=reason)
    tell_guest(locked, "decline", by=by, reason=reason)
    return locked


@transaction.atomic
def cancel(booking: Booking, *, who: Who, by: User, reason: str = "") -> Booking:
    """By the guest until it begins, as what was used counts; by the host until its end. The other side is told, and of
    the guests who was responsible."""
    locked = locked_booking(booking)
    if locked.state == BookingState.CANCELLED:
        return locked
    if locked.is_over or (who == Who.GUEST and locked.has_begun):
        raise RuleViolated(_("This booking is over or has begun."), code="over")
    turn(locked, "cancel", who=who, by=by, reason=reason)
    if who == Who.HOST:
        tell_guest(locked, "cancel", by=by, reason=reason)
    else:
        tell_host(locked, by=by, action="cancel")
        tell_guest(locked, "cancel_own", by=by)
    return locked


@transaction.atomic
def move_series(booking: Booking, action: str, *, who: Who, by: User, reason: str = "") -> list[Booking]:
    """``approve``, ``decline`` or ``cancel`` what is to come of its series and still can be; the other side hears of it
    once. Raises RuleViolated where nothing is left to be moved, InductionMissing as ``approve`` does."""
    locked = locked_booking(booking)
    now = timezone.now()
    those = Booking.objects.filter(series=locked.series_id, series__isnull=False, state__in=MOVES[action].before)
    those = those.filter(Q(decide_by=None) | Q(decide_by__gt=now), span__startswith__gt=now)
    related = those.select_related("lab__technopark__host", "organisation", "person", "series")
    times = [*related.prefetch_related("equipment_times__equipment").order_by("span", "pk")]
    if not times:
        raise RuleViolated(_("Nothing of this series can be decided any more."), code="other_state")
    if action == "approve":
        _check_inductions_of(times)
    for one in times:
        turn(one, action, who=who, by=by, reason=reason)
    if who == Who.HOST:
        _tell_guests(times, action, by=by, reason=reason)
    else:
        tell_host(times[0], by=by, action=action, times=len(times))
        _tell_guests(times, "cancel_own", by=by)
    return times


def _tell_guests(times: Sequence[Booking], action: str, *, by: User, reason: str = "") -> None:
    """Once for each who is responsible for some of them, with how many those are."""
    of_person: dict[int | None, list[Booking]] = {}
    for one in times:
        of_person.setdefault(one.person_id, []).append(one)
    for those in of_person.values():
        tell_guest(those[0], action, by=by, reason=reason, times=len(those))


@transaction.atomic
def check_in(booking: Booking, *, who: Who, by: User) -> Booking:
    """From a quarter of an hour before its time to its end. Repeated, does nothing."""
    locked = locked_booking(booking)
    if locked.state == BookingState.USED:
        return locked
    if timezone.now() < locked.starts_at - EARLY or locked.is_over:
        raise RuleViolated(_("It is checked in from 15 minutes before its time until its end."), code="not_its_time")
    turn(locked, "check_in", who=who, by=by)
    return locked
