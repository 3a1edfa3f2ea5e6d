"""Forms by which a host describes programmes and groups, and decides on learners."""

from typing import Any

from django import forms
from django.forms import inlineformset_factory
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from common.days import PLAUSIBLE
from common.forms import DayInput
from common.marks import RichTextFormField
from common.text import free_slug
from members.models import Organisation, Representative, User
from technoparks.models import Cohort, CohortHours, CohortState, Lab, Mark, Programme, Technopark
from technoparks.policies import BOOKING


class ProgrammeForm(forms.ModelForm):
    """Its address comes from its name, once."""

    class Meta:
        model = Programme
        fields = [
            "technopark", "name", "about", "audience", "age_from", "age_to", "hours", "direction", "decision_days",
            "attendance_percent", "is_published", "name_en", "about_en",
        ]  # fmt: skip
        field_classes = {"about": RichTextFormField, "about_en": RichTextFormField}
        widgets = {"audience": forms.RadioSelect}

    def __init__(self, *args: Any, host: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["technopark"].queryset = Technopark.objects.filter(host=host, is_network=False)
        fields["technopark"].empty_label = None
        if self.instance.pk:
            del self.fields["technopark"]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        if not self.instance.slug and typed.get("technopark") and typed.get("name"):
            taken = {*typed["technopark"].programmes.values_list("slug", flat=True)}
            self.instance.slug = free_slug(typed["name"], taken, otherwise="programme")
        return typed


class CohortForm(forms.ModelForm):
    """Once it is open, without what its lessons were booked by."""

    starts_on = forms.DateField(label=gettext_lazy("First day"), validators=PLAUSIBLE, widget=DayInput)
    ends_on = forms.DateField(label=gettext_lazy("Last day"), validators=PLAUSIBLE, widget=DayInput)
    apply_until = forms.DateField(label=gettext_lazy("Applications until"), validators=PLAUSIBLE, widget=DayInput)

    class Meta:
        model = Cohort
        fields = [
            "name", "lab", "starts_on", "ends_on", "apply_until", "places", "is_whole", "teacher", "name_en",
        ]  # fmt: skip

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.programme = programme
        fields: dict[str, Any] = self.fields
        fields["lab"].queryset = Lab.objects.filter(technopark=programme.technopark)
        fields["lab"].empty_label = None
        acting = Representative.objects.active().filter(organisation=programme.technopark.host, role__in=BOOKING)
        fields["teacher"].queryset = User.objects.filter(pk__in=acting.values("user")).order_by("last_name", "pk")
        fields["teacher"].help_text = gettext_lazy("Reads who learns in the group and marks who came")
        if self.instance.state != CohortState.PLANNED:
            for name in ("lab", "starts_on", "ends_on", "is_whole"):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        lab, places = typed.get("lab") or (self.instance.lab if self.instance.lab_id else None), typed.get("places")
        if lab and places and places > lab.seats:
            self.add_error("places", _("The laboratory has %(number)d seats.") % {"number": lab.seats})
        return typed


class HoursForm(forms.ModelForm):
    class Meta:
        model = CohortHours
        fields = ["weekday", "starts", "ends"]
        widgets = dict.fromkeys(("starts", "ends"), forms.TimeInput({"type": "time"}, "%H:%M"))


HoursFormSet = inlineformset_factory(Cohort, CohortHours, HoursForm, extra=3, max_num=14, can_delete=True)


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("The reason"),
        max_length=300,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("The other side reads it; name nobody in it, please"),
    )


class GroundsForm(forms.Form):
    grounds = forms.CharField(
        label=pgettext_lazy("of a certificate", "Why it is issued"),
        max_length=300,
        widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("It is kept with the certificate, and is not printed on it"),
    )


class TransferForm(ReasonForm):
    to = forms.ModelChoiceField(Cohort.objects.none(), label=gettext_lazy("To the group"))
    field_order = ["to", "reason"]

    def __init__(self, data: Any = None, *, cohort: Cohort, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        field: Any = self.fields["to"]
        others = Cohort.objects.filter(
            programme__technopark=cohort.programme.technopark_id, state__in=[CohortState.GATHERING, CohortState.RUNNING]
        )
        field.queryset = others.exclude(pk=cohort.pk).select_related("programme")
        field.label_from_instance = lambda one: f"{one.programme.title}: {one.title}"


class MarksForm(forms.Form):
    """Who came: for each learner of the day one of three marks, none of them chosen beforehand."""

    def __init__(self, data: Any = None, *, learners: list[Any], marked: dict[int, str]) -> None:
        super().__init__(data)
        self.learners = learners
        for one in learners:
            self.fields[f"mark_{one.pk}"] = forms.ChoiceField(
                label=one.application.shown_name,
                choices=Mark.choices,
                required=False,
                initial=marked.get(one.pk, ""),
                widget=forms.RadioSelect,
            )

    @property
    def marks(self) -> dict[int, str]:
        typed = {one.pk: self.cleaned_data[f"mark_{one.pk}"] for one in self.learners}
        return {key: mark for key, mark in typed.items() if mark}
