"""Answers of those who came. Why nobody is found behind one that names nobody stands in events/models/feedback.py."""

import datetime
import secrets
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from common.errors import RuleViolated
from events.models import (
    HAPPENED,
    CheckIn,
    Event,
    FeedbackAnswer,
    FeedbackMark,
    FeedbackQuestion,
    FeedbackSurvey,
    Registration,
)
from events.models.event import known_end
from events.models.registration import RegistrationQuerySet, new_code

OPEN_FOR = datetime.timedelta(days=14)
NAMED_FOR = datetime.timedelta(days=365)  # no longer than the consent of a registration allows


@dataclass(frozen=True, slots=True)
class Said:
    """``answers``: by the keys of the questions."""

    rating: int
    again: bool | None
    good: str
    better: str
    answers: Mapping[str, Any]


def came_to(event: Event) -> RegistrationQuerySet:
    """Registrations of which somebody came."""
    entrances = CheckIn.objects.filter(ticket__registration=OuterRef("pk"), ticket__removed_at=None)
    return Registration.objects.filter(Exists(entrances), event=event)


def closes_at(event: Event) -> datetime.datetime | None:
    return event.ends_at and event.ends_at + OPEN_FOR


def state_of(event: Event, *, in_hall: bool) -> str:
    """ "soon", "open" or "closed". In the hall people answer from the beginning on, others after the end."""
    closes = closes_at(event)
    if event.state not in HAPPENED or closes is None or closes <= timezone.now():
        return "closed"
    return "open" if event.is_over or (in_hall and event.has_begun) else "soon"


@transaction.atomic
def give_feedback(event: Event, *, said: Said, once: str, named: Registration | None = None, in_hall: bool) -> bool:
    """False where by ``once``, the key of an invitation or of a form, somebody has answered already. Only who wants to
    be ``named`` is.

    Raises RuleViolated before and after the time for it.
    """
    if state_of(event, in_hall=in_hall) != "open":
        raise RuleViolated(_("Nobody can answer now."), code="not_open")
    _locked(event)
    _mark, is_first = FeedbackMark.objects.get_or_create(digest=_digest(once), defaults={"event": event})
    if is_first:
        answer = FeedbackAnswer(event=event, **asdict(said))
        if named:
            answer.registration = named
            answer.save()
        else:
            _mix(event, [answer])
    return is_first


def has_answered(once: str) -> bool:
    """While one may answer: then the marks go."""
    return FeedbackMark.objects.filter(digest=_digest(once)).exists()


def once_by(registration: Registration) -> str:
    """The key of its invitation."""
    return f"registration {registration.key}"


def is_asked(registration: Registration) -> bool:
    """Whether its people came, may say now what they think, and have not; and the organiser wants to hear it."""
    event = registration.event
    return (
        state_of(event, in_hall=False) == "open"
        and not FeedbackSurvey.objects.filter(event=event, asks=False).exists()
        and came_to(event).filter(pk=registration.pk).exists()
        and not has_answered(once_by(registration))
    )


@transaction.atomic
def set_up(event: Event, *, asks: bool, in_hall: bool) -> FeedbackSurvey:
    """``in_hall``: whoever has the address answers. Closed and opened again, it is another address."""
    survey = _locked(event)
    survey.asks = asks
    survey.hall_key = (survey.hall_key or new_code()) if in_hall else ""
    survey.save(update_fields=["asks", "hall_key"])
    return survey


@transaction.atomic
def ask_besides(event: Event, *, questions: Iterable[FeedbackQuestion]) -> None:
    """These, in this order, and no others.

    Raises RuleViolated where there are answers, which would be to other questions than people have read.
    """
    _locked(event)
    if event.feedback_answers.exists():
        text = _("People have answered already: the questions stay as they are.")
        raise RuleViolated(text, code="answered")
    event.feedback_questions.all().delete()
    for position, question in enumerate(questions):
        question.pk, question.event, question.position = None, event, position
        question.save(force_insert=True)


@transaction.atomic
def take_names_off(event: Event, answers: Iterable[FeedbackAnswer]) -> None:
    """What was marked and chosen remains, among those that name nobody; what was written in words goes."""
    _locked(event)
    lines = {str(one.pk) for one in event.feedback_questions.filter(type=FeedbackQuestion.Type.LINE)}
    named = [*FeedbackAnswer.objects.filter(event=event, pk__in=[one.pk for one in answers])]
    for one in named:
        one.registration, one.good, one.better = None, "", ""
        one.answers = {key: value for key, value in one.answers.items() if key not in lines}
    FeedbackAnswer.objects.filter(pk__in=[one.pk for one in named]).delete()
    _mix(event, named)


def take_all_names_off(answers: QuerySet[FeedbackAnswer]) -> int:
    """Event by event, in one order: two at once, as of two people who are erased, wait for each other and never for
    themselves. Returns of how many."""
    in_order = [*answers.select_related("event").order_by("event_id")]
    for event, own in groupby(in_order, attrgetter("event")):
        take_names_off(event, own)
    return len(in_order)


def forget() -> int:
    """By the clock: marks of what is closed, and names after a year. Returns of how many answers the name was taken."""
    now = timezone.now()
    FeedbackMark.objects.alias(over_at=known_end("event__")).filter(over_at__lte=now - OPEN_FOR).delete()
    named = FeedbackAnswer.objects.exclude(registration=None).alias(over_at=known_end("event__"))
    return take_all_names_off(named.filter(over_at__lte=now - NAMED_FOR))


def _locked(event: Event) -> FeedbackSurvey:
    """Answers of one event are written one after the other."""
    FeedbackSurvey.objects.get_or_create(event=event)
    return FeedbackSurvey.objects.select_for_update().get(event=event)


def _mix(event: Event, new: list[FeedbackAnswer]) -> None:
    """All that name nobody, the ``new`` ones too, become new rows in random order. Under the lock of the survey."""
    nameless = FeedbackAnswer.objects.filter(event=event).nameless()
    rows = [*nameless, *new]
    nameless.delete()
    secrets.SystemRandom().shuffle(rows)
    for row in rows:
        row.pk = uuid.uuid4()
    FeedbackAnswer.objects.bulk_create(rows)


def _digest(once: str) -> str:
    return salted_hmac("events.feedback", once, algorithm="sha256").hexdigest()
