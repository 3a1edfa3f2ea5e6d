"""Offices abroad, and what organisations tell of them."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import ChoicesCheckboxFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextInputWidget

from common.admin import Decision, ModelAdmin, ReadOnly, colours
from common.admin.single import RefusalForm, SingleAction, after_question
from common.spoken import SpokenLanguagesField
from members.models import (
    OfficeReport,
    OfficeReportState,
    OfficeStatus,
    OfficeStatusChange,
    OfficeYear,
    RepresentativeOffice,
    User,
)
from members.organisations.offices import accept_office_report, decline_office_report, told_in


class OfficeStatusChangeInline(TabularInline):
    model = OfficeStatusChange
    extra = 0


class OfficeYearInline(TabularInline):
    model = OfficeYear
    extra = 0


@admin.register(RepresentativeOffice)
class RepresentativeOfficeAdmin(ModelAdmin):
    list_display = ["organisation", "country", "city", "status"]
    list_select_related = ["organisation"]
    search_fields = ["organisation__short_name", "organisation__name", "country", "city"]
    autocomplete_fields = ["organisation"]
    inlines = [OfficeStatusChangeInline, OfficeYearInline]
    formfield_overrides = {
        **ModelAdmin.formfield_overrides,
        SpokenLanguagesField: {"widget": UnfoldAdminTextInputWidget},
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[RepresentativeOffice]:
        return super().get_queryset(request).prefetch_related("changes")

    @display(
        description=_("status"),
        label={
            OfficeStatus.OPEN.label: "success",
            OfficeStatus.IN_TALKS.label: "info",
            OfficeStatus.PAUSED.label: "warning",
        },
    )
    def status(self, office: RepresentativeOffice) -> str:
        """The last of its changes; those are fetched already, in order."""
        changes = [*office.changes.all()]
        return changes[-1].get_status_display() if changes else ""


STATE_COLOURS = colours(
    OfficeReportState,
    {
        OfficeReportState.WAITING: "warning",
        OfficeReportState.ACCEPTED: "success",
        OfficeReportState.DECLINED: "danger",
    },
)


@admin.register(OfficeReport)
class OfficeReportAdmin(ReadOnly, ModelAdmin):
    """Organisations report; the association makes it public, or says why not."""

    view_on_site = False
    holds_personal_data = True
    list_display = ["organisation", "where", "kind", "state_label", "reported_at", "reported_by"]
    list_filter = [("state", ChoicesCheckboxFilter)]
    list_select_related = ["organisation", "reported_by"]
    search_fields = ["organisation__short_name", "organisation__name"]
    fields = [
        ("organisation", "kind"),
        "told",
        ("reported_by", "reported_at"),
        ("state", "decided_at"),
        ("decided_by", "reason"),
    ]
    readonly_fields = ["told"]
    actions_detail = ["accept_this", "decline_this"]

    @display(description=_("office"))
    def where(self, report: OfficeReport) -> str:
        return report.place

    @display(description=_("state"), ordering="state", label=STATE_COLOURS)
    def state_label(self, report: OfficeReport) -> tuple[str, str]:
        return report.state, report.get_state_display()

    @display(description=_("as reported"))
    def told(self, report: OfficeReport) -> str:
        return format_html_join("", "<p>{}: <b>{}</b></p>", told_in(report))

    def person_in(self, record: Any) -> User | None:
        return record.reported_by

    def has_decide_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return request.user.has_perm("members.change_officereport")

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list:
        report = self.get_object(request, object_id)
        return super().get_actions_detail(request, object_id) if report and report.is_waiting else []

    @action(description=_("Accept"), icon="check", permissions=["decide"])
    def accept_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        staff = cast("User", request.user)
        single = SingleAction(
            _("Make it public"),
            lambda row, data: accept_office_report(row, by=staff),
            _("It stands on the public page; the organisation is told."),
            facts=told_in,
        )
        return after_question(self, request, object_id, single)

    @action(description=_("Decline"), icon="close", permissions=["decide"])
    def decline_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        staff = cast("User", request.user)
        single = SingleAction(
            _("Decline the report"),
            lambda row, data: decline_office_report(row, by=staff, **data),
            _("The report is declined; the organisation is told why."),
            facts=told_in,
            form=RefusalForm,
        )
        return after_question(self, request, object_id, single)


def _waiting() -> QuerySet[OfficeReport]:
    waiting = OfficeReport.objects.waiting().select_related("organisation")
    return waiting.annotate(waits_since=F("reported_at")).order_by("reported_at", "pk")


OFFICE_REPORTS = Decision(_("Reports of offices abroad: accept?"), "public", _waiting, "state__exact=waiting")
