"""By the clock after an event: those who came are asked what they think, once."""

import datetime

from django.core.mail import get_connection
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from events.afterwards.emails import feedback_asked
from events.afterwards.feedback import OPEN_FOR, came_to, forget
from events.models import OVER, Event, FeedbackSurvey, RegistrationWay

AT_ONCE = 500  # letters in a transaction
NOON = datetime.time(12)


def look_back() -> None:
    ask_for_feedback()
    forget()


def ask_for_feedback() -> int:
    """Of events whose organisers have not said otherwise; returns how many letters."""
    now = timezone.now()
    done = FeedbackSurvey.objects.filter(Q(asks=False) | Q(asked_at__isnull=False))
    held = Event.objects.filter(
        state__in=OVER, registration=RegistrationWay.HERE, ends_at__lte=now, ends_at__gt=now - OPEN_FOR
    )
    asks = held.exclude(pk__in=done.values("event")).order_by("pk")
    return sum(_ask(event) for event in asks if (at := asks_at(event)) and at <= now)


def asks_at(event: Event) -> datetime.datetime | None:
    """At noon of the day after, by the clock of the place: by then the doors are closed, so all who came are known."""
    if event.ends_at is None:
        return None
    day = event.ends_at.astimezone(event.zone).date() + datetime.timedelta(days=1)
    return datetime.datetime.combine(day, NOON, event.zone)


def _ask(event: Event) -> int:
    """Killed in the middle it begins anew, and the keys of the letters see to it that nobody has two."""
    sent, asked, last = 0, 0, 0
    readers = came_to(event).filter(hold_until=None).exclude(email="").select_related("event").order_by("pk")
    while batch := [*readers.filter(pk__gt=last)[:AT_ONCE]]:
        with transaction.atomic():
            sent += get_connection().send_messages([feedback_asked(one) for one in batch]) or 0
        last, asked = batch[-1].pk, asked + len(batch)
    FeedbackSurvey.objects.update_or_create(event=event, defaults={"asked_at": timezone.now(), "asked": asked})
    return sent
