from typing import Any

from allauth.account import forms as account_forms
from allauth.mfa.webauthn import forms as webauthn_forms
from django import forms
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from members.models import How, User
from members.notices.topics import TOPICS, Choices, Topic


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
        fields = ["last_name", "first_name", "patronymic", "language", "time_zone"]
        labels = {"language": _("Language of pages and letters")}
        help_texts = {
            "time_zone": _(
                "Beside the time of a place stands yours. If you choose no zone, pages go by your device, and letters "
                "by the region of the organisation that you come from."
            )
        }
        error_messages = {"time_zone": {"invalid_choice": _("Choose a time zone from the list.")}}
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
