"""Boxes that nobody has ticked beforehand. Apart from ``forms``, which django-allauth loads these before."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from common.forms import WordsForm
from members.consents.services import give_consent, text_in_force
from members.models import ConsentPurpose, ConsentText, PublicItem, PublicPerson, User

DOCUMENTS = {
    ConsentPurpose.ACCOUNT: pgettext_lazy("I have read the", "consent to the processing of my personal data"),
    ConsentPurpose.NEWS: pgettext_lazy("I have read the", "consent to receive news and invitations"),
    ConsentPurpose.APPLICATION: pgettext_lazy(
        "I have read the", "consent to the processing of personal data in the application"
    ),
    ConsentPurpose.REGISTRATION: pgettext_lazy(
        "I have read the", "consent to the processing of my personal data for this event"
    ),
    ConsentPurpose.PUPIL: pgettext_lazy("I have read the", "consent to the processing of my child’s personal data"),
    ConsentPurpose.LEARNER: pgettext_lazy(
        "I have read the", "consent to the processing of my child’s personal data in this group"
    ),
    ConsentPurpose.LEARNING: pgettext_lazy(
        "I have read the", "consent to the processing of my personal data in this group"
    ),
}


def consent_label(text: ConsentText) -> SafeString:
    """What stands beside the box, with the way to this very version."""
    address = reverse("members:consent_text", args=[text.purpose, text.version])
    link = format_html('<a href="{}" target="_blank">{}</a>', address, DOCUMENTS[ConsentPurpose(text.purpose)])
    return format_html("<span>{}</span>", format_html(gettext("I have read the {link} and agree to it"), link=link))


class TextField(forms.ModelMultipleChoiceField):
    """One box, whose value is the version of the text that it stands beside."""

    widget = forms.CheckboxSelectMultiple
    default_error_messages = {
        "required": _("Tick the box if you agree."),
        "invalid_choice": _("The text of the consent has changed. Please read it again."),
    }

    def label_from_instance(self, text: ConsentText) -> SafeString:
        return consent_label(text)

    def clean(self, value: Any) -> Any:
        return super().clean(value).get()


class ConsentForm(forms.Form):
    """The consent to the text of ``purpose`` that is in force."""

    purpose = ConsentPurpose.ACCOUNT
    consent = TextField(ConsentText.objects.none(), label=_("Consent"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["consent"]
        field.queryset = ConsentText.objects.in_force().filter(purpose=self.purpose)

    def signup(self, request: HttpRequest, user: User) -> None:
        """django-allauth asks for it when it has made the account, in whichever way."""
        give_consent(user, text=self.cleaned_data["consent"])


class NewsConsentForm(ConsentForm):
    purpose = ConsentPurpose.NEWS


class ApplicationConsentForm(ConsentForm):
    purpose = ConsentPurpose.APPLICATION


class PupilConsentForm(ConsentForm):
    purpose = ConsentPurpose.PUPIL


class EraseForm(WordsForm):
    asked = _("erase my data")


class PublicationForm(forms.Form):
    """What may be published of one public role of a person, each item by itself."""

    items = forms.MultipleChoiceField(
        label=_("I allow to publish"), required=False, widget=forms.CheckboxSelectMultiple
    )
    text = forms.ModelChoiceField(
        ConsentText.objects.filter(purpose=ConsentPurpose.PUBLICATION), widget=forms.HiddenInput
    )

    def __init__(self, data: Any = None, *, person: PublicPerson) -> None:
        agreed = [*person.consents.holding().values_list("item", flat=True)]
        initial = {"items": agreed, "text": text_in_force(ConsentPurpose.PUBLICATION)}
        super().__init__(data, initial=initial, prefix=f"role-{person.pk}")
        self.person, self.is_shown = person, PublicItem.NAME in agreed and person.is_published
        field: Any = self.fields["items"]
        field.choices = [
            (item.value, format_html("<span>{}: {}</span>", item.label, value))
            for item, value in ((PublicItem.NAME, person.title), (PublicItem.POSITION, person.role))
        ]
