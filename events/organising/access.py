"""The events of an organisation, to those who act for it."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from common.one_line import one_line
from events.models import Event
from events.models.event import EventQuerySet
from events.policies import TENDING
from members.models import Organisation
from members.own import own_organisation
from members.policies import role_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from members.models import User


def organised_by(organisation: Organisation) -> EventQuerySet:
    return Event.objects.filter(organiser_links__organisation=organisation)


def own_event(request: HttpRequest, slug: str, event: str) -> tuple[Organisation, Event]:
    """To whoever acts for the organisation in any role; to others, and under another organiser, it is not there."""
    organisation = own_organisation(request, slug)
    return organisation, get_object_or_404(organised_by(organisation).select_related("region", "series"), slug=event)


def tended_event(request: HttpRequest, slug: str, event: str) -> tuple[Organisation, Event]:
    """``own_event``, where the reader may change it; raises PermissionDenied otherwise."""
    organisation, found = own_event(request, slug, event)
    check_tends(request, organisation)
    return organisation, found


def check_tends(request: HttpRequest, organisation: Organisation) -> None:
    if not tends(request, organisation):
        raise PermissionDenied(_("The head or a coordinator of the organisation tends its events."))


def words_of(request: HttpRequest) -> str:
    """Those by which something is looked for."""
    return one_line(request.GET.get("q", ""))[:100]


def tends(request: HttpRequest, organisation: Organisation) -> bool:
    return role_of(request.user, organisation) in TENDING


def dashboard_url(user: "User | AnonymousUser", event: Event) -> str:
    """The event in the dashboard of the first organiser whom ``user`` acts for; "" for others. No query for guests."""
    if not user.is_authenticated:
        return ""
    own = event.organiser_links.filter(organisation__in=Organisation.objects.represented_by(user).values("pk"))
    slug = own.values_list("organisation__slug", flat=True).first()
    return reverse("events:dashboard_event", args=[slug, event.slug]) if slug else ""
