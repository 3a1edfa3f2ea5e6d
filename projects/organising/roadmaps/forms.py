"""Forms by which a lead draws up the roadmap, and owners say how it goes."""

from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.forms import DayInput, OnceForm
from members.models import Organisation
from projects.models import Project, ProjectState, RoadmapItem


class ItemForm(OnceForm, forms.ModelForm):
    """Of what everybody has read the dates are changed elsewhere, with a reason."""

    class Meta:
        model = RoadmapItem
        fields: ClassVar = [
            "kind",
            "name",
            "expected",
            "owner",
            "starts_on",
            "due_on",
            "after",
            "name_en",
            "expected_en",
        ]
        widgets: ClassVar = {
            **dict.fromkeys(("starts_on", "due_on"), DayInput),
            "kind": forms.RadioSelect,
            "after": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        if self.instance.pk and project.state != ProjectState.DRAFT:
            for name in ("kind", "starts_on", "due_on"):
                del fields[name]
        fields["owner"].queryset = Organisation.objects.filter(
            pk__in=project.participant_links.values("organisation")
        ).order_by("short_name", "name")
        fields["owner"].empty_label = None
        fields["after"].queryset = project.roadmap.exclude(pk=self.instance.pk)
        if not fields["after"].queryset.exists():
            del fields["after"]

    @property
    def typed(self) -> dict[str, Any]:
        names = self.changed_data if self.instance.pk else self.fields
        return {name: self.cleaned_data[name] for name in names if name != "request_key"}

    def _post_clean(self) -> None:
        """The service writes the row, and says what its constraints say."""


class DatesForm(forms.Form):
    starts_on = forms.DateField(label=_("Begins"), widget=DayInput)
    due_on = forms.DateField(label=pgettext_lazy("of a roadmap", "To be done by"), widget=DayInput)
    reason = forms.CharField(
        label=_("The reason"),
        max_length=500,
        help_text=_("All participants are told; everybody reads it beside the first dates"),
        widget=forms.Textarea({"rows": 3}),
    )

    def __init__(self, *args: Any, item: RoadmapItem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not item.is_stage or item.begun_on:
            del self.fields["starts_on"]


class DayForm(forms.Form):
    """On which day it happened."""

    on = forms.DateField(
        label=pgettext_lazy("of a roadmap", "On which day"), initial=timezone.localdate, widget=DayInput
    )


class WhyForm(forms.Form):
    reason = forms.CharField(
        label=_("The reason"),
        max_length=500,
        help_text=_("All participants are told, and it stands in the roadmap"),
        widget=forms.Textarea({"rows": 3}),
    )
