"""What everybody may read of challenges."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from common.caching import public_page
from common.limits import limited
from common.private_pages import private_page
from members.models import Organisation
from projects.models import Challenge
from projects.policies import can_form_team
from projects.public.challenges.listing import ChallengeList
from projects.public.challenges.page import ChallengePage
from projects.public.challenges.rss import ChallengeFeed

FILTERS = ("q", "stage", "team", "audience", "direction", "region", "organisation")


@login_not_required
@public_page(*FILTERS, "page")
@limited("search", parameter="q")
def challenge_list(request: HttpRequest) -> HttpResponse:
    found = ChallengeList(request.GET)
    fragment = "#results" if request.htmx else ""  # type: ignore[attr-defined]
    return render(request, f"projects/challenge_list.html{fragment}", {"list": found, "page": found.page})


@login_not_required
@public_page(*FILTERS)
@limited("search", parameter="q")
def challenge_feed_rss(request: HttpRequest) -> HttpResponse:
    return ChallengeFeed()(request)


@private_page
@require_safe
def challenge_apply(request: HttpRequest, slug: str) -> HttpResponse:
    """For which of the reader's organisations."""
    challenge = get_object_or_404(Challenge.objects.public().select_related("company"), slug=slug)
    represented = Organisation.objects.represented_by(request.user).order_by("sort_name")
    own = [one for one in represented if one != challenge.company and can_form_team(request.user, one)]
    return render(request, "projects/challenge_apply.html", {"challenge": challenge, "own": own})


@login_not_required
@public_page()
def challenge_detail(request: HttpRequest, slug: str) -> HttpResponse:
    visible = Challenge.objects.visible_to(request.user).select_related("region", "company")
    challenge = get_object_or_404(visible, slug=slug)
    context = {"challenge": challenge, "page": ChallengePage(challenge, request.user)}
    return render(request, "projects/challenge_detail.html", context)
