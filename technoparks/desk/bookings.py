"""What an organisation sees of bookings: its own as a guest, and as a host those of its labs."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet

from members.models import Organisation
from technoparks.models import Booking, BookingState, Lab

if TYPE_CHECKING:
    from technoparks.models.booking import BookingQuerySet

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Desk:
    """Five queries, however much there is."""

    labs: list[Lab]  # of the host, with ``waiting``
    to_decide: list[Booking]
    ahead: list[Booking]
    over: list[Booking]
    bookable: list[Lab]

    @classmethod
    def of(cls, organisation: Organisation) -> "Desk":
        waits = Count("bookings", filter=Q(bookings__state=BookingState.PENDING))
        hosted = Lab.objects.filter(technopark__host=organisation).select_related("technopark").annotate(waiting=waits)
        asked = _told(Booking.objects.filter(lab__technopark__host=organisation, state=BookingState.PENDING))
        own = _told(Booking.objects.filter(organisation=organisation))
        ahead = own.ahead().order_by("span", "pk")
        return cls(
            labs=[*hosted.order_by("technopark__name", "name")],
            to_decide=[*asked.order_by("decide_by", "pk")[:SHOWN]],
            ahead=[*ahead[:SHOWN]],
            over=[*own.exclude(pk__in=own.ahead().values("pk")).order_by("-span", "-pk")[:10]],
            bookable=[*_bookable(organisation)],
        )


def _told(bookings: "BookingQuerySet") -> "BookingQuerySet":
    return bookings.select_related("lab__technopark", "organisation", "person", "series")


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
