"""Programmes and their groups, as the office sees and mends them for a host."""

from functools import partial
from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy, pgettext_lazy
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import AutocompleteSelectFilter, BooleanRadioFilter, ChoicesCheckboxFilter
from unfold.decorators import action, display

from common.admin import HistoryModelAdmin, ModelAdmin, ReadOnlyInline, colours
from common.admin.mass import MassAction, after_preview
from common.admin.single import RefusalForm
from common.errors import RuleViolated
from members.models import User
from technoparks.cohorts.cohorts import FIXED, cancel_cohort, finish_cohort, open_cohort, save_cohort
from technoparks.cohorts.moves import OF_COHORTS
from technoparks.models import Cohort, CohortHours, CohortMove, CohortState, Programme

STATE_COLOURS = colours(
    CohortState,
    {
        CohortState.GATHERING: "info",
        CohortState.RUNNING: "success",
        CohortState.FINISHED: "primary",
        CohortState.CANCELLED: "danger",
    },
)
OPEN, FINISH, CANCEL = (
    pgettext_lazy("group of learners", "Open the group"),
    pgettext_lazy("group of learners", "Finish the group"),
    pgettext_lazy("group of learners", "Cancel the group"),
)


@admin.register(Programme)
class ProgrammeAdmin(HistoryModelAdmin):
    list_display = ["title_and_technopark", "direction", "audience", "ages", "hours", "is_published"]
    list_filter = [
        ("technopark", AutocompleteSelectFilter),
        ("direction", AutocompleteSelectFilter),
        ("audience", ChoicesCheckboxFilter),
        ("is_published", BooleanRadioFilter),
    ]
    list_select_related = ["technopark", "direction"]
    search_fields = ["name", "name_en", "technopark__name"]
    search_help_text = _("Name; name of the technopark")
    autocomplete_fields = ["technopark", "direction"]
    prepopulated_fields = {"slug": ["name_en"]}
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "technopark",
                    ("name", "name_en"),
                    ("slug", "is_published"),
                    ("direction", "audience"),
                    ("age_from", "age_to"),
                    "hours",
                    ("decision_days", "attendance_percent"),
                ]
            },
        ),
        (_("Description"), {"fields": ["about", "about_en"], "classes": ["tab"]}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Programme | None = None) -> list[str]:
        """Its groups are held there."""
        return [*super().get_readonly_fields(request, obj), *(["technopark"] if obj else [])]

    @display(description=pgettext_lazy("of teaching", "programme"), ordering="name", header=True)
    def title_and_technopark(self, programme: Programme) -> list[str]:
        return [programme.title, programme.technopark.title]

    @display(description=_("age"), ordering="age_from")
    def ages(self, programme: Programme) -> str:
        return programme.ages or "—"


class CohortHoursInline(TabularInline):
    model = CohortHours
    extra = 0
    tab = True

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """While nothing is booked by them."""
        return super().has_change_permission(request, obj) and (obj is None or obj.state == CohortState.PLANNED)

    has_add_permission = has_change_permission
    has_delete_permission = has_change_permission


class CohortMoveInline(ReadOnlyInline):
    model = CohortMove
    fields = ["at", "what", "source", "target", "by", "reason"]
    readonly_fields = fields

    @display(description=_("action"))
    def what(self, move: CohortMove) -> str:
        return str(OF_COHORTS[move.action].done)

    def get_queryset(self, request: HttpRequest) -> QuerySet[CohortMove]:
        return super().get_queryset(request).select_related("by", "cohort")


