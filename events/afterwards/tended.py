"""The event that a page of its organiser is about."""

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from events.models import Event
from events.policies import can_tend_event
from members.models import Organisation


def tended_event(request: HttpRequest, slug: str, event: str) -> Event:
    """To those who tend it, at the address of the organiser whom they act for; the office comes by that of any."""
    user = request.user
    events = Event.objects.visible_to(user).select_related("region")
    found = get_object_or_404(events, slug=event, organisers__slug=slug)
    acts_for_it = user.is_staff or Organisation.objects.represented_by(user).filter(slug=slug).exists()
    if not (acts_for_it and can_tend_event(user, found)):
        raise Http404
    return found
