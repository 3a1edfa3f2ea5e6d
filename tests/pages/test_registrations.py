"""What an organisation sees of its registrations, and a person of theirs."""

import datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from cluster_portal.pages.due import due_of
from events.attendees.history import attendance_of
from events.door.check_ins import check_in
from events.models import Event, Registration
from events.registering.registrations import cancel_registration, register_attendee, register_group
from members.models import Role
from tests.events.people import asked, guests
from tests.events.test_registration_pages import text_of
from tests.factories.events import EventOrganiserFactory, PoolFactory
from tests.factories.members import OrganisationFactory, RepresentativeFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_an_organisation_sees_its_groups_and_people_and_its_head_who_came(client: Client) -> None:
    school = OrganisationFactory(slug="school")
    head = RepresentativeFactory(organisation=school, role=Role.HEAD).user
    viewer = RepresentativeFactory(organisation=school, role=Role.VIEWER).user
    pool, other = PoolFactory(), PoolFactory()
    asks = asked(1, user=head, organisation=school)
    [group] = register_group(pool.event, pool=pool, group="8А", guests=guests(3), asked=asks)
    register_attendee(pool.event, pool=pool, asked=asked(2, user=viewer, organisation=school))
    register_attendee(pool.event, pool=pool, asked=asked(3, user=UserFactory()))
    register_attendee(other.event, pool=other, asked=asked(4, user=UserFactory(), organisation=OrganisationFactory()))
    shown = {}
    for person in (head, viewer):
        client.force_login(person)
        shown[person] = text_of(client.get("/dashboard/school/registrations/"))
        assert "Группа 8А" in shown[person]
        assert "Гость 2" in shown[person]
        assert "Гость 3" not in shown[person]
        assert "Ученик" not in shown[person]
    assert pool.event.starts_at
    assert pool.event.ends_at
    with time_machine.travel(pool.event.starts_at):
        for ticket in group.tickets.all()[:2]:
            check_in(pool.event, code=ticket.code, by=head)
    with time_machine.travel(pool.event.ends_at + datetime.timedelta(days=1)):
        counted: list[Any] = [*attendance_of(school)]
        assert [(event, event.had_places, event.came) for event in counted] == [(pool.event, 4, 2)]
        for person, sees in ((head, True), (viewer, False)):
            client.force_login(person)
            page = text_of(client.get("/dashboard/school/registrations/"))
            assert ("Кто пришёл" in page, pool.event.name in page) == (sees, sees)


def test_the_day_of_an_event_is_that_of_its_place(client: Client) -> None:
    head = RepresentativeFactory(organisation__slug="school", role=Role.HEAD)
    starts_at = datetime.datetime(2027, 2, 1, 20, 30, tzinfo=datetime.UTC)  # half past eight of the next morning
    pool = PoolFactory(event__starts_at=starts_at, event__time_zone="Asia/Kamchatka")
    asks = asked(1, user=head.user, organisation=head.organisation)
    register_attendee(pool.event, pool=pool, asked=asks)
    for days in (-1, 2):
        with time_machine.travel(starts_at + datetime.timedelta(days=days)):
            client.force_login(head.user)
            page = text_of(client.get("/dashboard/school/registrations/"))
        assert ("2 февраля" in page, "1 февраля" in page) == (True, False)


@pytest.mark.parametrize("number", [1, 3])
def test_my_tickets_are_mine_and_cost_no_more_for_more(
    client: Client, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    reader = UserFactory()
    client.force_login(reader)
    pools = [PoolFactory() for _pool in range(number)]
    made = [register_attendee(pool.event, pool=pool, asked=asked(user=reader)) for pool in pools]
    foreign = PoolFactory()
    register_attendee(foreign.event, pool=foreign, asked=asked(2, user=UserFactory()))
    client.get("/account/tickets/")
    with django_assert_num_queries(6):
        shown = text_of(client.get("/account/tickets/"))
    assert [pool.event.name in shown for pool in [*pools, foreign]] == [*[True] * number, False]
    cancel_registration(made[0], by=reader)
    Event.objects.update(ends_at=timezone.now() + datetime.timedelta(days=40))
    assert "Прошедшие и отменённые" in text_of(client.get("/account/tickets/"))


def test_what_waits_for_the_word_of_an_organiser_is_due_to_who_may_say_it() -> None:
    organiser = EventOrganiserFactory()
    host, event = organiser.organisation, organiser.event
    people = [RepresentativeFactory(organisation=host, role=role).user for role in (Role.COORDINATOR, Role.TEACHER)]
    pool = PoolFactory(event=event, needs_approval=True)
    for number in range(2):
        register_attendee(event, pool=pool, asked=asked(number, user=UserFactory()))
    register_attendee(event, pool=pool, asked=asked(9))  # whose address is not confirmed
    [due] = [one for one in due_of(host, people[0]) if event.title in one.title]
    assert due.title.startswith("2 ")
    assert due.url == f"/dashboard/{host.slug}/events/{event.slug}/registrations/?wait=decision"
    assert not due.is_overdue
    Registration.objects.update(decide_by=timezone.now())
    assert [one.is_overdue for one in due_of(host, people[0]) if event.title in one.title] == [True]
    assert not [one for one in due_of(host, people[1]) if event.title in one.title]
