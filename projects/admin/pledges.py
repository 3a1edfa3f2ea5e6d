"""Pledges. Their state moves only by projects.life.pledges; the office notes what was promised on paper."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesCheckboxFilter, RangeDateFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminDateWidget, UnfoldAdminDecimalFieldWidget, UnfoldAdminTextInputWidget

from common.admin import MoveInline, colours
from common.errors import RuleViolated
from members.membership.fees import roubles
from projects.admin.moves import MovedAdmin, MovePage
from projects.life.pledges import PLEDGE_MOVES, check_pledge, move_pledge
from projects.models import Pledge, PledgeKind, PledgeMove, PledgeState

STATE_COLOURS = colours(
    PledgeState,
    {
        PledgeState.DELIVERED: "warning",
        PledgeState.CONFIRMED: "success",
        PledgeState.WITHDRAWN: "danger",
    },
)
TOLD = _("Both sides are told, with the reason.")
FACTS = ["project", "donor", "receiver", "kind", "source", "amount", "obligation"]


class DeliverForm(forms.Form):
    delivered = forms.DecimalField(
        label=pgettext_lazy("a pledge", "How much has been delivered"),
        max_digits=14,
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget,
    )
    on = forms.DateField(label=pgettext_lazy("a pledge", "On which day"), widget=UnfoldAdminDateWidget)
    note = forms.CharField(
        label=pgettext_lazy("a pledge", "What shows it"),
        max_length=500,
        required=False,
        widget=UnfoldAdminTextInputWidget,
    )


class PledgeForm(forms.ModelForm):
    """What a new one needs by the rules of the dashboard; afterwards only its words change."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.instance.pk is None and not self.errors:
            try:
                check_pledge(Pledge(**{name: data.get(name) for name in (*FACTS, "what", "due_on")}))
            except RuleViolated as error:
                raise forms.ValidationError(error.message, code=error.code) from error
        return data


class PledgeMoveInline(MoveInline):
    model = PledgeMove


@admin.register(Pledge)
class PledgeAdmin(MovedAdmin):
    TABLE = PLEDGE_MOVES
    PAGES: ClassVar[dict[str, MovePage]] = {
        "deliver": MovePage(
            pgettext_lazy("a pledge", "It is delivered"),
            _("In place of the donor. The receiver confirms it."),
            "local_shipping",
            form=DeliverForm,
        ),
        "confirm": MovePage(
            pgettext_lazy("a pledge", "Confirm"),
            _("In place of the receiver. It counts for the project and for the agreement."),
            "task_alt",
        ),
        "refuse": MovePage(pgettext_lazy("a pledge", "It has not come"), TOLD, "undo"),
        "withdraw": MovePage(pgettext_lazy("a pledge", "Withdraw the pledge"), TOLD, "cancel", "danger"),
        "reopen": MovePage(pgettext_lazy("a pledge", "Open it again"), TOLD, "restart_alt"),
    }
    move = staticmethod(move_pledge)

    form = PledgeForm
    list_display = ["what_and_project", "donor", "receiver", "how_much", "due_on", "state_label"]
    list_filter = [
        ("state", ChoicesCheckboxFilter),
        ("kind", ChoicesCheckboxFilter),
        ("source", ChoicesCheckboxFilter),
        ("donor", AutocompleteSelectFilter),
        ("project", AutocompleteSelectFilter),
        ("due_on", RangeDateFilter),
    ]
    list_select_related = ["project", "donor", "receiver"]
    search_fields = ["what", "what_en", "project__name", "donor__name", "donor__short_name"]
    search_help_text = _("For what, project, donor")
    ordering = ["-due_on", "-pk"]
    autocomplete_fields = ["project", "donor", "receiver"]
    raw_id_fields = ["obligation"]
    fields = [
        ("project", "state"), ("donor", "receiver"), ("kind", "source"), ("amount", "due_on"), ("what", "what_en"),
        "obligation", "shown", ("delivered", "delivered_on"), "note",
    ]  # fmt: skip
    readonly_fields = ["state", "delivered", "delivered_on", "note"]
    inlines = [PledgeMoveInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Pledge]:
        return super().get_queryset(request).select_related("obligation")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What both sides have agreed on stays; a pledge of something else is another one."""
        fields = super().get_readonly_fields(request, obj)
        return [*fields, *FACTS] if obj else fields

    @display(description=pgettext_lazy("noun", "pledge"), ordering="what", header=True)
    def what_and_project(self, pledge: Pledge) -> list[str]:
        return [pledge.title, pledge.project.title]

    @display(description=pgettext_lazy("a pledge", "how much"), ordering="amount")
    def how_much(self, pledge: Pledge) -> str:
        if pledge.kind == PledgeKind.MONEY:
            return roubles(pledge.amount)
        return f"{pledge.get_kind_display()}: {pledge.amount.normalize():f}"

    @display(description=_("state"), ordering="state", label=STATE_COLOURS)
    def state_label(self, pledge: Pledge) -> tuple[str, str]:
        return pledge.state, pledge.get_state_display()
