"""What was promised, and what was reported of it: read here, moved by the parties."""

from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesCheckboxFilter,
    DropdownFilter,
    RangeDateFilter,
)
from unfold.decorators import display

from agreements.models import Obligation, ObligationReport, ObligationState, ReportState
from common.admin import Decision, ModelAdmin, ReadOnly, ReadOnlyInline, colours

STATE_COLOURS = colours(ObligationState, {ObligationState.OPEN: "info", ObligationState.FULFILLED: "success"})
REPORT_COLOURS = colours(
    ReportState,
    {ReportState.REPORTED: "warning", ReportState.CONFIRMED: "success", ReportState.REFUSED: "danger"},
)


class LateFilter(DropdownFilter):
    title = _("term")
    parameter_name = "late"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [("yes", _("Late"))]

    def queryset(self, request: HttpRequest, obligations: Any) -> Any:
        return obligations.late() if self.value() else obligations


class ReportInline(ReadOnlyInline):
    model = ObligationReport
    fields = ["at", "organisation", "amount", "text", "state", "decided_at", "reason"]
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[ObligationReport]:
        return super().get_queryset(request).select_related("organisation")


@admin.register(Obligation)
class ObligationAdmin(ReadOnly, ModelAdmin):
    list_display = ["what", "agreement", "kind", "owner", "amount", "done", "due_on", "state_label"]
    list_filter = [
        LateFilter,
        ("state", ChoicesCheckboxFilter),
        ("kind", ChoicesCheckboxFilter),
        ("due_on", RangeDateFilter),
        ("owner", AutocompleteSelectFilter),
    ]
    list_select_related = ["agreement", "owner"]
    search_fields = ["what", "agreement__number", "agreement__subject"]
    fields = [
        "what",
        "agreement",
        ("kind", "state"),
        ("owner", "beneficiary"),
        ("amount", "done"),
        ("due_on", "moved_at"),
        "evidence",
        "closed_reason",
    ]
    inlines = [ReportInline]

    @display(description=_("state"), ordering="state", label=STATE_COLOURS)
    def state_label(self, obligation: Obligation) -> tuple[str, str]:
        return obligation.state, obligation.get_state_display()


@admin.register(ObligationReport)
class ObligationReportAdmin(ReadOnly, ModelAdmin):
    holds_personal_data = True
    list_display = ["text", "obligation", "organisation", "amount", "at", "state_label"]
    list_filter = [("state", ChoicesCheckboxFilter), ("organisation", AutocompleteSelectFilter)]
    list_select_related = ["obligation", "organisation"]
    search_fields = ["text", "obligation__what"]
    fields = [
        "obligation",
        ("organisation", "by", "at"),
        "amount",
        "text",
        "link",
        ("file_name", "file_sha256"),
        "state",
        ("decided_by", "decided_at"),
        "reason",
    ]

    @display(description=_("state"), ordering="state", label=REPORT_COLOURS)
    def state_label(self, report: ObligationReport) -> tuple[str, str]:
        return report.state, report.get_state_display()

    def person_in(self, record: Any) -> Any:
        return record.by


def _late() -> QuerySet[Obligation]:
    late = Obligation.objects.late().select_related("agreement")
    return late.annotate(waits_since=F("due_on")).order_by("due_on", "pk")


LATE = Decision(
    _("Agreements: obligations that are late"),
    "assignment_late",
    _late,
    "late=yes",
    permission="agreements.approve_agreement",
)
