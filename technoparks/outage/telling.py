"""Whom an outage hits hears of it: each person once, with all the bookings that are theirs."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import partial

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.times import when
from members.models import Representative, User
from members.notices.notifications import Words, notify
from technoparks.booking.telling import BOOKINGS
from technoparks.models import Booking, Equipment, Outage, OutageKind
from technoparks.outage.words import Fate, fate_said
from technoparks.policies import TENDING

Fates = Mapping[Booking, Equipment | Fate]


def readers_of(bookings: Iterable[Booking]) -> dict[User, list[Booking]]:
    """Whoever booked it, while they act for the guest, and its heads and coordinators; with what is theirs."""
    by_guest = defaultdict(list)
    for booking in bookings:
        by_guest[booking.organisation_id].append(booking)
    persons = [one.person_id for of_one in by_guest.values() for one in of_one if one.person_id]
    acting = Representative.objects.active().filter(Q(role__in=TENDING) | Q(user__in=persons))
    found = defaultdict[User, list[Booking]](list)
    for one in acting.filter(organisation__in=by_guest).select_related("user").order_by("pk"):
        theirs = by_guest[one.organisation_id]
        found[one.user] += [each for each in theirs if one.role in TENDING or each.person_id == one.user_id]
    return {user: theirs for user, theirs in found.items() if theirs}


def hold_readers(bookings: Iterable[Booking], readers: Iterable[User]) -> None:
    """All of them, in the order of their keys: whoever erases a person holds them before what is theirs."""
    keys = {one.person_id for one in bookings if one.person_id} | {one.pk for one in readers}
    [*User.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk").values_list("pk")]


def tell(outage: Outage, readers: Mapping[User, list[Booking]], fates: Fates, *, key: str, by: User) -> None:
    for reader, bookings in readers.items():
        if reader == by:
            continue
        notify(
            [reader],
            topic=BOOKINGS,
            key=key,
            words=partial(_words, outage, {one: fates[one] for one in bookings}),
            link=_page(bookings),
        )


def _page(bookings: list[Booking]) -> str:
    slug = bookings[0].organisation.slug
    if len(bookings) > 1:
        return reverse("technoparks:dashboard_labs", args=[slug])
    return reverse("technoparks:dashboard_booking", args=[slug, bookings[0].pk])


def _words(outage: Outage, fates: Fates) -> Words:
    machine = outage.equipment
    is_planned = outage.kind == OutageKind.MAINTENANCE
    title = _("Maintenance: %(machine)s, %(lab)s") if is_planned else _("Out of order: %(machine)s, %(lab)s")
    lines = [
        f"{when(booking, today=timezone.localdate())}: {booking.title} — {fate_said(fate)}"
        for booking, fate in sorted(fates.items(), key=lambda item: (item[0].starts_at, item[0].pk))
    ]
    reason = _("The reason: %(reason)s") % {"reason": outage.reason}
    text = [f"{outage.said}. {reason}", _("Your bookings:"), "\n".join(lines)]
    return Words(title % {"machine": machine.title, "lab": machine.lab.title}, "\n\n".join(text))
