"""The challenges of an organisation in its dashboard: who opens which page of one."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from members.acting.own import own_organisation
from members.models import Organisation
from projects.models import Challenge
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


def tended_challenge(request: HttpRequest, slug: str, challenge: str) -> tuple[Organisation, Challenge]:
    """``own_challenge``, where the reader may change it; raises PermissionDenied otherwise."""
    organisation, found = own_challenge(request, slug, challenge)
    if not can_tend_challenge(request.user, found):
        raise PermissionDenied(_("The head or a coordinator of the company tends the challenge."))
    return organisation, found
