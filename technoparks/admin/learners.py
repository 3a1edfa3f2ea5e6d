"""Who applies to groups and learns in them. Decided for the host by the services, which tell whoever has applied."""

from functools import partial
from typing import Any, cast

from django.contrib import admin
from django.db.models import F, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesCheckboxFilter, DropdownFilter
from unfold.decorators import action, display

from common.admin import Decision, ModelAdmin, ReadOnly, ReadOnlyInline, colours
from common.admin.mass import MassAction, after_preview
from common.admin.single import RefusalForm
from common.errors import RuleViolated
from members.models import User
from technoparks.cohorts.applications import decline, enrol, queue
from technoparks.cohorts.moves import DONE_TO_APPLICATIONS, DONE_TO_ENROLMENTS, OF_APPLICATIONS
from technoparks.models import (
    Attendance,
    CohortApplication,
    CohortApplicationMove,
    CohortApplicationState,
    Enrolment,
    EnrolmentMove,
    EnrolmentState,
)

APPLICATION_COLOURS = colours(
    CohortApplicationState,
    {
        CohortApplicationState.SUBMITTED: "warning",
        CohortApplicationState.WAITING: "info",
        CohortApplicationState.ENROLLED: "success",
        CohortApplicationState.DECLINED: "danger",
    },
)
ENROLMENT_COLOURS = colours(
    EnrolmentState,
    {EnrolmentState.ACTIVE: "success", EnrolmentState.COMPLETED: "primary", EnrolmentState.LEFT: "danger"},
)
ENROL, QUEUE, DECLINE = _("Enrol"), _("To the waiting list"), _("Decline the application")


class TermFilter(DropdownFilter):
    title = _("term")
    parameter_name = "term"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [("over", _("Overdue"))]

    def queryset(self, request: HttpRequest, applications: Any) -> Any:
        return applications.overdue() if self.value() == "over" else applications


class MoveInline(ReadOnlyInline):
    fields = ["at", "what", "source", "target", "by", "reason"]
    readonly_fields = fields

    @display(description=_("action"))
    def what(self, move: CohortApplicationMove | EnrolmentMove) -> str:
        of_enrolment = isinstance(move, EnrolmentMove)
        return str((DONE_TO_ENROLMENTS if of_enrolment else DONE_TO_APPLICATIONS)[move.action])


class CohortApplicationMoveInline(MoveInline):
    model = CohortApplicationMove

    def get_queryset(self, request: HttpRequest) -> QuerySet[CohortApplicationMove]:
        return super().get_queryset(request).select_related("by", "application__cohort")


class EnrolmentMoveInline(MoveInline):
    model = EnrolmentMove

    def get_queryset(self, request: HttpRequest) -> QuerySet[EnrolmentMove]:
        return super().get_queryset(request).select_related("by", "enrolment__cohort")


class AttendanceInline(ReadOnlyInline):
    model = Attendance
    fields = ["lesson", "mark", "by", "at"]
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Attendance]:
        return super().get_queryset(request).select_related("lesson", "by", "enrolment__cohort")


