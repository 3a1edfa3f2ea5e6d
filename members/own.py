"""The organisations that a reader acts for."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from members.models import Organisation
from members.policies import can_edit_organisation

LAST = "last_organisation"  # of the session: the one acted for last, by its address


def own_organisation(request: HttpRequest, slug: str) -> Organisation:
    """The organisation, to those who act for it; to others it is not there."""
    organisation = get_object_or_404(Organisation.objects.represented_by(request.user), slug=slug)
    if request.session.get(LAST) != slug:
        request.session[LAST] = slug
    return organisation


def editable_organisation(request: HttpRequest, slug: str) -> Organisation:
    """``own_organisation``, where the reader may change what it says of itself; raises PermissionDenied otherwise."""
    organisation = own_organisation(request, slug)
    if not can_edit_organisation(request.user, organisation):
        raise PermissionDenied(_("The head or a coordinator of the organisation may change its profile."))
    return organisation
