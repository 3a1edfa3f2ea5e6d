"""Calendars at an address of one's own, read by the libraries of others."""

import datetime
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from django.test import Client
from django.utils import timezone

from common.models import OutgoingMail
from events.feeds.addresses import Reader, address_of
from events.life.moves import Who, move_event
from events.models import Event, Registration
from events.registering.registrations import (
    Asked,
    cancel_registration,
    prove_address,
    register_attendee,
    register_group,
)
from members.models import Organisation, Representative, Role, User
from tests.events.people import asked, guests
from tests.events.test_feeds import both
from tests.factories.events import EventFactory, EventOrganiserFactory, PoolFactory
from tests.factories.members import RepresentativeFactory, UserFactory

pytestmark = pytest.mark.django_db
LINK = "https://x.example.org/room"


def path_of(user: User, organisation: Organisation | None = None) -> str:
    return address_of(Reader(user, organisation)).https.removeprefix("http://testserver")


def read(path: str) -> dict[str, Any]:
    """UID → entry, of which both libraries read the same."""
    answer = Client().get(path)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    first, second = both(answer.content)
    assert first == second
    return {str(one["uid"]): one for one in icalendar.Calendar.from_ical(answer.content).walk("VEVENT")}


def register(event: Event, user: User, **more: Any) -> Registration:
    pool = event.pools.first() or PoolFactory(event=event, capacity=1)
    return register_attendee(event, pool=pool, asked=asked(1, user=user, **more))


@pytest.mark.parametrize(("zone", "utc"), [("Europe/Kaliningrad", 8), ("Asia/Kamchatka", -2)])
def test_ten_in_the_morning_is_ten_there_in_feed_and_letter_alike(zone: str, utc: int) -> None:
    ten = datetime.datetime(2027, 2, 1, 10, tzinfo=ZoneInfo(zone))
    event, user = EventFactory(time_zone=zone, starts_at=ten), UserFactory()
    register(event, user)
    own, page = Client().get(path_of(user)).content, Client().get(f"/events/{event.slug}/event.ics").content
    for file in (own, page, letter_to(user)):
        for entries in both(file):
            [(uid, entry)] = entries.items()
            assert uid == str(event.uid)
            assert f"{entry['starts']:%Y-%m-%d %H:%M}" == "2027-02-01 10:00"
            assert entry["starts"] == datetime.datetime(2027, 2, 1, tzinfo=datetime.UTC) + datetime.timedelta(hours=utc)


def letter_to(user: User) -> bytes:
    return bytes(OutgoingMail.objects.get(recipient=user.email).attachments.get().content)


def test_a_calendar_has_what_one_is_registered_for_or_waits_for() -> None:
    user = UserFactory()
    webinar, camp, other = EventFactory(online_link=LINK), EventFactory(online_link=LINK), EventFactory()
    register(webinar, user)
    register(camp, UserFactory())
    register(camp, user)
    register(other, UserFactory())
    entries = read(path_of(user))
    assert {uid: str(one["status"]) for uid, one in entries.items()} == {
        str(webinar.uid): "CONFIRMED",
        str(camp.uid): "TENTATIVE",
    }
    # The link is for those who are admitted.
    assert [LINK in str(entries[str(event.uid)]["description"]) for event in (webinar, camp)] == [True, False]
    cancel_registration(Registration.objects.get(event=webinar), by=user)
    assert [*read(path_of(user))] == [str(camp.uid)]


def test_what_moves_or_is_cancelled_does_so_in_the_calendar() -> None:
    user, event = UserFactory(), EventFactory()
    register(event, user)
    [before] = read(path_of(user)).values()
    assert event.ends_at
    Event.objects.update(ends_at=event.ends_at + datetime.timedelta(days=1))
    move_event(event, move="cancel", who=Who.STAFF, by=None, reason="Ремонт")
    [after] = read(path_of(user)).values()
    assert (before["uid"], before["sequence"], before["status"]) == (after["uid"], 0, "CONFIRMED")
    assert (after["sequence"], after["status"]) == (2, "CANCELLED")


def group_of(role: Role, event: Event) -> tuple[User, Organisation]:
    teacher = RepresentativeFactory(role=role, user__language="en")
    who = Asked("Учитель", teacher.user.email, teacher.user, teacher.organisation)
    pool = PoolFactory(event=event)
    for registration in register_group(event, pool=pool, group="8А", guests=guests(12), asked=who):
        prove_address(registration)
    return teacher.user, teacher.organisation


