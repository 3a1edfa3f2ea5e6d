"""Whom an outage hits hears of it: each person once, with all the bookings that are theirs."""

from collections.abc import Callable, Mapping
from functools import partial

from django.utils import timezone
from django.utils.translation import gettext as _

from common.times import when
from members.models import User
from members.notices.notifications import Words, notify
from technoparks.booking.telling import BOOKINGS, page_of
from technoparks.models import Booking, Equipment, Outage, OutageKind
from technoparks.outage.words import Fate, fate_said

Fates = Mapping[Booking, Equipment | Fate]


def tell(
    outage: Outage,
    readers: Mapping[User, list[Booking]],
    fates: Fates,
    *,
    words: Callable[[Outage, Fates], Words],
    key: str,
    by: User,
) -> None:
    for reader, bookings in readers.items():
        if reader == by:
            continue
        notify(
            [reader],
            topic=BOOKINGS,
            key=key,
            words=partial(words, outage, {one: fates[one] for one in bookings}),
            link=page_of(bookings),
        )


def words_of_outage(outage: Outage, fates: Fates) -> Words:
    machine = outage.equipment
    is_planned = outage.kind == OutageKind.MAINTENANCE
    title = _("Maintenance: %(machine)s, %(lab)s") if is_planned else _("Out of order: %(machine)s, %(lab)s")
    reason = _("The reason: %(reason)s") % {"reason": outage.reason}
    text = [f"{outage.said}. {reason}", _("Your bookings:"), _lines(fates)]
    return Words(title % {"machine": machine.title, "lab": machine.lab.title}, "\n\n".join(text))


def words_of_end(outage: Outage, fates: Fates) -> Words:
    machine = outage.equipment
    title = _("Can be booked again: %(machine)s, %(lab)s") % {"machine": machine.title, "lab": machine.lab.title}
    text = [_("Your bookings that had lost it stay as they are. Book it anew if you need it:"), _lines(fates)]
    return Words(title, "\n\n".join(text))


def _lines(fates: Fates) -> str:
    return "\n".join(
        f"{when(booking, today=timezone.localdate())}: {booking.title} — {fate_said(fate)}"
        for booking, fate in sorted(fates.items(), key=lambda item: (item[0].starts_at, item[0].pk))
    )
