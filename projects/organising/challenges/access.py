"""The challenges of an organisation in its dashboard: who opens which page of one."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from members.acting.own import own_organisation
from members.models import Organisation
from projects.models import Challenge, Team, TeamState
from projects.models.challenge import ChallengeQuerySet
from projects.policies import can_tend_challenge


def challenges_of(organisation: Organisation) -> ChallengeQuerySet:
    """That it has set, the newest first."""
    return Challenge.objects.filter(company=organisation).order_by("-pk")


def own_challenge(request: HttpRequest, slug: str, challenge: str) -> tuple[Organisation, Challenge]:
    """To whoever acts for the company in any role; to others, and under another organisation, it is not there."""
    organisation = own_organisation(request, slug)
    found = get_object_or_404(challenges_of(organisation).select_related("region"), slug=challenge)
    found.company = organisation
    return organisation, found


def teams_sent_to(challenge: Challenge) -> list[Team]:
    """Those that wait first, the first to be answered before the others; with their organisations."""
    teams = challenge.teams.filter(applied_at__isnull=False).prefetch_related("participants__organisation")
    return sorted(teams, key=lambda team: (team.state != TeamState.APPLIED, team.answer_by, team.pk))


def applied_team(request: HttpRequest, slug: str, challenge: str, pk: int) -> tuple[Organisation, Challenge, Team]:
    """A team that was sent to the company, to whoever acts for it in any role."""
    organisation, found = own_challenge(request, slug, challenge)
    team = get_object_or_404(found.teams.filter(applied_at__isnull=False), pk=pk)
    team.challenge = found
    return organisation, found, team


def tended_challenge(request: HttpRequest, slug: str, challenge: str) -> tuple[Organisation, Challenge]:
    """``own_challenge``, where the reader may change it; raises PermissionDenied otherwise."""
    organisation, found = own_challenge(request, slug, challenge)
    if not can_tend_challenge(request.user, found):
        raise PermissionDenied(_("The head or a coordinator of the company tends the challenge."))
    return organisation, found
