"""Times in forms are typed by the clock of the place, whichever clock the reader's own is."""

import datetime
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.clocks import CLOCKS, clocks_of_the_country
from events.models import Event

FIRST_YEAR, YEARS_AHEAD = 1990, 10
LONGEST = datetime.timedelta(days=366)
EVENT_ENDS = _("An event ends after it begins: give both times, or neither.")
SESSION_ENDS = _("A session ends after it begins: give both times, or neither.")


def check_year(moment: datetime.datetime) -> None:
    """A slip of the finger; near the ends of what a computer counts no other clock could tell the time."""
    last = timezone.now().year + YEARS_AHEAD
    if not FIRST_YEAR <= moment.year <= last:
        text = _("Is this the right year? It may be from %(first)s to %(last)s.")
        raise forms.ValidationError(text, params={"first": FIRST_YEAR, "last": last})


def limit_years(form: forms.BaseForm, names: Iterable[str]) -> None:
    for name in {*names} & {*form.fields}:
        form.fields[name].validators.append(check_year)


def check_end(form: forms.BaseForm, data: Mapping[str, Any], text: Any) -> None:
    """Says beside the end what a constraint would say above the form; ``text``: where it is before the beginning, or
    one of both is missing."""
    starts_at, ends_at = data.get("starts_at"), data.get("ends_at")
    if {"starts_at", "ends_at"} & {*form.errors} or starts_at is ends_at is None:
        return
    if starts_at is None or ends_at is None or ends_at < starts_at:
        form.add_error("ends_at", text)
    elif ends_at - starts_at > LONGEST:
        form.add_error("ends_at", _("This is longer than a year. Is it the right year?"))


def shown_at(moment: datetime.datetime | None, zone: ZoneInfo) -> datetime.datetime | None:
    """For a widget, which would turn a moment into the clock of the reader."""
    return moment and moment.astimezone(zone).replace(tzinfo=None)


def typed_at(moment: datetime.datetime | None, zone: ZoneInfo) -> datetime.datetime | None:
    """What a field has read by the clock of the reader, by that of the place."""
    return moment and timezone.localtime(moment).replace(tzinfo=zone)


def clocks(known: str) -> list[tuple[str, str]]:
    """The clocks of the country, and the one that stands there already."""
    names = clocks_of_the_country()
    return names if known in CLOCKS else [*names, (known, known)]


class PlaceTimesForm(forms.ModelForm):
    """Of an event. With another time zone the hours stay as they were typed, so the moments are others."""

    CLOCKED: ClassVar = ("starts_at", "ends_at", "opens_at", "closes_at")
    instance: Event

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stored = {name: getattr(self.instance, name) for name in self.CLOCKED}
        for name in {*self.CLOCKED} & {*self.fields}:
            self.initial[name] = shown_at(self.stored[name], self.instance.zone)
        limit_years(self, self.CLOCKED)
        if "time_zone" in self.fields:
            self.initial.setdefault("time_zone", self.instance.time_zone)
            zones: Any = self.fields["time_zone"]
            zones.choices = clocks(self.instance.time_zone)
            zones.help_text = _("All times here are by this clock")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if zone := data.get("time_zone"):
            data.update({name: typed_at(data.get(name), ZoneInfo(zone)) for name in self.CLOCKED if name in data})
        check_end(self, data, EVENT_ENDS)
        return data

    @cached_property
    def changed_data(self) -> list[str]:
        """Moments are compared, and not what was typed."""
        plain = [name for name in super().changed_data if name not in self.CLOCKED]
        if not self.instance.pk:
            return [*plain, *({*self.CLOCKED} & {*self.fields})]
        cleaned = getattr(self, "cleaned_data", {})
        return [*plain, *(name for name in self.CLOCKED if name in cleaned and cleaned[name] != self.stored[name])]
