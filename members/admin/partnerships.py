"""The ladder of partners: a list, a board of cards, and a page of each with its notes and its history."""

from http import HTTPStatus
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import ChoicesCheckboxFilter, DropdownFilter
from unfold.decorators import action, display

from common.admin import Decision, ModelAdmin, ReadOnlyInline, colours
from common.errors import RuleViolated
from members.models import Partnership, PartnershipMove, PartnershipNote, PartnershipStep, User
from members.models.partnership import PartnershipQuerySet
from members.organisations.partnerships import OPEN, move_partnership, record_partnership_start

STEP_COLOURS = colours(
    PartnershipStep,
    {
        PartnershipStep.INTEREST: "info",
        PartnershipStep.SUPPORT: "primary",
        PartnershipStep.AGREEMENT: "success",
    },
)


class DueFilter(DropdownFilter):
    title = _("next step")
    parameter_name = "due"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [("overdue", _("Overdue")), ("mine", _("Mine"))]

    def queryset(self, request: HttpRequest, partnerships: PartnershipQuerySet) -> PartnershipQuerySet:
        match self.value():
            case "overdue":
                return partnerships.overdue()
            case "mine":
                return partnerships.open().filter(owner_id=request.user.pk)
        return partnerships


class MoveForm(forms.Form):
    partnership = forms.ModelChoiceField(
        Partnership.objects.all(), error_messages={"invalid_choice": _("This card is no longer there.")}
    )
    step = forms.ChoiceField(choices=PartnershipStep)
    reason = forms.CharField(max_length=300, required=False)


class NoteInline(TabularInline):
    """Written once and never changed."""

    model = PartnershipNote
    extra = 1
    fields = ["text", "by", "at"]
    readonly_fields = ["by", "at"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class MoveInline(ReadOnlyInline):
    model = PartnershipMove
    fields = ["at", "step", "by", "reason"]
    readonly_fields = fields


@admin.register(Partnership)
class PartnershipAdmin(ModelAdmin):
    holds_personal_data = True
    list_display = ["organisation", "with_organisation", "step_label", "owner", "next_step", "next_on"]
    list_filter = [("step", ChoicesCheckboxFilter), DueFilter]
    list_select_related = ["organisation", "with_organisation", "owner"]
    search_fields = ["organisation__short_name", "organisation__name", "next_step"]
    autocomplete_fields = ["organisation", "with_organisation"]
    fields = [("organisation", "with_organisation"), ("step", "closed_reason"), "owner", ("next_step", "next_on")]
    readonly_fields = ["step", "closed_reason"]
    inlines = [NoteInline, MoveInline]
    actions_list = ["open_board"]

    def person_in(self, record: Any) -> User | None:
        return record.owner

    @display(description=_("step"), ordering="step", label=STEP_COLOURS)
    def step_label(self, partnership: Partnership) -> tuple[str, str]:
        return partnership.step, partnership.get_step_display()

    def save_related(self, request: HttpRequest, form: forms.ModelForm, formsets: list, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        record_partnership_start(form.instance, by=cast("User", request.user))

    def save_formset(self, request: HttpRequest, form: forms.ModelForm, formset: Any, change: bool) -> None:
        for note in formset.save(commit=False):
            note.by = request.user
            note.save()

    @action(description=_("Board"), icon="view_kanban", permissions=["view"])
    def open_board(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:members_partnership_board"))

    def get_urls(self) -> list[URLPattern]:
        board = self.admin_site.admin_view(self.board)
        return [path("board/", board, name="members_partnership_board"), *super().get_urls()]

    def board(self, request: HttpRequest) -> HttpResponse:
        """A column for each step; a card moves by a list and a button."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "POST" and self._moved(request):
            return HttpResponseRedirect(reverse("admin:members_partnership_board"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Ladder of partners"),
            "opts": self.opts,
            "columns": self._columns(request),
            "steps": PartnershipStep.choices,
            "may_move": self.has_change_permission(request),
        }
        status = HTTPStatus.CONFLICT if request.method == "POST" else None
        return TemplateResponse(request, "admin/members/partnership_board.html", context, status=status)

    def _columns(self, request: HttpRequest) -> list[tuple[PartnershipStep, list[tuple[Partnership, dict[str, str]]]]]:
        """Cards by their steps, each with what its form holds: the step of now, or what a refused move has said."""
        known: Any = self.get_queryset(request)
        columns: dict[str, list] = {step: [] for step in OPEN}
        for card in known.open().select_related("organisation", "with_organisation", "owner"):
            typed = request.POST.dict() if request.POST.get("partnership") == str(card.pk) else {}
            columns[card.step].append((card, {"step": card.step, "reason": "", **typed}))
        return [(PartnershipStep(step), cards) for step, cards in columns.items()]

    def _moved(self, request: HttpRequest) -> bool:
        if not self.has_change_permission(request):
            raise PermissionDenied
        form = MoveForm(request.POST)
        if not form.is_valid():
            [mistake, *_rest] = form.errors.values()
            self.message_user(request, str(mistake[0]), messages.ERROR)
            return False
        try:
            moved = move_partnership(**form.cleaned_data, by=cast("User", request.user))
        except RuleViolated as error:
            self.message_user(request, error.message, messages.ERROR)
            return False
        self.message_user(request, f"{moved.organisation}: {moved.get_step_display().lower()}", messages.SUCCESS)
        return True


def _overdue() -> QuerySet[Partnership]:
    overdue = Partnership.objects.overdue().select_related("organisation", "with_organisation")
    return overdue.annotate(waits_since=F("next_on")).order_by("next_on", "pk")


OVERDUE = Decision(_("Partners: next steps that are overdue"), "stairs", _overdue, "due=overdue", owner="owner")
