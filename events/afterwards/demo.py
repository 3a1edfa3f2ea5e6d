"""A day that is over, with those who came and what they said, from ``data/demo_afterwards.yaml``."""

import datetime
from itertools import count, cycle, islice
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.utils import timezone

from events.models import (
    CheckIn,
    Event,
    FeedbackAnswer,
    FeedbackQuestion,
    FeedbackSurvey,
    Registration,
    RegistrationState,
    Ticket,
)
from events.models.registration import day_of
from members.models import Organisation

DATA = Path(__file__).parents[1] / "data" / "demo_afterwards.yaml"


@transaction.atomic
def load() -> None:
    """Rows, and not the services: those let nobody register for what is over. Loaded again, it does nothing."""
    data = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    event = Event.objects.get(slug=data["event"])
    if event.starts_at and not event.registrations.exists():
        _load_people(event, event.starts_at, data)
        _load_answers(event, data)


def _load_people(event: Event, starts_at: datetime.datetime, data: dict[str, Any]) -> None:
    numbers, came = count(1), list[Ticket]()
    for entry in data["groups"]:
        people = [Ticket(name=f"Ученик {number}", grade=entry["group"]) for number in range(1, entry["number"] + 1)]
        came += _registered(event, entry, people, starts_at)[: entry["came"]]
    for entry in data["guests"]:
        for place in range(entry["number"]):
            tickets = _registered(event, entry, [Ticket(name=f"Гость {next(numbers)}")], starts_at)
            came += tickets if place < entry["came"] else []
    entry = {"pool": event.pools.all()[0].name, "at_the_door": True}
    for number in range(data["walk_ins"]):
        came += _registered(event, entry, [Ticket(name=f"Гость {number} без регистрации")], starts_at)
    times = cycle(_arrivals(starts_at, data["arrivals"]))
    CheckIn.objects.bulk_create(
        CheckIn(ticket=ticket, day=day_of(event, at), at=at, gate="главный вход")
        for ticket, at in zip(came, times, strict=False)
    )


def _registered(event: Event, entry: dict[str, Any], people: list[Ticket], at: datetime.datetime) -> list[Ticket]:
    organisation = Organisation.objects.filter(slug=entry.get("organisation")).first()
    group, at_the_door = entry.get("group", ""), entry.get("at_the_door", False)
    registration = Registration.objects.create(
        event=event,
        pool=event.pools.get(name=entry["pool"]),
        organisation=organisation,
        name="Учитель" if group else people[0].name,
        group=group,
        at_the_door=at_the_door,
        places=len(people),
        state=entry.get("state", RegistrationState.CONFIRMED),
        registered_at=at if at_the_door else at - datetime.timedelta(days=10),
    )
    for ticket in people:
        ticket.registration = registration
    return Ticket.objects.bulk_create(people)


def _arrivals(starts_at: datetime.datetime, shares: dict[int, int]) -> list[datetime.datetime]:
    """As many moments within an hour as is its share."""
    return [
        starts_at + datetime.timedelta(hours=hour, minutes=minute * 59 // share)
        for hour, share in shares.items()
        for minute in range(share)
    ]


def _load_answers(event: Event, data: dict[str, Any]) -> None:
    FeedbackSurvey.objects.create(event=event, asked_at=timezone.now(), asked=data["asked"])
    part, clear, whom = [
        FeedbackQuestion.objects.create(event=event, position=position, **question)
        for position, question in enumerate(data["questions"])
    ]
    ratings, total = _repeated(data["ratings"]), sum(data["ratings"].values())
    given = {part: _repeated(data["parts"]), clear: _repeated(data["clear"]), whom: data["whom"]}
    answers = [
        FeedbackAnswer(event=event, rating=rating, again=number < total - data["not_again"])
        for number, rating in enumerate(ratings)
    ]
    for question, said in given.items():
        for answer, one in zip(answers, said, strict=False):
            answer.answers[str(question.pk)] = one
    for name in ("good", "better"):
        for answer, text in zip(islice(answers, 3, None, 4), data[name], strict=False):
            setattr(answer, name, text)
    first = event.registrations.exclude(group="").order_by("pk")[0]
    FeedbackAnswer.objects.bulk_create([*answers, FeedbackAnswer(event=event, registration=first, **data["named"])])


def _repeated(numbers: dict[Any, int]) -> list[Any]:
    return [value for value, number in numbers.items() for _time in range(number)]
