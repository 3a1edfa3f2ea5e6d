"""Forms of outages, by the clock of the technopark."""

import datetime
import hashlib
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from common.days import PLAUSIBLE
from common.forms import DayInput, OnceForm
from technoparks.booking.hours import DAY, at
from technoparks.models import Lab, Outage, OutageKind
from technoparks.outage.hits import Hit
from technoparks.outage.outages import Choices
from technoparks.outage.words import Fate

MIDNIGHT = datetime.time(0)


class ClockInput(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class EndForm(OnceForm):
    """A day without an hour: until its end."""

    until_day = forms.DateField(
        label=gettext_lazy("Till what day"),
        validators=PLAUSIBLE,
        widget=DayInput,
        required=False,
        help_text=gettext_lazy("Empty: until further notice"),
    )
    until_time = forms.TimeField(label=gettext_lazy("Till what hour"), widget=ClockInput, required=False)
    paired: tuple[str, ...] = ("until",)

    def __init__(self, data: Any = None, *, lab: Lab, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        self.lab = lab

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for name in self.paired:
            if data.get(f"{name}_time") and f"{name}_day" in data and not data[f"{name}_day"]:
                self.add_error(f"{name}_day", _("Say the day as well."))
        return data

    @property
    def ends(self) -> datetime.datetime | None:
        day, hour = self.cleaned_data["until_day"], self.cleaned_data["until_time"]
        if day is None:
            return None
        zone = self.lab.technopark.zone
        return at(day, hour, zone) if hour else at(day + DAY, MIDNIGHT, zone)

    @property
    def mark(self) -> str:
        """Of what was reviewed: for other times it is to be seen anew."""
        times = [self.cleaned_data[f"{name}_{part}"] for name in self.paired for part in ("day", "time")]
        return hashlib.sha256(repr(times).encode()).hexdigest()


class OutageForm(EndForm):
    kind = forms.ChoiceField(label=gettext_lazy("What it is"), choices=OutageKind.choices, initial=OutageKind.BREAKDOWN)
    reason = Outage._meta.get_field("reason").formfield(
        help_text=gettext_lazy("Guests and visitors of the portal read it")
    )
    since_day = forms.DateField(
        label=gettext_lazy("From what day"),
        validators=PLAUSIBLE,
        widget=DayInput,
        required=False,
        help_text=gettext_lazy("Empty: from now on"),
    )
    since_time = forms.TimeField(label=gettext_lazy("From what hour"), widget=ClockInput, required=False)
    paired = ("since", "until")
    field_order = ["kind", "reason", "since_day", "since_time", "until_day", "until_time"]

    @property
    def starts(self) -> datetime.datetime | None:
        day, hour = self.cleaned_data["since_day"], self.cleaned_data["since_time"]
        return at(day, hour or MIDNIGHT, self.lab.technopark.zone) if day else None


class ReviewForm(forms.Form):
    """What becomes of each booking that is hit. What was chosen before stays chosen while it is possible; where nothing
    was, it is what is proposed, and where nothing is, whoever reviews has to choose."""

    def __init__(self, hits: list[Hit], typed: QueryDict, *, is_sent: bool) -> None:
        super().__init__(typed if is_sent else None)
        self.hits = hits
        for hit in hits:
            name, possible = _name(hit), _possible(hit)
            chosen = typed.get(name) or (str(hit.proposed.pk) if hit.proposed else "")
            self.fields[name] = forms.ChoiceField(
                label=hit.booking.title,
                choices=[("", pgettext_lazy("of a list", "Choose")), *possible],
                initial=chosen if chosen in dict(possible) else "",
                error_messages={
                    "required": _("Choose what becomes of it."),
                    "invalid_choice": _("That is not possible any more: choose anew."),
                },
            )

    @property
    def rows(self) -> list[tuple[Hit, forms.BoundField]]:
        return [(hit, self[_name(hit)]) for hit in self.hits]

    @property
    def choices(self) -> Choices:
        chosen = {hit.booking.pk: self.cleaned_data[_name(hit)] for hit in self.hits}
        return {key: Fate(one) if one in Fate.values else int(one) for key, one in chosen.items()}


def _name(hit: Hit) -> str:
    return f"booking_{hit.booking.pk}"


def _possible(hit: Hit) -> list[tuple[str, str]]:
    instead = [(str(one.pk), _("Moves to: %(machine)s") % {"machine": one.title}) for one in hit.others]
    fates = [(fate.value, str(fate.label)) for fate in Fate if fate != Fate.CANCEL or hit.may_cancel]
    return [*instead, *fates]
