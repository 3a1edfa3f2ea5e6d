"""Who comes to events. What a registration is moves by the services, which tell whose it is."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesCheckboxFilter, DropdownFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextInputWidget

from common.admin import Decision, ModelAdmin, MoveInline, ReadOnly, ReadOnlyInline, colours
from common.admin.mass import MassAction, after_preview
from common.admin.single import SingleAction, after_question
from common.errors import RuleViolated
from events.models import PoolKind, Registration, RegistrationMove, RegistrationState, Ticket
from events.registering.registrations import approve, cancel_registration, decline
from members.models import User

STATE_COLOURS = colours(
    RegistrationState,
    {
        RegistrationState.PENDING: "warning",
        RegistrationState.CONFIRMED: "success",
        RegistrationState.WAITING: "info",
        RegistrationState.OFFERED: "primary",
        RegistrationState.DECLINED: "danger",
    },
)
APPROVE, DECLINE, CANCEL = _("Approve"), _("Decline a registration"), _("Cancel a registration")


class TermFilter(DropdownFilter):
    title = _("term")
    parameter_name = "term"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [("over", _("Overdue"))]

    def queryset(self, request: HttpRequest, registrations: Any) -> Any:
        return registrations.overdue() if self.value() == "over" else registrations


class PoolKindFilter(DropdownFilter):
    title = _("kind of places")
    parameter_name = "places"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [*PoolKind.choices]

    def queryset(self, request: HttpRequest, registrations: QuerySet) -> QuerySet:
        return registrations.filter(pool__kind=self.value()) if self.value() else registrations


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("The reason"),
        max_length=300,
        help_text=_("Whose registration it is reads it"),
        widget=UnfoldAdminTextInputWidget,
    )


class TicketInline(ReadOnlyInline):
    model = Ticket
    fields = ["name", "grade", "code", "came", "removed_at"]
    readonly_fields = fields

    @display(description=_("came"))
    def came(self, ticket: Ticket) -> str:
        return ", ".join(
            date_format(timezone.localtime(one.at), "SHORT_DATETIME_FORMAT") for one in ticket.check_ins.all()
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Ticket]:
        return super().get_queryset(request).prefetch_related("check_ins")


class RegistrationMoveInline(MoveInline):
    model = RegistrationMove


@admin.register(Registration)
class RegistrationAdmin(ReadOnly, ModelAdmin):
    holds_personal_data = True
    list_display = ["whose", "event", "pool", "places", "state_label", "organisation", "registered_at"]
    list_filter = [
        ("state", ChoicesCheckboxFilter),
        TermFilter,
        ("event", AutocompleteSelectFilter),
        ("organisation", AutocompleteSelectFilter),
        PoolKindFilter,
    ]
    list_select_related = ["event", "pool", "organisation"]
    search_fields = ["name", "email", "group", "tickets__code"]
    search_help_text = _("Name, e-mail, group, code of a ticket")
    fields = [
        "event",
        ("pool", "places"),
        ("name", "email"),
        ("organisation", "group"),
        ("state", "registered_at"),
        ("decide_by", "offer_until"),
        ("asked_at", "coming_at"),
        "forgotten_at",
        "answers_said",
    ]
    readonly_fields = ["answers_said"]
    inlines = [TicketInline, RegistrationMoveInline]
    actions = ["approve", "decline"]
    actions_detail = ["approve_this", "decline_this", "cancel_this"]

    @display(description=_("who"), header=True, ordering="name")
    def whose(self, registration: Registration) -> list[str]:
        return [str(registration.group or registration.name), registration.email]

    @display(description=_("state"), ordering="state", label=STATE_COLOURS)
    def state_label(self, registration: Registration) -> tuple[str, str]:
        return registration.state, registration.get_state_display()

    @display(description=_("answers"))
    def answers_said(self, registration: Registration) -> str:
        return "; ".join(f"{question}: {answer}" for question, answer in registration.answers.items())

    def has_decide_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return request.user.has_perm("events.change_registration")

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list:
        """Only what its state allows."""
        registration = self.get_object(request, object_id)
        possible = {"cancel_this"} if registration and registration.is_active else set()
        if registration and registration.state == RegistrationState.PENDING:
            possible = {"approve_this", "decline_this"}
        offered = super().get_actions_detail(request, object_id)
        return [one for one in offered if one.method.original_function_name in possible]

    @action(description=APPROVE, icon="check", permissions=["decide"])
    def approve_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        staff = cast("User", request.user)  # nobody else gets here
        text = _("A place, or one on the waiting list where none is free. They are told.")
        single = SingleAction(
            APPROVE, lambda one, data: approve(one, by=staff), _("The registration is approved."), text
        )
        return after_question(self, request, object_id, single)

    @action(description=DECLINE, icon="close", permissions=["decide"])
    def decline_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        staff = cast("User", request.user)
        single = SingleAction(
            DECLINE,
            lambda one, data: decline(one, by=staff, **data),
            _("The registration is declined, and they are told."),
            form=ReasonForm,
            variant="danger",
        )
        return after_question(self, request, object_id, single)

    @action(description=CANCEL, icon="event_busy", permissions=["decide"])
    def cancel_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        staff = cast("User", request.user)
        single = SingleAction(
            CANCEL,
            lambda one, data: cancel_registration(one, by=staff, **data),
            _("The registration is cancelled, and they are told."),
            _("The place goes to the next on the waiting list."),
            form=ReasonForm,
            variant="danger",
        )
        return after_question(self, request, object_id, single)

    @action(description=APPROVE, permissions=["decide"])
    def approve(self, request: HttpRequest, registrations: QuerySet[Registration]) -> HttpResponse | None:
        staff = cast("User", request.user)
        mass = MassAction(
            "approve",
            APPROVE,
            _("A place, or one on the waiting list where none is free. They are told."),
            lambda one, data: approve(one, by=staff),
            ngettext_lazy("%(number)d registration is approved.", "%(number)d registrations are approved.", "number"),
            check=_check_waits,
        )
        return after_preview(self, request, registrations.select_related("event"), mass)

    @action(description=DECLINE, permissions=["decide"])
    def decline(self, request: HttpRequest, registrations: QuerySet[Registration]) -> HttpResponse | None:
        staff = cast("User", request.user)
        mass = MassAction(
            "decline",
            DECLINE,
            _("They are told, with the reason."),
            lambda one, data: decline(one, by=staff, **data),
            ngettext_lazy("%(number)d registration is declined.", "%(number)d registrations are declined.", "number"),
            check=_check_waits,
            form=ReasonForm,
        )
        return after_preview(self, request, registrations.select_related("event"), mass)


def _check_waits(registration: Registration) -> None:
    if registration.state != RegistrationState.PENDING:
        raise RuleViolated(gettext("It does not wait for approval."), code="other_state")


def _overdue() -> QuerySet[Registration]:
    overdue = Registration.objects.overdue().select_related("event")
    return overdue.annotate(waits_since=F("decide_by")).order_by("decide_by", "pk")


OVERDUE = Decision(_("Registrations: approval is overdue"), "confirmation_number", _overdue, "term=over")
