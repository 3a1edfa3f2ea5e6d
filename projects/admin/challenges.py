"""Challenges of companies. Their state moves only by projects.life.challenges, one row of history per move."""

from typing import ClassVar, cast

from django import forms
from django.contrib import admin
from django.db.models import ManyToManyField, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesCheckboxFilter, RangeDateFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminEmailInputWidget

from common.admin import Decision, HistoryModelAdmin, MoveInline, ReadOnlyInline, colours, since_last_move
from common.admin.single import SingleAction, after_question
from members.models import User
from projects.admin.forms import DescribedForm
from projects.admin.moves import MovedAdmin, MovePage, ReasonForm
from projects.life.challenges import CHALLENGE_MOVES, move_challenge
from projects.life.defence import excuse_judge, name_judge
from projects.life.reviews import ask_expert
from projects.models import Challenge, ChallengeMove, ChallengeReview, ChallengeStage, ChallengeState, Judge, TeamKind

STATE_COLOURS = colours(
    ChallengeState,
    {
        ChallengeState.REVIEW: "warning",
        ChallengeState.OPEN: "success",
        ChallengeState.DEFENCE: "warning",
        ChallengeState.COMPLETED: "info",
        ChallengeState.CANCELLED: "danger",
    },
)


class ChallengeForm(DescribedForm):
    team_kinds = forms.MultipleChoiceField(
        label=_("Who may apply"), choices=TeamKind, required=False, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )


class PersonForm(forms.Form):
    """Somebody with an account: ``person``."""

    email = forms.EmailField(
        label=_("E-mail of an account"), help_text=_("Of a person on the portal"), widget=UnfoldAdminEmailInputWidget
    )

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].lower()
        self.cleaned_data["person"] = User.objects.filter(email=email, is_active=True).first()
        if self.cleaned_data["person"] is None:
            raise forms.ValidationError(_("Nobody on the portal has this address."))
        return email


class ChallengeMoveInline(MoveInline):
    model = ChallengeMove


class ReviewInline(ReadOnlyInline):
    model = ChallengeReview
    fields = ["expert", "asked_at", "answer_by", "verdict", "said", "declined_at"]
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[ChallengeReview]:
        return super().get_queryset(request).select_related("expert").prefetch_related("remarks")

    @display(description=_("remarks"))
    def said(self, review: ChallengeReview) -> str:
        return "\n".join(map(str, review.remarks.all())) or "—"


class StageInline(ReadOnlyInline):
    model = ChallengeStage
    fields = ["name", "expected", "due_on"]
    readonly_fields = fields


class JudgeInline(ReadOnlyInline):
    """Who has finished. Scores stand on no page of the office."""

    model = Judge
    fields = ["user", "named_at", "ready_at", "excused_at", "reason"]
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Judge]:
        return super().get_queryset(request).select_related("user")


class ExcuseForm(ReasonForm, PersonForm):
    field_order = ["email", "reason"]