@admin.register(Cohort)
class CohortAdmin(ModelAdmin):
    """Once it is open, what its lessons were booked by and its places are the host's to change, under its lock."""

    view_on_site = False
    list_display = ["title_and_programme", "lab", "starts_on", "ends_on", "places_taken", "state_label"]
    list_filter = [
        ("state", ChoicesCheckboxFilter),
        ("programme", AutocompleteSelectFilter),
        ("programme__technopark", AutocompleteSelectFilter),
    ]
    list_select_related = ["programme__technopark", "lab"]
    search_fields = ["name", "name_en", "programme__name", "programme__technopark__name"]
    search_help_text = _("Name of the group, the programme or the technopark")
    autocomplete_fields = ["programme", "lab", "teacher"]
    ordering = ["-starts_on", "-pk"]
    fields = [
        "programme",
        ("name", "name_en"),
        ("lab", "is_whole"),
        ("starts_on", "ends_on"),
        ("apply_until", "places"),
        "teacher",
        "state",
    ]
    readonly_fields = ["state"]
    inlines = [CohortHoursInline, CohortMoveInline]
    actions = ["open_groups", "finish_groups", "cancel_groups"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Cohort]:
        return super().get_queryset(request).with_taken()  # type: ignore[attr-defined]

    def get_readonly_fields(self, request: HttpRequest, obj: Cohort | None = None) -> list[str]:
        booked = sorted({*FIXED, "places"} - {"hours"}) if obj and obj.state != CohortState.PLANNED else []
        return [*super().get_readonly_fields(request, obj), *booked]

    def save_model(self, request: HttpRequest, obj: Cohort, form: Any, change: bool) -> None:
        """Another teacher takes over the lessons to come."""
        if change:
            save_cohort(obj, changed=form.changed_data)
        else:
            super().save_model(request, obj, form, change)

    @display(description=_("group of learners"), ordering="name", header=True)
    def title_and_programme(self, cohort: Cohort) -> list[str]:
        return [cohort.title, f"{cohort.programme.title} · {cohort.programme.technopark.title}"]

    @display(description=_("places"))
    def places_taken(self, cohort: Cohort) -> str:
        return f"{cohort.taken}/{cohort.places}"

    @display(description=_("state"), ordering="state", label=STATE_COLOURS)
    def state_label(self, cohort: Cohort) -> tuple[str, str]:
        return cohort.state, cohort.get_state_display()

    def has_move_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return request.user.has_perm("technoparks.change_cohort")

    @action(description=OPEN, permissions=["move"])
    def open_groups(self, request: HttpRequest, cohorts: QuerySet[Cohort]) -> HttpResponse | None:
        staff = cast("User", request.user)
        mass = MassAction(
            "open_groups",
            OPEN,
            _("For the host. All lessons are booked in the laboratory, and people can apply."),
            lambda one, data: open_cohort(one, by=staff),
            ngettext_lazy("%(number)d group is open.", "%(number)d groups are open.", "number"),
            check=partial(_check, "open"),
            words=_words,
        )
        return after_preview(self, request, cohorts, mass)

    @action(description=FINISH, permissions=["move"])
    def finish_groups(self, request: HttpRequest, cohorts: QuerySet[Cohort]) -> HttpResponse | None:
        staff = cast("User", request.user)
        mass = MassAction(
            "finish_groups",
            FINISH,
            _("For the host. Learners have finished, and certificates can be issued."),
            lambda one, data: finish_cohort(one, by=staff),
            ngettext_lazy("%(number)d group has finished.", "%(number)d groups have finished.", "number"),
            check=partial(_check, "finish"),
            words=_words,
        )
        return after_preview(self, request, cohorts, mass)

    @action(description=CANCEL, permissions=["move"])
    def cancel_groups(self, request: HttpRequest, cohorts: QuerySet[Cohort]) -> HttpResponse | None:
        staff = cast("User", request.user)
        mass = MassAction(
            "cancel_groups",
            CANCEL,
            _("For the host. The lessons to come are off; whoever has applied or learns there is told why."),
            lambda one, data: cancel_cohort(one, by=staff, **data),
            ngettext_lazy("%(number)d group is cancelled.", "%(number)d groups are cancelled.", "number"),
            check=partial(_check, "cancel"),
            words=_words,
            form=RefusalForm,
        )
        return after_preview(self, request, cohorts, mass)


def _check(action: str, cohort: Cohort) -> None:
    if cohort.state not in OF_COHORTS[action].before:
        raise RuleViolated(str(cohort.get_state_display()), code="other_state")


def _words(cohort: Cohort) -> str:
    return f"{cohort.programme.title}: {cohort.title} — {cohort.programme.technopark.title}"
