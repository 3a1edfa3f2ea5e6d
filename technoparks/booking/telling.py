"""What guest and host hear of a booking. No letter names a pupil: titles are those of classes and projects."""

from functools import partial

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.times import when
from members.models import User
from members.notices.notifications import Words, heads_of, notify
from members.notices.topics import Topic, register
from members.policies import role_of
from technoparks.models import Booking, BookingState

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
