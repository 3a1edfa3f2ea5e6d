"""Who of an organisation goes to which events, in groups and alone; to its head, who came."""

from django.db.models import Count, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from common.private_pages import private_page
from events.emails import registration_token
from events.models import OVER, CheckIn, Event, Registration, RegistrationState
from events.models.event import EventQuerySet
from events.policies import TEACHING
from members.models import Organisation, Role
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
        "history": attendance_of(organisation)[:SHOWN] if role == Role.HEAD else None,
    }
    return render(request, "pages/dashboard_registrations.html", context)


def attendance_of(organisation: Organisation) -> EventQuerySet:
    """Events that are over, the latest first, with ``registered`` and ``came``: how many people of the organisation.
    One query."""
    ours = Registration.objects.filter(
        event=OuterRef("pk"), organisation=organisation, state=RegistrationState.CONFIRMED
    ).order_by()
    came = CheckIn.objects.filter(
        ticket__registration__event=OuterRef("pk"), ticket__registration__organisation=organisation
    ).order_by()
    over = Event.objects.filter(Q(ends_at__lt=timezone.now()) | Q(state__in=OVER))
    return (
        over.annotate(
            registered=Coalesce(Subquery(ours.values("event").annotate(number=Sum("places")).values("number")), 0),
            came=Coalesce(
                Subquery(
                    came.values(event=F("ticket__registration__event"))
                    .annotate(number=Count("ticket", distinct=True))
                    .values("number")
                ),
                0,
            ),
        )
        .filter(registered__gt=0)
        .order_by("-starts_at", "-pk")
    )