@admin.register(Challenge)
class ChallengeAdmin(MovedAdmin):
    TABLE = CHALLENGE_MOVES
    PAGES: ClassVar[dict[str, MovePage]] = {
        "open": MovePage(_("Open for teams"), _("Teams may apply from now on. The company is told."), "public"),
        "return": MovePage(_("Return with remarks"), _("It is a draft again. The company reads the remarks."), "undo"),
        "begin": MovePage(_("Begin the work"), _("In place of the company. No more teams are taken."), "play_arrow"),
        "defend": MovePage(_("Begin the defence"), _("In place of the company. The judges are told."), "gavel"),
        "complete": MovePage(
            _("Publish the result"), _("In place of the company, which has written it. The teams are told."), "flag"
        ),
        "cancel": MovePage(
            pgettext_lazy("a challenge", "Withdraw the challenge"),
            _("The company is told, with the reason."),
            "cancel",
            "danger",
        ),
        "reopen": MovePage(
            pgettext_lazy("a challenge", "Open it again"), _("The company is told, with the reason."), "restart_alt"
        ),
    }
    OTHERS: ClassVar[dict[str, tuple[str, ...]]] = {
        "ask_expert_this": (ChallengeState.REVIEW,),
        "name_judge_this": (ChallengeState.OPEN, ChallengeState.WORK, ChallengeState.DEFENCE),
        "excuse_judge_this": (ChallengeState.DEFENCE,),
    }
    move = staticmethod(move_challenge)

    form = ChallengeForm
    list_display = ["title_and_company", "applications_until", "places", "state_label"]
    list_filter = [
        ("state", ChoicesCheckboxFilter),
        ("company", AutocompleteSelectFilter),
        ("applications_until", RangeDateFilter),
        ("region", AutocompleteSelectFilter),
    ]
    list_select_related = ["company"]
    search_fields = ["name", "name_en", "slug", "company__name", "company__short_name"]
    search_help_text = _("Name, address, company")
    ordering = ["-pk"]
    autocomplete_fields = ["company", "region"]
    formfield_overrides = {
        **HistoryModelAdmin.formfield_overrides,
        ManyToManyField: {"widget": UnfoldAdminCheckboxSelectMultipleWidget},
    }
    readonly_fields = ["state"]
    inlines = [ReviewInline, StageInline, JudgeInline, ChallengeMoveInline]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("company", "state"),
                    ("name", "name_en"),
                    ("summary", "summary_en"),
                    ("slug", "applications_until"),
                    ("starts_on", "ends_on"),
                    "region",
                ]
            },
        ),
        (_("The task"), {"fields": ["about", "about_en"], "classes": ["tab"]}),
        (
            _("For whom"),
            {
                "fields": [
                    "team_kinds",
                    ("places", "members_from", "members_to"),
                    "audience",
                    ("grade_from", "grade_to"),
                    "directions",
                ],
                "classes": ["tab"],
            },
        ),
        (
            _("What is given, and on which terms"),
            {
                "fields": [("reward", "reward_en"), ("mentor_hours", "rights"), "needs_nda", "terms", "terms_en"],
                "classes": ["tab"],
            },
        ),
    ]

    @action(description=_("Ask an expert"), icon="rate_review", permissions=["change"])
    def ask_expert_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        by = cast("User", request.user)
        single = SingleAction(
            _("Ask an expert"),
            lambda challenge, data: ask_expert(challenge, expert=data["person"], by=by).expert,
            _("Asked: %(done)s"),
            _("The expert reads the challenge and answers within five days. The company reads the remarks unsigned."),
            form=PersonForm,
        )
        return after_question(self, request, object_id, single)

    @action(description=_("Name a judge"), icon="person_add", permissions=["change"])
    def name_judge_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        single = SingleAction(
            _("Name a judge"),
            lambda challenge, data: name_judge(challenge, person=data["person"]),
            _("Judge: %(done)s"),
            _("Who acts for an organisation of a team cannot judge. Judges are told when the defence begins."),
            form=PersonForm,
        )
        return after_question(self, request, object_id, single)

    @action(description=_("Excuse a judge"), icon="person_remove", permissions=["change"])
    def excuse_judge_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        single = SingleAction(
            _("Excuse a judge"),
            lambda challenge, data: excuse_judge(challenge, person=data["person"], reason=data["reason"]),
            _("Excused: %(done)s"),
            _("The scores of this judge do not count. Once all the others have finished, the scores are read."),
            form=ExcuseForm,
        )
        return after_question(self, request, object_id, single)

    @display(description=_("challenge"), ordering="name", header=True)
    def title_and_company(self, challenge: Challenge) -> list[str]:
        return [challenge.title, challenge.company.title]

    @display(description=_("state"), ordering="state", label=STATE_COLOURS)
    def state_label(self, challenge: Challenge) -> tuple[str, str]:
        return challenge.state, challenge.get_state_display()


def _under_review() -> QuerySet[Challenge]:
    return since_last_move(Challenge.objects.filter(state=ChallengeState.REVIEW))


UNDER_REVIEW = Decision(_("Challenges: open for teams?"), "emoji_objects", _under_review, "state__exact=review")
