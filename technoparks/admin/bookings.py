"""Bookings: read here, and decided for the host by the services, which tell both sides."""

import datetime
from functools import partial
from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy, pgettext_lazy
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesCheckboxFilter, DropdownFilter
from unfold.decorators import action, display

from common.admin import ModelAdmin, ReadOnly, ReadOnlyInline, colours
from common.admin.mass import MassAction, after_preview, on_one
from common.admin.single import RefusalForm
from common.errors import RuleViolated
from common.times import when
from members.models import User
from technoparks.booking.bookings import approve, cancel, decline
from technoparks.booking.moves import MOVES, Who, done
from technoparks.models import Booking, BookingMove, BookingState, EquipmentTime, HoursAccount

STATE_COLOURS = colours(
    BookingState,
    {
        BookingState.PENDING: "warning",
        BookingState.CONFIRMED: "success",
        BookingState.HELD: "info",
        BookingState.USED: "primary",
        BookingState.MISSED: "danger",
        BookingState.DECLINED: "danger",
    },
)
APPROVE, DECLINE, CANCEL = (
    pgettext_lazy("booking", "Approve"),
    pgettext_lazy("booking", "Decline"),
    pgettext_lazy("booking", "Cancel the booking"),
)
DAY = datetime.timedelta(days=1)


class DayFilter(DropdownFilter):
    """By the clock of the office."""

    title = _("day")
    parameter_name = "day"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [
            ("today", _("Today")),
            ("tomorrow", _("Tomorrow")),
            ("week", _("The next seven days")),
            ("past", _("Past")),
        ]

    def queryset(self, request: HttpRequest, bookings: Any) -> Any:
        now = timezone.localtime()
        today = now.replace(hour=0, minute=0, second=0, microsecond=0)
        match self.value():
            case "today":
                return bookings.within(today, today + DAY)
            case "tomorrow":
                return bookings.within(today + DAY, today + 2 * DAY)
            case "week":
                return bookings.within(today, today + 7 * DAY)
            case "past":
                return bookings.filter(span__endswith__lte=now)
        return bookings


class EquipmentTimeInline(ReadOnlyInline):
    model = EquipmentTime
    fields = ["equipment", "is_blocking"]
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[EquipmentTime]:
        return super().get_queryset(request).select_related("equipment")


class BookingMoveInline(ReadOnlyInline):
    model = BookingMove
    fields = ["at", "what", "source", "target", "by", "reason"]
    readonly_fields = fields

    @display(description=_("action"))
    def what(self, move: BookingMove) -> str:
        return done(move.action)

    def get_queryset(self, request: HttpRequest) -> QuerySet[BookingMove]:
        return super().get_queryset(request).select_related("by", "booking")


