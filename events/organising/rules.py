"""What of an event its organiser may change, and when."""

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _

from common.errors import RuleViolated
from events.models import Event, EventState

# What the association looks at before it publishes: from then on these are changed by the office.
CHECKED = ("kind", "name", "name_en", "registration")


def is_changeable(event: Event) -> bool:
    """Not while the association reads it, and not what is over or called off. One that is postponed gets its new time
    whenever it is known."""
    if event.state == EventState.PUBLISHED:
        return not event.is_over
    return event.state in (EventState.DRAFT, EventState.POSTPONED)


def takes_materials(event: Event) -> bool:
    """Recordings and slides come when it is over."""
    return is_changeable(event) or (event.is_over and event.state in (EventState.PUBLISHED, EventState.HELD))


def takes_headcount(event: Event) -> bool:
    return event.is_over and event.state in (EventState.PUBLISHED, EventState.HELD)


def check(is_possible: bool, event: Event) -> None:
    """Raises RuleViolated that says in which state the event is."""
    if not is_possible:
        text = _("Not possible now: the event has the state “%(state)s”.")
        raise RuleViolated(text % {"state": event.get_state_display()}, code="other_state")


def check_constraints(row: Model) -> None:
    """Raises RuleViolated with the words of the constraint: what the form has checked may have changed since."""
    try:
        row.validate_constraints()
    except ValidationError as error:
        raise RuleViolated(" ".join(error.messages), code="inconsistent") from error
