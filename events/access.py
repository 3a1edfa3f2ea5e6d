"""The events of an organisation in its dashboard: who opens which page of one, and how the pages hang together."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from common.models import ViewKind
from common.one_line import one_line
from common.staff_views import note_view
from events.models import Event, RegistrationWay, Ticket
from events.models.event import EventQuerySet
from events.policies import TEACHING, TENDING, can_check_in, can_tend_attendees, edits_events
from members.acting.own import own_organisation
from members.models import Organisation, Role
from members.policies import role_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from members.models import User

RANKS = (None, Role.VIEWER, Role.TEACHER, Role.COORDINATOR, Role.HEAD)


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


def event_with_names(request: HttpRequest, slug: str, event: str) -> tuple[Organisation, Event]:
    """``own_event``, to those who tend it, as they read who comes; to others it is not there."""
    organisation, found = own_event(request, slug, event)
    if not tends(request, organisation):
        raise Http404
    return organisation, found


def event_with_numbers(request: HttpRequest, slug: str, event: str) -> tuple[Organisation, Event]:
    """``own_event``, to those who tend it; the office comes by the address of any organiser."""
    if not edits_events(request.user):
        return event_with_names(request, slug, event)
    organisation = get_object_or_404(Organisation, slug=slug)
    return organisation, get_object_or_404(organised_by(organisation).select_related("region"), slug=event)


def check_tends(request: HttpRequest, organisation: Organisation) -> None:
    if not tends(request, organisation):
        raise PermissionDenied(_("The head or a coordinator of the organisation tends its events."))


def note_names(request: HttpRequest) -> None:
    """Of the staff it is kept that they have looked at names of those who come."""
    if request.user.is_staff:
        note_view(Ticket, staff=request.user, person=None, kind=ViewKind.PAGE, address=request.path)


def words_of(request: HttpRequest) -> str:
    """Those by which something is looked for."""
    return one_line(request.GET.get("q", ""))[:100]


def tends(request: HttpRequest, organisation: Organisation) -> bool:
    return role_of(request.user, organisation) in TENDING


# --- From one page of an event to the others ----------------------------------------------------------------------


def organiser_for(user: "User | AnonymousUser", event: Event) -> Organisation | None:
    """In whose dashboard an event is read that is asked for without one: where the reader may do most, or the first."""
    organisers = [link.organisation for link in event.organiser_links.select_related("organisation")]
    return max(organisers, key=lambda one: RANKS.index(role_of(user, one)), default=None)


def sections_of(user: "User | AnonymousUser", event: Event, organisation: Organisation | None) -> list[tuple[str, str]]:
    """Title and address of each page that the reader may open and that fits the event. ``organisation``: at the address
    of which; the office acts for none and has no overview."""
    role = organisation and role_of(user, organisation)
    tends, is_public = role in TENDING, event.is_public
    is_here = is_public and event.registration == RegistrationWay.HERE
    reads_numbers = is_public and organisation and (tends or edits_events(user))
    issues = is_here and event.has_begun and (tends or can_tend_attendees(user, event))
    pages = [
        (role, _("Overview"), "dashboard_event"),
        (is_here and tends, _("Registrations"), "dashboard_event_registrations"),
        (is_here and tends, _("Letters"), "dashboard_event_letters"),
        (is_here and (role in TEACHING or can_check_in(user, event)), _("At the door"), "event_check_in"),
        (issues, pgettext("of an event", "Certificates"), "event_certificates"),
        (reads_numbers and event.has_begun, _("Report"), "dashboard_event_report"),
        (reads_numbers, _("What people say"), "dashboard_event_feedback"),
    ]
    return [(title, _address(name, event, organisation)) for may, title, name in pages if may]


def _address(name: str, event: Event, organisation: Organisation | None) -> str:
    own = [organisation.slug] if organisation and name.startswith("dashboard") else []
    return reverse(f"events:{name}", args=[*own, event.slug])
