import uuid
from collections.abc import Iterator
from typing import Any, ClassVar, cast

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.errors import RuleViolated
from common.models import LONGEST_KEY
from common.uploads import TYPES, CheckedDocument, checked_document
from common.view_settings import ViewSettings

Words = str | Promise
Section = tuple[str, Words, Words, tuple[str, ...]]


class LanguageForm(forms.Form):
    language = forms.ChoiceField(choices=settings.LANGUAGES)


class ViewSettingsForm(forms.Form):
    scheme = forms.ChoiceField(choices=[*ViewSettings.CHOICES["scheme"].items()])
    size = forms.ChoiceField(choices=[*ViewSettings.CHOICES["size"].items()])
    spacing = forms.ChoiceField(choices=[*ViewSettings.CHOICES["spacing"].items()])
    images = forms.ChoiceField(choices=[*ViewSettings.CHOICES["images"].items()])

    @property
    def view_settings(self) -> ViewSettings:
        return ViewSettings(**self.cleaned_data)


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class DocumentField(forms.FileField):
    """A document that was looked into: CheckedDocument."""

    widget = forms.ClearableFileInput({"accept": ",".join(f".{ending}" for ending in TYPES)})

    def clean(self, data: Any, initial: Any = None) -> CheckedDocument | None:
        upload = super().clean(data, initial)
        return checked_document(upload) if upload else None


class WordsForm(forms.Form):
    """Asks for the words ``asked``, which nobody types by accident."""

    asked: str | Promise
    words = forms.CharField(label=_("Type the words"), widget=forms.TextInput({"autocomplete": "off"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["words"].help_text = gettext("To confirm: %(words)s") % {"words": self.asked}

    def clean_words(self) -> str:
        words = " ".join(self.cleaned_data["words"].lower().split())
        if words != str(self.asked):
            raise forms.ValidationError(_("These are other words."))
        return words


class OnceForm(forms.Form):
    """A form that makes something: it carries a key, and keeps it until what it asks for has been made."""

    request_key = forms.CharField(max_length=LONGEST_KEY, initial=lambda: uuid.uuid4().hex, widget=forms.HiddenInput)

    @property
    def key(self) -> str:
        return str(self.cleaned_data["request_key"])

    @property
    def asked(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "request_key"}

    def refuse(self, error: RuleViolated) -> None:
        """Show why nothing was made. The key is a new one, so that what is sent next counts as meant anew."""
        data = cast("QueryDict", self.data).copy()
        data[self.add_prefix("request_key")] = uuid.uuid4().hex
        self.data = data
        self.add_error(None, error.message)


class DescriptionForm(OnceForm, forms.ModelForm):
    """A long form in SECTIONS: key, title, introduction, names of fields; those that are not there are passed over."""

    SECTIONS: ClassVar[list[Section]]

    @property
    def sections(self) -> Iterator[tuple[str, Words, Words, list[forms.BoundField]]]:
        for key, title, intro, names in self.SECTIONS:
            if fields := [self[name] for name in names if name in self.fields]:
                yield key, title, intro, fields

    @property
    def typed(self) -> dict[str, Any]:
        """Of a record that stands only what differs: what a colleague has changed meanwhile stays."""
        names = self.changed_data if self.instance.pk else self.fields
        return {name: self.cleaned_data[name] for name in names if name != "request_key"}
