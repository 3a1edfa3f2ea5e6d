"""Outages of machines: read here, and for the host declared and ended by the services, which tell whom they hit."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext, ngettext_lazy, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesCheckboxFilter, DropdownFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminSplitDateTimeWidget, UnfoldAdminTextInputWidget

from common.admin import ModelAdmin, ReadOnly
from common.admin.mass import MassAction, after_preview, on_one
from common.admin.single import SingleAction
from common.errors import RuleViolated
from common.times import when
from members.models import User
from technoparks.models import Equipment, Outage, OutageKind
from technoparks.outage.hits import Hit, proposals
from technoparks.outage.outages import declare_outage, end_outage, foreseen, from_now
from technoparks.outage.words import Fate, fate_said

END = pgettext_lazy("outage", "End it, or call it off")
DECLARE = _("Note an outage")
STATE_COLOURS = {"on": "danger", "ahead": "warning", "over": None, "off": None}


class DeclareForm(forms.Form):
    """Times are those of the office."""

    kind = forms.ChoiceField(
        label=pgettext_lazy("outage", "kind"), choices=OutageKind.choices, widget=UnfoldAdminSelectWidget
    )
    reason = forms.CharField(
        label=pgettext_lazy("outage", "what is wrong"),
        max_length=200,
        help_text=_("Guests and visitors of the portal read it"),
        widget=UnfoldAdminTextInputWidget,
    )
    starts = forms.SplitDateTimeField(
        label=pgettext_lazy("time", "From"),
        required=False,
        widget=UnfoldAdminSplitDateTimeWidget,
        help_text=_("Empty: from now on"),
    )
    ends = forms.SplitDateTimeField(
        label=pgettext_lazy("time", "Till"),
        required=False,
        widget=UnfoldAdminSplitDateTimeWidget,
        help_text=_("Empty: until further notice"),
    )
    fate = forms.ChoiceField(
        label=_("Bookings for which no other machine is free"), choices=Fate.choices, widget=UnfoldAdminSelectWidget
    )


def declaring(staff: User) -> SingleAction:
    """Each booking that is hit goes to the machine that is proposed."""

    def declare(machine: Equipment, data: dict[str, Any]) -> Outage:
        fate = Fate(data.pop("fate"))
        hits = foreseen(machine, data["starts"], data["ends"])
        return declare_outage(machine, **data, choices={hit.booking.pk: _choice(hit, fate) for hit in hits}, by=staff)

    return SingleAction(
        DECLARE,
        declare,
        _("It is noted. Whose bookings are hit is told."),
        _("For the host. Of the bookings below, those in that time move to the machine that stands beside them."),
        facts=lambda machine: [_fact(hit) for hit in proposals(machine, (from_now(None), None))],
        form=DeclareForm,
        variant="danger",
    )


def _choice(hit: Hit, fate: Fate) -> int | Fate:
    """Who has checked in is not called off."""
    if hit.proposed:
        return hit.proposed.pk
    return fate if hit.may_cancel else Fate.WITHOUT


def _fact(hit: Hit) -> tuple[str, str]:
    booking = hit.booking
    words = f"{booking.organisation.title}, {booking.title}"
    said = fate_said(hit.proposed) if hit.proposed else gettext("no other machine is free")
    return when(booking, today=timezone.localdate()), f"{words} — {said}"


class StateFilter(DropdownFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [("on", pgettext_lazy("outage", "Going on")), ("ahead", pgettext_lazy("outage", "Going on or to come"))]

    def queryset(self, request: HttpRequest, outages: Any) -> Any:
        match self.value():
            case "on":
                return outages.going_on()
            case "ahead":
                return outages.filter(pk__in=Outage.objects.ahead().values("pk"))
        return outages


@admin.register(Outage)
class OutageAdmin(ReadOnly, ModelAdmin):
    view_on_site = False
    list_display = ["equipment_and_lab", "kind", "said", "reason", "state_label"]
    list_filter = [
        StateFilter,
        ("kind", ChoicesCheckboxFilter),
        ("equipment", AutocompleteSelectFilter),
        ("equipment__lab", AutocompleteSelectFilter),
    ]
    list_select_related = ["equipment__lab__technopark"]
    search_fields = ["reason", "equipment__name", "equipment__number", "equipment__lab__name"]
    search_help_text = _("What is wrong; name or inventory number of the equipment, name of the laboratory")
    fields = ["equipment", ("kind", "said"), "reason", ("declared_by", "declared_at"), ("ended_by", "ended_at")]
    readonly_fields = ["said"]
    actions = ["end"]
    actions_detail = ["end_this"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Outage]:
        related = super().get_queryset(request).select_related("equipment__lab__technopark")
        return related.select_related("declared_by", "ended_by")

    @display(description=_("equipment"), ordering="equipment__name", header=True)
    def equipment_and_lab(self, outage: Outage) -> list[str]:
        return [outage.equipment.title, outage.equipment.lab.title]

    @display(description=pgettext_lazy("outage", "time"), ordering="span")
    def said(self, outage: Outage) -> str:
        return outage.said

    @display(description=_("state"), label=STATE_COLOURS)
    def state_label(self, outage: Outage) -> tuple[str, str]:
        if outage.is_off:
            return "off", pgettext("outage", "Called off")
        if outage.is_over:
            return "over", pgettext("outage", "Over")
        return ("on", pgettext("outage", "Going on")) if outage.is_on else ("ahead", pgettext("outage", "To come"))

    def has_end_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return request.user.has_perm("technoparks.change_outage")

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list:
        outage = self.get_object(request, object_id)
        return super().get_actions_detail(request, object_id) if outage and outage.waits_for_end else []

    @action(description=END, icon="build", permissions=["end"])
    def end_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return on_one(self, request, object_id, self.end)

    @action(description=END, permissions=["end"])
    def end(self, request: HttpRequest, outages: QuerySet[Outage]) -> HttpResponse | None:
        staff = cast("User", request.user)
        mass = MassAction(
            "end",
            END,
            _("The machine can be booked again. Of maintenance that took place the day is noted."),
            lambda one, data: end_outage(one, by=staff),
            ngettext_lazy("%(number)d outage is ended.", "%(number)d outages are ended.", "number"),
            check=_check,
            words=lambda one: f"{one.equipment.title} ({one.equipment.lab.title}): {one.said}",
        )
        return after_preview(self, request, outages, mass)


def _check(outage: Outage) -> None:
    if not outage.waits_for_end:
        raise RuleViolated(gettext("It is over already."), code="over")
