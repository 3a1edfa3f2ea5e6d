"""Projects. Their state moves only by projects.life.projects, one row of history per move."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import ManyToManyField, QuerySet
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.admin import StackedInline
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesCheckboxFilter, RangeDateFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from common.admin import Decision, HistoryModelAdmin, MoveInline, colours, since_last_move
from common.forms import DocumentField
from projects.admin.forms import DescribedForm
from projects.admin.moves import MovedAdmin, MovePage
from projects.life.projects import PROJECT_MOVES, move_project
from projects.models import Project, ProjectMove, ProjectParticipant, ProjectResult, ProjectState, ProjectUpdate

STATE_COLOURS = colours(
    ProjectState,
    {
        ProjectState.MODERATION: "warning",
        ProjectState.RUNNING: "success",
        ProjectState.PAUSED: "warning",
        ProjectState.COMPLETED: "info",
        ProjectState.STOPPED: "danger",
    },
)
TOLD = _("All participants are told, with the reason.")


class ParticipantInline(StackedInline):
    model = ProjectParticipant
    extra = 0
    tab = True
    fields = [("organisation", "role", "position")]
    autocomplete_fields = ["organisation"]


class UpdateInline(StackedInline):
    model = ProjectUpdate
    extra = 0
    tab = True
    fields = ["on", ("name", "name_en"), "about", "about_en"]


class ResultForm(forms.ModelForm):
    """A new one comes with its file or its address; of one that stands the file stays."""

    document = DocumentField(label=_("File"), required=False, help_text=_("PDF, DOCX, JPEG or PNG, up to 10 MB"))

    class Meta:
        model = ProjectResult
        fields = ["name", "name_en", "link", "position"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["document"].disabled = self.instance.pk is not None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if document := data.get("document"):
            for name in ("file", "content_type", "size"):
                setattr(self.instance, name, getattr(document, name))
        return data


class ResultInline(StackedInline):
    model = ProjectResult
    form = ResultForm
    extra = 0
    tab = True
    fields = [("name", "name_en"), "link", ("document", "kept"), "position"]
    readonly_fields = ["kept"]

    @display(description=_("file"))
    def kept(self, result: ProjectResult) -> str:
        return format_html('<a href="{}">{}</a>', result.url, result.title) if result.pk and result.file else "—"


class ProjectMoveInline(MoveInline):
    model = ProjectMove


@admin.register(Project)
class ProjectAdmin(MovedAdmin):
    TABLE = PROJECT_MOVES
    PAGES: ClassVar[dict[str, MovePage]] = {
        "publish": MovePage(_("Publish"), _("Everybody can read its page; its participants are told."), "public"),
        "return": MovePage(_("Return to the lead"), _("It is a draft again. The lead reads why."), "undo"),
        "pause": MovePage(pgettext_lazy("a project", "Pause"), TOLD, "pause"),
        "resume": MovePage(pgettext_lazy("a project", "Go on"), _("All participants are told."), "play_arrow"),
        "complete": MovePage(
            pgettext_lazy("a project", "Complete"), _("It stays on the portal with its results."), "task_alt"
        ),
        "stop": MovePage(_("Stop the project"), TOLD, "cancel", "danger"),
        "reopen": MovePage(pgettext_lazy("a project", "Reopen"), TOLD, "restart_alt"),
    }
    move = staticmethod(move_project)

    form = DescribedForm
    list_display = ["title_and_kind", "starts_on", "region", "state_label"]
    list_filter = [
        ("state", ChoicesCheckboxFilter),
        ("kind", ChoicesCheckboxFilter),
        ("starts_on", RangeDateFilter),
        ("region", AutocompleteSelectFilter),
        ("participants", AutocompleteSelectFilter),
    ]
    list_select_related = ["region"]
    search_fields = ["name", "name_en", "slug"]
    search_help_text = _("Name, address")
    ordering = ["-starts_on", "-pk"]
    autocomplete_fields = ["region", "agreements", "labs"]
    formfield_overrides = {
        **HistoryModelAdmin.formfield_overrides,
        ManyToManyField: {"widget": UnfoldAdminCheckboxSelectMultipleWidget},
    }
    readonly_fields = ["state"]
    inlines = [ParticipantInline, UpdateInline, ResultInline, ProjectMoveInline]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("kind", "state"),
                    ("name", "name_en"),
                    ("summary", "summary_en"),
                    "slug",
                    ("starts_on", "ends_on"),
                    ("precision", "region"),
                ]
            },
        ),
        (_("Description"), {"fields": ["about", "about_en"], "classes": ["tab"]}),
        (
            _("For whom"),
            {"fields": ["audience", ("grade_from", "grade_to"), "directions"], "classes": ["tab"]},
        ),
        (_("What it rests on"), {"fields": ["agreements", "labs"], "classes": ["tab"]}),
    ]

    @display(description=_("project"), ordering="name", header=True)
    def title_and_kind(self, project: Project) -> list[str]:
        return [project.title, project.get_kind_display()]

    @display(description=_("state"), ordering="state", label=STATE_COLOURS)
    def state_label(self, project: Project) -> tuple[str, str]:
        return project.state, project.get_state_display()


def _in_moderation() -> QuerySet[Project]:
    return since_last_move(Project.objects.filter(state=ProjectState.MODERATION))


IN_MODERATION = Decision(_("Projects: publish?"), "project", _in_moderation, "state__exact=moderation")
