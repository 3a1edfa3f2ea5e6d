"""The projects of an organisation in its dashboard: who opens which page of one."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from members.acting.own import own_organisation
from members.models import Organisation
from projects.models import Project, ProjectParticipant
from projects.models.project import ProjectQuerySet
from projects.policies import can_tend_project


def projects_of(organisation: Organisation) -> ProjectQuerySet:
    """In which it takes part. A draft is its participants' already: they say before others see it if it is wrong."""
    links = ProjectParticipant.objects.filter(organisation=organisation)
    return Project.objects.filter(pk__in=links.values("project")).latest_first()


def own_project(request: HttpRequest, slug: str, project: str) -> tuple[Organisation, Project]:
    """To whoever acts for a participant in any role; to others, and under another organisation, it is not there."""
    organisation = own_organisation(request, slug)
    return organisation, get_object_or_404(projects_of(organisation).select_related("region"), slug=project)


def tended_project(request: HttpRequest, slug: str, project: str) -> tuple[Organisation, Project]:
    """``own_project``, where the reader may change it; raises PermissionDenied otherwise."""
    organisation, found = own_project(request, slug, project)
    if not can_tend_project(request.user, found):
        raise PermissionDenied(_("The head or a coordinator of the lead tends the project."))
    return organisation, found
