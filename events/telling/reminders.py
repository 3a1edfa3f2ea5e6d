"""By the clock before an event: whether people will come, reminders, and approvals that are late.

Each is «due and not done yet», so a job that was down catches up, and says nothing twice.
"""

import datetime
from collections.abc import Iterable
from functools import partial
from typing import NamedTuple

from django.core.mail import get_connection
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.mail.letters import Letter
from events.models import (
    Event,
    EventReminder,
    EventState,
    Registration,
    RegistrationState,
    RegistrationWay,
    ReminderKind,
)
from events.models.event import EventQuerySet
from events.models.registration import ANSWER_BEFORE, RegistrationQuerySet
from events.registering.places import locked_event
from events.registering.registrations import expire_silent
from events.telling import reminder_emails as emails
from members.models import User
from members.notices.notifications import Words, heads_of, notify
from members.notices.topics import Topic, register

AT_ONCE = 500  # letters in a transaction
ASK_BEFORE = datetime.timedelta(hours=48)
# Rule → from when to when before the beginning it is worth saying; when the next one of the event is due, that says it.
REMIND = {
    ReminderKind.WEEK: (datetime.timedelta(days=7), datetime.timedelta(days=2)),
    ReminderKind.THREE_DAYS: (datetime.timedelta(days=3), datetime.timedelta(days=1)),
    ReminderKind.DAY: (datetime.timedelta(days=1), datetime.timedelta()),
    ReminderKind.HOURS: (datetime.timedelta(hours=3), datetime.timedelta()),
}
ESCALATE_AFTER = datetime.timedelta(days=2)  # of silence of those who were told first

APPROVALS = register(
    Topic(
        "registrations",
        gettext_lazy("Registrations for your events"),
        gettext_lazy("Somebody waits for your approval, and the term is over"),
        service_reason=gettext_lazy("Always at once, as somebody waits for the answer"),
    )
)


def look_ahead() -> None:
    """In this order, so that nobody is reminded of what they lose a moment later."""
    ask_who_comes()
    free_places_of_the_silent()
    remind()


# --- Will you come? ---------------------------------------------------------------------------------------------


def ask_who_comes() -> int:
    """Of events that ask, whoever has a place and registered before the question was due; returns how many letters."""
    return sum(map(_ask, _asking().order_by("pk")))


def _asking() -> EventQuerySet:
    now = timezone.now()
    return Event.objects.filter(
        state=EventState.PUBLISHED, asks_to_confirm=True, starts_at__gt=now, starts_at__lte=now + ASK_BEFORE
    )


def _ask(event: Event) -> int:
    sent = 0
    while asked := _ask_next(event):
        sent += asked
    return sent


@transaction.atomic
def _ask_next(event: Event) -> int:
    """A batch, so that nobody waits long for the event; and not of one that was moved meanwhile."""
    locked_event(event)
    if not _asking().filter(pk=event.pk).exists():
        return 0
    unasked = _told_of(event, before=ASK_BEFORE).filter(asked_at=None, coming_at=None)
    asked = [*unasked.select_for_update(of=["self"])[:AT_ONCE]]
    now = timezone.now()
    for one in asked:
        one.asked_at = now
    Registration.objects.bulk_update(asked, ["asked_at"])
    _send(map(emails.coming_asked, asked))
    return len(asked)


def free_places_of_the_silent() -> int:
    """ANSWER_BEFORE the beginning whoever was asked in time and has said nothing loses the place, where the event says
    so; returns how many did."""
    now = timezone.now()
    silent = Registration.objects.filter(
        event__state=EventState.PUBLISHED,
        event__silence_frees=True,
        event__starts_at__gt=now,
        event__starts_at__lte=now + ANSWER_BEFORE,
        state=RegistrationState.CONFIRMED,
        coming_at=None,
        asked_at__isnull=False,
    )
    return sum(map(expire_silent, silent.select_related("event").order_by("event", "queue_number", "pk")))


# --- Reminders --------------------------------------------------------------------------------------------------


