"""What of an event is edited: the registered are told where it touches time or place."""

from collections.abc import Collection

from django.db import transaction

from events.event_messages import tell_of_changes
from events.facts import facts_of
from events.models import Event
from events.places import locked_event
from members.models import User


@transaction.atomic
def change_event(event: Event, *, names: Collection[str], by: User) -> Event:
    """Write these fields of ``event``, and nothing else of the row: its state may have moved meanwhile."""
    before = facts_of(locked_event(event))
    columns = {field.name for field in event._meta.concrete_fields}
    event.save(update_fields=[*(columns & {*names}), "updated_at"])
    tell_of_changes(Event.objects.get(pk=event.pk), before=before, by=by)
    return event
