"""What waits for an organisation in its laboratories and bookings, and for whom of its people: in as many queries for
one as for a hundred, and of each sort no more than MOST."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, DateTimeField, F, Func, Min
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.models import Organisation, Role, User
from members.policies import role_of
from technoparks.desk.machines import maintenance_to_confirm
from technoparks.induction.telling import OF_BOOKINGS
from technoparks.models import Booking, BookingState, Cohort, CohortApplicationState, Induction, Lab
from technoparks.policies import BOOKING, TENDING

MOST = 30


@dataclass(frozen=True, slots=True)
class Waiting:
    """``note`` says more."""

    what: str
    url: str
    by: datetime.datetime | None = None
    note: str = ""

    @property
    def by_day(self) -> datetime.date | None:
        return self.by and timezone.localdate(self.by)

    @property
    def is_late(self) -> bool:
        return self.by is not None and self.by <= timezone.now()


def waiting_for(organisation: Organisation, user: User) -> Iterator[Waiting]:
    """As a host: for its head and coordinators. As a guest: for those who book as well, of what is theirs."""
    role = role_of(user, organisation)
    if role in TENDING:
        yield from _to_decide(organisation)
        yield from _to_admit(organisation)
        yield from _to_sign_off(organisation, user)
        yield from _to_confirm(organisation)
    if role in BOOKING:
        yield from _on_hold(organisation, user, role)


def _to_decide(host: Organisation) -> Iterator[Waiting]:
    asked = Lab.objects.filter(technopark__host=host, bookings__state=BookingState.PENDING)
    found: Any = asked.annotate(number=Count("bookings"), by=Min("bookings__decide_by")).order_by("by", "pk")
    page = reverse("technoparks:dashboard_labs", args=[host.slug])
    for lab in found[:MOST]:
        told = ngettext(
            "%(number)d booking waits for your decision: %(lab)s",
            "%(number)d bookings wait for your decision: %(lab)s",
            lab.number,
        )
        yield Waiting(told % {"number": lab.number, "lab": lab.title}, page, lab.by)


def _to_admit(host: Organisation) -> Iterator[Waiting]:
    asked = Cohort.objects.of_host(host).filter(applications__state=CohortApplicationState.SUBMITTED)
    found: Any = asked.annotate(number=Count("applications"), by=Min("applications__decide_by")).order_by("by", "pk")
    for cohort in found[:MOST]:
        told = ngettext(
            "%(number)d application waits for your decision: the group “%(group)s”",
            "%(number)d applications wait for your decision: the group “%(group)s”",
            cohort.number,
        )
        page = reverse("technoparks:dashboard_group_decide", args=[host.slug, cohort.pk])
        yield Waiting(told % {"number": cohort.number, "group": cohort.title}, page, cohort.by)


def _to_sign_off(host: Organisation, user: User) -> Iterator[Waiting]:
    """Their own practice somebody else has to see."""
    waiting = Induction.objects.waiting().filter(version__instruction__technopark__host=host).exclude(person=user)
    if number := waiting.count():
        told = ngettext(
            "%(number)d person waits for the practice of an induction",
            "%(number)d people wait for the practice of an induction",
            number,
        )
        yield Waiting(told % {"number": number}, reverse("technoparks:dashboard_inductions", args=[host.slug]))


def _to_confirm(host: Organisation) -> Iterator[Waiting]:
    for outage in maintenance_to_confirm(host)[:MOST]:
        named = {"machine": outage.equipment.title, "lab": outage.equipment.lab.title}
        told = _("Is the maintenance done? %(machine)s, %(lab)s") % named
        yield Waiting(told, reverse("technoparks:dashboard_outage", args=[host.slug, outage.pk]), outage.ends_at)


def _on_hold(guest: Organisation, user: User, role: str | None) -> Iterator[Waiting]:
    """Until the first of them begins. A teacher reads of their own."""
    starts = Func(F("span"), function="lower", output_field=DateTimeField())
    held = Booking.objects.filter(organisation=guest, state=BookingState.HELD, span__startswith__gt=timezone.now())
    if role == Role.TEACHER:
        held = held.filter(person=user)
    found = held.aggregate(number=Count("pk"), first=Min(starts))
    if number := found["number"]:
        told = ngettext("%(number)d booking is on hold", "%(number)d bookings are on hold", number)
        page = reverse("technoparks:dashboard_labs", args=[guest.slug])
        yield Waiting(told % {"number": number}, page, found["first"], note=str(OF_BOOKINGS["hold"]))
