"""Changing when a lab is open: the hours of its week, and single days that are unlike others.

Whoever changes them holds the lab, as whoever books there does; so a booking is either seen by the review, or meets the
new hours. Bookings that come to lie outside are decided on with the change: each stays as it is, or is cancelled.
"""

import datetime
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from common.errors import RuleViolated
from members.models import User
from technoparks.booking.bookings import locked_lab
from technoparks.booking.hours import at
from technoparks.booking.moves import MOVES, Who, turn
from technoparks.booking.telling import hold_readers, readers_of
from technoparks.models import Booking, Lab, OpeningException, SiteStatus, Technopark
from technoparks.opening.hits import outside
from technoparks.opening.telling import tell_closed
from technoparks.opening.words import CLOSED, Week, hours_said, week_said

LONGEST_NOTE = 100  # of the history of a lab


@dataclass(frozen=True, slots=True)
class Review:
    """Keys of bookings: those that were ``seen``, and which of them are ``cancelled``; the others stay."""

    seen: Collection[int] = ()
    cancelled: Collection[int] = ()
    reason: str = ""


class Unreviewed(RuleViolated):
    """``bookings`` come to lie outside, and not all of them were seen."""

    code = "review"

    def __init__(self, bookings: Sequence[Booking]) -> None:
        super().__init__(_("Bookings would lie outside the opening hours. First decide what becomes of them."))
        self.bookings = bookings


@dataclass(frozen=True, slots=True)
class DayHours:
    """Of a single day; without hours it is closed."""

    opens: datetime.time | None = None
    closes: datetime.time | None = None
    reason: str = ""
    reason_en: str = ""

    @property
    def said(self) -> str:
        return hours_said([(self.opens, self.closes)]) if self.opens and self.closes else CLOSED


def set_week(lab: Lab, *, week: Week, keeps_holidays: bool, by: User, review: Review | None = None) -> None:
    """Raises Unreviewed, and RuleViolated where a booking cannot be cancelled without a reason."""

    def change(locked: Lab) -> str:
        stands = {(one.weekday, one.opens, one.closes): one for one in locked.opening_hours.all()}
        wanted = {(day, opens, closes) for day, hours in week.items() for opens, closes in hours}
        if wanted == stands.keys() and keeps_holidays == locked.keeps_holidays:
            return ""
        for hours, one in stands.items():
            if hours not in wanted:
                one.delete()
        for day, opens, closes in sorted(wanted - stands.keys()):
            locked.opening_hours.create(weekday=day, opens=opens, closes=closes)
        locked.keeps_holidays = keeps_holidays
        return week_said(week)

    _changed(lab, change, review, by=by)


def add_days(
    lab: Lab, *, days: Collection[datetime.date], hours: DayHours, by: User, review: Review | None = None
) -> None:
    """All of them, or none. Repeated, does nothing.

    Raises Unreviewed, and RuleViolated where one of them has other hours already.
    """

    def change(locked: Lab) -> str:
        stands = {one.day: one for one in locked.opening_exceptions.filter(day__in=days)}
        others = [day for day, one in sorted(stands.items()) if _hours_of(one) != hours]
        if others:
            text = _("Already unlike other days: %(days)s. Change or remove what stands there.")
            raise RuleViolated(text % {"days": ", ".join(map(date_format, others))}, code="day_stands")
        added = [locked.opening_exceptions.create(day=day, **asdict(hours)) for day in sorted({*days} - stands.keys())]
        return _note(added)

    _changed(lab, change, review, by=by)


def change_day(exception: OpeningException, *, hours: DayHours, by: User, review: Review | None = None) -> None:
    """Raises Unreviewed, and RuleViolated where it was removed meanwhile."""

    def change(locked: Lab) -> str:
        one = locked.opening_exceptions.filter(pk=exception.pk).first()
        if one is None:
            raise RuleViolated(_("Somebody has removed it meanwhile."), code="gone")
        if _hours_of(one) == hours:
            return ""
        for name, value in asdict(hours).items():
            setattr(one, name, value)
        one.save()
        return _note([one])

    _changed(exception.lab, change, review, by=by)


def remove_day(exception: OpeningException, *, by: User, review: Review | None = None) -> None:
    """The day is as others are. Repeated, does nothing. Raises Unreviewed."""

    def change(locked: Lab) -> str:
        one = locked.opening_exceptions.filter(pk=exception.pk).first()
        if one is None:
            return ""
        one.delete()
        return _("%(day)s: as other days") % {"day": date_format(one.day)}

    _changed(exception.lab, change, review, by=by)


def after_closing(technopark: Technopark, *, on: datetime.date) -> list[Booking]:
    """Those from the first moment of that day on, until it opens again."""
    zone = technopark.zone
    first = max(at(on, datetime.time(0), zone), timezone.now())
    ahead = Booking.objects.blocking().filter(lab__technopark=technopark, span__startswith__gte=first)
    opens = technopark.status_changes.filter(status=SiteStatus.OPEN, on__gt=on).order_by("on").first()
    if opens:
        ahead = ahead.filter(span__startswith__lt=at(opens.on, datetime.time(0), zone))
    return _bookings([*ahead.order_by().values_list("pk", flat=True)])


@transaction.atomic
def call_off_after(technopark: Technopark, *, on: datetime.date, reason: str, by: User) -> int:
    """What is booked there after it has closed; each person is told once. Repeated, does nothing. Returns how many."""
    for lab in technopark.labs.order_by("pk"):
        locked_lab(lab)
    bookings = after_closing(technopark, on=on)
    _cancel(bookings, reason=reason, by=by)
    return len(bookings)


@transaction.atomic
def _changed(lab: Lab, change: Callable[[Lab], str], review: Review | None, *, by: User) -> None:
    """``change`` says what it did, which is kept in the history of the lab; "" where it did nothing."""
    decided = review or Review()
    locked = locked_lab(lab)
    before = outside(locked)
    said = change(locked)
    if not said:
        return
    hit = outside(locked) - before
    if hit - {*decided.seen}:
        raise Unreviewed(_bookings(hit))
    _cancel(_bookings(hit & {*decided.cancelled}), reason=decided.reason, by=by)
    _noted(locked, said, by=by)


def _noted(lab: Lab, said: str, *, by: User) -> None:
    """In its history; the attributes are those of the library."""
    lab._history_user = by  # type: ignore[attr-defined]
    lab._change_reason = Truncator(said).chars(LONGEST_NOTE)  # type: ignore[attr-defined]
    lab.save()


def _cancel(bookings: Sequence[Booking], *, reason: str, by: User) -> None:
    """Who has checked in stays."""
    cancelled = [one for one in bookings if one.state in MOVES["cancel"].before]
    if not cancelled:
        return
    readers = readers_of(cancelled)
    hold_readers(cancelled, readers)
    for one in cancelled:
        turn(one, "cancel", who=Who.HOST, by=by, reason=reason)
    tell_closed(readers, key=f"closed {cancelled[0].pk}", reason=reason, by=by)


def _bookings(keys: Collection[int]) -> list[Booking]:
    related = Booking.objects.filter(pk__in=keys).select_related("organisation", "person", "lab__technopark__host")
    return [*related.order_by("span", "pk")]


def _hours_of(exception: OpeningException) -> DayHours:
    return DayHours(exception.opens, exception.closes, exception.reason, exception.reason_en)


def _note(exceptions: Sequence[OpeningException]) -> str:
    if not exceptions:
        return ""
    first, last = exceptions[0].day, exceptions[-1].day
    days = date_format(first) if first == last else f"{date_format(first)} – {date_format(last)}"
    return f"{days}: {_hours_of(exceptions[0]).said}"
