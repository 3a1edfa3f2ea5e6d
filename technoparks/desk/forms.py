"""Forms of booking, by the clock of the lab."""

import datetime
import hashlib
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from common.days import PLAUSIBLE
from common.forms import DayInput, OnceForm
from technoparks.booking.bookings import MOST_TIMES, Asked
from technoparks.booking.hours import DAY, Span, at, holiday_on
from technoparks.models import BookedFor, Booking, Equipment, Induction, Lab, with_outages


class BookingForm(OnceForm):
    """``weeks`` above 1 makes a series: the same hours of the same weekday."""

    day = forms.DateField(label=gettext_lazy("Day"), validators=PLAUSIBLE, widget=DayInput)
    starts = forms.TimeField(label=pgettext_lazy("time", "From"), widget=forms.TimeInput({"type": "time"}, "%H:%M"))
    ends = forms.TimeField(label=pgettext_lazy("time", "Till"), widget=forms.TimeInput({"type": "time"}, "%H:%M"))
    weeks = forms.IntegerField(
        label=gettext_lazy("Weeks in a row"),
        initial=1,
        min_value=1,
        max_value=MOST_TIMES,
        help_text=gettext_lazy("At the same hours of the same weekday; 1: once"),
    )
    skips_holidays = forms.BooleanField(
        label=gettext_lazy("Leave out public holidays, and add as many weeks at the end"), required=False, initial=True
    )
    kind = forms.ChoiceField(label=gettext_lazy("For whom"), choices=BookedFor.choices, initial=BookedFor.CLASS)
    title = Booking._meta.get_field("title").formfield()
    people = forms.IntegerField(
        label=gettext_lazy("How many people"), min_value=1, max_value=500, help_text=gettext_lazy("Adults included")
    )
    is_whole = forms.BooleanField(label=gettext_lazy("The whole room"), required=False)
    youngest = forms.IntegerField(label=gettext_lazy("Age of the youngest"), min_value=3, max_value=99, required=False)

    def __init__(self, data: Any = None, *, lab: Lab, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        self.lab = lab
        machines = with_outages(lab.equipment.usable())
        if machines:
            self.fields["equipment"] = forms.MultipleChoiceField(
                label=gettext_lazy("Equipment"),
                choices=[(str(one.pk), _machine(one)) for one in machines],
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
        self.fields["people"].widget.attrs["max"] = lab.seats
        self.fields["youngest"].required = lab.least_age is not None
        if not lab.by_seats:
            del self.fields["is_whole"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if {"starts", "ends"} <= data.keys() and data["ends"] <= data["starts"]:
            self.add_error("ends", _("It ends after it begins."))
        return data

    @property
    def asked_for(self) -> Asked:
        data = self.cleaned_data
        return Asked(
            title=data["title"],
            kind=data["kind"],
            people=data["people"],
            is_whole=data.get("is_whole", True),
            youngest=data["youngest"],
            equipment=tuple(sorted(int(one) for one in data.get("equipment", ()))),
        )

    @property
    def times(self) -> list[Span]:
        """By the clock of the wall in each week, so an hour that is put forward moves nobody."""
        zone, data = self.lab.technopark.zone, self.cleaned_data
        return [
            (at(day, data["starts"], zone), at(day, data["ends"], zone))
            for day in self._days(data["day"], data["weeks"], skips=data["skips_holidays"] and self.lab.keeps_holidays)
        ]

    @property
    def mark(self) -> str:
        """Of what was shown: other times, or more people, are to be seen anew before they are booked."""
        return hashlib.sha256(repr((self.asked_for, self.times)).encode()).hexdigest()

    @staticmethod
    def _days(first: datetime.date, weeks: int, *, skips: bool) -> list[datetime.date]:
        found, day = list[datetime.date](), first
        while len(found) < weeks:
            if weeks == 1 or not (skips and holiday_on(day)):
                found.append(day)
            day += 7 * DAY
        return found


def _machine(machine: Equipment) -> str:
    """With what is to be known before it is chosen: that it is out of order now, and till when."""
    return f"{machine.title} ({machine.outage.till_said})" if machine.outage else machine.title


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("The reason"),
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("The other side reads it"),
    )


class RevocationForm(forms.Form):
    """A reason as long as the row of the induction holds it."""

    reason = Induction._meta.get_field("reason").formfield(
        label=gettext_lazy("The reason"),
        required=True,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("The other side reads it"),
    )


def next_hour(lab: Lab) -> datetime.datetime:
    """To begin a form with."""
    return timezone.now().astimezone(lab.technopark.zone).replace(minute=0) + datetime.timedelta(hours=1)