@admin.register(Booking)
class BookingAdmin(ReadOnly, ModelAdmin):
    holds_personal_data = True
    view_on_site = False
    list_display = ["title_and_guest", "lab_and_technopark", "when_said", "people", "state_label", "decide_by"]
    list_filter = [
        ("state", ChoicesCheckboxFilter),
        DayFilter,
        ("lab", AutocompleteSelectFilter),
        ("lab__technopark", AutocompleteSelectFilter),
        ("organisation", AutocompleteSelectFilter),
    ]
    list_select_related = ["lab__technopark", "organisation"]
    ordering = ["-span", "-pk"]
    search_fields = ["title", "lab__name", "lab__technopark__name", "organisation__short_name"]
    search_help_text = _("What for; name of the laboratory, the technopark or the guest")
    fields = [
        "title",
        ("lab", "series"),
        ("organisation", "person"),
        ("when_said", "kind"),
        ("people", "youngest"),
        ("is_whole", "seats_told"),
        ("state", "decide_by"),
        ("created_at", "updated_at"),
    ]
    readonly_fields = ["when_said", "seats_told"]
    inlines = [EquipmentTimeInline, BookingMoveInline]
    actions = ["approve", "decline", "cancel"]
    actions_detail = ["approve_this", "decline_this", "cancel_this"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Booking]:
        return super().get_queryset(request).select_related("lab__technopark", "organisation", "person", "series__lab")

    @display(description=pgettext_lazy("booking", "what for"), header=True, ordering="title")
    def title_and_guest(self, booking: Booking) -> list[str]:
        return [booking.title, booking.organisation.title]

    @display(description=_("laboratory"), header=True, ordering="lab__name")
    def lab_and_technopark(self, booking: Booking) -> list[str]:
        return [booking.lab.title, booking.lab.technopark.title]

    @display(description=pgettext_lazy("booking", "time"), ordering="span")
    def when_said(self, booking: Booking) -> str:
        return when(booking, today=timezone.localdate())

    @display(description=_("seats"))
    def seats_told(self, booking: Booking) -> str:
        return booking.seats_said

    @display(description=_("state"), ordering="state", label=STATE_COLOURS)
    def state_label(self, booking: Booking) -> tuple[str, str]:
        return booking.state, booking.get_state_display()

    def person_in(self, record: Any) -> User | None:
        return record.person

    # --- For the host -------------------------------------------------------------------------------------------

    def has_decide_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return request.user.has_perm("technoparks.change_booking")

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list:
        """Only what its state allows."""
        booking = self.get_object(request, object_id)
        possible = {f"{name}_this" for name, move in MOVES.items() if booking and booking.state in move.before}
        offered = super().get_actions_detail(request, object_id)
        return [one for one in offered if one.method.original_function_name in possible]

    @action(description=APPROVE, icon="check", permissions=["decide"])
    def approve_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return on_one(self, request, object_id, self.approve)

    @action(description=DECLINE, icon="close", permissions=["decide"])
    def decline_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return on_one(self, request, object_id, self.decline)

    @action(description=CANCEL, icon="event_busy", permissions=["decide"])
    def cancel_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return on_one(self, request, object_id, self.cancel)

    @action(description=APPROVE, permissions=["decide"])
    def approve(self, request: HttpRequest, bookings: QuerySet[Booking]) -> HttpResponse | None:
        staff = cast("User", request.user)  # nobody else gets here
        mass = MassAction(
            "approve",
            APPROVE,
            _("For the host. The guest is told."),
            lambda one, data: approve(one, by=staff),
            ngettext_lazy("%(number)d booking is approved.", "%(number)d bookings are approved.", "number"),
            check=partial(_check, "approve"),
            words=_words,
        )
        return after_preview(self, request, bookings, mass)

    @action(description=DECLINE, permissions=["decide"])
    def decline(self, request: HttpRequest, bookings: QuerySet[Booking]) -> HttpResponse | None:
        staff = cast("User", request.user)
        mass = MassAction(
            "decline",
            DECLINE,
            _("For the host. The time is free again; the guest is told, with the reason."),
            lambda one, data: decline(one, by=staff, **data),
            ngettext_lazy("%(number)d booking is declined.", "%(number)d bookings are declined.", "number"),
            check=partial(_check, "decline"),
            words=_words,
            form=RefusalForm,
        )
        return after_preview(self, request, bookings, mass)

    @action(description=CANCEL, permissions=["decide"])
    def cancel(self, request: HttpRequest, bookings: QuerySet[Booking]) -> HttpResponse | None:
        staff = cast("User", request.user)
        mass = MassAction(
            "cancel",
            CANCEL,
            _("For the host. The time is free again; the guest is told, with the reason."),
            lambda one, data: cancel(one, who=Who.HOST, by=staff, **data),
            ngettext_lazy("%(number)d booking is cancelled.", "%(number)d bookings are cancelled.", "number"),
            check=partial(_check, "cancel"),
            words=_words,
            form=RefusalForm,
        )
        return after_preview(self, request, bookings, mass)


def _check(action: str, booking: Booking) -> None:
    if booking.state not in MOVES[action].before:
        raise RuleViolated(str(booking.get_state_display()), code="other_state")


def _words(booking: Booking) -> str:
    said = when(booking, today=timezone.localdate())
    return f"{booking.organisation.title}: {booking.title} — {booking.lab.title}, {said}"


@admin.register(HoursAccount)
class HoursAccountAdmin(ModelAdmin):
    list_display = ["organisation", "technopark", "hours_a_month"]
    list_filter = [("technopark", AutocompleteSelectFilter), ("organisation", AutocompleteSelectFilter)]
    list_select_related = ["organisation", "technopark"]
    search_fields = ["organisation__name", "organisation__short_name", "technopark__name"]
    autocomplete_fields = ["technopark", "organisation"]
    fields = [("technopark", "organisation"), "hours_a_month"]
