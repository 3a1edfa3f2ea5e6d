"""The first form of an application; what follows is asked step by step (``questionnaire``)."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import OnceForm
from members.applying.drafts import SPEAKERS
from members.applying.questionnaire import NumberField
from members.models import JoinConditions, Kind, MembershipApplication, Organisation
from members.models.organisation import validate_inn

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from members.models import User


LONGEST_EMAIL = MembershipApplication._meta.get_field("email").max_length  # Django's form would take 320


class OwnOrganisationField(forms.ModelChoiceField):
    """Hidden, so nobody could mend it: what is not one's own, as after the end of a session, is left out."""

    def clean(self, value: Any) -> Organisation | None:
        try:
            return super().clean(value)
        except forms.ValidationError:
            return None


class StartForm(OnceForm):
    """Whoever has an account is not asked for an address, and may begin from an organisation that they speak for."""

    kind = forms.ChoiceField(label=_("Kind of organisation"), widget=forms.RadioSelect)
    name = forms.CharField(label=_("Full name"), max_length=300, help_text=_("As in the charter"))
    inn = NumberField(label=_("INN"), validators=[validate_inn], help_text=_("Ten digits; a sole trader has twelve"))
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=LONGEST_EMAIL,
        help_text=_("We send a link there, by which you come back to the application"),
        widget=forms.EmailInput({"autocomplete": "email"}),
    )
    organisation = OwnOrganisationField(
        Organisation.objects.none(), to_field_name="slug", required=False, widget=forms.HiddenInput
    )

    def __init__(self, data: Any = None, *, user: "User | AnonymousUser", asked: Any) -> None:
        own = Organisation.objects.none()
        if user.is_authenticated:
            speaks = {"representatives__role__in": SPEAKERS, "representatives__user": user}
            own = Organisation.objects.filter(**speaks, representatives__ended_at=None, tier="").order_by("sort_name")
        first = own.filter(slug=asked.get("organisation", "")).first() or own.first()
        super().__init__(data, initial=_initial(first, asked))
        taken = JoinConditions.objects.filter(is_open=True).values_list("kind", flat=True)
        fields: dict[str, Any] = self.fields
        fields["kind"].choices = [choice for choice in Kind.choices if choice[0] in {*taken}]
        fields["organisation"].queryset = own
        if user.is_authenticated:
            del self.fields["email"]


class AddressForm(forms.Form):
    """Where the letter goes that confirms the address, which may have been mistyped."""

    email = forms.EmailField(
        label=_("E-mail"), max_length=LONGEST_EMAIL, widget=forms.EmailInput({"autocomplete": "email"})
    )


def _initial(organisation: Organisation | None, asked: Any) -> dict[str, Any]:
    if organisation is None:
        return {"kind": asked.get("kind", "")}
    known = {name: getattr(organisation, name) for name in ("kind", "name", "inn")}
    return {**known, "organisation": organisation.slug}
