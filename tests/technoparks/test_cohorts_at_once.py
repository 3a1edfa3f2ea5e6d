"""Many who decide on one group at the same moment, each by a connection of their own; `make faults` repeats each twenty
times."""

import random
from functools import partial

import pytest

from common.errors import RuleViolated
from members.models import Notification
from technoparks.cohorts.applications import enrol, queue, withdraw
from technoparks.cohorts.cohorts import cancel_cohort, open_cohort
from technoparks.cohorts.enrolments import leave, transfer
from technoparks.cohorts.moves import Who
from technoparks.models import Booking, Cohort, CohortApplication, Enrolment, EnrolmentState
from tests.at_once import TIMES, at_once
from tests.factories.cohorts import CohortFactory, applied, coordinator, enrolled, gathering, sender

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.parametrize("time", range(TIMES)),
    pytest.mark.faults,
]


def refused(outcomes: list[object]) -> list[str]:
    """Codes of those that a rule has refused; anything else that was raised, a deadlock as well, is raised."""
    for one in outcomes:
        if isinstance(one, Exception) and not isinstance(one, RuleViolated):
            raise one
    return sorted(one.code for one in outcomes if isinstance(one, RuleViolated))


def active(cohort: Cohort) -> int:
    return Enrolment.objects.active().filter(cohort=cohort).count()


def test_of_twenty_decisions_for_five_places_five_enrol(time: int) -> None:
    cohort = gathering(places=5)
    boss = coordinator(cohort)
    applications = [applied(cohort) for _number in range(20)]
    outcomes = at_once(*(partial(enrol, [one], by=boss) for one in applications))
    assert refused(outcomes) == ["full"] * 15
    assert active(cohort) == 5
    states = [*CohortApplication.objects.values_list("state", flat=True)]
    assert (states.count("enrolled"), states.count("submitted")) == (5, 15)


def test_two_who_enrol_one_do_it_once(time: int) -> None:
    cohort = gathering()
    one = applied(cohort)
    bosses = [coordinator(cohort) for _number in range(8)]
    assert refused(at_once(*(partial(enrol, [one], by=boss) for boss in bosses))) == []
    assert (active(cohort), one.moves.count()) == (1, 2)
    assert Notification.objects.filter(user=sender(one)).count() == 1


def test_the_waiting_list_has_each_number_once(time: int) -> None:
    cohort = gathering()
    boss = coordinator(cohort)
    applications = [applied(cohort) for _number in range(12)]
    assert refused(at_once(*(partial(queue, [one], by=boss) for one in applications))) == []
    numbers = cohort.applications.queued().values_list("queue_number", flat=True)
    assert [*numbers] == [*range(1, 13)]


def test_withdrawn_and_enrolled_at_once_it_is_either(time: int) -> None:
    cohort = gathering()
    one = applied(cohort)
    outcomes = at_once(partial(withdraw, one, by=sender(one)), partial(enrol, [one], by=coordinator(cohort)))
    assert refused(outcomes) == ["other_state"]
    one.refresh_from_db()
    assert (one.state, active(cohort)) in [("withdrawn", 0), ("enrolled", 1)]


def test_in_a_group_that_is_cancelled_meanwhile_nobody_stays(time: int) -> None:
    cohort = gathering(places=6)
    boss = coordinator(cohort)
    applications = [applied(cohort) for _number in range(6)]
    calls = [partial(enrol, [one], by=boss) for one in applications]
    calls.insert(3, partial(cancel_cohort, cohort, by=boss, reason="нет"))  # type: ignore[arg-type]
    refused(at_once(*calls))
    assert active(cohort) == 0
    assert not CohortApplication.objects.open().exists()
    assert not Booking.objects.ahead().exists()


def test_people_who_change_places_between_groups_never_are_too_many(time: int) -> None:
    """In both directions at once, while others leave."""
    first = gathering(places=8)
    second = gathering(places=8, programme=first.programme)
    boss = coordinator(first)
    here, there = ([enrolled(cohort) for _number in range(7)] for cohort in (first, second))
    calls = [partial(transfer, one, to=second, by=boss, reason="так") for one in here]
    calls += [partial(transfer, one, to=first, by=boss, reason="так") for one in there]
    calls += [partial(leave, here[0], who=Who.HOST, by=boss, reason="так")]
    random.shuffle(calls)
    refused(at_once(*calls))
    assert active(first) <= 8
    assert active(second) <= 8
    chains = Enrolment.objects.filter(state=EnrolmentState.ACTIVE).values_list("application", flat=True)
    assert len(chains) == len({*chains})


def test_two_groups_of_one_room_are_never_both_open(time: int) -> None:
    first = CohortFactory()
    second = CohortFactory(programme=first.programme, lab=first.lab)
    boss = coordinator(first)
    outcomes = at_once(*(partial(open_cohort, one, by=boss) for one in (first, second)))
    assert refused(outcomes) == ["taken"]
    assert Booking.objects.count() == 4
