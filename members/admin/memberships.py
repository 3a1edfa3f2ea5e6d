"""Memberships. Their status moves only by the service, one history row per move."""

import datetime
from functools import partial
from typing import cast

from django import forms
from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy
from unfold.admin import StackedInline
from unfold.contrib.filters.admin import ChoicesCheckboxFilter, RelatedDropdownFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSingleDateWidget, UnfoldAdminTextInputWidget

from common.admin import Decision, HistoryModelAdmin, ReadOnlyInline, colours
from common.admin.mass import MassAction, after_preview, on_one
from common.errors import RuleViolated
from members.admin.billing import BillingMixin
from members.admin.certificates import CertificateActionsMixin, CertificateInline
from members.admin.exclusions import ExclusionMixin
from members.admin.fees import FeeReductionInline, PeriodInline, RenewalFilter
from members.admin.membership_tables import MembershipTableMixin
from members.admin.report_filters import OnDayFilter
from members.admin.reports import ReportsMixin
from members.membership.life import (
    MEMBERSHIP_MOVES,
    Who,
    change_membership_status,
    check_start,
    follow_register,
    move_to,
    possible_moves,
    record_membership_start,
)
from members.models import OVER, Membership, MembershipStatus, MembershipStatusChange, User

# What the page of each move asks.
MOVES: dict[str, str | Promise] = {
    "suspend": _("Suspend memberships"),
    "resume": _("Resume memberships"),
    "leave": _("Record that organisations have left"),
}
ENDING = _("An ended membership cannot be resumed; the organisation may join anew.")
STATUS_COLOURS = colours(
    MembershipStatus,
    {
        MembershipStatus.ACTIVE: "success",
        MembershipStatus.GRACE: "warning",
        MembershipStatus.SUSPENDED: "warning",
        MembershipStatus.LAPSED: "danger",
    },
)


class MoveForm(forms.Form):
    on = forms.DateField(label=_("Date"), initial=timezone.localdate, widget=UnfoldAdminSingleDateWidget)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("For instance, the number and date of the board's protocol"),
    )

    def clean_on(self) -> datetime.date:
        on = self.cleaned_data["on"]
        if on > timezone.localdate():
            raise forms.ValidationError(_("The status changes at once, so the date cannot lie ahead."))
        return on


class MembershipForm(forms.ModelForm):
    def clean_started_on(self) -> datetime.date | None:
        day = self.cleaned_data["started_on"]
        if day and self.instance.pk:
            try:
                check_start(self.instance, day)
            except RuleViolated as error:
                raise forms.ValidationError(error.message, code=error.code) from error
        return day

    def _get_validation_exclusions(self) -> set[str]:
        """The rules of the database name the status and the end as well, which move by the service alone."""
        return super()._get_validation_exclusions() - {"status", "ended_on"}  # type: ignore[misc]


class MembershipFormSet(forms.BaseInlineFormSet):
    def clean(self) -> None:
        """Django does not check the rules of the database that name the organisation itself."""
        super().clean()
        rows = [form.instance for form in self.forms if form.instance.pk or form.has_changed()]
        if sum(not row.is_over for row in rows) > 1:
            raise forms.ValidationError(_("This organisation already has a membership that has not ended."))


class MembershipStatusChangeInline(ReadOnlyInline):
    model = MembershipStatusChange
    fields = ["on", "status", "reason", "protocol", "protocol_on", "by", "recorded_at"]
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[MembershipStatusChange]:
        return super().get_queryset(request).select_related("by")


class MembershipInline(StackedInline):
    """New ones begin here; how they go on is decided on their own page."""

    model = Membership
    form = MembershipForm
    formset = MembershipFormSet
    extra = 0
    tab = True
    fields = [("tier", "started_on"), ("note", "note_en"), ("status", "ended_on")]
    readonly_fields = ["status", "ended_on"]
    show_change_link = True
    can_delete = False
    view_on_site = False


