"""Who of an organisation goes to which events, in groups and alone; to its head and coordinators, who came."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from common.private_pages import private_page
from events.attendees.history import attendance_by_year, attendance_of
from events.emails import registration_token
from events.models import Registration
from events.policies import TEACHING, TENDING
from members.own import own_organisation
from members.policies import role_of

SHOWN = 100  # of each list; what was earlier is found by the organisers


@private_page
@require_safe
def dashboard_registrations(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = own_organisation(request, slug)
    role = role_of(request.user, organisation)
    coming = Registration.objects.active().filter(organisation=organisation, event__ends_at__gte=timezone.now())
    coming = coming.select_related("event", "pool").order_by("event__starts_at", "event", "-group", "name")[:SHOWN]
    may_open = role in TEACHING
    context = {
        "organisation": organisation,
        "coming": [(one, registration_token(one) if one.is_group and may_open else "") for one in coming],
        "may_register_groups": may_open,
        "history": attendance_of(organisation)[:SHOWN] if role in TENDING else None,
        "years": attendance_by_year(organisation) if role in TENDING else None,
    }
    return render(request, "pages/dashboard_registrations.html", context)
