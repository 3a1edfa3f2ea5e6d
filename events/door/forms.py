"""What whoever stands at the door types."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.forms import OnceForm
from events.models import Event, TicketPool
from events.registering.forms import OneLine
from events.registering.places import POOL_GONE


class WalkInForm(OnceForm):
    name = OneLine(
        label=_("First and last name"),
        max_length=150,
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": _("Enter the name of whoever has come.")},
    )
    pool: Any = forms.ModelChoiceField(
        TicketPool.objects.none(),
        label=pgettext_lazy("of a pool", "Place"),
        empty_label=None,
        error_messages={"invalid_choice": POOL_GONE},
    )

    def __init__(self, data: Any = None, *, event: Event) -> None:
        super().__init__(data)
        self.fields["pool"].queryset = event.pools.all()  # type: ignore[attr-defined]


class GateForm(forms.Form):
    gate = OneLine(
        label=pgettext_lazy("of an event", "Entrance"),
        max_length=60,
        required=False,
        help_text=_("It is told to whoever scans the same ticket elsewhere"),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
