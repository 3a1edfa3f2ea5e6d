"""What everybody may read of challenges."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from common.caching import public_page
from common.limits import limited
from projects.models import Challenge
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


@login_not_required
@public_page()
def challenge_detail(request: HttpRequest, slug: str) -> HttpResponse:
    visible = Challenge.objects.visible_to(request.user).select_related("region", "company")
    challenge = get_object_or_404(visible, slug=slug)
    context = {"challenge": challenge, "page": ChallengePage(challenge, request.user)}
    return render(request, "projects/challenge_detail.html", context)
