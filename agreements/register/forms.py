from django import forms
from django.utils.translation import gettext_lazy as _

from common.uploads import MAX_MEGABYTES

MOST = 2 * MAX_MEGABYTES  # a package may be larger than each of the files that were sent


class CompareForm(forms.Form):
    """Any file at all: it is only hashed."""

    file = forms.FileField(label=_("File"), allow_empty_file=True)

    def clean_file(self) -> object:
        file = self.cleaned_data["file"]
        if file.size > MOST * 2**20:
            raise forms.ValidationError(_("The file is larger than %(number)d MB.") % {"number": MOST})
        return file
