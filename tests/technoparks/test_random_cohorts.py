"""Whatever applicants and hosts of two groups try in whatever order: places, turns and states are those of a model."""

import os
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.errors import RuleViolated
from common.recounts import recount
from members.models import User
from technoparks.cohorts.applications import decline, enrol, queue, revoke_consent, withdraw
from technoparks.cohorts.enrolments import leave, transfer
from technoparks.cohorts.moves import Who
from technoparks.models import Cohort, CohortApplication, Enrolment
from tests.factories.cohorts import applied, coordinator, gathering, sender

pytestmark = pytest.mark.django_db
EXAMPLES = 200 if os.environ.get("FAULTS") == "full" else 8
PLACES = 2


@dataclass
class Model:
    """Numbers of people: who learns in which group, who waits in turn, and what became of the others."""

    learns: dict[int, int] = field(default_factory=dict)  # person → group
    states: dict[int, tuple[int, str]] = field(default_factory=dict)  # person → group of the application, its state
    waiting: dict[int, list[int]] = field(default_factory=lambda: {0: [], 1: []})

    def is_free(self, group: int) -> bool:
        return sum(one == group for one in self.learns.values()) < PLACES

    def may(self, act: str, person: int) -> bool:
        group, state = self.states[person]
        queue_here = self.waiting[group]
        match act:
            case "enrol" if state == "enrolled":
                return True
            case "enrol":
                is_turn = queue_here[:1] == [person] if state == "waiting" else not queue_here
                return state in ("submitted", "waiting") and self.is_free(group) and is_turn
            case "queue":
                return state in ("submitted", "waiting")
            case "decline":
                return state in ("submitted", "waiting", "declined")
            case "withdraw":
                return state in ("submitted", "waiting", "withdrawn")
            case "leave":
                return person in self.learns
            case "transfer":
                there = 1 - self.learns[person] if person in self.learns else 0
                return person in self.learns and self.is_free(there) and not self.waiting[there]
        return True  # to revoke a consent

    def do(self, act: str, person: int) -> None:
        group, state = self.states[person]
        if person in self.waiting[group] and act in ("enrol", "decline", "withdraw", "forget"):
            self.waiting[group].remove(person)
        match act:
            case "enrol" if state != "enrolled":
                self.states[person], self.learns[person] = (group, "enrolled"), group
            case "queue" if state != "waiting":
                self.states[person] = (group, "waiting")
                self.waiting[group].append(person)
            case "decline":
                self.states[person] = (group, "declined")
            case "withdraw":
                self.states[person] = (group, "withdrawn")
            case "leave":
                del self.learns[person]
            case "transfer":
                self.learns[person] = 1 - self.learns[person]
            case "forget":
                self.learns.pop(person, None)
                if state in ("submitted", "waiting"):
                    self.states[person] = (group, "withdrawn")


@dataclass
class Portal:
    groups: list[Cohort]
    boss: User
    applications: list[CohortApplication] = field(default_factory=list)

    def do(self, act: str, person: int) -> None:
        one = CohortApplication.objects.get(pk=self.applications[person].pk)
        place = one.enrolments.active().first()
        match act:
            case "enrol":
                enrol([one], by=self.boss)
            case "queue":
                queue([one], by=self.boss)
            case "decline":
                decline([one], by=self.boss, reason="так")
            case "withdraw":
                withdraw(one, by=sender(one))
            case "forget":
                revoke_consent(one, by=sender(one))
            case "leave" if place:
                leave(place, who=Who.HOST, by=self.boss, reason="так")
            case "transfer" if place:
                there = self.groups[1 - self.groups.index(place.cohort)]
                transfer(place, to=there, by=self.boss, reason="так")
            case "leave" | "transfer":
                raise RuleViolated("nowhere")

    def allows(self, act: str, person: int) -> bool:
        """Whether it was done."""
        try:
            with transaction.atomic():
                self.do(act, person)
        except RuleViolated:
            return False
        return True

    def as_model(self) -> Any:
        number = {one.pk: person for person, one in enumerate(self.applications)}
        learns = {
            number[one.application_id]: self.groups.index(one.cohort)
            for one in Enrolment.objects.active().select_related("cohort")
        }
        states = {
            number[one.pk]: (self.groups.index(one.cohort), one.state)
            for one in CohortApplication.objects.select_related("cohort")
        }
        waiting = {
            index: [number[one.pk] for one in group.applications.queued()] for index, group in enumerate(self.groups)
        }
        return learns, states, waiting


ACTS = ["apply", "enrol", "enrol", "queue", "decline", "withdraw", "leave", "transfer", "forget"]
STEPS = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 7)), min_size=15, max_size=40)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=os.environ.get("FAULTS") != "full",
)
@given(steps=STEPS)
def test_in_any_order_the_portal_answers_as_the_model_does(steps: list[tuple[str, int]]) -> None:
    with transaction.atomic():
        first = gathering(places=PLACES)
        model, portal = (
            Model(),
            Portal([first, gathering(places=PLACES, programme=first.programme)], coordinator(first)),
        )
        for act, number in steps:
            if act == "apply" or not portal.applications:
                group = number % 2
                model.states[len(portal.applications)] = (group, "submitted")
                portal.applications.append(applied(portal.groups[group], name=f"Ученик {len(portal.applications)}"))
                continue
            person = number % len(portal.applications)
            expected = model.may(act, person)
            assert (act, person, portal.allows(act, person)) == (act, person, expected)
            if expected:
                model.do(act, person)
            assert portal.as_model() == (model.learns, model.states, model.waiting)
        assert [(one.invariant, one.figures) for one in recount()] == []
        transaction.set_rollback(True)
