"""Who opens which page of a host's groups."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from common.models import ViewKind
from common.staff_views import note_view
from members.acting.own import own_organisation
from members.models import Organisation
from technoparks.models import Cohort, CohortApplication
from technoparks.policies import can_lead_group, can_tend_groups


@dataclass(frozen=True, slots=True)
class Own:
    organisation: Organisation
    cohort: Cohort


def own_group(request: HttpRequest, slug: str, pk: int) -> Own:
    """To whoever acts for the host in any role; to others it is not there."""
    organisation = own_organisation(request, slug)
    groups = Cohort.objects.of_host(organisation).with_taken().told()
    return Own(organisation, get_object_or_404(groups, pk=pk))


def led_group(request: HttpRequest, slug: str, pk: int) -> Own:
    """``own_group``, where the reader may see who learns there; of the staff it is kept that they have."""
    own = own_group(request, slug, pk)
    if not can_lead_group(request.user, own.cohort):
        raise PermissionDenied(
            _("Heads and coordinators of the host, and the teacher of the group, see who learns there.")
        )
    note_names(request)
    return own


def tended_group(request: HttpRequest, slug: str, pk: int) -> Own:
    own = own_group(request, slug, pk)
    check_tends(request, own.organisation)
    note_names(request)
    return own


def check_tends(request: HttpRequest, organisation: Organisation) -> None:
    if not can_tend_groups(request.user, organisation):
        raise PermissionDenied(_("The head or a coordinator of the organisation tends its programmes and groups."))


def note_names(request: HttpRequest) -> None:
    if request.user.is_staff:
        note_view(CohortApplication, staff=request.user, person=None, kind=ViewKind.PAGE, address=request.path)
