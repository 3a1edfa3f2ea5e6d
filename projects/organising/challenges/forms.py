"""Forms by which companies describe a challenge."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import DayInput, DescriptionForm, Section
from common.marks import RichTextFormField
from members.models import Audience
from projects.models import Challenge, ChallengeState, TeamKind
from projects.organising.challenges.drafts import OF_OPEN


class ChallengeForm(DescriptionForm):
    """All that is said of a challenge. Open, it has only what its company may still change."""

    team_kinds = forms.MultipleChoiceField(
        label=_("Who may apply"), choices=TeamKind, required=False, widget=forms.CheckboxSelectMultiple
    )
    audience = forms.MultipleChoiceField(
        label=_("Audience"),
        choices=Audience,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: everybody"),
    )

    class Meta:
        model = Challenge
        fields = [
            "name", "name_en", "summary", "summary_en", "about", "about_en",
            "team_kinds", "places", "members_from", "members_to",
            "audience", "grade_from", "grade_to", "region", "directions",
            "reward", "reward_en", "mentor_hours",
            "rights", "needs_nda", "terms", "terms_en",
            "applications_until", "starts_on", "ends_on",
        ]  # fmt: skip
        field_classes = dict.fromkeys(("about", "about_en", "terms", "terms_en"), RichTextFormField)
        widgets = {
            "directions": forms.CheckboxSelectMultiple,
            **dict.fromkeys(("applications_until", "starts_on", "ends_on"), DayInput),
        }

    SECTIONS: ClassVar[list[Section]] = [
        (
            "what",
            _("The task"),
            _("What is to be found or made, what is known already, and by what you will see that it is done."),
            ("name", "summary", "about"),
        ),
        ("when", _("Days"), "", ("applications_until", "starts_on", "ends_on")),
        (
            "whom",
            _("For whom"),
            _("Teams look for challenges by this."),
            (
                "team_kinds", "places", "members_from", "members_to",
                "audience", "grade_from", "grade_to", "region", "directions",
            ),
        ),
        ("given", _("What you give"), "", ("reward", "mentor_hours")),
        (
            "terms",
            _("Terms"),
            _("A team reads them before it applies. Once the challenge is open, they change through the association."),
            ("rights", "needs_nda", "terms"),
        ),
        (
            "english",
            _("In English"),
            _("For those who read the portal in English; what is empty they read in Russian."),
            ("name_en", "summary_en", "about_en", "reward_en", "terms_en"),
        ),
    ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.state == ChallengeState.OPEN:
            for name in self.fields.keys() - {*OF_OPEN, "request_key"}:
                del self.fields[name]
        self.fields["summary"].help_text = _("For lists and letters; without it the challenge cannot be sent")


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("The reason"),
        max_length=500,
        help_text=_("It stands on the page of the challenge"),
        widget=forms.Textarea({"rows": 3}),
    )
