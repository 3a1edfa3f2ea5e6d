from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common import images
from members.models import Organisation, User
from members.services import PROFILE_FIELDS


class SignupForm(forms.Form):
    """What sign-up asks besides the e-mail and the password."""

    first_name = forms.CharField(label=_("First name"), max_length=100)
    last_name = forms.CharField(label=_("Last name"), max_length=100)

    def signup(self, request: object, user: User) -> None:
        """Nothing more to do: allauth has stored the names by their fields."""


class OrganisationProfileForm(forms.ModelForm):
    """What a head or a coordinator changes by themselves; names and numbers go through the association."""

    new_logo = forms.FileField(
        label=_("New logo"), required=False, help_text=_("PNG, JPEG or WebP, up to 5 MB; best a square")
    )
    no_logo = forms.BooleanField(label=_("Remove the logo"), required=False)

    class Meta:
        model = Organisation
        fields = [*PROFILE_FIELDS, "directions"]
        widgets = {"directions": forms.CheckboxSelectMultiple}

    def clean_new_logo(self) -> Any:
        upload = self.cleaned_data["new_logo"]
        if upload:
            images.open_picture(upload)
        return upload
