"""What an organisation sees of bookings: its own as a guest, and as a host those of its labs."""

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Count, DateTimeField, F, Func, Max, Q, QuerySet, When, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from members.models import Organisation
from technoparks.models import BLOCKING, Booking, BookingState, Cohort, Lab

if TYPE_CHECKING:
    from technoparks.models.booking import BookingQuerySet

SHOWN = 50
EARLIER = 10


@dataclass(frozen=True, slots=True)
class Row:
    """A booking, with how many ``more`` of its series follow in the same state, the last of them on ``until``."""

    booking: Booking
    more: int
    until: datetime.date

    @property
    def cohort(self) -> Cohort | None:
        """Whose lessons they are."""
        series = self.booking.series
        return series.cohort if series else None


@dataclass(frozen=True, slots=True)
class Desk:
    """Six queries, however much there is."""

    labs: list[Lab]  # of the host, with ``waiting``
    to_decide: list[Row]
    ahead: list[Row]
    off: list[Row]  # to come, and cancelled, declined or missed
    over: list[Row]  # lessons stand on the pages of their groups
    bookable: list[Lab]

    @classmethod
    def of(cls, organisation: Organisation) -> "Desk":
        waits = Count("bookings", filter=Q(bookings__state=BookingState.PENDING))
        hosted = Lab.objects.filter(technopark__host=organisation).select_related("technopark").annotate(waiting=waits)
        asked = _told(Booking.objects.filter(lab__technopark__host=organisation, state=BookingState.PENDING))
        own, now = _told(Booking.objects.filter(organisation=organisation)), timezone.now()
        coming, over = own.filter(span__endswith__gt=now), own.filter(span__endswith__lte=now, series__cohort=None)
        return cls(
            labs=[*hosted.order_by("technopark__name", "name")],
            to_decide=_rows(asked, "decide_by", "pk"),
            ahead=_rows(coming.filter(state__in=BLOCKING), "span", "pk"),
            off=_rows(coming.exclude(state__in=BLOCKING), "span", "pk")[:EARLIER],
            over=[_row(one, 0, one.starts_at) for one in over.order_by("-span", "-pk")[:EARLIER]],
            bookable=[*_bookable(organisation)],
        )


def _told(bookings: "BookingQuerySet") -> "BookingQuerySet":
    return bookings.select_related("lab__technopark", "organisation", "person", "series__cohort")


def _rows(bookings: "BookingQuerySet", *order: str) -> list[Row]:
    """One for all lessons of a group, and one for all of a series, if they have the same state. One query."""
    alone = Case(When(series=None, then=F("pk")))
    in_series = Case(When(series__cohort=None, then=F("series")))
    together: Any = {"partition_by": ["state", "series__cohort", in_series, alone]}
    last = Max(Func(F("span"), function="lower", output_field=DateTimeField()))
    first: Any = bookings.annotate(
        number=Window(RowNumber(), order_by=["span", "pk"], **together),
        more=Window(Count("pk"), **together) - 1,
        last=Window(last, **together),
    ).filter(number=1)
    return [_row(one, one.more, one.last) for one in first.order_by(*order)[:SHOWN]]


def _row(booking: Booking, more: int, last: datetime.datetime) -> Row:
    return Row(booking, more, last.astimezone(booking.lab.technopark.zone).date())


def _bookable(organisation: Organisation) -> QuerySet[Lab]:
    labs = Lab.objects.bookable()
    if not organisation.tier:
        labs = labs.filter(Q(is_for_members=False) | Q(technopark__host=organisation))
    return labs.select_related("technopark", "direction").order_by("technopark__name", "name")[:200]


def others_of(booking: Booking) -> "BookingQuerySet":
    """Of its series."""
    return (
        _told(Booking.objects.filter(series=booking.series, series__isnull=False))
        .exclude(pk=booking.pk)
        .order_by("span")
    )


def own_bookings(organisation: Organisation) -> "BookingQuerySet":
    """As guest and as host."""
    return _told(Booking.objects.filter(Q(organisation=organisation) | Q(lab__technopark__host=organisation)))
