"""The bookings behind a number, page by page: what an address asks for, and what they count for together."""

from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import F
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.facets import MOST_PAGES, Chip
from common.report_tables import Cell
from common.times import TO, within
from members.models import Organisation
from technoparks.models import BookedFor, Booking, BookingState
from technoparks.usage import measures
from technoparks.usage.asking import Asked, directions_of
from technoparks.usage.measures import SUMS, hours

ON_A_PAGE = 50
BOOKED = gettext_lazy("All that are booked")
Choice = tuple[str, Any]  # value, label


class Bookings:
    """In six queries, however many there are."""

    def __init__(self, asked: Asked, page: str | None) -> None:
        self.asked, self.asked_page = asked, page

    @cached_property
    def sums(self) -> dict[str, Any]:
        return self.asked.bookings.aggregate(**SUMS)

    @property
    def number(self) -> int:
        return self.sums["number"]

    @property
    def seat_hours(self) -> Cell:
        return Cell(hours(self.sums["seat_time"]), places=1)

    @property
    def person_hours(self) -> Cell:
        return Cell(hours(self.sums["person_time"]), places=1)

    @cached_property
    def room_hours(self) -> Cell | None:
        """Of those that are booked; of an hour of the week, in which bookings lie in part, none are told."""
        if self.asked.hour is not None:
            return None
        kept = self.asked.bookings.filter(state__in=measures.BOOKED).order_by().alias(kept=measures.kept)
        rooms = kept.values("lab").annotate(time=measures.time_of_any("kept", state__in=measures.BOOKED))
        return Cell(hours(sum(room["time"] for room in rooms)), places=1)

    @property
    def released(self) -> Cell:
        return Cell(hours(self.sums["released_time"]), places=1)

    @cached_property
    def page(self) -> Page:
        positions = range(min(self.number, MOST_PAGES * ON_A_PAGE))
        return Paginator(positions, ON_A_PAGE).get_page(self.asked_page)

    @cached_property
    def rows(self) -> list[Booking]:
        """The latest first, each with its ``seat_hours``."""
        first = (self.page.number - 1) * ON_A_PAGE
        latest = self.asked.bookings.order_by(F("span__startswith").desc(), "-pk")
        found = [*latest.select_related("organisation", "series")[first : first + ON_A_PAGE]]
        labs = {lab.pk: lab for lab in self.asked.labs}
        for one in found:
            one.lab = labs[one.lab_id]
            one.seat_hours = Cell(hours(one.seat_seconds), places=1)  # type: ignore[attr-defined]
        return found

    @cached_property
    def guests(self) -> list[Organisation]:
        """All that have ever booked there."""
        booked = Booking.objects.filter(lab__in=[lab.pk for lab in self.asked.labs])
        return [*Organisation.objects.filter(pk__in=booked.values("organisation")).order_by("sort_name")]

    @property
    def choices(self) -> list[tuple[str, str, str, list[Choice]]]:
        """Of each filter its name, what it is called, what is chosen, and what can be."""
        asked = self.asked.parameters
        offered: list[tuple[str, str, list[Choice]]] = [
            ("lab", _("Laboratory"), [(str(lab.pk), lab.title) for lab in self.asked.labs]),
            ("direction", _("Direction"), [*directions_of(self.asked.labs).items()]),
            ("guest", _("Organisation"), [(one.slug, one.title) for one in self.guests]),
            ("kind", _("For whom"), BookedFor.choices),
            ("state", _("State"), [("booked", BOOKED), *BookingState.choices]),
        ]
        return [(name, title, asked.get(name, ""), some) for name, title, some in offered if len(some) > 1]

    @property
    def hidden(self) -> dict[str, str]:
        """What the form does not offer, and keeps."""
        return {name: value for name, value in self.asked.parameters.items() if name in ("weekday", "hour", "title")}

    @property
    def chips(self) -> list[Chip]:
        asked, chips = self.asked, list[tuple[str | Promise, dict[str, None]]]()
        if asked.period:
            first, last = (date_format(day, "DATE_FORMAT") for day in (asked.period.first, asked.period.last))
            chips.append((first if first == last else f"{first} – {last}", {"from": None, "till": None}))
        for name, _title, chosen, offered in self.choices:
            if chosen:
                chips.append((dict(offered)[chosen], {name: None}))
        if asked.title:
            chips.append((_("“%s”") % asked.title, {"title": None}))
        if asked.weekday is not None:
            chips.append((within(WEEKDAYS[asked.weekday]), {"weekday": None}))
        if asked.hour is not None:
            chips.append((f"{asked.hour:02}:00{TO}{asked.hour + 1:02}:00", {"hour": None}))
        return [Chip(str(label), asked.address(**without)) for label, without in chips]

    @property
    def clear_url(self) -> str:
        return f"?{urlencode({'technopark': self.asked.technopark.slug})}"

    @property
    def narrows(self) -> bool:
        return len(self.asked.parameters) > 1
