"""Bookings that lie outside the hours in which their lab is open."""

import datetime

from django.utils import timezone

from technoparks.booking.free import bounds
from technoparks.booking.hours import Span, open_days
from technoparks.models import Booking, Lab


def outside(lab: Lab) -> set[int]:
    """The keys of those, to come or going on, for a part of whose time it is closed. Three queries."""
    ahead = Booking.objects.blocking().filter(lab=lab, span__endswith__gt=timezone.now()).order_by()
    spans = {pk: bounds(span) for pk, span in ahead.values_list("pk", "span")}
    if not spans:
        return set()
    zone = lab.technopark.zone
    days = {pk: [moment.astimezone(zone).date() for moment in span] for pk, span in spans.items()}
    first, last = min(one[0] for one in days.values()), max(one[1] for one in days.values())
    hours = {one.day: one.spans for one in open_days(lab, first, last)}
    return {pk for pk, span in spans.items() if not _is_open(span, [one for day in {*days[pk]} for one in hours[day]])}


def _is_open(span: Span, hours: list[Span]) -> bool:
    """All the time: hours never overlap, and may touch. Counted in UTC, as clocks may be turned meanwhile."""
    starts, ends = (one.astimezone(datetime.UTC) for one in span)
    parts = (
        min(ends, closes.astimezone(datetime.UTC)) - max(starts, opens.astimezone(datetime.UTC))
        for opens, closes in hours
    )
    nothing = datetime.timedelta()
    return sum((max(part, nothing) for part in parts), nothing) == ends - starts
