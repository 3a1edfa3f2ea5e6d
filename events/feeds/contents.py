"""What stands in a calendar of one's own, in the language of its reader."""

import datetime
from collections.abc import Iterable
from itertools import chain, groupby
from operator import attrgetter

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from common.calendars import Made, calendar
from events.feeds.addresses import Reader
from events.models import PUBLIC_STATES, Event, EventOrganiser, Registration, RegistrationState
from events.policies import registrations_of
from events.public import ics
from members.models import Organisation, User
from technoparks.feeds import bookings_of_lab, bookings_of_organisation, bookings_of_person
from technoparks.models import Lab

KEPT = datetime.timedelta(days=365)  # of what is over
MOST = 500  # events, the latest: what is to come is never cut off by what is over
ADMITTED = Q(state=RegistrationState.CONFIRMED, hold_until=None)


def own_calendar(reader: Reader, *, lab: int | None = None) -> bytes:
    """Events and bookings; of a host's ``lab`` its bookings alone. Raises Http404 for a lab of somebody else."""
    with override(reader.user.language):
        if lab is not None:
            return _of_lab(get_object_or_404(hosted_labs(reader.organisation), pk=lab))
        return _of_organisation(reader.organisation) if reader.organisation else _of_person(reader.user)


def hosted_labs(host: Organisation | None) -> QuerySet[Lab]:
    return Lab.objects.filter(technopark__host=host).select_related("technopark__host").order_by("name", "pk")


def _of_lab(lab: Lab) -> bytes:
    return calendar(_("%(lab)s: bookings") % {"lab": lab.title}, bookings_of_lab(lab))


def _of_person(user: User) -> bytes:
    """What they are registered for, their groups too, and what they wait for; their bookings and lessons."""
    registered = (
        registrations_of(user)
        .active()
        .filter(event__state__in=PUBLIC_STATES, event__ends_at__gte=timezone.now() - KEPT)
        .select_related("event")
        .order_by("-event__starts_at", "event", "pk")[:MOST]
    )
    entries = [_to_person(event, [*own]) for event, own in groupby(registered, attrgetter("event"))]
    name = _("My calendar · School Cluster Association")
    return calendar(name, chain(filter(None, entries), bookings_of_person(user)))


def _to_person(event: Event, own: list[Registration]) -> Made | None:
    """No address by which one acts is in it: calendars are shown to others."""
    is_admitted = any(one.is_admitted for one in own)
    lines = [_said(one) for one in own]
    if is_admitted and event.online_link:
        lines.append(_("Take part online: %(link)s") % {"link": event.online_link})
    return ics.made_of(event, status=_status(is_admitted), lines=lines)


def _said(registration: Registration) -> str:
    state = str(registration.get_state_display())
    if not registration.is_group:
        return state
    return f"{_('Group %(group)s') % {'group': registration.group}} · {state}"


def _of_organisation(organisation: Organisation) -> bytes:
    """What it holds, and where its people go: how many, and nobody by name; and which labs it has booked."""
    going = _going_from(organisation)
    is_ours = Exists(EventOrganiser.objects.filter(event=OuterRef("pk"), organisation=organisation))
    events = (
        Event.objects.public()
        .annotate(is_ours=is_ours)
        .filter(Q(is_ours=True) | Q(pk__in=going), ends_at__gte=timezone.now() - KEPT)
        .latest_first()[:MOST]
    )
    entries = (_to_organisation(event, *going.get(event.pk, (0, 0))) for event in events)
    return calendar(organisation.title, chain(filter(None, entries), bookings_of_organisation(organisation)))


def _going_from(organisation: Organisation) -> dict[int, tuple[int, int]]:
    """Event → how many people have a place, and how many wait for one."""
    active = Registration.objects.active().filter(organisation=organisation, event__ends_at__gte=timezone.now() - KEPT)
    counted = active.order_by().values("event").annotate(
        admitted=Sum("places", filter=ADMITTED, default=0), waiting=Sum("places", filter=~ADMITTED, default=0)
    )  # fmt: skip
    return {one["event"]: (one["admitted"], one["waiting"]) for one in counted}


def _to_organisation(event: Event, admitted: int, waiting: int) -> Made | None:
    is_ours = event.is_ours  # type: ignore[attr-defined]
    said = (
        (is_ours, _("Held by the organisation")),
        (admitted, _("Go from the organisation: %(number)d") % {"number": admitted}),
        (waiting, _("Wait for a place: %(number)d") % {"number": waiting}),
    )
    lines: Iterable[str] = [words for is_so, words in said if is_so]
    return ics.made_of(event, status=_status(is_ours or admitted > 0), lines=lines)


def _status(is_certain: bool) -> str:
    return "CONFIRMED" if is_certain else "TENTATIVE"
