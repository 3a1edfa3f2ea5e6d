"""Instructions and inductions: the host writes and signs, the office reads, and revokes for the host."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy, pgettext_lazy
from unfold.contrib.filters.admin import AutocompleteSelectFilter, BooleanRadioFilter, DropdownFilter
from unfold.decorators import action, display

from common.admin import ModelAdmin, ReadOnly, ReadOnlyInline, colours
from common.admin.mass import MassAction, after_preview, on_one
from common.admin.single import RefusalForm
from common.errors import RuleViolated
from members.models import User
from technoparks.induction.passing import revoke
from technoparks.models import Induction, Instruction, InstructionVersion, Standing

STANDING_COLOURS = colours(
    Standing,
    {
        Standing.VALID: "success",
        Standing.WAITING: "warning",
        Standing.ENDED: "info",
        Standing.IDLE: "info",
        Standing.OLD: "info",
        Standing.REVOKED: "danger",
    },
)
REVOKE = pgettext_lazy("induction", "Revoke")


class InstructionVersionInline(ReadOnlyInline):
    model = InstructionVersion
    fields = ["number", "is_needed_anew", "published_at", "published_by"]
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[InstructionVersion]:
        return super().get_queryset(request).select_related("instruction", "published_by")


@admin.register(Instruction)
class InstructionAdmin(ReadOnly, ModelAdmin):
    view_on_site = False
    list_display = ["name", "technopark", "kind", "needs_practice", "is_offered"]
    list_filter = [("technopark", AutocompleteSelectFilter), ("is_offered", BooleanRadioFilter)]
    list_select_related = ["technopark"]
    search_fields = ["name", "name_en", "technopark__name"]
    fields = [
        "technopark",
        ("name", "name_en"),
        ("kind", "is_offered"),
        ("labs", "machines"),
        ("needs_practice", "pass_percent"),
        ("valid_days", "ends_with_school_year", "idle_days"),
        "needed_from",
    ]
    inlines = [InstructionVersionInline]


class StandingFilter(DropdownFilter):
    title = pgettext_lazy("induction", "State")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [*Standing.choices]

    def queryset(self, request: HttpRequest, inductions: Any) -> Any:
        return inductions.standing_so(self.value()) if self.value() in Standing.values else inductions


@admin.register(Induction)
class InductionAdmin(ReadOnly, ModelAdmin):
    holds_personal_data = True
    view_on_site = False
    list_display = ["person", "instruction", "kind", "completed_on", "valid_until", "standing_told"]
    list_filter = [StandingFilter, ("version__instruction__technopark", AutocompleteSelectFilter)]
    search_fields = ["person__last_name", "person__first_name", "person__email", "version__instruction__name"]
    search_help_text = _("Name or e-mail of the person, name of the instruction")
    fields = [
        ("person", "version"),
        ("kind", "standing_told"),
        ("passed_at", "right", "asked"),
        ("completed_on", "signed_by"),
        ("valid_until", "used_on"),
        ("revoked_at", "revoked_by", "reason"),
    ]
    readonly_fields = ["standing_told"]
    actions = ["revoke"]
    actions_detail = ["revoke_this"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Induction]:
        found = cast("Any", super().get_queryset(request)).with_standing()
        return found.select_related("person", "version__instruction", "signed_by", "revoked_by")

    @display(description=_("instruction"), ordering="version__instruction__name")
    def instruction(self, induction: Induction) -> str:
        return induction.version.instruction.title

    @display(description=pgettext_lazy("induction", "State"), label=STANDING_COLOURS)
    def standing_told(self, induction: Induction) -> tuple[str, str]:
        return induction.standing, induction.standing_label

    def person_in(self, record: Any) -> User | None:
        return record.person

    def has_revoke_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return request.user.has_perm("technoparks.change_induction")

    @action(description=REVOKE, icon="block", permissions=["revoke"])
    def revoke_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return on_one(self, request, object_id, self.revoke)

    @action(description=REVOKE, permissions=["revoke"])
    def revoke(self, request: HttpRequest, inductions: QuerySet[Induction]) -> HttpResponse | None:
        staff = cast("User", request.user)  # nobody else gets here
        mass = MassAction(
            "revoke",
            REVOKE,
            _("For the host. Bookings that need them are put on hold; their people get a letter with the reason."),
            lambda one, data: revoke(one, by=staff, **data),
            ngettext_lazy("%(number)d induction is revoked.", "%(number)d inductions are revoked.", "number"),
            check=_check,
            words=lambda one: f"{one.person}: {one.version.instruction.title}",
            form=RefusalForm,
        )
        return after_preview(self, request, inductions, mass)


def _check(induction: Induction) -> None:
    if induction.revoked_at:
        raise RuleViolated(str(Standing.REVOKED.label), code="revoked")
