"""What of an event is edited: the registered are told where it touches time or place."""

from collections.abc import Collection

from django.db import transaction

from events.event_messages import tell_of_changes
from events.facts import facts_of
from events.models import Event
from events.places import locked_event
from events.registrations import ask_anew, offer_what_is_free
from members.models import User


@transaction.atomic
def change_event(event: Event, *, names: Collection[str], by: User) -> Event:
    """Write these fields of ``event``, and nothing else of the row: its state may have moved meanwhile."""
    locked = locked_event(event)
    before = facts_of(locked)
    columns = {field.name for field in event._meta.concrete_fields}
    event.save(update_fields=[*(columns & {*names}), "updated_at"])
    tell_of_changes(Event.objects.get(pk=event.pk), before=before, by=by)
    if event.starts_at != locked.starts_at:
        ask_anew(event)
    if {"starts_at", "waiting_rule"} & {*names}:  # by another rule, or before the beginning again, others have a turn
        for pool in event.pools.all():
            offer_what_is_free(pool)
    return event
