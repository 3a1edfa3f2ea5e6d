"""Offices abroad, and what organisations tell of them."""

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import ChoicesCheckboxFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextInputWidget

from common.admin import Decision, ModelAdmin, ReadOnly, colours
from common.errors import RuleViolated
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
from members.offices import accept_office_report, decline_office_report, told_in


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


class RefusalForm(forms.Form):
    reason = forms.CharField(
        label=_("The reason"),
        max_length=300,
        help_text=_("The organisation reads it"),
        widget=UnfoldAdminTextInputWidget,
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
        return self._decide(request, object_id, _("Make it public"), forms.Form, accept_office_report)

    @action(description=_("Decline"), icon="close", permissions=["decide"])
    def decline_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._decide(request, object_id, _("Decline the report"), RefusalForm, decline_office_report)

    def _decide(
        self,
        request: HttpRequest,
        object_id: str,
        title: str | Promise,
        form_class: type[forms.Form],
        service: Callable[..., OfficeReport],
    ) -> HttpResponse:
        report = self.get_object(request, object_id)
        if report is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        back = reverse("admin:members_officereport_change", args=[object_id])
        form = form_class(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                service(report, by=cast("User", request.user), **form.cleaned_data)
            except RuleViolated as error:
                self.message_user(request, error.message, messages.ERROR)
            return HttpResponseRedirect(back)
        page = {
            "title": title,
            "opts": self.opts,
            "form": form,
            "report": report,
            "told": told_in(report),
            "back": back,
        }
        context = {**self.admin_site.each_context(request), **page}
        return TemplateResponse(request, "admin/members/office_report_decide.html", context)


def _waiting() -> QuerySet[OfficeReport]:
    waiting = OfficeReport.objects.waiting().select_related("organisation")
    return waiting.annotate(waits_since=F("reported_at")).order_by("reported_at", "pk")


OFFICE_REPORTS = Decision(_("Reports of offices abroad: accept?"), "public", _waiting, "state__exact=waiting")
