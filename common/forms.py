from django import forms
from django.conf import settings

from common.view_settings import ViewSettings


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
