"""Agreements. Their state moves by the services alone: here the office reviews, and calls off with a reason."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesCheckboxFilter,
    DropdownFilter,
    RangeDateFilter,
)
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextareaWidget

from agreements.admin.entering import EnteringMixin
from agreements.admin.statistics import StatisticsMixin
from agreements.admin.waiting import REVIEW, STUCK, WAITING, waiting, with_deadlines
from agreements.drafting.drafts import approve, return_draft
from agreements.life.machine import Who, possible
from agreements.models import (
    Agreement,
    AgreementState,
    HistoryEntry,
    Obligation,
    Party,
    Version,
)
from agreements.policies import can_review_for_office
from agreements.signing.rounds import cancel
from common.admin import Decision, ModelAdmin, ReadOnly, ReadOnlyInline, colours
from common.admin.single import SingleAction, after_question
from members.models import User

STATE_COLOURS = colours(
    AgreementState,
    {
        AgreementState.REVIEW: "warning",
        AgreementState.NEGOTIATION: "info",
        AgreementState.FROZEN: "primary",
        AgreementState.SIGNING: "primary",
        AgreementState.CONCLUDED: "success",
        AgreementState.ACTIVE: "success",
        AgreementState.CANCELLED: "danger",
        AgreementState.TERMINATED: "danger",
    },
)
APPROVE, RETURN, CANCEL = (
    pgettext_lazy("agreement", "Approve for the association"),
    _("Return to its author"),
    _("Call the agreement off"),
)


class WaitsFilter(DropdownFilter):
    title = _("waits for")
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [*WAITING]

    def queryset(self, request: HttpRequest, agreements: QuerySet[Agreement]) -> QuerySet[Agreement]:
        return waiting(agreements, self.value() or "")


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("The reason"),
        max_length=2000,
        help_text=_("The parties read it"),
        widget=UnfoldAdminTextareaWidget({"rows": 4}),
    )


class PartyInline(ReadOnlyInline):
    model = Party
    fields = ["position", "organisation", "called", "signatory_name", "signatory_position", "ground", "way"]
    readonly_fields = fields

    @display(description=_("acts on the ground of"))
    def ground(self, party: Party) -> str:
        return " ".join(filter(None, (party.get_authority_display(), party.authority_number)))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Party]:
        return super().get_queryset(request).select_related("organisation")


class VersionInline(ReadOnlyInline):
    model = Version
    fk_name = "agreement"
    fields = ["number", "at", "organisation", "by", "note", "sha256"]
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Version]:
        return super().get_queryset(request).select_related("organisation", "by").defer("content", "terms")


class HistoryInline(ReadOnlyInline):
    model = HistoryEntry
    fields = ["sequence", "at", "action", "source", "target", "by", "reason"]
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[HistoryEntry]:
        return super().get_queryset(request).select_related("by")


class ObligationInline(ReadOnlyInline):
    model = Obligation
    fields = ["kind", "what", "owner", "amount", "done", "due_on", "state"]
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Obligation]:
        return super().get_queryset(request).select_related("owner")


@admin.register(Agreement)
class AgreementAdmin(EnteringMixin, StatisticsMixin, ReadOnly, ModelAdmin):
    holds_personal_data = True
    view_on_site = False
    list_display = ["title_and_number", "kind", "parties_said", "state_label", "concluded_on", "ends_on", "deadline"]
    list_filter = [
        WaitsFilter,
        ("state", ChoicesCheckboxFilter),
        ("kind", ChoicesCheckboxFilter),
        ("concluded_on", RangeDateFilter),
        ("ends_on", RangeDateFilter),
        ("organisations", AutocompleteSelectFilter),
    ]
    search_fields = ["number", "own_number", "subject", "subject_en", "organisations__name", "organisations__inn"]
    search_help_text = _("Number, subject, name or INN of a party")
    fields = [
        ("subject", "subject_en"),
        ("kind", "state"),
        ("number", "own_number", "code"),
        ("concluded_on", "starts_on", "ends_on", "ended_on"),
        ("renewal", "notice_days"),
        ("relation", "parent"),
        ("initiator", "author"),
        ("planned_on", "planned_at"),
        ("is_public", "is_entered", "shared_at"),
    ]
    inlines = [PartyInline, VersionInline, ObligationInline, HistoryInline]
    actions_list = ["enter_paper", "import_table", "open_statistics"]
    actions_detail = ["approve_this", "return_this", "cancel_this"]

    @display(description=_("agreement"), header=True, ordering="subject")
    def title_and_number(self, agreement: Agreement) -> list[str]:
        return [agreement.title, " · ".join(filter(None, (agreement.number, agreement.own_number)))]

    @display(description=pgettext_lazy("of an agreement", "parties"))
    def parties_said(self, agreement: Agreement) -> str:
        return ", ".join(party.organisation.title for party in agreement.parties.all())

    @display(description=_("state"), ordering="state", label=STATE_COLOURS)
    def state_label(self, agreement: Agreement) -> tuple[str, str]:
        return agreement.state, agreement.get_state_display()

    @display(description=_("next by the clock"), ordering="deadline")
    def deadline(self, agreement: Any) -> Any:
        return agreement.deadline

    def get_queryset(self, request: HttpRequest) -> QuerySet[Agreement]:
        return with_deadlines(super().get_queryset(request)).prefetch_related("parties__organisation")

    def has_approve_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return can_review_for_office(request.user)

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list:
        """Only what its state allows, and a review where the office was asked."""
        agreement = self.get_object(request, object_id)
        allowed = {f"{move}_this" for move in possible(agreement, who=Who.OFFICE)} if agreement else set()
        if agreement and not waiting(Agreement.objects.filter(pk=agreement.pk), REVIEW).exists():
            allowed -= {"approve_this", "return_this"}
        offered = super().get_actions_detail(request, object_id)
        return [one for one in offered if one.method.original_function_name in allowed]

    @action(description=APPROVE, icon="check", permissions=["approve"])
    def approve_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        staff = cast("User", request.user)
        single = SingleAction(
            APPROVE,
            lambda one, data: approve(one, by=staff, for_office=True).get_state_display(),
            _("The state now: %(done)s"),
            _("With the last approval it goes to the parties."),
        )
        return after_question(self, request, object_id, single)

    @action(description=RETURN, icon="undo", permissions=["approve"])
    def return_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        staff = cast("User", request.user)
        single = SingleAction(
            RETURN,
            lambda one, data: return_draft(one, by=staff, for_office=True, **data).get_state_display(),
            _("The state now: %(done)s"),
            _("It is a draft again; who draws it up reads why."),
            form=ReasonForm,
        )
        return after_question(self, request, object_id, single)

    @action(description=CANCEL, icon="block", permissions=["approve"])
    def cancel_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        staff = cast("User", request.user)
        single = SingleAction(
            CANCEL,
            lambda one, data: cancel(one, who=Who.OFFICE, by=staff, **data).get_state_display(),
            _("The state now: %(done)s"),
            _("It will not be concluded. All parties are told, with the reason; nothing brings it back."),
            form=ReasonForm,
            variant="danger",
        )
        return after_question(self, request, object_id, single)


def _waiting(what: str) -> Any:
    return lambda: waiting(Agreement.objects.all(), what)


REVIEWS = Decision(
    _("Agreements: review for the association"),
    "rule",
    _waiting(REVIEW),
    f"waits={REVIEW}",
    permission="agreements.approve_agreement",
)
STANDSTILL = Decision(
    _("Agreements: negotiation at a standstill"),
    "hourglass_empty",
    _waiting(STUCK),
    f"waits={STUCK}",
    permission="agreements.approve_agreement",
)
