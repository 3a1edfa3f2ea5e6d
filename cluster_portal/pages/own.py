"""The organisations that a reader acts for."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from members.models import Organisation


def own_organisation(request: HttpRequest, slug: str) -> Organisation:
    """The organisation, to those who act for it; to others it is not there."""
    return get_object_or_404(Organisation.objects.represented_by(request.user), slug=slug)
