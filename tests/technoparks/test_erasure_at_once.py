"""Who is erased beside somebody at work on what is theirs: laboratories and groups are held before people, by the
erasure as by everybody else, so neither waits for the other for ever."""

from collections.abc import Callable
from functools import partial

import pytest
from django.db import transaction

from members.models import User
from members.personal_data.erasure import BY_REQUEST, erase_person
from technoparks.booking.moves import Who, turn
from technoparks.cohorts.cohorts import locked_cohort
from technoparks.induction.review import hold_labs
from technoparks.models import Booking, CohortApplication
from tests.at_once import in_thread, noted, wait_for_waiting
from tests.factories.cohorts import applied, gathering, sender
from tests.factories.technoparks import LabFactory, booked, responsible

pytestmark = pytest.mark.django_db(transaction=True)


def hold_person(person: User) -> None:
    User.objects.select_for_update(no_key=True).get(pk=person.pk)


def of_lab() -> tuple[User, Callable[[], None]]:
    """Whoever reviews inductions: the laboratories, then a booking is put on hold, then people hear of it."""
    booking = booked(LabFactory())

    def work() -> None:
        hold_labs(booking.lab.technopark_id)
        turn(Booking.objects.get(pk=booking.pk), "hold", who=Who.CLOCK, by=None)

    return responsible(booking), work


def of_group() -> tuple[User, Callable[[], None]]:
    """Whoever decides on an application: the group, then the application, then people hear of it."""
    application = applied(gathering())

    def work() -> None:
        locked_cohort(application.cohort)
        CohortApplication.objects.filter(pk=application.pk).update(name="Аня")

    return sender(application), work


@pytest.mark.parametrize("theirs", [of_lab, of_group])
def test_a_person_is_erased_after_whoever_is_at_work_on_what_is_theirs(
    theirs: Callable[[], tuple[User, Callable[[], None]]],
) -> None:
    person, work = theirs()
    outcomes = list[object]()
    with transaction.atomic():
        work()
        erasing = in_thread(partial(noted, partial(erase_person, person, by=person, reason=BY_REQUEST), outcomes))
        wait_for_waiting(1)
        hold_person(person)
    erasing.join()
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert not Booking.objects.filter(person=person).exists()
    assert not CohortApplication.objects.filter(person=person).exists()
