"""The scores of a judge, who reads nobody else's."""

from typing import cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.errors import RuleViolated
from common.posted import attempted
from common.private_pages import private_page
from members.models import User
from projects.life.defence import SCORED, finish_judging, write_sheet
from projects.models import ChallengeState, Criterion, Judge, Score, ScoreSheet


class SheetForm(forms.Form):
    """Points for each criterion, named by its key."""

    def __init__(self, data: QueryDict | None, *, criteria: list[Criterion], sheet: ScoreSheet | None) -> None:
        given = {f"points-{one.criterion_id}": one.points for one in sheet.scores.all()} if sheet else {}
        super().__init__(data, initial={**given, "comment": sheet.comment if sheet else ""})
        self.criteria = criteria
        for criterion in criteria:
            self.fields[f"points-{criterion.pk}"] = forms.IntegerField(
                label=criterion.title,
                min_value=0,
                max_value=criterion.most,
                help_text=_("From 0 to %(most)d") % {"most": criterion.most},
            )
        self.fields["comment"] = forms.CharField(
            label=gettext_lazy("To the team"),
            max_length=2000,
            required=False,
            help_text=gettext_lazy("It reads this without your name, with the result"),
            widget=forms.Textarea({"rows": 4}),
        )

    @property
    def points(self) -> dict[int, int]:
        return {criterion.pk: self.cleaned_data[f"points-{criterion.pk}"] for criterion in self.criteria}


@private_page
@require_safe
def challenge_scores(request: HttpRequest, slug: str) -> HttpResponse:
    judge = _own(request, slug)
    challenge = judge.challenge
    number = challenge.criteria.count()
    given = {sheet.team_id: sheet for sheet in judge.sheets.prefetch_related("scores")}
    teams = [
        (team, sum(one.points for one in sheet.scores.all()) if sheet and len(sheet.scores.all()) == number else None)
        for team in challenge.teams.at_work().order_by("pk")
        for sheet in [given.get(team.pk)]
    ]
    context = {
        "challenge": challenge,
        "judge": judge,
        "teams": teams,
        "is_complete": all(total is not None for _team, total in teams),
        "may_score": challenge.state == ChallengeState.DEFENCE and judge.ready_at is None,
    }
    return render(request, "projects/challenge_scores.html", context)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def challenge_score_sheet(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    judge = _own(request, slug)
    team = get_object_or_404(judge.challenge.teams.at_work(), pk=pk)
    sheet = judge.sheets.filter(team=team).first()
    criteria = [*judge.challenge.criteria.all()]
    form = SheetForm(request.POST if request.method == "POST" else None, criteria=criteria, sheet=sheet)
    status = 200
    if request.method == "POST" and form.is_valid():
        by, comment = cast("User", request.user), form.cleaned_data["comment"]
        try:
            write_sheet(judge, team, points=form.points, comment=comment, by=by)
        except RuleViolated as error:
            form.add_error(None, error.message)
            status = 409
        else:
            messages.success(request, _("Saved. When all teams have their points, say that you have finished."))
            return redirect("projects:challenge_scores", slug=slug)
    context = {
        "challenge": judge.challenge,
        "judge": judge,
        "team": team,
        "works": team.works.select_related("stage"),
        "given": Score.objects.filter(sheet=sheet).select_related("criterion") if sheet else [],
        "sheet": sheet,
        "form": form,
        "may_score": judge.challenge.state == ChallengeState.DEFENCE and judge.ready_at is None,
    }
    return render(request, "projects/challenge_score_sheet.html", context, status=status)


@private_page
@require_POST
def challenge_scores_finish(request: HttpRequest, slug: str) -> HttpResponse:
    judge = _own(request, slug)
    if attempted(request, lambda: finish_judging(judge, by=cast("User", request.user))):
        messages.success(request, _("Thank you. The scores are read once all judges have finished."))
    return redirect("projects:challenge_scores", slug=slug)


def _own(request: HttpRequest, slug: str) -> Judge:
    """To whoever judges, once the defence has begun; to others it is not there."""
    judging = Judge.objects.judging().filter(user=cast("User", request.user), challenge__state__in=SCORED)
    return get_object_or_404(judging.select_related("challenge__company"), challenge__slug=slug)
