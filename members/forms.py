from typing import Any, cast

from allauth.account import forms as account_forms
from allauth.mfa.webauthn import forms as webauthn_forms
from django import forms
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from common import images
from common.countries import country_choices
from common.forms import OnceForm, WordsForm
from common.marks import RichTextFormField
from common.spoken import SpokenLanguagesFormField
from members.models import (
    Direction,
    How,
    OfficeStatus,
    OfficeStatusChange,
    OfficeYear,
    Organisation,
    ProfileChange,
    RepresentativeOffice,
    User,
)
from members.services import PROFILE_FIELDS
from members.topics import TOPICS, Choices, Topic


class SignupForm(account_forms.SignupForm):
    """allauth's form and the name. It lists its fields, so nothing else of a person can be posted."""

    first_name = forms.CharField(
        label=_("First name"), max_length=100, widget=forms.TextInput({"autocomplete": "given-name"})
    )
    last_name = forms.CharField(
        label=_("Last name"), max_length=100, widget=forms.TextInput({"autocomplete": "family-name"})
    )
    field_order = ["last_name", "first_name", "email", "password1"]
    account_already_exists: bool

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Of two submits at once the later is told what everybody is told whose address has an account."""
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])  # takes as long as it does for a new account
        try:
            with transaction.atomic():
                return super().try_save(request)
        except IntegrityError:
            self.account_already_exists = True
            return super().try_save(request)


class PersonForm(forms.ModelForm):
    """What a person changes about themselves; the e-mail and the password have pages of their own."""

    class Meta:
        model = User
        fields = ["last_name", "first_name", "patronymic", "language"]
        labels = {"language": _("Language of pages and letters")}
        widgets = {
            "last_name": forms.TextInput({"autocomplete": "family-name"}),
            "first_name": forms.TextInput({"autocomplete": "given-name"}),
            "patronymic": forms.TextInput({"autocomplete": "additional-name"}),
            "language": forms.RadioSelect,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["last_name"].required = self.fields["first_name"].required = True


class AddPasskeyForm(webauthn_forms.AddWebAuthnForm):
    name = forms.CharField(label=_("Name of the passkey"), max_length=100, required=False)
    passwordless = forms.BooleanField(
        label=_("Log in with this key alone"),
        help_text=_("The device must check your finger, face or PIN for that."),
        initial=True,
        required=False,
    )


class EditPasskeyForm(webauthn_forms.EditWebAuthnForm):
    name = forms.CharField(label=_("Name of the passkey"), max_length=100)


class OrganisationProfileForm(forms.ModelForm):
    """What a head or a coordinator proposes to say of the organisation; a change that waits already is amended.

    The kind, the numbers and the place in the association are the office's to change.
    """

    new_logo = forms.FileField(
        label=_("New logo"), required=False, help_text=_("PNG, JPEG or WebP, up to 5 MB; best a square")
    )
    no_logo = forms.BooleanField(label=_("Remove the logo"), required=False)
    same_logo = forms.BooleanField(label=_("Leave the logo as it is on the page now"), required=False)

    class Meta:
        model = Organisation
        fields = [*PROFILE_FIELDS, "directions"]
        field_classes = {"about": RichTextFormField, "about_en": RichTextFormField}
        widgets = {"directions": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, change: ProfileChange | None = None, **kwargs: Any) -> None:
        proposed = {name: value for name, value in change.after.items() if name != "logo"} if change else {}
        if "directions" in proposed:
            proposed["directions"] = [*Direction.objects.filter(slug__in=proposed["directions"])]
        super().__init__(*args, **{**kwargs, "initial": proposed})
        if change is None or "logo" not in change.after:
            del self.fields["same_logo"]

    def clean_new_logo(self) -> Any:
        upload = self.cleaned_data["new_logo"]
        if upload:
            images.open_picture(upload)
        return upload

    def clean(self) -> dict[str, Any]:
        """A description that nobody touched stays as it is, to the letter: else there would be something to check."""
        super().clean()
        untouched = {"about", "about_en"} - {*self.changed_data}
        return self.cleaned_data | {name: self[name].initial for name in untouched}


class OfficeTurnForm(OnceForm, forms.ModelForm):
    """What has happened with an office: the place tells which one, a new place founds one."""

    country = forms.ChoiceField(label=_("Country"), choices=country_choices)
    city = forms.CharField(
        label=_("City"), max_length=100, required=False, help_text=_("For an office listed above, as it stands there")
    )
    city_en = forms.CharField(label=_("City in English"), max_length=100, required=False)
    languages = SpokenLanguagesFormField(
        label=_("Languages in which it works"),
        required=False,
        help_text=_("With commas between them: Chinese, Russian. Empty, they stay as they are"),
    )
    status = forms.ChoiceField(label=_("How it stands now"), choices=OfficeStatus, widget=forms.RadioSelect)

    class Meta:
        model = OfficeStatusChange
        fields = ["status", "since", "precision", "note", "note_en"]
        labels = {
            "since": _("Since"),
            "precision": _("How exactly the day is known"),
            "note": _("Note"),
            "note_en": _("Note in English"),
        }
        widgets = {
            "since": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
            "precision": forms.RadioSelect,
        }

    field_order = ["country", "city", "city_en", "languages"]


class OfficeField(forms.ModelChoiceField):
    def label_from_instance(self, office: Any) -> str:
        return office.label


class OfficeYearForm(OnceForm, forms.ModelForm):
    """What one of the organisation's offices has done in a year."""

    prefix = "year"
    office = OfficeField(RepresentativeOffice.objects.none(), label=_("Office"), empty_label=None)

    class Meta:
        model = OfficeYear
        fields = ["office", "year", *OfficeYear.FIGURES, "result", "result_en"]
        widgets = {"result": forms.Textarea({"rows": 3}), "result_en": forms.Textarea({"rows": 3})}

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("OfficeField", self.fields["office"]).queryset = organisation.offices.all()

    def _get_validation_exclusions(self) -> set[str]:
        """A year of the office that is there already is told anew; which office it is the field has checked."""
        return super()._get_validation_exclusions() | {"office"}  # type: ignore[misc]  # Django's, not in its stubs


class LeaveForm(WordsForm):
    asked = _("we leave the association")
    reason = forms.CharField(
        label=_("Why"), max_length=300, help_text=_("The association reads it, and it stays on record")
    )

    field_order = ["reason", "words"]


class NotificationsReadForm(forms.Form):
    """What came after the page was drawn stays unread."""

    until = forms.IntegerField(min_value=1, max_value=2**63 - 1)


class NotificationSettingsForm(forms.Form):
    """One row of choices for each topic but service mail, which has no field."""

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = Choices.of([person])
        for topic in TOPICS.values():
            if not topic.is_service:
                self.fields[topic.name] = forms.ChoiceField(
                    label=str(topic.title),
                    choices=How.choices,
                    widget=forms.RadioSelect,
                    initial=choices.how(person, topic),
                )

    @property
    def rows(self) -> list[tuple[Topic, forms.BoundField | None]]:
        return [(topic, self[topic.name] if topic.name in self.fields else None) for topic in TOPICS.values()]
