"""What technoparks hold about a person: that they are responsible for bookings, which stay with the organisation, and
the inductions that they have passed."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.personal_data import Holder, Person, Record, described, register, told
from technoparks.models import Booking, BookingMove, Induction, QuizAttempt


def _collect(person: Person) -> Iterator[Record]:
    for one in Booking.objects.filter(person=person.user).select_related("lab", "organisation").order_by("pk"):
        yield [
            *described(one, "lab", "organisation", "kind", "title", "people", "state", "created_at"),
            told("starts_at", pgettext_lazy("booking", "from"), one.starts_at),
            told("ends_at", pgettext_lazy("booking", "till"), one.ends_at),
        ]


def _erase(person: Person) -> int:
    """What is to come is tended by whoever else acts for the organisation."""
    bookings = Booking.objects.filter(person=person.user)
    BookingMove.objects.filter(booking__in=bookings).update(reason="")
    return bookings.update(person=None)


def _collect_inductions(person: Person) -> Iterator[Record]:
    own = Induction.objects.filter(person=person.user).select_related("version__instruction").order_by("pk")
    for one in own:
        columns = ("version", "kind", "passed_at", "right", "asked", "completed_on", "valid_until", "used_on")
        yield described(one, *columns, "revoked_at", "reason")
    for attempt in QuizAttempt.objects.filter(person=person.user).select_related("version__instruction").order_by("pk"):
        yield described(attempt, "version", "at", "right", "asked")


def _erase_inductions(person: Person) -> int:
    """Whoever signed for others stays nameless in their inductions: the row of who was erased names nobody."""
    QuizAttempt.objects.filter(person=person.user).delete()
    return Induction.objects.filter(person=person.user).delete()[0]


register(
    Holder("lab_bookings", _("Bookings of laboratories"), ("technoparks.Booking",), _collect, _erase),
)
register(
    Holder(
        "inductions",
        _("Inductions"),
        ("technoparks.Induction", "technoparks.QuizAttempt"),
        _collect_inductions,
        _erase_inductions,
    ),
)
