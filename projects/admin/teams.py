"""Teams that answer challenges. Their state moves only by projects.life.teams; the office answers where a company is
silent, and tends no team."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesCheckboxFilter, RangeDateFilter
from unfold.decorators import display

from common.admin import Decision, MoveInline, ReadOnlyInline, colours
from projects.admin.moves import MovedAdmin, MovePage
from projects.life.teams import TEAM_MOVES, move_team
from projects.models import Team, TeamFeedback, TeamMove, TeamParticipant, TeamState

STATE_COLOURS = colours(
    TeamState,
    {TeamState.APPLIED: "warning", TeamState.ACCEPTED: "success", TeamState.DECLINED: "danger"},
)


class TeamParticipantInline(ReadOnlyInline):
    model = TeamParticipant
    fields = ["organisation", "is_lead", "state", "people", "teacher", "accepted_at"]
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[TeamParticipant]:
        return super().get_queryset(request).select_related("organisation", "teacher")


class FeedbackInline(ReadOnlyInline):
    """Not before both sides may read it."""

    model = TeamFeedback
    fields = ["side", "rating", "text", "given_at"]
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[TeamFeedback]:
        return super().get_queryset(request).filter(pk__in=TeamFeedback.objects.revealed().values("pk"))


class TeamMoveInline(MoveInline):
    model = TeamMove


@admin.register(Team)
class TeamAdmin(MovedAdmin):
    TABLE = TEAM_MOVES
    PAGES: ClassVar[dict[str, MovePage]] = {
        "accept": MovePage(
            pgettext_lazy("a team", "Accept"), _("In place of the company. Team and company are told."), "check"
        ),
        "decline": MovePage(
            pgettext_lazy("a team", "Decline"),
            _("In place of the company. The team reads the reason."),
            "close",
            "danger",
        ),
        "withdraw": MovePage(
            pgettext_lazy("a team", "Withdraw the team"),
            _("At its own request. All its organisations are told."),
            "undo",
        ),
    }
    move = staticmethod(move_team)

    holds_personal_data = True
    list_display = ["name_and_challenge", "kind", "answer_by", "state_label"]
    list_filter = [
        ("state", ChoicesCheckboxFilter),
        ("challenge", AutocompleteSelectFilter),
        ("answer_by", RangeDateFilter),
    ]
    list_select_related = ["challenge"]
    search_fields = ["name", "challenge__name", "participants__organisation__name"]
    search_help_text = _("Name, challenge, organisation")
    ordering = ["-pk"]
    fields = [("challenge", "state"), ("name", "kind"), "idea", ("applied_at", "answer_by")]
    readonly_fields = ["challenge", "state", "name", "kind", "idea", "applied_at", "answer_by"]
    inlines = [TeamParticipantInline, FeedbackInline, TeamMoveInline]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def people_in(self, record: Any, kind: Any) -> list[Any]:
        """Who answers for the people of each organisation."""
        return [one.teacher for one in record.participants.select_related("teacher")] or [None]

    @display(description=_("team"), ordering="name", header=True)
    def name_and_challenge(self, team: Team) -> list[str]:
        return [team.name, team.challenge.title]

    @display(description=_("state"), ordering="state", label=STATE_COLOURS)
    def state_label(self, team: Team) -> tuple[str, str]:
        return team.state, team.get_state_display()


def _without_an_answer() -> QuerySet[Team]:
    return Team.objects.overdue().annotate(waits_since=F("applied_at")).order_by("applied_at", "pk")


WITHOUT_AN_ANSWER = Decision(
    _("Teams: the company is silent"), "groups", _without_an_answer, "state__exact=applied&o=3"
)
