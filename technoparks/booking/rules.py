"""The rules of a lab: what may be booked there, by whom, and when."""

import datetime

from django.db.models import DurationField, ExpressionWrapper, F, Func, QuerySet, Sum
from django.utils import timezone
from django.utils.formats import get_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.errors import RuleViolated
from members.models import Organisation, User
from technoparks.booking.hours import open_days
from technoparks.models import BLOCKING, Booking, BookingState, HoursAccount, Lab

COUNTED = (*BLOCKING, BookingState.MISSED)  # who did not come has used up the hours all the same
MINUTE = datetime.timedelta(minutes=1)


def check_lab(lab: Lab, organisation: Organisation) -> None:
    """Raises RuleViolated where this lab is not to be booked at all, or not by this organisation."""
    if not Lab.objects.bookable().filter(pk=lab.pk).exists():
        raise RuleViolated(_("This laboratory cannot be booked."), code="not_bookable")
    if lab.is_for_members and not organisation.tier and organisation.pk != lab.technopark.host_id:
        raise RuleViolated(_("Only members of the association book this laboratory."), code="members_only")


def check_time(lab: Lab, starts: datetime.datetime, ends: datetime.datetime) -> None:
    """Raises RuleViolated where the lab is closed, or its rules know no such time."""
    starts, ends = starts.astimezone(datetime.UTC), ends.astimezone(datetime.UTC)  # clocks may be turned between them
    minutes, now, zone = (ends - starts) / MINUTE, timezone.now(), lab.technopark.zone
    if starts < now:
        raise RuleViolated(_("This time is over. Choose a later one."), code="past")
    if not lab.shortest_minutes <= minutes <= lab.longest_minutes:
        text = _("A booking here takes from %(shortest)s to %(longest)s minutes.")
        raise RuleViolated(text % {"shortest": lab.shortest_minutes, "longest": lab.longest_minutes}, code="length")
    local = starts.astimezone(zone)
    if starts > now + datetime.timedelta(days=lab.days_ahead):
        number = lab.days_ahead
        text = ngettext(
            "It can be booked not further ahead than %(number)d day.",
            "It can be booked not further ahead than %(number)d days.",
            number,
        )
        raise RuleViolated(text % {"number": number}, code="too_early")
    if starts < now + datetime.timedelta(hours=lab.notice_hours):
        number = lab.notice_hours
        text = ngettext(
            "It is booked %(number)d hour before at the latest.",
            "It is booked %(number)d hours before at the latest.",
            number,
        )
        raise RuleViolated(text % {"number": number}, code="too_late")
    [day] = open_days(lab, local.date(), local.date())
    span = next((span for span in day.spans if span[0] <= starts and ends <= span[1]), None)
    if span is None:
        why = f" {day.why}." if day.why else ""
        raise RuleViolated(_("The laboratory is closed at this time.") + why, code="closed")
    step = datetime.timedelta(minutes=lab.step_minutes)
    if (starts - span[0]) % step or (ends - starts) % step:
        text = _("Times here begin and end every %(number)s minutes, from %(time)s on.")
        told = {"number": lab.step_minutes, "time": f"{span[0]:%H:%M}"}
        raise RuleViolated(text % told, code="step")


def check_people(lab: Lab, *, people: int, youngest: int | None) -> None:
    if people > lab.seats:
        text = ngettext("There is %(number)d seat.", "There are %(number)d seats.", lab.seats)
        raise RuleViolated(text % {"number": lab.seats}, code="too_many")
    if lab.least_age and youngest is not None and youngest < lab.least_age:
        text = _("People work here from the age of %(number)s.")
        raise RuleViolated(text % {"number": lab.least_age}, code="too_young")
    if lab.least_age and youngest is None:
        raise RuleViolated(_("Say how old the youngest is: this laboratory has a least age."), code="age_missing")


def check_hours(
    account: HoursAccount, lab: Lab, *, person: User, spans: list[tuple[datetime.datetime, datetime.datetime]]
) -> None:
    """Under the lock of ``account``: hours of the month, by the clock of the technopark, of the organisation and of
    the person in it. Raises RuleViolated where they are used up."""
    technopark = lab.technopark
    limits = {
        "organisation": account.hours_a_month if account.hours_a_month is not None else technopark.guest_hours,
        "person": technopark.person_hours,
    }
    months = {_month(starts, technopark.zone) for starts, _ends in spans}
    for first, last in sorted(months):
        asked = sum(((ends - starts) for starts, ends in spans if first <= starts < last), datetime.timedelta())
        booked = Booking.objects.filter(
            organisation=account.organisation_id,
            lab__technopark=technopark,
            state__in=COUNTED,
            span__startswith__gte=first,
            span__startswith__lt=last,
        )
        for whose, limit in limits.items():
            if limit is None:
                continue
            used = _hours(booked.filter(person=person) if whose == "person" else booked)
            if used + asked > datetime.timedelta(hours=limit):
                raise RuleViolated(_over(whose, limit, used), code="hours_used_up")


def _over(whose: str, limit: int, used: datetime.timedelta) -> str:
    text = {
        "organisation": _("Your organisation has %(limit)s hours a month here, of which %(used)s are booked."),
        "person": _("Each person has %(limit)s hours a month here, of which you have booked %(used)s."),
    }[whose]
    hours = f"{used / datetime.timedelta(hours=1):g}".replace(".", get_format("DECIMAL_SEPARATOR"))
    return text % {"limit": limit, "used": hours}


def _month(moment: datetime.datetime, zone: datetime.tzinfo) -> tuple[datetime.datetime, datetime.datetime]:
    local = moment.astimezone(zone)
    first = datetime.datetime(local.year, local.month, 1, tzinfo=zone)
    after = datetime.datetime(local.year + local.month // 12, local.month % 12 + 1, 1, tzinfo=zone)
    return first, after


def _hours(bookings: "QuerySet[Booking]") -> datetime.timedelta:
    length = ExpressionWrapper(
        Func(F("span"), function="upper") - Func(F("span"), function="lower"), output_field=DurationField()
    )
    return bookings.aggregate(used=Sum(length))["used"] or datetime.timedelta()
