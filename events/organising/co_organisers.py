"""Who holds an event together: the first organisation answers for it, and asks others to join."""

from django.db import transaction
from django.utils.translation import gettext as _

from common.errors import RuleViolated
from events.models import Event, EventOrganiser, EventState
from events.organising.rules import check
from events.places import locked_event
from members.models import Organisation

MOST = 12  # organisers of one event


def answers_for(organisation: Organisation, event: Event) -> bool:
    first = event.organiser_links.first()
    return first is not None and first.organisation_id == organisation.pk


@transaction.atomic
def add_organiser(event: Event, *, organisation: Organisation, by: Organisation) -> None:
    """Raises RuleViolated unless it is a draft of ``by``'s, and for one that is not on the portal."""
    locked = _draft(event)
    _check_answers(by, locked)
    if not organisation.is_published:
        raise RuleViolated(_("This organisation has no page on the portal."), code="not_published")
    if locked.organiser_links.count() >= MOST:
        raise RuleViolated(_("%(number)d organisers are the most.") % {"number": MOST}, code="too_many")
    last = locked.organiser_links.order_by("-position").values_list("position", flat=True).first() or 0
    EventOrganiser.objects.get_or_create(event=locked, organisation=organisation, defaults={"position": last + 1})


@transaction.atomic
def remove_organiser(event: Event, *, organisation: Organisation, by: Organisation) -> None:
    """Others leave by themselves as well; who answers for the event stays."""
    locked = _draft(event)
    if organisation != by:
        _check_answers(by, locked)
    if answers_for(organisation, locked):
        raise RuleViolated(_("The first organiser answers for the event and stays."), code="answers")
    for link in locked.organiser_links.filter(organisation=organisation):
        link.delete()


def _draft(event: Event) -> Event:
    locked = locked_event(event)
    check(locked.state == EventState.DRAFT, locked)
    return locked


def _check_answers(organisation: Organisation, event: Event) -> None:
    if not answers_for(organisation, event):
        raise RuleViolated(_("The first organiser chooses the others."), code="not_first")
