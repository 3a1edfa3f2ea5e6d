"""Forms of the hours of a lab, by the clock of its technopark."""

import datetime
from collections.abc import Collection
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common.days import PLAUSIBLE
from common.forms import DayInput
from technoparks.booking.hours import days
from technoparks.booking.moves import MOVES
from technoparks.models import Booking, Lab, OpeningException
from technoparks.opening.changes import DayHours, Review
from technoparks.opening.words import Hours, Week, hours_said, read_hours

MOST_DAYS = 60
LONGEST_KEY = 20  # digits


class HoursField(forms.Field):
    """«09:00–13:00, 14:00–18:00»; empty: closed."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, widget=forms.TextInput({"autocomplete": "off"}), **options)

    def prepare_value(self, value: Any) -> Any:
        return value if value is None or isinstance(value, str) else hours_said(value)

    def to_python(self, value: Any) -> list[Hours]:
        return read_hours(value or "")


class WeekForm(forms.Form):
    keeps_holidays = Lab._meta.get_field("keeps_holidays").formfield()

    def __init__(self, data: Any = None, *, lab: Lab) -> None:
        stands: dict[int, list[Hours]] = {day: [] for day in WEEKDAYS}
        for one in lab.opening_hours.all():
            stands[one.weekday].append((one.opens, one.closes))
        initial = {f"day_{day}": hours for day, hours in stands.items()}
        super().__init__(data, initial={**initial, "keeps_holidays": lab.keeps_holidays})
        for day, name in WEEKDAYS.items():
            self.fields[f"day_{day}"] = HoursField(label=name)

    @property
    def of_days(self) -> list[forms.BoundField]:
        return [self[f"day_{day}"] for day in WEEKDAYS]

    @property
    def week(self) -> Week:
        return {day: self.cleaned_data[f"day_{day}"] for day in WEEKDAYS}


class DayForm(forms.ModelForm):
    """Of a day that is unlike others. Nothing is saved by it (technoparks.opening.changes)."""

    class Meta:
        model = OpeningException
        fields = ["opens", "closes", "reason", "reason_en"]
        widgets = dict.fromkeys(("opens", "closes"), forms.TimeInput({"type": "time"}, "%H:%M"))
        labels = {"opens": gettext_lazy("Open from"), "closes": gettext_lazy("Open till")}
        help_texts = {
            "opens": gettext_lazy("Empty: closed all day"),
            "reason": gettext_lazy("Guests and visitors of the portal read it"),
        }

    @property
    def hours(self) -> DayHours:
        day = self.instance
        return DayHours(day.opens, day.closes, day.reason, day.reason_en)


class NewDaysForm(DayForm):
    day = forms.DateField(label=gettext_lazy("Day"), validators=PLAUSIBLE, widget=DayInput)
    last = forms.DateField(
        label=gettext_lazy("Till what day"),
        validators=PLAUSIBLE,
        widget=DayInput,
        required=False,
        help_text=gettext_lazy("Where it is more than one: each day of them"),
    )
    field_order = ["day", "last", "opens", "closes", "reason", "reason_en"]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        first, last = typed.get("day"), typed.get("last") or typed.get("day")
        if not first or not last:
            return typed
        if last < first:
            self.add_error("last", _("The last day is not before the first one."))
        elif (last - first).days >= MOST_DAYS:
            text = ngettext("At most %(number)d day at once.", "At most %(number)d days at once.", MOST_DAYS)
            self.add_error("last", text % {"number": MOST_DAYS})
        return typed

    @property
    def days(self) -> list[datetime.date]:
        first = self.cleaned_data["day"]
        return [*days(first, self.cleaned_data["last"] or first)]


class ReviewForm(forms.Form):
    """What becomes of ``bookings`` that would lie outside. What was decided on them stays as it was typed."""

    KEEP, ALL, MARKED = "keep", "all", "marked"
    fate = forms.ChoiceField(
        label=gettext_lazy("What becomes of them"),
        choices=[
            (KEEP, gettext_lazy("All of them stay as they are")),
            (ALL, gettext_lazy("All of them are cancelled")),
            (MARKED, gettext_lazy("Those that are marked below are cancelled")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Decide what becomes of them.")},
    )
    why = forms.CharField(
        label=gettext_lazy("Why they are cancelled"),
        max_length=1000,
        required=False,
        help_text=gettext_lazy("Where something is cancelled; the guests read it"),
    )

    def __init__(self, typed: QueryDict | None = None, *, reason: str = "", bookings: Collection[Booking] = ()) -> None:
        super().__init__(typed, initial={"why": reason})
        self.seen, self.marked = ([int(one) for one in self._keys(name)] for name in ("seen", "cancelled"))
        self.bookings = bookings

    def _keys(self, name: str) -> list[str]:
        sent = self.data.getlist(name) if isinstance(self.data, QueryDict) else []
        return [one for one in sent if one.isascii() and one.isdigit() and len(one) < LONGEST_KEY]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        if typed.get("fate") == self.MARKED and not self.marked:
            self.add_error("fate", _("Mark those that are cancelled."))
        if typed.get("fate") in (self.ALL, self.MARKED) and not typed.get("why"):
            self.add_error("why", _("Say why: the other side will read it."))
        return typed

    @property
    def review(self) -> Review:
        data = self.cleaned_data
        cancelled = {self.KEEP: (), self.ALL: self.seen, self.MARKED: self.marked}[data["fate"]]
        return Review(self.seen, cancelled, data["why"])

    @property
    def rows(self) -> list[tuple[Booking, bool, bool]]:
        """Each with whether it can be cancelled, as who has checked in stays, and whether it is marked."""
        return [(one, one.state in MOVES["cancel"].before, one.pk in self.marked) for one in self.bookings]
