"""Forms of the host for instructions, and for whom they are."""

import datetime
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from common.days import PLAUSIBLE
from common.forms import DayInput
from common.html import RichTextField
from technoparks.induction.writing import read_questions, write_questions
from technoparks.models import EquipmentClass, Instruction, InstructionVersion, Lab, Standing, Technopark

LONGEST_JOURNAL = datetime.timedelta(days=366)
SEPTEMBER = 9


def _offer(form: forms.BaseForm, name: str, those: QuerySet) -> None:
    cast("forms.ModelChoiceField", form.fields[name]).queryset = those


class InstructionForm(forms.ModelForm):
    """Its ``relations`` are set by the service, under its locks."""

    class Meta:
        model = Instruction
        fields = [
            "technopark",
            "name",
            "name_en",
            "kind",
            "labs",
            "machines",
            "needs_practice",
            "pass_percent",
            "valid_days",
            "ends_with_school_year",
            "idle_days",
            "needed_from",
            "is_offered",
        ]
        widgets = {
            "labs": forms.CheckboxSelectMultiple,
            "machines": forms.CheckboxSelectMultiple,
            "needed_from": DayInput,
        }

    def __init__(self, *args: Any, technoparks: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labs = Lab.objects.filter(technopark__in=technoparks)
        _offer(self, "technopark", technoparks)
        _offer(self, "labs", labs)
        _offer(self, "machines", EquipmentClass.objects.filter(equipment__lab__in=labs).distinct())
        self.fields["needed_from"].validators += PLAUSIBLE
        if self.instance.pk:  # people have passed it there
            del self.fields["technopark"]
        elif len(technoparks) == 1:
            self.fields["technopark"].initial = technoparks[0]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        technopark = data["technopark"].pk if data.get("technopark") else self.instance.technopark_id
        if technopark and any(lab.technopark_id != technopark for lab in data.get("labs", ())):
            self.add_error("labs", _("Choose laboratories of the same technopark."))
        return data

    @property
    def relations(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("labs", "machines")}


class VersionForm(forms.Form):
    text = InstructionVersion._meta.get_field("text").formfield(
        widget=forms.Textarea({"rows": 14}), validators=RichTextField.default_validators
    )
    text_en = InstructionVersion._meta.get_field("text_en").formfield(
        widget=forms.Textarea({"rows": 6}), validators=RichTextField.default_validators
    )
    questions = forms.CharField(
        label=gettext_lazy("Questions"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea({"rows": 14}),
        help_text=gettext_lazy(
            "A question on a line of its own; under it the answers, + before a right one and − before a wrong one; "
            "an empty line before the next question. Without questions it is enough to have read the text."
        ),
    )
    is_needed_anew = forms.BooleanField(
        label=gettext_lazy("Whoever knows an earlier text learns this one"),
        required=False,
        help_text=gettext_lazy("Until then their bookings are on hold, and they are told"),
    )

    def __init__(self, data: Any = None, *, current: InstructionVersion | None) -> None:
        super().__init__(data)
        if current is None:
            del self.fields["is_needed_anew"]
        else:
            self.initial = {
                "text": current.text,
                "text_en": current.text_en,
                "questions": write_questions(current.questions),
            }

    def clean_questions(self) -> list[dict[str, Any]]:
        try:
            return read_questions(self.cleaned_data["questions"])
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


class InductionFilterForm(forms.Form):
    q = forms.CharField(label=gettext_lazy("Name or e-mail"), required=False, max_length=100)
    standing = forms.ChoiceField(
        label=pgettext_lazy("induction", "State"),
        choices=[("", pgettext_lazy("induction", "any")), *Standing.choices],
        required=False,
    )
    instruction = forms.ModelChoiceField(
        Instruction.objects.none(),
        label=gettext_lazy("Instruction"),
        required=False,
        empty_label=pgettext_lazy("instruction", "any"),
    )

    def __init__(self, data: Any, *, technoparks: Any) -> None:
        super().__init__(data)
        _offer(self, "instruction", Instruction.objects.filter(technopark__in=technoparks))


class JournalForm(forms.Form):
    """A school year at most."""

    technopark = forms.ModelChoiceField(Technopark.objects.none(), label=gettext_lazy("Technopark"), empty_label=None)
    first = forms.DateField(label=pgettext_lazy("days", "From"), validators=PLAUSIBLE, widget=DayInput)
    last = forms.DateField(label=pgettext_lazy("days", "Till"), validators=PLAUSIBLE, widget=DayInput)

    def __init__(self, data: Any = None, *, technoparks: Any) -> None:
        today = timezone.localdate()
        first = datetime.date(today.year - (today.month < SEPTEMBER), SEPTEMBER, 1)
        super().__init__(data, initial={"technopark": technoparks.first(), "first": first, "last": today})
        _offer(self, "technopark", technoparks)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if {"first", "last"} <= data.keys():
            if data["last"] < data["first"]:
                self.add_error("last", _("It ends after it begins."))
            elif data["last"] - data["first"] > LONGEST_JOURNAL:
                self.add_error("last", _("A year at most."))
        return data
