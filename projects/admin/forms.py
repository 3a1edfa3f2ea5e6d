"""The form that projects and challenges share in the admin site."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from common.text import slug_of
from members.models import Audience


class DescribedForm(forms.ModelForm):
    """For whom it is stands as boxes; its address is made of its name where none is typed."""

    audience = forms.MultipleChoiceField(
        label=_("Audience"),
        choices=Audience,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("Empty: everybody"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:  # it is not, to those who may only look
            self.fields["slug"].required = False
            self.fields["slug"].help_text = _("Left empty, it is made of the name")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if "slug" in self.fields and "slug" not in self.errors and not data.get("slug"):
            data["slug"] = slug_of(data.get("name", ""))
            if not data["slug"] and data.get("name"):
                self.add_error("slug", _("The name has no letters to make an address of. Please write one."))
        return data
