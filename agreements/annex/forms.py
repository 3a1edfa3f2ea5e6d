"""Forms of the restricted annex."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from agreements.annex.people import Told
from common.forms import OnceForm


class PersonForm(OnceForm):
    """Of a minor the consent of a parent may be noted later. ``was`` is what is known so far."""

    name = forms.CharField(label=pgettext_lazy("of a person", "Name"), max_length=150)
    needed = forms.CharField(
        label=gettext_lazy("What else the other side needs"),
        required=False,
        max_length=300,
        help_text=gettext_lazy(
            "For example a class or a group. Nothing of health, passports or addresses: who needs them asks for them "
            "on paper."
        ),
    )
    is_adult = forms.BooleanField(label=gettext_lazy("18 or older"), required=False)
    consented_on = forms.DateField(
        label=gettext_lazy("Day of the parent’s consent"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Empty: there is none yet"),
    )
    basis = forms.CharField(
        label=gettext_lazy("Where the consent is kept"),
        required=False,
        max_length=150,
        help_text=gettext_lazy("For example “consents 2026, sheet 12”. Who names the person keeps it."),
    )

    def clean_consented_on(self) -> Any:
        day = self.cleaned_data["consented_on"]
        if day and day > timezone.localdate():
            raise ValidationError(_("This day has not come yet."), code="ahead")
        return day

    def clean(self) -> dict[str, Any]:
        super().clean()
        typed = self.cleaned_data
        if typed.get("is_adult"):
            typed["consented_on"], typed["basis"] = None, ""
        elif typed.get("consented_on") and not typed.get("basis"):
            self.add_error("basis", _("Say where the consent is kept."))
        elif typed.get("basis") and "consented_on" in typed and not typed["consented_on"]:
            self.add_error("consented_on", _("Say on which day it was given."))
        return typed

    @property
    def told(self) -> dict[str, Any]:
        typed = self.cleaned_data
        told = Told(name=typed["name"], needed=typed["needed"], basis=typed["basis"])
        return {"told": told, "is_adult": typed["is_adult"], "consented_on": typed["consented_on"]}
