from django import forms
from django.utils.translation import gettext_lazy as _

from events.registration_forms import OneLine


class ReasonForm(forms.Form):
    reason = OneLine(label=_("The reason"), max_length=300, help_text=_("Whose registration it is reads it"))
