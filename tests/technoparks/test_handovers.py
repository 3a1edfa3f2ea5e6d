"""What somebody was responsible for in technoparks goes to whoever takes over when they leave or are erased."""

import datetime

import pytest
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from common.recounts import recount
from members.acting.handovers import hand_over, owned_by
from members.acting.roles import end_role
from members.models import Handover, Notification, Organisation, Role, User
from members.personal_data.erasure import BY_REQUEST, erase_person
from technoparks.booking.bookings import cancel
from technoparks.booking.moves import Who
from technoparks.cohorts.applications import withdraw
from technoparks.cohorts.timetable import lessons_of
from technoparks.models import Booking, BookingState, Cohort, CohortApplication, Lab
from tests.at_once import at_once
from tests.factories.cohorts import CohortFactory, applied, gathering, sent
from tests.factories.members import RepresentativeFactory, UserFactory
from tests.factories.technoparks import (
    InstructionFactory,
    LabFactory,
    booked,
    guest,
    inducted,
    responsible,
)

pytestmark = pytest.mark.django_db
S = BookingState


@pytest.fixture
def lab() -> Lab:
    return LabFactory()


@pytest.fixture
def school() -> tuple[Organisation, User]:
    """And a teacher of it."""
    return guest()


@pytest.fixture
def head(school: tuple[Organisation, User]) -> User:
    return RepresentativeFactory(organisation=school[0], role=Role.HEAD).user


def leaves(person: User, organisation: Organisation, to: User) -> None:
    end_role(organisation.representatives.active().get(user=person), by=to, to=to)


def told(person: User) -> list[str]:
    titles = Notification.objects.filter(user=person, topic="bookings").order_by("pk").values_list("title", flat=True)
    return [title.replace("\N{NO-BREAK SPACE}", " ") for title in titles]


# --- Bookings -----------------------------------------------------------------------------------------------------


def test_bookings_to_come_go_to_who_takes_over_and_nothing_else(
    lab: Lab, school: tuple[Organisation, User], head: User
) -> None:
    organisation, teacher = school
    other = RepresentativeFactory(user=teacher, role=Role.TEACHER).organisation
    ahead, called_off, over, begun = (booked(lab, n, n + 1, by=school) for n in (9, 10, 11, 12))
    elsewhere, of_colleague = booked(lab, 13, 14, by=(other, teacher)), booked(lab, 14, 15)
    colleague = responsible(of_colleague)
    cancel(called_off, who=Who.GUEST, by=teacher)
    now = timezone.now()
    for booking, hours in ((over, -3), (begun, -0.5)):
        span = (now + datetime.timedelta(hours=hours), now + datetime.timedelta(hours=hours + 1))
        Booking.objects.filter(pk=booking.pk).update(span=span, blocked=span)
    assert owned_by(teacher, organisation=organisation) == {"lab_bookings": 1}
    leaves(teacher, organisation, head)
    rows = [ahead, called_off, over, begun, elsewhere, of_colleague]
    assert [Booking.objects.get(pk=one.pk).person for one in rows] == [head, *[teacher] * 4, colleague]
    move = ahead.moves.get(action="take_over")
    assert (move.by, move.source, move.target, Booking.objects.get(pk=ahead.pk).sequence) == (
        head,
        S.CONFIRMED,
        S.CONFIRMED,
        1,
    )
    [handed] = organisation.handovers.all()
    assert handed.what == {"lab_bookings": 1}
    assert [*recount()] == []