def remind() -> int:
    """Whoever has a place, once by each rule of the event for each beginning, though it may be taken away and chosen
    again; returns how many letters."""
    return sum(_remind(event, kind) for kind in REMIND for event in _due(kind))


def _due(kind: ReminderKind) -> EventQuerySet:
    (since, until), now = REMIND[kind], timezone.now()
    near: EventQuerySet = Event.objects.filter(
        state=EventState.PUBLISHED,
        registration=RegistrationWay.HERE,
        remind__contains=[kind],
        starts_at__lte=now + since,
        starts_at__gt=now + until,
    )
    for later, (due, _until) in REMIND.items():
        if due < since:
            near = near.exclude(remind__contains=[later], starts_at__lte=now + due)
    done = EventReminder.objects.filter(kind=kind, starts_at=F("event__starts_at"))
    return near.exclude(pk__in=done.values("event")).order_by("pk")


def _remind(event: Event, kind: ReminderKind) -> int:
    """Who registered when it was near already knows of it. Killed in the middle it begins anew, and the keys of the
    letters see to it that nobody has two."""
    sent, reached = 0, 0
    while batch := _remind_next(event, kind, after=reached):
        sent += batch.sent
        reached = batch.reached
    return sent


class Batch(NamedTuple):
    sent: int
    reached: int


@transaction.atomic
def _remind_next(event: Event, kind: ReminderKind, *, after: int) -> Batch | None:
    """None at the end, and where it was moved or called off meanwhile."""
    locked_event(event)
    if not (event.starts_at and _due(kind).filter(pk=event.pk, starts_at=event.starts_at).exists()):
        return None
    batch = [*_told_of(event, before=REMIND[kind][0]).filter(pk__gt=after).order_by("pk")[:AT_ONCE]]
    if not batch:
        EventReminder.objects.create(event=event, kind=kind, starts_at=event.starts_at)
        return None
    return Batch(_send(emails.event_near(one, kind=kind) for one in batch), batch[-1].pk)


# --- Approvals --------------------------------------------------------------------------------------------------


def escalate_approvals() -> int:
    """When the term to approve is over, those who answer for the organisers are told; if they stay silent, the office
    is. Once each; returns how many registrations are late."""
    late = Registration.objects.overdue().filter(event__state=EventState.PUBLISHED)
    return len([_escalate(one) for one in late.select_related("event", "pool").order_by("pk")])


@transaction.atomic
def _escalate(registration: Registration) -> None:
    event = registration.event
    tell = partial(notify, topic=APPROVALS, words=partial(_words, event), link=event.get_absolute_url())
    heads = [head for organiser in event.organisers.all() for head in heads_of(organiser)]
    tell(heads, key=f"approval of {registration.pk} late")
    is_silent = registration.decide_by and registration.decide_by + ESCALATE_AFTER <= timezone.now()
    if is_silent or not heads:
        tell(_office(), key=f"approval of {registration.pk} very late")


def _words(event: Event) -> Words:
    """Without the name of who waits: that stands in the list of the registered."""
    title = _("A registration waits for approval, and the term is over: %(event)s") % {"event": event.title}
    return Words(title, _("Approve or decline it: the person waits for an answer."))


def _office() -> list[User]:
    """Those of the staff who may decide on registrations."""
    staff = User.objects.filter(is_staff=True, is_active=True).order_by("pk")
    return [person for person in staff if person.has_perm("events.change_registration")]


def _told_of(event: Event, *, before: datetime.timedelta) -> RegistrationQuerySet:
    """Who has a place, and had asked for it before the event was so near."""
    confirmed = Registration.objects.filter(event=event, state=RegistrationState.CONFIRMED, hold_until=None)
    confirmed = confirmed.exclude(email="")  # of whoever is erased a group may remain
    return confirmed.filter(registered_at__lt=F("event__starts_at") - before).to_write_to()


def _send(letters: Iterable[Letter]) -> int:
    """At once, in a few queries."""
    return get_connection().send_messages([*letters]) or 0
