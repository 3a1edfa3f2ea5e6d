"""Who tends the labs of a host in its dashboard, and which they are."""

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from members.acting.own import own_organisation
from members.models import Organisation
from technoparks.models import Lab, OpeningException
from technoparks.policies import can_tend_technoparks


def tended(request: HttpRequest, slug: str) -> Organisation:
    """The host, to those who tend its labs."""
    organisation = own_organisation(request, slug)
    if not can_tend_technoparks(request.user, organisation):
        raise PermissionDenied(
            _("The head or a coordinator of the host tends its laboratories, their hours and equipment.")
        )
    return organisation


def own_labs(host: Organisation) -> QuerySet[Lab]:
    labs = Lab.objects.filter(technopark__host=host, technopark__is_network=False)
    return labs.select_related("technopark__host").order_by("technopark__name", "name", "pk")


def own_days(host: Organisation) -> QuerySet[OpeningException]:
    return OpeningException.objects.filter(lab__technopark__host=host).select_related("lab__technopark__host")