def test_what_the_new_person_may_not_do_yet_is_held_and_told_once(
    lab: Lab,
    school: tuple[Organisation, User],
    head: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    organisation, teacher = school
    free_lab = LabFactory(technopark=lab.technopark)
    inducted(teacher, InstructionFactory(technopark=lab.technopark, labs=[lab]))
    held = [booked(lab, n, n + 1, by=school) for n in (9, 10)]
    stays = booked(free_lab, 9, 10, by=school)
    with django_capture_on_commit_callbacks(execute=True):
        leaves(teacher, organisation, head)
    assert [Booking.objects.get(pk=one.pk).state for one in (*held, stays)] == [S.HELD, S.HELD, S.CONFIRMED]
    assert {one.person for one in Booking.objects.all()} == {head}
    assert told(head) == ["2 бронирования приостановлены"]
    assert [*recount()] == []


def test_what_was_on_hold_goes_on_with_who_has_passed(
    lab: Lab,
    school: tuple[Organisation, User],
    head: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    organisation, teacher = school
    instruction = InstructionFactory(technopark=lab.technopark, labs=[lab])
    inducted(teacher, instruction)
    inducted(head, instruction)
    booking = booked(lab, by=school)
    Booking.objects.filter(pk=booking.pk).update(state=S.HELD)
    with django_capture_on_commit_callbacks(execute=True):
        leaves(teacher, organisation, head)
    booking.refresh_from_db()
    assert (booking.person, booking.state) == (head, S.CONFIRMED)


def test_of_who_is_erased_the_head_takes_over(
    lab: Lab,
    school: tuple[Organisation, User],
    head: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    _organisation, teacher = school
    inducted(teacher, InstructionFactory(technopark=lab.technopark, labs=[lab]))
    booking = booked(lab, by=school)
    with django_capture_on_commit_callbacks(execute=True):
        erase_person(teacher, by=teacher, reason=BY_REQUEST)
    booking.refresh_from_db()
    assert (booking.person, booking.state) == (head, S.HELD)


@pytest.mark.django_db(transaction=True)
def test_what_somebody_is_writing_is_not_waited_for() -> None:
    """Who erases holds the person; who writes the row is about to tell them of it."""
    cohort = gathering()
    host = cohort.programme.technopark.host
    teacher = RepresentativeFactory(organisation=host, role=Role.TEACHER).user
    taker = RepresentativeFactory(organisation=host, role=Role.HEAD).user
    written, other = (booked(LabFactory(), by=(host, teacher)) for _number in range(2))
    Cohort.objects.update(teacher=teacher)
    [application] = sent(cohort, (host, teacher), "Анна Иванова")

    def handed_over() -> object:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '2s'")
            return hand_over(teacher, organisation=host, to=taker, by=taker)

    with transaction.atomic():
        Booking.objects.filter(pk=written.pk).update(title="Пишется")
        Cohort.objects.update(name="Пишется")
        CohortApplication.objects.update(grade="7А")
        [handover] = at_once(handed_over)
    assert isinstance(handover, Handover), handover
    rows = [Booking.objects.get(pk=one.pk).person for one in (written, other)]
    left = [Cohort.objects.get().teacher, CohortApplication.objects.get(pk=application.pk).person]
    assert [*rows, *left] == [teacher, taker, teacher, teacher]


# --- Groups and applications --------------------------------------------------------------------------------------


def test_groups_and_their_lessons_go_to_who_takes_over() -> None:
    living = gathering()
    host = living.programme.technopark.host
    teacher = RepresentativeFactory(organisation=host, role=Role.TEACHER).user
    taker = RepresentativeFactory(organisation=host, role=Role.HEAD).user
    planned, finished = (CohortFactory(programme=living.programme, lab=living.lab) for _number in range(2))
    foreign = CohortFactory(teacher=teacher)
    Cohort.objects.filter(pk__in=[living.pk, planned.pk, finished.pk]).update(teacher=teacher)
    Cohort.objects.filter(pk=finished.pk).update(state="finished")
    Booking.objects.update(person=teacher)
    leaves(teacher, host, taker)
    teachers = [Cohort.objects.get(pk=one.pk).teacher for one in (living, planned, finished, foreign)]
    assert teachers == [taker, taker, teacher, teacher]
    assert {one.person for one in lessons_of(living)} == {taker}
    assert host.handovers.get().what == {"lab_bookings": 4, "taught_groups": 2}


def test_open_applications_of_a_school_go_to_who_takes_over(school: tuple[Organisation, User], head: User) -> None:
    organisation, teacher = school
    cohort = gathering(places=10)
    anna, boris, gone = sent(cohort, school, "Анна Иванова", "Борис Петров", "Вера Серова")
    own = applied(cohort, teacher, name="Свой Ребёнок")
    withdraw(gone, by=teacher)
    [namesake] = sent(cohort, (organisation, head), "Борис Котов")
    CohortApplication.objects.filter(pk=namesake.pk).update(name="БОРИС ПЕТРОВ", grade="7Б")
    leaves(teacher, organisation, head)
    persons = [CohortApplication.objects.get(pk=one.pk).person for one in (anna, boris, gone, own)]
    assert persons == [head, teacher, teacher, teacher]
    assert organisation.handovers.get().what == {"group_applications": 2}


def test_nobody_is_asked_who_takes_over_where_there_is_nothing(school: tuple[Organisation, User], head: User) -> None:
    organisation, teacher = school
    booked(LabFactory(), by=(organisation, head))
    assert owned_by(teacher, organisation=organisation) == {}
    assert owned_by(UserFactory(), organisation=organisation) == {}
