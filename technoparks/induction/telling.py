"""What people hear of inductions, and of the bookings that wait for them: each once, however many there are."""

from collections import defaultdict
from collections.abc import Sequence
from functools import partial

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common.times import when
from members.models import Organisation, User
from members.notices.notifications import Words, heads_of, notify
from members.policies import role_of
from technoparks.booking.telling import BOOKINGS
from technoparks.models import Booking, Induction

OF_BOOKINGS = {
    "hold": gettext_lazy("Whoever is responsible has to pass an induction, or somebody else who has it takes over."),
    "resume": gettext_lazy("The induction is valid again."),
}


def tell_of_bookings(bookings: Sequence[Booking], action: str) -> None:
    """The responsible person of each, and heads and coordinators of the guest, in one letter each."""
    of_guest: dict[Organisation, list[Booking]] = defaultdict(list)
    for booking in bookings:
        of_guest[booking.organisation].append(booking)
    for organisation, theirs in of_guest.items():
        heads = heads_of(organisation)
        for head in heads:
            _tell(head, theirs, action, organisation)
        for person in {one.person for one in theirs} - {None, *heads}:
            if person and role_of(person, organisation):
                _tell(person, [one for one in theirs if one.person == person], action, organisation)


def _tell(person: User, bookings: Sequence[Booking], action: str, organisation: Organisation) -> None:
    first = bookings[0]
    notify(
        [person],
        topic=BOOKINGS,
        key=f"bookings {action} {first.pk} {first.sequence}",
        words=partial(_words_of_bookings, bookings, action),
        link=reverse("technoparks:dashboard_labs", args=[organisation.slug]),
    )


def _words_of_bookings(bookings: Sequence[Booking], action: str) -> Words:
    number = len(bookings)
    title = {
        "hold": ngettext("%(number)d booking is on hold", "%(number)d bookings are on hold", number),
        "resume": ngettext("%(number)d booking is confirmed again", "%(number)d bookings are confirmed again", number),
    }[action]
    today = timezone.localdate()
    lines = [f"— {one.title}: {one.lab.title}, {when(one, today=today)}" for one in bookings]
    return Words(title % {"number": number}, "\n\n".join([str(OF_BOOKINGS[action]), "\n".join(lines)]))


def tell_person(induction: Induction, said: str | Promise, *, event: str, reason: str = "") -> None:
    """``said`` with the name of the instruction and the day until which it is valid."""
    notify(
        [induction.person],
        topic=BOOKINGS,
        key=f"induction {induction.pk} {event}",
        words=partial(_words, induction, said, reason),
        link=induction.version.instruction.get_absolute_url(),
    )


def _words(induction: Induction, said: str | Promise, reason: str) -> Words:
    title = str(said) % {"name": induction.version.instruction.title}
    text = []
    if induction.valid_until and not induction.revoked_at:
        text.append(_("Valid until %(day)s.") % {"day": date_format(induction.valid_until)})
    if reason:
        text.append(_("The reason: %(reason)s") % {"reason": reason})
    return Words(title, "\n\n".join(text))


def tell_managers(induction: Induction) -> None:
    """That somebody waits for the practice. Their letter names nobody."""
    technopark = induction.version.instruction.technopark
    notify(
        [one for one in heads_of(technopark.host) if one != induction.person],
        topic=BOOKINGS,
        key=f"induction {induction.pk} waits",
        words=partial(_words, induction, gettext_lazy("Somebody waits for the practice: %(name)s"), ""),
        link=reverse("technoparks:dashboard_inductions", args=[technopark.host.slug]),
    )
