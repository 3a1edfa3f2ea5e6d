"""Forms by which leads describe a project."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement
from common.forms import DayInput, DescriptionForm, DocumentField, OnceForm, Section, WordsForm
from common.marks import RichTextFormField
from members.models import Audience, Organisation, User
from projects.models import ParticipantRole, Project, ProjectResult, ProjectState, ProjectUpdate
from projects.organising.drafts import CHECKED
from technoparks.models import Lab


class ProjectForm(DescriptionForm):
    """All that is said of a project. Published, it is without what the association has checked."""

    audience = forms.MultipleChoiceField(
        label=_("Audience"),
        choices=Audience,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: everybody"),
    )

    class Meta:
        model = Project
        fields = [
            "kind", "name", "name_en", "summary", "summary_en", "about", "about_en",
            "starts_on", "ends_on", "precision", "region",
            "audience", "grade_from", "grade_to", "directions", "agreements", "labs",
        ]  # fmt: skip
        field_classes = {"about": RichTextFormField, "about_en": RichTextFormField}
        widgets = {
            **dict.fromkeys(("directions", "agreements", "labs"), forms.CheckboxSelectMultiple),
            **dict.fromkeys(("starts_on", "ends_on"), DayInput),
        }

    SECTIONS: ClassVar[list[Section]] = [
        ("what", _("What it is"), "", ("kind", "name", "summary", "about")),
        (
            "when",
            _("When and where"),
            _("Of a day that nobody knows yet, give the first of its month or year, and say how far it is known."),
            ("starts_on", "ends_on", "precision", "region"),
        ),
        (
            "whom",
            _("For whom"),
            _("People look for projects by this."),
            ("audience", "grade_from", "grade_to", "directions"),
        ),
        (
            "ground",
            _("What it rests on"),
            _("Agreements of your organisation and laboratories; those that are public stand on its page."),
            ("agreements", "labs"),
        ),
        (
            "english",
            _("In English"),
            _("For those who read the portal in English; what is empty they read in Russian."),
            ("name_en", "summary_en", "about_en"),
        ),
    ]

    def __init__(self, *args: Any, organisation: Organisation, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and self.instance.state != ProjectState.DRAFT:
            for name in CHECKED:
                del self.fields[name]
        fields: Any = self.fields
        fields["summary"].help_text = _("For lists and letters; without it the project cannot be sent")
        kept = self.instance.agreements.values("pk") if self.instance.pk else Agreement.objects.none().values("pk")
        own = Agreement.objects.visible_to(user).filter(parties__organisation=organisation)
        fields["agreements"].queryset = Agreement.objects.filter(pk__in=own.values("pk").union(kept)).order_by("-pk")
        labs = Lab.objects.visible_to(user).select_related("technopark")
        fields["labs"].queryset = labs.order_by("technopark__name", "name")
        fields["labs"].label_from_instance = lambda lab: f"{lab.technopark.title}: {lab.title}"
        for name in ("agreements", "labs"):
            if not fields[name].queryset.exists():
                del self.fields[name]


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("The reason"),
        max_length=500,
        help_text=_("All participants read it, and it stands on the page of the project"),
        widget=forms.Textarea({"rows": 3}),
    )


class StopForm(ReasonForm, WordsForm):
    asked = _("we stop the project")
    field_order = ["reason", "words"]


class RoleForm(forms.Form):
    """With which role an organisation is added; its lead stays the one."""

    role = forms.ChoiceField(choices=[one for one in ParticipantRole.choices if one[0] != ParticipantRole.LEAD])


class UpdateForm(OnceForm, forms.ModelForm):
    class Meta:
        model = ProjectUpdate
        fields = ["on", "name", "about", "name_en", "about_en"]
        field_classes = {"about": RichTextFormField, "about_en": RichTextFormField}
        widgets = {"on": DayInput}


class ResultForm(forms.ModelForm):
    document = DocumentField(
        label=_("File"), required=False, help_text=_("PDF, DOCX, JPEG or PNG, up to 10 MB; everybody may have it")
    )

    class Meta:
        model = ProjectResult
        fields = ["name", "link", "name_en"]
        help_texts = {"link": _("Of a site, a video, a repository; or attach a file instead")}

    field_order = ["name", "link", "document", "name_en"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        has_file = bool(data.get("document")) or "document" in self.errors
        if bool(data.get("link")) == has_file and "link" not in self.errors:
            raise forms.ValidationError(_("Attach a file, or give an address: one of the two."))
        return data

    def _post_clean(self) -> None:
        """The service writes the row, and its constraint knows the file."""
