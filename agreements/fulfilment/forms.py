"""Progress, as one side reports it and the other decides on it."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import Obligation, ObligationReport
from common.forms import DocumentField, OnceForm


class ReportForm(OnceForm):
    """Of an obligation without an amount no number is asked."""

    amount = forms.DecimalField(
        label=gettext_lazy("How much was done"), max_digits=14, decimal_places=2, min_value=0.01
    )
    text = forms.CharField(
        label=gettext_lazy("What was done"),
        max_length=ObligationReport._meta.get_field("text").max_length,
        widget=forms.Textarea({"rows": 5}),
        help_text=gettext_lazy("The other side reads it and confirms. No names of pupils: they stand in the annex."),
    )
    link = forms.URLField(
        label=gettext_lazy("Link"),
        required=False,
        max_length=200,
        assume_scheme="https",
        help_text=gettext_lazy("Where it can be seen, if there is such a page"),
    )
    file = DocumentField(
        label=gettext_lazy("File"), required=False, help_text=gettext_lazy("PDF, DOCX, JPEG or PNG, up to 10 MB")
    )

    def __init__(self, *args: Any, obligation: Obligation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if obligation.amount is None:
            del self.fields["amount"]
        elif obligation.amount_title:
            self.fields["amount"].label = _("How much was done: %(what)s") % {"what": obligation.amount_title.lower()}
        if obligation.evidence:
            self.fields["file"].help_text = _("It was agreed to show it by: %(evidence)s") % {
                "evidence": obligation.evidence
            }

    @property
    def told(self) -> dict[str, Any]:
        typed = self.cleaned_data
        return {
            "amount": typed.get("amount"),
            "text": typed["text"],
            "link": typed["link"],
            "document": typed["file"],
        }


class DecisionForm(forms.Form):
    """What the other side says to a report."""

    verdict = forms.ChoiceField(
        label=gettext_lazy("Is it so?"),
        choices=[("confirm", gettext_lazy("Yes, it was done")), ("refuse", gettext_lazy("No, not as it is reported"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=gettext_lazy("Why not"),
        required=False,
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("Needed if you say no; the other side reads it"),
    )

    def clean(self) -> dict[str, Any]:
        super().clean()
        if self.cleaned_data.get("verdict") == "refuse" and not self.cleaned_data.get("reason"):
            raise ValidationError({"reason": _("Say why: the other side will read it.")}, code="reason_missing")
        return self.cleaned_data

    @property
    def told(self) -> dict[str, Any]:
        typed = self.cleaned_data
        return {"confirms": typed["verdict"] == "confirm", "reason": typed["reason"]}