def test_a_group_stands_there_without_names_and_only_while_one_acts_for_it() -> None:
    event = EventFactory()
    user, _organisation = group_of(Role.TEACHER, event)
    [entry] = read(path_of(user)).values()
    assert "Group 8А · Has a place" in str(entry["description"])
    assert "Ученик" not in entry.to_ical().decode()
    Representative.objects.update(ended_at=timezone.now())
    assert read(path_of(user)) == {}


def test_an_organisation_reads_what_it_holds_and_how_many_go_where() -> None:
    event, own = EventFactory(), EventFactory()
    user, organisation = group_of(Role.TEACHER, event)
    EventOrganiserFactory(event=own, organisation=organisation)
    EventOrganiserFactory(event=EventFactory(state="draft"), organisation=organisation)
    PoolFactory(event=event, name="Один", capacity=0)
    register_attendee(
        event, pool=event.pools.get(name="Один"), asked=asked(2, user=UserFactory(), organisation=organisation)
    )
    entries = read(path_of(user, organisation))
    assert entries.keys() == {str(event.uid), str(own.uid)}
    said = str(entries[str(event.uid)]["description"])
    assert "Go from the organisation: 12" in said
    assert "Wait for a place: 1" in said
    assert "Held by the organisation" in str(entries[str(own.uid)]["description"])


def test_each_address_is_of_one_person_in_one_organisation() -> None:
    head = RepresentativeFactory(role=Role.HEAD)
    colleague = RepresentativeFactory(organisation=head.organisation)
    paths = [path_of(one.user, one.organisation) for one in (head, colleague)] + [path_of(head.user)]
    assert len({*paths}) == 3
    colleague.ended_at = timezone.now()
    colleague.save()
    assert [Client().get(path).status_code for path in paths] == [200, 404, 200]
    User.objects.filter(pk=head.user.pk).update(is_active=False)
    assert [Client().get(path).status_code for path in paths] == [404] * 3


@pytest.mark.parametrize("page", ["/account/calendar/", "/dashboard/lyceum/calendar/"])
def test_a_renewed_address_is_another_one_and_the_former_leads_nowhere(client: Client, page: str) -> None:
    head = RepresentativeFactory(role=Role.HEAD, organisation__slug="lyceum")
    client.force_login(head.user)
    before = client.get(page).context["address"]
    assert client.get(page).context["address"] == before
    assert before.webcal == before.https.replace("http://", "webcal://")
    assert client.post(page, follow=True).context["address"] != before
    former = before.https.removeprefix("http://testserver")
    assert [Client().get(path).status_code for path in (former, former.replace(".ics", "x.ics"))] == [404, 404]
    assert Client().get(client.get(page).context["address"].https).status_code == 200


def test_a_calendar_that_has_not_changed_is_not_sent_again_and_kept_by_nobody_between() -> None:
    user = UserFactory()
    register(EventFactory(), user)
    answer = Client().get(path_of(user))
    assert {"private", "no-cache"} == {*answer["Cache-Control"].replace(" ", "").split(",")}
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    again = Client(headers={"If-None-Match": answer["ETag"]})
    assert again.get(path_of(user)).status_code == 304
    register(EventFactory(), user)
    assert again.get(path_of(user)).status_code == 200


@pytest.mark.parametrize("own", [False, True], ids=["of a person", "of an organisation"])
def test_queries_do_not_grow_with_events(django_assert_num_queries: Any, own: bool) -> None:
    head = RepresentativeFactory(role=Role.HEAD)
    path = path_of(head.user, head.organisation if own else None)
    for number in (1, 3):
        while Registration.objects.count() < number:
            register(EventFactory(), head.user, organisation=head.organisation)
        with django_assert_num_queries(6 if own else 5):
            Client().get(path)


@pytest.mark.parametrize("own", [False, True], ids=["of a person", "of an organisation"])
def test_of_more_than_it_can_hold_the_calendar_has_what_is_to_come(monkeypatch: pytest.MonkeyPatch, own: bool) -> None:
    monkeypatch.setattr("events.feeds.contents.MOST", 1)
    head = RepresentativeFactory(role=Role.HEAD)
    past, next_one = EventFactory(), EventFactory()
    for event in (past, next_one):
        register(event, head.user, organisation=head.organisation)
    then = timezone.now() - datetime.timedelta(days=3)
    Event.objects.filter(pk=past.pk).update(starts_at=then, ends_at=then)
    assert [*read(path_of(head.user, head.organisation if own else None))] == [str(next_one.uid)]
