from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import WordsForm


class LeaveForm(WordsForm):
    asked = _("we leave the association")
    reason = forms.CharField(
        label=_("Why"), max_length=300, help_text=_("The association reads it, and it stays on record")
    )

    field_order = ["reason", "words"]
