"""Forms by which a host describes its labs and what stands in them. The rules are those of the models, as in the admin
site."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from common.forms import DayInput, OnceForm
from common.marks import RichTextFormField
from common.one_line import one_line
from technoparks.booking.bookings import locked_lab
from technoparks.models import Equipment, EquipmentClass, Lab, Technopark

RULES = [
    "is_bookable", "by_seats", "is_for_members", "needs_approval", "needs_supervisor", "approval_hours", "least_age",
    "shortest_minutes", "longest_minutes", "step_minutes", "buffer_minutes", "days_ahead", "notice_hours",
    "check_in_minutes",
]  # fmt: skip


class LabForm(forms.ModelForm):
    """Its address comes from its name, once; its hours stand on a page of their own."""

    class Meta:
        model = Lab
        fields = ["name", "direction", "seats", "about", "is_published", "name_en", "about_en", *RULES]
        field_classes = {"about": RichTextFormField, "about_en": RichTextFormField}

    @property
    def of_lab(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name not in RULES]

    @property
    def of_rules(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name in RULES]


class NewLabForm(LabForm, OnceForm):
    class Meta(LabForm.Meta):
        fields = ["technopark", *LabForm.Meta.fields]

    def __init__(self, *args: Any, technoparks: QuerySet[Technopark], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["technopark"]
        field.queryset, field.empty_label = technoparks, None


class HeldMachineForm(forms.ModelForm):
    """In the admin site as well: nobody books the machine between the look at what is booked and the end of the
    transaction."""

    def clean(self) -> dict[str, Any] | None:
        if self.instance.pk:
            locked_lab(self.instance.lab)
        return super().clean()


class MachineForm(HeldMachineForm):
    """Of a class that the list lacks the name is typed: it is there from then on, for all hosts."""

    other_kind = forms.CharField(
        label=gettext_lazy("Another class"),
        max_length=EquipmentClass._meta.get_field("name").max_length,
        required=False,
        help_text=gettext_lazy("Where the list has none that fits"),
    )

    class Meta:
        model = Equipment
        fields = ["kind", "other_kind", "name", "number", "status", "is_bookable", "maintenance_days",
                  "maintained_on", "name_en"]  # fmt: skip
        widgets = {"maintained_on": DayInput, "status": forms.RadioSelect}
        help_texts = {"kind": gettext_lazy("Machines of one class stand in for each other")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind: Any = self.fields["kind"]
        kind.required, kind.empty_label = False, pgettext_lazy("of a list", "Choose")

    def _get_validation_exclusions(self) -> set[str]:
        """Numbers are told apart within the lab, which is no field where the machine stands already."""
        return super()._get_validation_exclusions() - {"lab"}  # type: ignore[misc]  # Django's, not in its stubs

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        if "kind" in typed and bool(typed["kind"]) == bool(typed.get("other_kind")):
            text = _("Choose one of the two.") if typed["kind"] else _("Choose a class, or write another one.")
            self.add_error("other_kind" if typed["kind"] else "kind", text)
        return typed

    def save(self, commit: bool = True) -> Equipment:
        if other := one_line(self.cleaned_data["other_kind"]):
            known = EquipmentClass.objects.filter(Q(name__iexact=other) | Q(name_en__iexact=other)).first()
            self.instance.kind = known or EquipmentClass.objects.get_or_create(name=other)[0]
        return super().save(commit)


class NewMachineForm(MachineForm, OnceForm):
    class Meta(MachineForm.Meta):
        fields = ["lab", *MachineForm.Meta.fields]

    def __init__(self, *args: Any, labs: QuerySet[Lab], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["lab"]
        field.queryset, field.empty_label = labs, pgettext_lazy("of a list", "Choose")
        field.label_from_instance = lambda lab: f"{lab.title}, {lab.technopark.title}"
        del self.fields["status"]

    def _get_validation_exclusions(self) -> set[str]:
        """Sent twice it is the one that stands, so whether its number is free is asked when it is made."""
        return super()._get_validation_exclusions() | {"lab"}
