"""What those who are registered for an event are told, once each, in portions by a job."""

from dataclasses import dataclass

from django.core.mail import get_connection
from django.db import transaction
from django.utils.translation import gettext as _

from common.errors import RuleViolated
from events.models import Event, EventMessage, EventState, MessageKind, MessageState, Registration, TicketPool
from events.models.messages import EventMessageQuerySet
from events.registering.places import locked_event
from events.telling.facts import Facts, changes_between, facts_of
from events.telling.message_emails import CALLED_OFF, event_told
from members.models import Organisation, User

AT_ONCE = 200  # letters in a transaction


@dataclass(frozen=True, slots=True)
class Written:
    """What somebody writes, and to which of the registered."""

    subject: str
    text: str
    subject_en: str = ""
    text_en: str = ""
    to_state: str = ""
    to_pool: TicketPool | None = None
    to_organisation: Organisation | None = None
    to_came: str = ""

    def to(self, event: Event, *, by: User) -> EventMessage:
        """Not saved yet: for a look at it."""
        fields = {name: getattr(self, name) for name in self.__slots__}
        return EventMessage(event=event, kind=MessageKind.WRITTEN, by=by, **fields)


def tell(event: Event, *, kind: MessageKind, by: User | None, reason: str = "", before: Facts | None = None) -> None:
    """All who are registered, of a move of the event. Under its lock. Of what is called off nobody hears news any
    more."""
    if kind in CALLED_OFF:
        _of(event).unsent().exclude(kind=MessageKind.WRITTEN).update(state=MessageState.STOPPED)
    message = EventMessage(event=event, kind=kind, by=by, text=reason, before=before or {}, after=facts_of(event))
    message.total = message.readers.count()
    message.save()


def tell_of_resumption(event: Event, *, by: User | None) -> None:
    """With what has changed since the registered were told that it is put off."""
    last = _of(event).filter(kind=MessageKind.POSTPONED).first()
    tell(event, kind=MessageKind.RESUMED, by=by, before=last.after if last else None)


def tell_of_changes(event: Event, *, before: Facts, by: User | None) -> None:
    """Of another time or place, where people count on it. What was changed a moment ago, and nobody has been told of,
    becomes one with it; changed back, it is no news. Under the lock of the event."""
    if event.state != EventState.PUBLISHED or event.has_begun:
        return
    waiting = _of(event).select_for_update().unsent().filter(kind=MessageKind.CHANGED, reached=0).first()
    if waiting:
        before = waiting.before
        waiting.delete()
    if changes_between(before, facts_of(event)):
        tell(event, kind=MessageKind.CHANGED, by=by, before=before)


@transaction.atomic
def write_to_registered(event: Event, *, written: Written, by: User, key: str) -> EventMessage:
    """Asked again by the same key, it is the message that stands.

    Raises RuleViolated where nobody would read it.
    """
    locked = locked_event(event)
    if known := EventMessage.objects.filter(event=locked, request_key=key).exclude(request_key="").first():
        return known
    message = written.to(locked, by=by)
    message.request_key, message.total = key, message.readers.count()
    if not message.total:
        raise RuleViolated(_("Nobody is registered of those whom you have chosen."), code="no_readers")
    message.save()
    return message


@transaction.atomic
def send_test(event: Event, *, written: Written, by: User) -> None:
    """To whoever writes it, as somebody who has a place would read it."""
    reader = Registration(event=event, name=str(by), email=by.email, language=by.language)
    event_told(reader, message=written.to(event, by=by)).send()


def stop_messages(event: Event) -> int:
    """Those that are being sent; what has gone has gone. Returns how many there were."""
    return _of(event).unsent().update(state=MessageState.STOPPED)


def stop_message(message: EventMessage) -> bool:
    """Of what somebody wrote: news of the event itself reach everybody. Whether it was still on its way."""
    written = EventMessage.objects.unsent().filter(pk=message.pk, kind=MessageKind.WRITTEN)
    return bool(written.update(state=MessageState.STOPPED))


def send_waiting() -> int:
    """By the clock; returns how many letters."""
    keys = [*EventMessage.objects.unsent().order_by("pk").values_list("pk", flat=True)]
    return sum(map(_send, keys))


def _send(key: int) -> int:
    sent = 0
    while written := _send_next(key):
        sent += written
    return sent


@transaction.atomic
def _send_next(key: int) -> int:
    """The next portion. Whoever else sends this message now is left to it."""
    unsent = EventMessage.objects.unsent().filter(pk=key).select_for_update(of=["self"], skip_locked=True)
    message = unsent.select_related("event").first()
    if message is None:
        return 0
    readers = message.readers.filter(pk__gt=message.reached).to_write_to().order_by("pk")
    portion = [*readers[:AT_ONCE]]
    if portion:
        get_connection().send_messages([event_told(one, message=message) for one in portion])
        message.reached = portion[-1].pk
        message.sent += len(portion)
    else:
        message.state = MessageState.SENT
    message.save(update_fields=["reached", "sent", "state"])
    return len(portion)


def _of(event: Event) -> EventMessageQuerySet:
    return EventMessage.objects.filter(event=event)
