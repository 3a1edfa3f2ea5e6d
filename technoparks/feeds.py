"""Bookings in the calendars of people, organisations and hosts, and what is taken in a lab for everybody."""

import datetime
from collections.abc import Iterable

from django.db.models import Case, F, Prefetch, Q, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.addresses import absolute, without_language
from common.calendars import Facts, Made, calendar, made
from members.models import Organisation, User
from technoparks.models import Booking, BookingState, CohortApplication, Enrolment, EnrolmentState, EquipmentTime, Lab
from technoparks.models.booking import BookingQuerySet

KEPT = datetime.timedelta(days=365)  # of what is over
KEPT_PUBLIC = datetime.timedelta(days=7)
MOST = 500  # the nearest: neither what is over nor what is far off cuts the next weeks off
MOST_PUBLIC = 2000
OFF = (BookingState.DECLINED, BookingState.EXPIRED, BookingState.CANCELLED, BookingState.MISSED)
UNCERTAIN = (BookingState.PENDING, BookingState.HELD)


def bookings_of_person(user: User) -> Iterable[Made]:
    """Those they are responsible for, the lessons of the groups that they teach, and of those in which they or their
    children learn: of whom, it does not say. Three queries."""
    own = {*Organisation.objects.represented_by(user).values_list("pk", flat=True)}
    acts = Q(organisation__in=own) & (Q(person=user) | Q(series__cohort__teacher=user))
    enrolled = Enrolment.objects.filter(
        application__in=CohortApplication.objects.of_person(user).values("pk"),
        state__in=(EnrolmentState.ACTIVE, EnrolmentState.COMPLETED),
    )
    for booking in _told(Booking.objects.filter(acts | Q(series__cohort__in=enrolled.values("cohort")))):
        teaches = booking.cohort is not None and booking.cohort.teacher_id == user.pk
        is_acting = booking.organisation_id in own and (teaches or booking.person_id == user.pk)
        yield _to_guest(booking) if is_acting else _to_learner(booking)


def bookings_of_organisation(organisation: Organisation) -> Iterable[Made]:
    """As a guest, and the lessons that it holds. Two queries."""
    return map(_to_guest, _told(Booking.objects.filter(organisation=organisation)))


def bookings_of_lab(lab: Lab) -> Iterable[Made]:
    """For its host: who comes. Two queries."""
    return map(_to_host, _told(Booking.objects.filter(lab=lab)))


def taken_in(lab: Lab) -> bytes:
    """When it is taken, and nothing of by whom. One query."""
    since = timezone.now() - KEPT_PUBLIC
    taken = Booking.objects.blocking().filter(lab=lab, span__endswith__gte=since).order_by("span", "pk")
    name = _("What is taken: %(lab)s") % {"lab": lab.title}
    return calendar(name, (_to_anybody(booking, lab) for booking in taken[:MOST_PUBLIC]))


def _told(bookings: BookingQuerySet) -> BookingQuerySet:
    related = bookings.select_related("lab__technopark__host", "organisation", "series__cohort__programme__technopark")
    machines = EquipmentTime.objects.select_related("equipment")
    now = timezone.now()
    begins = F("span__startswith")
    distance = Case(When(span__startswith__gt=now, then=begins - now), default=now - begins)
    recent = related.filter(span__endswith__gte=now - KEPT).alias(distance=distance)
    return recent.prefetch_related(Prefetch("equipment_times", machines)).order_by("distance", "-pk")[:MOST]


def _to_guest(booking: Booking) -> Made:
    summary = f"{_title(booking)} · {booking.lab.title}"
    return _made(booking, booking.lab, summary, _said(booking), booking.get_absolute_url())


def _to_host(booking: Booking) -> Made:
    host = booking.lab.technopark.host
    guest = "" if booking.organisation_id == host.pk else f"{booking.organisation.title}: "
    address = reverse("technoparks:dashboard_booking", args=[host.slug, booking.pk])
    return _made(booking, booking.lab, f"{guest}{_title(booking)}", _said(booking), address)


def _to_learner(booking: Booking) -> Made:
    """Whoever learns needs to know neither how many they are, nor what stands on the seats."""
    address = booking.cohort.get_absolute_url() if booking.cohort else ""
    return _made(booking, booking.lab, _title(booking), [], address)


def _to_anybody(booking: Booking, lab: Lab) -> Made:
    seats = _("%(taken)d of %(seats)d seats are taken") % {"taken": len(booking.seats), "seats": lab.seats}
    summary = _("The laboratory is taken") if booking.is_whole or not lab.by_seats else seats
    return _made(booking, lab, summary, [], lab.get_absolute_url())


def _title(booking: Booking) -> str:
    return f"{booking.cohort.programme.title}: {booking.cohort.title}" if booking.cohort else booking.title


def _said(booking: Booking) -> list[str]:
    machines = ", ".join(one.equipment.title for one in booking.equipment_times.all())
    return [
        "" if booking.state == BookingState.CONFIRMED else str(booking.get_state_display()),
        _("People: %(number)d") % {"number": booking.people},
        _("Seats: %(seats)s") % {"seats": booking.seats_said} if booking.lab.by_seats and not booking.is_whole else "",
        _("Equipment: %(machines)s") % {"machines": machines} if machines else "",
    ]


def _made(booking: Booking, lab: Lab, summary: str, lines: Iterable[str], address: str) -> Made:
    park = lab.technopark
    facts = Facts(
        uid=booking.uid,
        sequence=booking.sequence,
        created_at=booking.created_at,
        updated_at=booking.updated_at,
        summary=summary,
        status="CANCELLED" if booking.state in OFF else "TENTATIVE" if booking.state in UNCERTAIN else "CONFIRMED",
        location=", ".join(filter(None, (lab.title, park.title, park.street, park.town))),
        lines=lines,
        address=absolute(without_language(address)),
    )
    starts, ends = (moment.astimezone(park.zone) for moment in (booking.starts_at, booking.ends_at))
    return made(facts, starts, ends, zone=park.time_zone)