@admin.register(Membership)
class MembershipAdmin(
    MembershipTableMixin, CertificateActionsMixin, BillingMixin, ExclusionMixin, ReportsMixin, HistoryModelAdmin
):
    form = MembershipForm
    view_on_site = False
    list_display = ["organisation", "tier", "status_label", "started_on", "ended_on"]
    list_filter = [
        ("status", ChoicesCheckboxFilter),
        ("tier", ChoicesCheckboxFilter),
        RenewalFilter,
        OnDayFilter,
        ("organisation__kind", ChoicesCheckboxFilter),
        ("organisation__region", RelatedDropdownFilter),
    ]
    list_select_related = ["organisation"]
    search_fields = ["organisation__short_name", "organisation__name", "organisation__inn", "note"]
    autocomplete_fields = ["organisation"]
    fields = ["organisation", ("tier", "started_on"), ("note", "note_en"), ("status", "ended_on")]
    readonly_fields = ["status", "ended_on"]
    inlines = [PeriodInline, FeeReductionInline, CertificateInline, MembershipStatusChangeInline]
    actions = ["bill_next", "remind", "issue_certificates", *MOVES]
    actions_list = ["open_reports", "import_table"]
    actions_detail = [*(f"{move}_this" for move in MOVES), "exclude_this", "bill_this", *CertificateActionsMixin.OF_ONE]

    @display(description=_("status"), ordering="status", label=STATUS_COLOURS)
    def status_label(self, membership: Membership) -> tuple[str, str]:
        return membership.status, membership.get_status_display()

    @display(description=_("status on the day"), label=STATUS_COLOURS)
    def status_on_day(self, membership: Membership) -> tuple[str, str] | None:
        then = getattr(membership, "status_then", None)
        return (then, str(MembershipStatus(then).label)) if then else None

    def get_list_display(self, request: HttpRequest) -> list:
        """Where a day is asked for, the status of that day beside today's."""
        shown = [*super().get_list_display(request)]
        return [*shown[:2], "status_on_day", *shown[2:]] if request.GET.get("day") else shown

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list:
        """Only what its status allows and its certificates lack."""
        membership = self.get_object(request, object_id)
        moves = possible_moves(membership, who=Who.STAFF) if membership else ()
        possible = {f"{move}_this" for move in moves} | self.certificate_actions(membership)
        if membership and not membership.is_over:
            possible |= {"bill_this", "exclude_this"}
        offered = super().get_actions_detail(request, object_id)
        return [one for one in offered if one.method.original_function_name in possible]

    def get_readonly_fields(self, request: HttpRequest, obj: Membership | None = None) -> list:
        """Invoices, certificates and the history name its organisation: another one begins a membership of its own."""
        return [*super().get_readonly_fields(request, obj), *(["organisation"] if obj else [])]

    def has_delete_permission(self, request: HttpRequest, obj: Membership | None = None) -> bool:
        """What is on record stays on record, whether its own page or that of its organisation would delete it."""
        return super().has_delete_permission(request, obj) and not (obj and obj.changes.exists())

    def save_related(self, request: HttpRequest, form: forms.ModelForm, formsets: list, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        staff = cast("User", request.user)
        if not change:
            record_membership_start(form.instance, by=staff)
        elif form.changed_data:
            follow_register(form.instance, by=staff)

    @action(description=MOVES["suspend"], permissions=["change"])
    def suspend(self, request: HttpRequest, memberships: QuerySet[Membership]) -> HttpResponse | None:
        return self._move(request, memberships, "suspend")

    @action(description=MOVES["resume"], permissions=["change"])
    def resume(self, request: HttpRequest, memberships: QuerySet[Membership]) -> HttpResponse | None:
        return self._move(request, memberships, "resume")

    @action(description=MOVES["leave"], permissions=["change"])
    def leave(self, request: HttpRequest, memberships: QuerySet[Membership]) -> HttpResponse | None:
        return self._move(request, memberships, "leave")

    @action(description=_("Suspend"), icon="pause_circle", permissions=["change"])
    def suspend_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._move_one(request, object_id, "suspend")

    @action(description=_("Resume"), icon="play_circle", permissions=["change"])
    def resume_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._move_one(request, object_id, "resume")

    @action(description=_("Has left"), icon="logout", permissions=["change"])
    def leave_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._move_one(request, object_id, "leave")

    def _move_one(self, request: HttpRequest, object_id: str, move: str) -> HttpResponse:
        return on_one(self, request, object_id, partial(self._move, move=move))

    def _move(self, request: HttpRequest, memberships: QuerySet[Membership], move: str) -> HttpResponse | None:
        after, staff = MEMBERSHIP_MOVES[move].after, cast("User", request.user)  # nobody else gets here
        mass = MassAction(
            move,
            MOVES[move],
            ENDING if after in OVER else _("The heads of the organisations are told."),
            lambda row, data: change_membership_status(row, status=after, by=staff, **data),
            ngettext_lazy("%(number)d membership is changed.", "%(number)d memberships are changed.", "number"),
            check=lambda row: move_to(row, after, Who.STAFF),
            words=lambda row: f"{row}, {row.get_status_display()}",
            form=MoveForm,
        )
        return after_preview(self, request, memberships.select_related("organisation"), mass)


def _suspended() -> QuerySet[Membership]:
    last_move = MembershipStatusChange.objects.filter(membership=OuterRef("pk")).order_by("-pk")
    return (
        Membership.objects.filter(status=MembershipStatus.SUSPENDED)
        .select_related("organisation")
        .annotate(waits_since=Subquery(last_move.values("on")[:1]))
        .order_by("waits_since", "pk")
    )


SUSPENDED = Decision(_("Suspended: what next?"), "pause_circle", _suspended, "status__exact=suspended")
