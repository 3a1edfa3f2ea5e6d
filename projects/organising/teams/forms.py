"""Forms by which organisations form a team and accept the terms of its challenge."""

from typing import Any, ClassVar, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from common.forms import OnceForm
from common.marks import RichTextFormField
from projects.life.terms import fingerprint_of
from projects.models import Challenge, Team, TeamKind


class PeopleForm(forms.Form):
    people = forms.IntegerField(
        label=_("How many people of your organisation"),
        min_value=1,
        max_value=50,
        help_text=_("With the number alone: the portal keeps no names of members"),
    )


class TermsForm(forms.Form):
    """Carries the fingerprint of the terms that stand beside it."""

    read = forms.CharField(max_length=64, widget=forms.HiddenInput)
    accepts = forms.BooleanField(label=_("We have read the terms of the challenge and accept them"))

    def show(self, challenge: Challenge) -> None:
        self.fields["read"].initial = fingerprint_of(challenge)

    def show_again(self, challenge: Challenge) -> None:
        """As they are now, and not yet accepted."""
        challenge.refresh_from_db()
        data = cast("QueryDict", self.data).copy()
        data["read"] = fingerprint_of(challenge)
        data.pop("accepts", None)
        self.data = data


class DescribedTeamForm(PeopleForm, forms.ModelForm):
    class Meta:
        model = Team
        fields: ClassVar = ["kind", "name", "idea"]
        field_classes: ClassVar = {"idea": RichTextFormField}

    field_order = ["kind", "name", "people", "idea"]

    def __init__(self, *args: Any, challenge: Challenge, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["idea"].help_text = _("The company reads it and chooses by it. Name no minors here.")
        self.fields["people"].help_text = _(
            "The whole team: from %(first)d to %(last)d people. The portal keeps their number and no names"
        ) % {"first": challenge.members_from, "last": challenge.members_to}

    @property
    def typed(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self._meta.fields or () if name in self.cleaned_data}


class NewTeamForm(OnceForm, TermsForm, DescribedTeamForm):
    """Of a kind that the challenge is for."""

    field_order = ["kind", "name", "people", "idea", "accepts"]

    def __init__(self, *args: Any, challenge: Challenge, **kwargs: Any) -> None:
        super().__init__(*args, challenge=challenge, **kwargs)
        self.show(challenge)
        kinds = [(kind, label) for kind, label in TeamKind.choices if kind in challenge.team_kinds]
        self.fields["kind"] = forms.ChoiceField(
            label=_("What team"), choices=kinds, initial=kinds[0][0] if kinds else None, widget=forms.RadioSelect
        )


class TeamForm(DescribedTeamForm):
    """Of one that stands; its kind stays."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["kind"]


class JoinForm(TermsForm, PeopleForm):
    field_order = ["people", "accepts"]

    def __init__(self, *args: Any, challenge: Challenge, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.show(challenge)


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("The reason"),
        max_length=500,
        help_text=_("The other side reads it"),
        widget=forms.Textarea({"rows": 3}),
    )
