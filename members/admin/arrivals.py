"""How people come to act for organisations, and to whom what they owned there goes when they leave."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy
from unfold.contrib.filters.admin import ChoicesCheckboxFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from common.admin import Decision, ModelAdmin, ReadOnly, colours
from common.admin.mass import MassAction, after_preview
from common.admin.single import RefusalForm, SingleAction, after_question
from common.models import ViewKind
from members.acting.handovers import OWNED
from members.acting.invitations import can_be_sent, send_again
from members.acting.join_requests import approve, decline, without_head
from members.models import Handover, Invitation, JoinRequest, JoinRequestState, Role, User


@admin.register(Invitation)
class InvitationAdmin(ReadOnly, ModelAdmin):
    """Without the link, which whoever reads it here could use."""

    holds_personal_data = True
    list_display = ["email", "organisation", "role", "created_at", "expires_at", "accepted_at", "revoked_at"]
    list_filter = [("role", ChoicesCheckboxFilter)]
    list_select_related = ["organisation"]
    search_fields = ["email", "organisation__short_name"]
    fields = [
        ("organisation", "email"),
        ("role", "position"),
        ("invited_by", "language"),
        ("created_at", "expires_at"),
        ("accepted_at", "accepted_by"),
        "revoked_at",
    ]
    actions = ["send"]

    def has_send_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm("members.change_invitation")

    def person_in(self, record: Any) -> User | None:
        return record.accepted_by

    @action(description=_("Send"), permissions=["send"])
    def send(self, request: HttpRequest, invitations: QuerySet[Invitation]) -> HttpResponse | None:
        staff = cast("User", request.user)
        mass = MassAction(
            "send",
            _("Send invitations"),
            _("Each letter has its link as before, with a new term. Those that an import has prepared go out now."),
            lambda row, data: send_again(row, by=staff),
            ngettext_lazy("%(number)d invitation is sent.", "%(number)d invitations are sent.", "number"),
            check=can_be_sent,
        )
        return after_preview(self, request, invitations.select_related("organisation"), mass)


class ApprovalForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Role, widget=UnfoldAdminSelectWidget)
    position = forms.CharField(label=_("Position"), max_length=200, required=False, widget=UnfoldAdminTextInputWidget)


STATE_COLOURS = colours(
    JoinRequestState,
    {
        JoinRequestState.OPEN: "warning",
        JoinRequestState.APPROVED: "success",
        JoinRequestState.DECLINED: "danger",
    },
)


@admin.register(JoinRequest)
class JoinRequestAdmin(ReadOnly, ModelAdmin):
    """The heads of an organisation decide; the staff do where there is none, and may step in elsewhere."""

    view_on_site = False
    holds_personal_data = True
    list_display = ["user", "organisation", "role", "state_label", "created_at", "decided_by"]
    list_filter = [("state", ChoicesCheckboxFilter)]
    list_select_related = ["user", "organisation", "decided_by"]
    search_fields = ["user__last_name", "user__email", "organisation__short_name"]
    fields = [
        ("user", "organisation"),
        ("role", "created_at"),
        "text",
        ("state", "decided_at"),
        ("decided_by", "reason"),
    ]
    actions_detail = ["approve_this", "decline_this"]

    @display(description=_("state"), ordering="state", label=STATE_COLOURS)
    def state_label(self, join_request: JoinRequest) -> tuple[str, str]:
        return join_request.state, join_request.get_state_display()

    def has_decide_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return request.user.has_perm("members.change_joinrequest")

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list:
        join_request = self.get_object(request, object_id)
        is_open = join_request is not None and join_request.state == JoinRequestState.OPEN
        return super().get_actions_detail(request, object_id) if is_open else []

    @action(description=_("Approve"), icon="person_add", permissions=["decide"])
    def approve_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        staff = cast("User", request.user)
        single = SingleAction(
            _("Approve the request"),
            lambda row, data: approve(row, by=staff, **data),
            _("The person may act for the organisation now, and is told."),
            facts=_facts,
            form=ApprovalForm,
            initial=lambda row: {"role": row.role},
        )
        return after_question(self, request, object_id, single)

    @action(description=_("Decline"), icon="person_off", permissions=["decide"])
    def decline_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        staff = cast("User", request.user)
        single = SingleAction(
            _("Decline the request"),
            lambda row, data: decline(row, by=staff, **data),
            _("The request is declined; the person is told why."),
            facts=_facts,
            form=RefusalForm,
        )
        return after_question(self, request, object_id, single)


def _facts(join_request: JoinRequest) -> list[tuple[str | Promise, str]]:
    role = (_("Role wished"), join_request.get_role_display())
    return [role, (_("What they write"), join_request.text)] if join_request.text else [role]


@admin.register(Handover)
class HandoverAdmin(ReadOnly, ModelAdmin):
    holds_personal_data = True
    list_display = ["organisation", "giver", "taker", "at", "counts"]
    list_select_related = ["organisation", "giver", "taker"]
    search_fields = ["organisation__short_name"]
    fields = ["organisation", ("giver", "taker"), ("by", "at"), "counts"]
    readonly_fields = ["counts"]

    @display(description=_("what"))
    def counts(self, handover: Handover) -> str:
        return ", ".join(
            f"{OWNED[name].title if name in OWNED else name}: {number}" for name, number in handover.what.items()
        )

    def people_in(self, record: Any, kind: ViewKind) -> Iterable[User]:
        return [person for person in (record.giver, record.taker) if person]


def _without_head() -> QuerySet[JoinRequest]:
    return without_head().annotate(waits_since=F("created_at"))


WITHOUT_HEAD = Decision(
    _("Requests to join an organisation without a head"), "person_add", _without_head, "state__exact=open"
)
