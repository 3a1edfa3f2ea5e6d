from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from common import images
from common.countries import country_choices
from common.forms import OnceForm
from common.marks import RichTextFormField
from common.spoken import SpokenLanguagesFormField
from members.models import (
    Direction,
    OfficeStatus,
    OfficeStatusChange,
    OfficeYear,
    Organisation,
    ProfileChange,
    RepresentativeOffice,
)
from members.services import PROFILE_FIELDS


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
