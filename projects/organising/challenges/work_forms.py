"""What a company writes of the work of its teams."""

from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.forms import DayInput, OnceForm
from common.marks import RichTextFormField
from projects.life.defence import TeamResult
from projects.models import Award, Challenge, ChallengeStage, Criterion


class StageForm(OnceForm, forms.ModelForm):
    class Meta:
        model = ChallengeStage
        fields: ClassVar = ["name", "expected", "due_on", "name_en", "expected_en"]
        widgets: ClassVar = {"due_on": DayInput}


class CriterionForm(OnceForm, forms.ModelForm):
    class Meta:
        model = Criterion
        fields: ClassVar = ["name", "most", "name_en"]


class AnswerForm(forms.Form):
    said = forms.ChoiceField(
        label=_("Your answer"),
        choices=[
            ("accept", pgettext_lazy("a work", "Accept")),
            ("return", pgettext_lazy("a work", "Return with a remark")),
        ],
        widget=forms.RadioSelect,
    )
    remark = forms.CharField(
        label=_("To the team"), max_length=2000, required=False, widget=forms.Textarea({"rows": 4})
    )

    @property
    def answer(self) -> dict[str, Any]:
        return {"accepts": self.cleaned_data["said"] == "accept", "remark": self.cleaned_data["remark"]}


class ResultForm(forms.ModelForm):
    """What has come of it, and for each team its award: ``award-<key>``."""

    class Meta:
        model = Challenge
        fields: ClassVar = ["outcome", "outcome_en"]
        field_classes: ClassVar = {"outcome": RichTextFormField, "outcome_en": RichTextFormField}

    def __init__(self, data: QueryDict | None, *, challenge: Challenge, results: list[TeamResult]) -> None:
        self.teams = [result.team for result in results]
        initial = {f"award-{team.pk}": team.award for team in self.teams}
        initial |= {"outcome": challenge.outcome, "outcome_en": challenge.outcome_en}
        super().__init__(data, initial=initial)
        for team in self.teams:
            self.fields[f"award-{team.pk}"] = forms.ChoiceField(
                label=team.name, choices=[("", _("No award")), *Award.choices], required=False
            )
        self.fields["outcome"].required = True

    @property
    def said(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("outcome", "outcome_en")}

    @property
    def awards(self) -> dict[int, str]:
        return {team.pk: self.cleaned_data[f"award-{team.pk}"] for team in self.teams}
