"""What guest and host hear of a booking. No letter names a pupil: titles are those of classes and projects."""

from collections import defaultdict
from collections.abc import Iterable
from functools import partial

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.times import when
from members.models import Representative, User
from members.notices.notifications import Words, heads_of, notify
from members.notices.topics import Topic, register
from members.policies import role_of
from technoparks.models import Booking, BookingState
from technoparks.policies import TENDING

BOOKINGS = register(
    Topic(
        "bookings",
        gettext_lazy("Bookings of laboratories"),
        gettext_lazy("Requests to the host, its answers, cancellations and what was put on hold"),
    )
)
TO_GUEST = {
    "approve": gettext_lazy("Confirmed: %(lab)s, %(when)s"),
    "decline": gettext_lazy("Declined: %(lab)s, %(when)s"),
    "expire": gettext_lazy("Not answered in time: %(lab)s, %(when)s"),
    "cancel": gettext_lazy("The host has cancelled: %(lab)s, %(when)s"),
    "cancel_own": gettext_lazy("Your organisation has cancelled: %(lab)s, %(when)s"),
    "lapse": gettext_lazy("Called off, as it was still on hold: %(lab)s, %(when)s"),
    "miss": gettext_lazy("Nobody checked in: %(lab)s, %(when)s"),
}
TO_HOST = {
    BookingState.PENDING: gettext_lazy("%(guest)s asks for %(lab)s, %(when)s"),
    BookingState.CONFIRMED: gettext_lazy("%(guest)s has booked %(lab)s, %(when)s"),
    BookingState.CANCELLED: gettext_lazy("%(guest)s has cancelled %(lab)s, %(when)s"),
}


def tell_guest(booking: Booking, action: str, *, by: User | None = None, reason: str = "", times: int = 1) -> None:
    """Whoever booked it, while they act for the guest, its heads and coordinators; ``times`` of a series at once."""
    people = {person.pk: person for person in heads_of(booking.organisation)}
    if booking.person and role_of(booking.person, booking.organisation):
        people[booking.person.pk] = booking.person
    notify(
        [one for one in people.values() if one != by],
        topic=BOOKINGS,
        key=f"booking {booking.pk} {action} {booking.sequence}",
        words=partial(_words, booking, TO_GUEST[action], reason, times=times),
        link=reverse("technoparks:dashboard_booking", args=[booking.organisation.slug, booking.pk]),
    )


def tell_host(booking: Booking, *, by: User | None = None, action: str = "book", times: int = 1) -> None:
    """Heads and coordinators of the host; of a series once."""
    host = booking.lab.technopark.host
    if booking.organisation_id == host.pk:
        return
    notify(
        [one for one in heads_of(host) if one != by],
        topic=BOOKINGS,
        key=f"booking {booking.pk} {action} {booking.sequence}",
        words=partial(_words, booking, TO_HOST[BookingState(booking.state)], "", times=times),
        link=reverse("technoparks:dashboard_booking", args=[host.slug, booking.pk]),
    )


def _words(booking: Booking, said: str | Promise, reason: str, *, times: int = 1) -> Words:
    title = str(said) % {
        "guest": booking.organisation.title,
        "lab": booking.lab.title,
        "when": when(booking, today=timezone.localdate()),
    }
    text = [booking.title]
    if times > 1:
        text.append(_("A series of %(number)d times.") % {"number": times})
    if reason:
        text.append(_("The reason: %(reason)s") % {"reason": reason})
    return Words(title, "\n\n".join(text))


# --- Of several bookings at once ------------------------------------------------------------------------------


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


def page_of(bookings: list[Booking]) -> str:
    """Of one its own, of several that of all, in the dashboard of the guest."""
    slug = bookings[0].organisation.slug
    if len(bookings) > 1:
        return reverse("technoparks:dashboard_labs", args=[slug])
    return reverse("technoparks:dashboard_booking", args=[slug, bookings[0].pk])
