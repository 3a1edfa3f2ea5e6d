"""Whose bookings are called off, as the lab is closed then, hears of it: each person once, with all that are theirs."""

from collections.abc import Mapping, Sequence
from functools import partial

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.times import when
from members.models import User
from members.notices.notifications import Words, notify
from technoparks.booking.telling import BOOKINGS, page_of
from technoparks.models import Booking


def tell_closed(readers: Mapping[User, list[Booking]], *, key: str, reason: str, by: User) -> None:
    for reader, bookings in readers.items():
        if reader != by:
            words = partial(_words, bookings, reason)
            notify([reader], topic=BOOKINGS, key=key, words=words, link=page_of(bookings))


def _words(bookings: Sequence[Booking], reason: str) -> Words:
    number = len(bookings)
    title = ngettext(
        "%(lab)s is closed then: the host has cancelled %(number)d booking",
        "%(lab)s is closed then: the host has cancelled %(number)d bookings",
        number,
    )
    today = timezone.localdate()
    lines = [f"{when(one, today=today)}: {one.title}" for one in bookings]
    text = ["\n".join(lines), _("The reason: %(reason)s") % {"reason": reason}]
    labs = {one.lab for one in bookings}
    lab = bookings[0].lab
    place = lab.title if len(labs) == 1 else lab.technopark.title
    return Words(title % {"lab": place, "number": number}, "\n\n".join(text))