@admin.register(CohortApplication)
class CohortApplicationAdmin(ReadOnly, ModelAdmin):
    holds_personal_data = True
    view_on_site = False
    list_display = ["name_and_cohort", "whose", "organisation", "age", "submitted_at", "decide_by", "state_label"]
    list_filter = [
        ("state", ChoicesCheckboxFilter),
        TermFilter,
        ("cohort", AutocompleteSelectFilter),
        ("cohort__programme__technopark", AutocompleteSelectFilter),
        ("organisation", AutocompleteSelectFilter),
    ]
    list_select_related = ["cohort__programme", "organisation"]
    ordering = ["-submitted_at", "-pk"]
    search_fields = ["name", "cohort__name", "cohort__programme__name", "person__email"]
    search_help_text = _("Name of the learner, group, programme, e-mail of who has applied")
    fields = [
        ("name", "grade", "age"),
        "cohort",
        ("whose", "person", "organisation"),
        ("state", "queue_number"),
        ("submitted_at", "decide_by"),
        ("reminded_at", "escalated_at"),
        ("consent", "forgotten_at"),
    ]
    inlines = [CohortApplicationMoveInline]
    actions = ["enrol", "queue", "decline"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[CohortApplication]:
        return (
            super().get_queryset(request).select_related("cohort__programme", "person", "organisation", "consent__text")
        )

    @display(description=_("name of the learner"), header=True, ordering="name")
    def name_and_cohort(self, application: CohortApplication) -> list[str]:
        return [application.shown_name, f"{application.cohort.programme.title}: {application.cohort.title}"]

    @display(description=_("state"), ordering="state", label=APPLICATION_COLOURS)
    def state_label(self, application: CohortApplication) -> tuple[str, str]:
        return application.state, application.get_state_display()

    def person_in(self, record: Model) -> User | None:
        return cast("CohortApplication", record).person

    def has_decide_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return request.user.has_perm("technoparks.change_cohortapplication")

    @action(description=ENROL, permissions=["decide"])
    def enrol(self, request: HttpRequest, applications: QuerySet[CohortApplication]) -> HttpResponse | None:
        staff = cast("User", request.user)
        mass = MassAction(
            "enrol",
            ENROL,
            _("For the host, while places are free; who waits comes first, in turn. Whoever has applied is told."),
            lambda one, data: enrol([one], by=staff),
            ngettext_lazy("%(number)d learner is enrolled.", "%(number)d learners are enrolled.", "number"),
            check=partial(_check, "enrol"),
            words=_words,
        )
        return after_preview(self, request, _in_turn(applications), mass)

    @action(description=QUEUE, permissions=["decide"])
    def queue(self, request: HttpRequest, applications: QuerySet[CohortApplication]) -> HttpResponse | None:
        staff = cast("User", request.user)
        mass = MassAction(
            "queue",
            QUEUE,
            _("For the host, in the order in which they came. Whoever has applied is told."),
            lambda one, data: queue([one], by=staff),
            ngettext_lazy(
                "%(number)d application is on the waiting list.",
                "%(number)d applications are on the waiting list.",
                "number",
            ),
            check=partial(_check, "queue"),
            words=_words,
        )
        return after_preview(self, request, _in_turn(applications), mass)

    @action(description=DECLINE, permissions=["decide"])
    def decline(self, request: HttpRequest, applications: QuerySet[CohortApplication]) -> HttpResponse | None:
        staff = cast("User", request.user)
        mass = MassAction(
            "decline",
            DECLINE,
            _("For the host. Whoever has applied is told, with the reason."),
            lambda one, data: decline([one], by=staff, **data),
            ngettext_lazy("%(number)d application is declined.", "%(number)d applications are declined.", "number"),
            check=partial(_check, "decline"),
            words=_words,
            form=RefusalForm,
        )
        return after_preview(self, request, applications, mass)


def _in_turn(applications: QuerySet[CohortApplication]) -> QuerySet[CohortApplication]:
    return applications.order_by("cohort", F("queue_number").asc(nulls_last=True), "pk")


def _check(action: str, application: CohortApplication) -> None:
    if application.state not in OF_APPLICATIONS[action].before:
        raise RuleViolated(str(application.get_state_display()), code="other_state")


def _words(application: CohortApplication) -> str:
    return f"{application.shown_name} — {application.cohort.programme.title}: {application.cohort.title}"


@admin.register(Enrolment)
class EnrolmentAdmin(ReadOnly, ModelAdmin):
    holds_personal_data = True
    view_on_site = False
    list_display = ["name_and_cohort", "starts_on", "ended_on", "state_label"]
    list_filter = [
        ("state", ChoicesCheckboxFilter),
        ("cohort", AutocompleteSelectFilter),
        ("cohort__programme__technopark", AutocompleteSelectFilter),
        ("application__organisation", AutocompleteSelectFilter),
    ]
    list_select_related = ["cohort__programme", "application"]
    ordering = ["-pk"]
    search_fields = ["application__name", "cohort__name", "cohort__programme__name"]
    search_help_text = _("Name of the learner, group, programme")
    fields = ["learner", "cohort", "application", ("starts_on", "ended_on"), ("state", "moved_from")]
    readonly_fields = ["learner"]
    inlines = [AttendanceInline, EnrolmentMoveInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Enrolment]:
        related = ("cohort__programme", "application__cohort", "application__person", "moved_from__cohort")
        return super().get_queryset(request).select_related(*related)

    @display(description=_("name of the learner"))
    def learner(self, enrolment: Enrolment) -> str:
        return enrolment.application.shown_name

    @display(description=_("name of the learner"), header=True, ordering="application__name")
    def name_and_cohort(self, enrolment: Enrolment) -> list[str]:
        return [enrolment.application.shown_name, f"{enrolment.cohort.programme.title}: {enrolment.cohort.title}"]

    @display(description=_("state"), ordering="state", label=ENROLMENT_COLOURS)
    def state_label(self, enrolment: Enrolment) -> tuple[str, str]:
        return enrolment.state, enrolment.get_state_display()

    def person_in(self, record: Model) -> User | None:
        return cast("Enrolment", record).application.person


OVERDUE = Decision(
    _("Applications to groups without an answer in time"),
    "hourglass_top",
    lambda: CohortApplication.objects.overdue().annotate(waits_since=F("decide_by")).order_by("decide_by", "pk"),
    "term=over",
    permission="technoparks.change_cohortapplication",
)
