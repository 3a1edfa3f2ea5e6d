"""What is due in the overview of an organisation: as the host of laboratories, and as a guest."""

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cluster_portal.pages.due import due_of
from members.models import Organisation, Role, User
from technoparks.desk.waiting import waiting_for
from technoparks.models import Booking, BookingState, Cohort, CohortApplication, Lab, OutageKind
from tests.factories.cohorts import applied, gathering
from tests.factories.members import RepresentativeFactory, UserFactory
from tests.factories.technoparks import (
    EquipmentFactory,
    InstructionFactory,
    LabFactory,
    booked,
    guest,
    hour,
    inducted,
    manager,
    out,
)

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture
def lab() -> Lab:
    return LabFactory(name="Лазерная", needs_approval=True)


def due(organisation: Organisation, user: User) -> list[tuple[str, Any, str, bool]]:
    """Of technoparks."""
    found = [one for one in due_of(organisation, user) if "/labs/" in one.url]
    titles = [one.title.replace("\N{NO-BREAK SPACE}", " ") for one in found]
    addresses = [one.url.partition("/labs/")[2] for one in found]
    return [
        (title, one.by_day, address, one.is_overdue)
        for one, title, address in zip(found, titles, addresses, strict=True)
    ]


def test_requests_to_book_wait_for_the_host_until_the_first_term(lab: Lab) -> None:
    first, _second = booked(lab, 10, 11), booked(lab, 12, 13)
    soon = timezone.now() + 3 * DAY
    Booking.objects.filter(pk=first.pk).update(decide_by=soon - 2 * DAY)
    booked(LabFactory(technopark=lab.technopark))
    host = lab.technopark.host
    expected = [("2 бронирования ждут вашего решения: Лазерная", timezone.localdate(soon - 2 * DAY), "", False)]
    assert due(host, manager(lab)) == expected
    assert due(host, RepresentativeFactory(organisation=host, role=Role.TEACHER).user) == []


def test_applications_to_a_group_wait_for_the_host(lab: Lab) -> None:
    cohort = gathering(programme__technopark=lab.technopark, name="А")
    one, _other = applied(cohort), applied(cohort, name="Пётр")
    late = timezone.now() - 2 * DAY
    CohortApplication.objects.filter(pk=one.pk).update(decide_by=late)
    CohortApplication.objects.filter(pk=applied(cohort, name="Вера").pk).update(state="declined", decide_by=None)
    page = f"groups/{cohort.pk}/decide/"
    expected = [("2 заявки ждут вашего решения: группа «А»", timezone.localdate(late), page, True)]
    assert due(lab.technopark.host, manager(lab)) == expected


def test_practice_waits_for_a_manager_who_is_another_person(lab: Lab) -> None:
    instruction = InstructionFactory(technopark=lab.technopark, needs_practice=True)
    boss = manager(lab)
    for person in (boss, UserFactory(), UserFactory()):
        inducted(person, instruction, completed_on=None, used_on=None)
    inducted(UserFactory(), instruction)
    expected = [("2 человека ждут проверки инструктажа на практике", None, "inductions/", False)]
    assert due(lab.technopark.host, boss) == expected


def test_maintenance_whose_time_is_over_waits_for_a_word(lab: Lab) -> None:
    machines = [EquipmentFactory(lab=lab, name=name) for name in ("Гравёр", "Пресс", "Печь")]
    kinds = (OutageKind.MAINTENANCE, OutageKind.MAINTENANCE, OutageKind.BREAKDOWN)
    outages = [out(one, hour(8, 1), hour(9, 1), kind=kind) for one, kind in zip(machines, kinds, strict=True)]
    now = timezone.now()
    type(outages[0]).objects.exclude(pk=outages[1].pk).update(span=(now - 2 * DAY, now - DAY))
    page = f"outages/{outages[0].pk}/"
    expected = [("Обслуживание завершено? Гравёр, Лазерная", timezone.localdate(now - DAY), page, True)]
    assert due(lab.technopark.host, manager(lab)) == expected


def test_a_guest_reads_of_bookings_on_hold_and_a_teacher_of_their_own(lab: Lab) -> None:
    school, teacher = guest()
    colleague = RepresentativeFactory(organisation=school, role=Role.TEACHER).user
    head = RepresentativeFactory(organisation=school, role=Role.HEAD).user
    rows = [booked(lab, 10, 11, days=days, by=(school, by)) for days, by in ((7, teacher), (5, colleague), (3, head))]
    Booking.objects.filter(pk__in=[one.pk for one in rows[:2]]).update(state=BookingState.HELD, decide_by=None)
    assert due(school, head) == [("2 бронирования приостановлены", hour(10, 5).date(), "", False)]
    assert due(school, teacher) == [("1 бронирование приостановлено", hour(10, 7).date(), "", False)]
    viewer = RepresentativeFactory(organisation=school, role=Role.VIEWER).user
    assert due(school, viewer) == []


@pytest.mark.parametrize("number", [1, 3])
def test_it_costs_as_much_for_three_of_each_as_for_one(number: int) -> None:
    technopark = LabFactory().technopark
    boss = RepresentativeFactory(organisation=technopark.host, role=Role.HEAD).user
    for _one in range(number):
        lab = LabFactory(technopark=technopark, needs_approval=True)
        booked(lab)
        applied(gathering(programme__technopark=technopark))
        instruction = InstructionFactory(technopark=technopark, needs_practice=True)
        inducted(UserFactory(), instruction, completed_on=None, used_on=None)
        outage = out(EquipmentFactory(lab=lab), hour(8, 1), hour(9, 1), kind=OutageKind.MAINTENANCE)
        now = timezone.now()
        type(outage).objects.filter(pk=outage.pk).update(span=(now - 2 * DAY, now - DAY))
    assert Cohort.objects.count() == number
    with CaptureQueriesContext(connection) as asked:
        found = [*waiting_for(technopark.host, boss)]
    assert (len(found), len(asked)) == (3 * number + 1, 6)
