"""Roadmaps of projects. Their state and their dates change only by projects.life.roadmaps, and stay on record."""

from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesCheckboxFilter, RangeDateFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminDateWidget

from common.admin import MoveInline, ReadOnlyInline, colours
from common.admin.single import SingleAction, after_question
from common.errors import RuleViolated
from members.models import User
from projects.admin.moves import MovedAdmin, MovePage, ReasonForm
from projects.life.roadmaps import ITEM_MOVES, check_after, check_owner, move_item, reschedule
from projects.models import OPEN_ITEM_STATES, ItemState, RoadmapChange, RoadmapItem, RoadmapMove

STATE_COLOURS = colours(ItemState, {ItemState.RUNNING: "info", ItemState.DONE: "success", ItemState.DROPPED: "danger"})
TOLD = _("All participants are told, with the reason.")


class DayForm(forms.Form):
    on = forms.DateField(label=pgettext_lazy("of a roadmap", "On which day"), widget=UnfoldAdminDateWidget)


class DatesForm(ReasonForm):
    starts_on = forms.DateField(
        label=_("Begins"),
        required=False,
        widget=UnfoldAdminDateWidget,
        help_text=_("Of a stage; a milestone has one day"),
    )
    due_on = forms.DateField(label=pgettext_lazy("of a roadmap", "To be done by"), widget=UnfoldAdminDateWidget)
    field_order = ["starts_on", "due_on", "reason"]


class ItemForm(forms.ModelForm):
    """What the lead's own form asks of it holds here as well."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        project = data.get("project") or (self.instance.project_id and self.instance.project)
        self.instance.project = project or None
        try:
            if project and (owner := data.get("owner")):
                check_owner(project, owner)
            if project and "after" in data:
                check_after(self.instance, [*data["after"]])
        except RuleViolated as error:
            raise forms.ValidationError(error.message, code=error.code) from error
        return data


class ChangeInline(ReadOnlyInline):
    model = RoadmapChange
    fields = ["starts_before", "due_before", "starts_after", "due_after", "reason", "by", "at"]
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[RoadmapChange]:
        return super().get_queryset(request).select_related("by")


class RoadmapMoveInline(MoveInline):
    model = RoadmapMove


@admin.register(RoadmapItem)
class RoadmapItemAdmin(MovedAdmin):
    TABLE = ITEM_MOVES
    PAGES: ClassVar[dict[str, MovePage]] = {
        "begin": MovePage(
            pgettext_lazy("of a roadmap", "It has begun"),
            _("The roadmap shows that it is under way."),
            "play_arrow",
            form=DayForm,
        ),
        "finish": MovePage(
            pgettext_lazy("of a roadmap", "It is done"),
            _("All participants are told; it stands in the roadmap with its day."),
            "task_alt",
            form=DayForm,
        ),
        "drop": MovePage(pgettext_lazy("of a roadmap", "Give it up"), TOLD, "cancel", "danger"),
        "reopen": MovePage(pgettext_lazy("of a roadmap", "Open it again"), TOLD, "restart_alt"),
    }
    OTHERS: ClassVar[dict[str, tuple[str, ...]]] = {"reschedule_this": OPEN_ITEM_STATES}
    move = staticmethod(move_item)

    form = ItemForm
    list_display = ["title_and_project", "owner", "due_on", "state_label"]
    list_filter = [
        ("state", ChoicesCheckboxFilter),
        ("project", AutocompleteSelectFilter),
        ("owner", AutocompleteSelectFilter),
        ("due_on", RangeDateFilter),
    ]
    list_select_related = ["project", "owner"]
    search_fields = ["name", "name_en", "project__name"]
    search_help_text = _("Name, project")
    ordering = ["due_on", "pk"]
    autocomplete_fields = ["project", "owner", "after"]
    readonly_fields = ["state", "begun_on", "done_on"]
    fields = [
        ("project", "state"), "kind", ("name", "name_en"), ("expected", "expected_en"), "owner",
        ("starts_on", "due_on"), ("begun_on", "done_on"), "after",
    ]  # fmt: skip
    inlines = [ChangeInline, RoadmapMoveInline]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The dates of what stands change by their own action, with a reason."""
        fields = super().get_readonly_fields(request, obj)
        return [*fields, "project", "kind", "starts_on", "due_on"] if obj else fields

    @action(description=_("Change the dates"), icon="event_repeat", permissions=["change"])
    def reschedule_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        by = cast("User", request.user)
        single = SingleAction(
            _("Change the dates"),
            lambda item, data: reschedule(item, by=by, **data).due_on,
            _("To be done by: %(done)s"),
            _("All participants are told; the first dates stay on record."),
            form=DatesForm,
            initial=lambda item: {"starts_on": item.starts_on, "due_on": item.due_on},
        )
        return after_question(self, request, object_id, single)

    @display(description=pgettext_lazy("of a roadmap", "stage or milestone"), ordering="name", header=True)
    def title_and_project(self, item: RoadmapItem) -> list[str]:
        return [item.title, item.project.title]

    @display(description=_("state"), ordering="state", label=STATE_COLOURS)
    def state_label(self, item: RoadmapItem) -> tuple[str, str]:
        return item.state, item.get_state_display()
