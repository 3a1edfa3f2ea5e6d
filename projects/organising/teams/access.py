"""The teams of an organisation in its dashboard: who opens which page of one."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from members.acting.own import own_organisation
from members.models import Organisation
from projects.models import Team, TeamParticipant
from projects.policies import can_form_team


def links_of(organisation: Organisation) -> "list[TeamParticipant]":
    """Its part in each team, the newest first; what it has declined is not its own."""
    links = TeamParticipant.objects.taking_part().filter(organisation=organisation)
    return [*links.select_related("team__challenge__company").order_by("-team")]


def own_team(request: HttpRequest, slug: str, pk: int) -> tuple[Organisation, Team, TeamParticipant]:
    """To whoever acts in any role for an organisation that takes part or is asked to; to others it is not there."""
    organisation = own_organisation(request, slug)
    links = TeamParticipant.objects.taking_part().filter(organisation=organisation)
    link = get_object_or_404(links.select_related("team__challenge__company"), team=pk)
    return organisation, link.team, link


def formed_team(request: HttpRequest, slug: str, pk: int) -> tuple[Organisation, Team, TeamParticipant]:
    """``own_team``, where the reader may speak for the organisation; raises PermissionDenied otherwise."""
    organisation, team, link = own_team(request, slug, pk)
    check_forms_teams(request, organisation)
    return organisation, team, link


def led_team(request: HttpRequest, slug: str, pk: int) -> tuple[Organisation, Team]:
    """``formed_team`` of the organisation that leads it; raises PermissionDenied for the others."""
    organisation, team, link = formed_team(request, slug, pk)
    if not link.is_lead:
        raise PermissionDenied(_("The organisation that leads the team does this."))
    return organisation, team


def check_forms_teams(request: HttpRequest, organisation: Organisation) -> None:
    if not can_form_team(request.user, organisation):
        raise PermissionDenied(_("The head, a coordinator or a teacher of the organisation forms its teams."))
