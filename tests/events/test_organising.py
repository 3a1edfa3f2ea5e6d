"""An organisation's own events in its dashboard: made, sent, published, changed, repeated and closed."""

import datetime
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from cluster_portal.pages.due import due_of
from common.errors import RuleViolated
from common.models import OutgoingMail
from events.door.check_ins import check_in
from events.life.moves import Who, move_event
from events.models import (
    Event,
    EventMaterial,
    EventState,
    PlannedSigning,
    Quota,
    RegistrationQuestion,
    RegistrationWay,
    Session,
    Talk,
    TicketPool,
    Track,
)
from events.models.addresses import RESERVED
from events.organising.co_organisers import add_organiser
from events.organising.drafts import create_event
from events.organising.parts import MOST_PARTIES, add_part, change_part, move_part, remove_part, set_party, set_speaker
from events.registering.registrations import register_attendee
from events.telling.messages import send_waiting
from members.models import Kind, Notification, Organisation, Role, User
from tests.events.people import asked
from tests.events.test_covers import picture
from tests.events.test_registration_pages import text_of
from tests.factories.events import EventFactory, EventOrganiserFactory, PoolFactory, QuotaFactory, SessionFactory
from tests.factories.members import OrganisationFactory, PublicPersonFactory, RepresentativeFactory, UserFactory

pytestmark = pytest.mark.django_db
LIST = "/dashboard/school/events/"
MOSCOW, KAMCHATKA = ZoneInfo("Europe/Moscow"), ZoneInfo("Asia/Kamchatka")


@pytest.fixture
def school() -> Organisation:
    return OrganisationFactory(slug="school", short_name="Школа", kind=Kind.SCHOOL)


@pytest.fixture
def head(school: Organisation, client: Client) -> User:
    user = RepresentativeFactory(organisation=school, role=Role.HEAD).user
    client.force_login(user)
    return user


def own_event(school: Organisation, **fields: Any) -> Event:
    return EventOrganiserFactory(organisation=school, event=EventFactory(**fields)).event


def typed(page: Any, **changes: Any) -> dict[str, Any]:
    """What a browser would send of the form on the page, with what a person has typed."""
    form = page.context["form"]
    data = {}
    for bound in form:
        value = bound.value()
        if isinstance(value, datetime.datetime):
            value = value.strftime("%Y-%m-%dT%H:%M")
        if value not in (None, "", False):
            data[bound.html_name] = [getattr(one, "pk", one) for one in value] if isinstance(value, list) else value
    return data | changes


def send(client: Client, address: str, **changes: Any) -> Any:
    return client.post(address, typed(client.get(address), **changes))


def errors_of(response: Any) -> dict[str, list[str]]:
    return {name: [str(one) for one in errors] for name, errors in response.context["form"].errors.items()}


NEW = {
    "name": "День открытых дверей",
    "kind": "open_day",
    "summary": "Лаборатории лицея открыты для всех",
    "about": "Приходите.\n\n- физика\n- химия",
    "time_zone": "Asia/Kamchatka",
    "starts_at": "2027-03-10T10:00",
    "ends_at": "2027-03-10T14:00",
    "registration": "here",
    "city": "Петропавловск-Камчатский",
    "venue": "Корпус 1",
}


# --- The way of an event --------------------------------------------------------------------------------------


def test_an_event_is_described_sent_published_moved_and_people_are_told(
    client: Client, school: Organisation, head: User
) -> None:
    assert "пока нет мероприятий" in text_of(client.get(LIST))
    page = client.get(f"{LIST}new/")
    first, again = client.post(f"{LIST}new/", typed(page, **NEW)), client.post(f"{LIST}new/", typed(page, **NEW))
    event = Event.objects.get()
    place = f"{LIST}{event.slug}/"
    assert (first["Location"], again["Location"], event.slug) == (place, place, "den-otkrytykh-dverey")
    assert (event.state, event.starts_at) == ("draft", datetime.datetime(2027, 3, 10, 10, tzinfo=KAMCHATKA))
    assert event.about == "<p>Приходите.</p>\n<ul>\n<li>физика</li>\n<li>химия</li>\n</ul>"
    assert [*event.organisers.all()] == [school]

    refused = client.post(f"{place}moves/submit/")
    assert (refused.status_code, errors_of(refused)) == (409, {"__all__": ["Не\xa0хватает: места для\xa0участников"]})
    send(client, f"{place}parts/pools/new/", name="Очно", capacity=20)
    assert client.post(f"{place}moves/submit/").status_code == 302
    assert Client().get(event.get_absolute_url()).status_code == 404
    move_event(event, move="publish", who=Who.STAFF, by=None)
    assert Client().get(event.get_absolute_url()).status_code == 200

    guest = register_attendee(event, pool=event.pools.get(), asked=asked(user=UserFactory(email="g@example.org")))
    assert guest.state == "confirmed"
    assert "зарегистрировано: 1 из 20" in text_of(client.get(LIST))
    response = send(client, f"{place}edit/", starts_at="2027-03-11T10:00", ends_at="2027-03-11T14:00")
    assert response.status_code == 302
    event.refresh_from_db()
    assert event.starts_at == datetime.datetime(2027, 3, 11, 10, tzinfo=KAMCHATKA)
    assert send_waiting() == 1
    told = OutgoingMail.objects.latest("pk")
    assert told.recipient == "g@example.org"
    days = [day for day in ("10 марта", "11 марта") if day in told.text.replace("\xa0", " ")]
    assert days == ["10 марта", "11 марта"]


def test_what_the_association_returns_says_why_until_it_is_sent_again(
    client: Client, school: Organisation, head: User
) -> None:
    event = own_event(school, state=EventState.DRAFT, summary="Форум", registration=RegistrationWay.NONE)
    place = f"{LIST}{event.slug}/"
    assert client.post(f"{place}moves/submit/").status_code == 302
    assert [client.post(f"{place}{page}").status_code for page in ("edit/", "parts/pools/new/")] == [200, 200]
    assert send(client, f"{place}parts/tracks/new/", name="Поток").status_code == 200
    assert not event.tracks.exists()
    move_event(event, move="return", who=Who.STAFF, by=None, reason="Нет программы")
    for page in (LIST, place, "/dashboard/school/"):
        assert "Нет программы" in text_of(client.get(page))
    client.post(f"{place}moves/submit/")
    client.post(f"{place}moves/withdraw/")
    assert "Нет программы" not in text_of(client.get(LIST))
    assert client.post(f"{place}moves/publish/").status_code == 404
    event.refresh_from_db()
    assert event.state == EventState.DRAFT


def test_the_organisers_are_told_once_that_their_event_is_returned_or_published(
    client: Client, school: Organisation, head: User
) -> None:
    event = own_event(school, name="Форум", name_en="Forum", state=EventState.DRAFT, summary="Форум")
    PoolFactory(event=event)
    club = EventOrganiserFactory(event=event, organisation__slug="club", position=1).organisation
    coordinator = RepresentativeFactory(organisation=club, role=Role.COORDINATOR, user__language="en").user
    RepresentativeFactory(organisation=club, role=Role.HEAD, user=head)
    RepresentativeFactory(organisation=school, role=Role.TEACHER)
    place = f"{LIST}{event.slug}/"
    client.post(f"{place}moves/submit/")
    for _again in range(2):
        move_event(event, move="return", who=Who.STAFF, by=None, reason="Нет программы")
    returned = {one.recipient: one for one in OutgoingMail.objects.all()}
    assert OutgoingMail.objects.count() == 2
    assert {one: letter.subject for one, letter in returned.items()} == {
        head.email: "Мероприятие возвращено на доработку: Форум",
        coordinator.email: "The event is returned to you: Forum",
    }
    assert "Ассоциация просит исправить: Нет программы\n" in returned[head.email].text.replace("\xa0", " ")
    assert f"http://testserver{place}\n" in returned[head.email].text
    assert f"http://testserver/en/dashboard/club/events/{event.slug}/\n" in returned[coordinator.email].text

    client.post(f"{place}moves/submit/")
    client.post(f"{place}moves/withdraw/")
    client.post(f"{place}moves/submit/")
    assert OutgoingMail.objects.count() == 2
    move_event(event, move="publish", who=Who.STAFF, by=None)
    published = OutgoingMail.objects.filter(pk__gt=max(one.pk for one in returned.values())).order_by("recipient")
    assert {one.recipient: one.subject for one in published} == {
        head.email: "Мероприятие опубликовано: Форум",
        coordinator.email: "The event is published: Forum",
    }
    assert [*Notification.objects.filter(user=head).values_list("link", flat=True)] == [place] * 2


def test_of_a_move_that_comes_to_nothing_nobody_is_told(school: Organisation, head: User) -> None:
    event = own_event(school, state=EventState.MODERATION, summary="")
    with pytest.raises(RuleViolated):
        move_event(event, move="publish", who=Who.STAFF, by=None)
    assert not OutgoingMail.objects.exists()


def test_to_call_an_event_off_asks_for_the_reason_and_the_words(
    client: Client, school: Organisation, head: User
) -> None:
    event = PoolFactory(event=own_event(school, summary="Форум")).event
    register_attendee(event, pool=event.pools.get(), asked=asked(user=UserFactory()))
    place = f"{LIST}{event.slug}/"
    assert [*errors_of(client.post(f"{place}moves/cancel/", {"words": "да"}))] == ["reason", "words"]
    assert client.post(f"{place}moves/postpone/", {"reason": "Ремонт"}).status_code == 302
    assert send(client, f"{place}edit/", venue="Другой зал").status_code == 302
    assert client.post(f"{place}moves/resume/").status_code == 302
    told = {"reason": "Карантин", "words": " Отменяем  мероприятие"}
    assert client.post(f"{place}moves/cancel/", told).status_code == 302
    assert [message.kind for message in event.messages.order_by("pk")] == ["postponed", "resumed", "cancelled"]
    event.refresh_from_db()
    assert (event.state, event.venue) == (EventState.CANCELLED, "Другой зал")
    assert client.get(f"{place}edit/").status_code == 200
    assert send(client, f"{place}edit/", venue="Третий зал").status_code == 409


@pytest.mark.parametrize(("hours", "is_taken"), [("0", False), ("1", True), ("24", True), ("25", False)])
def test_a_day_has_so_many_hours(client: Client, school: Organisation, head: User, hours: str, is_taken: bool) -> None:
    event = own_event(school, state=EventState.DRAFT)
    answer = send(client, f"{LIST}{event.slug}/edit/", hours_a_day=hours)
    assert answer.status_code == 302 if is_taken else errors_of(answer).keys() == {"hours_a_day"}


def test_the_organiser_chooses_when_people_are_reminded_or_that_they_are_not(
    client: Client, school: Organisation, head: User
) -> None:
    page = client.get(f"{LIST}new/")
    assert page.context["form"]["remind"].value() == ["week", "day"]
    client.post(f"{LIST}new/", typed(page, **NEW))
    event, kept = Event.objects.get(), []
    for chosen in (["three", "hours"], []):
        assert send(client, f"{LIST}{event.slug}/edit/", remind=chosen).status_code == 302
        event.refresh_from_db()
        kept.append(event.remind)
    assert kept == [["three", "hours"], []]
    assert errors_of(send(client, f"{LIST}{event.slug}/edit/", remind=["month"])).keys() == {"remind"}
    again = client.get(f"{LIST}{event.slug}/repeat/")
    client.post(f"{LIST}{event.slug}/repeat/", typed(again, starts_at="2027-10-06T12:00"))
    assert Event.objects.latest("pk").remind == []


def test_what_was_put_off_is_not_resumed_at_a_time_that_is_over(
    client: Client, school: Organisation, head: User
) -> None:
    event = PoolFactory(event=own_event(school, summary="Форум", state=EventState.POSTPONED)).event
    place = f"{LIST}{event.slug}/"
    with time_machine.travel(timezone.now() + datetime.timedelta(days=40)):
        client.force_login(head)
        refused = client.post(f"{place}moves/resume/")
        assert refused.status_code == 409
        assert "Прежнее время уже прошло: сначала укажите новое." in text_of(refused)
        day = timezone.localdate() + datetime.timedelta(days=7)
        new = {"starts_at": f"{day}T10:00", "ends_at": f"{day}T14:00"}
        assert send(client, f"{place}edit/", **new).status_code == 302
        assert client.post(f"{place}moves/resume/").status_code == 302
    event.refresh_from_db()
    assert event.state == EventState.PUBLISHED


@pytest.mark.parametrize("missing", ["starts_at", "ends_at"])
def test_an_event_has_both_times_or_neither(client: Client, school: Organisation, head: User, missing: str) -> None:
    event = own_event(school, state=EventState.DRAFT)
    refused = send(client, f"{LIST}{event.slug}/edit/", **{missing: "", "registration": "none"})
    assert errors_of(refused) == {
        "ends_at": ["Мероприятие заканчивается позже, чем начинается: укажите оба времени или ни\xa0одного."]
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.update(**{missing: None, "registration": "none"})


# --- What may be changed --------------------------------------------------------------------------------------


def test_published_what_the_association_has_checked_stays(client: Client, school: Organisation, head: User) -> None:
    event = PoolFactory(event=own_event(school, about="<h3>Как есть</h3>")).event
    place, name = f"{LIST}{event.slug}/edit/", event.name
    assert send(client, place, name="Другое", kind="webinar", registration="none", summary="Новое").status_code == 302
    event.refresh_from_db()
    assert (event.name, event.kind, event.registration) == (name, "forum", "here")
    assert (event.summary, event.about) == ("Новое", "<h3>Как есть</h3>")
    refused = send(client, place, starts_at="", ends_at="")
    assert (refused.status_code, errors_of(refused)) == (
        409,
        {"__all__": ["Для регистрации нужно время мероприятия."]},
    )
    assert errors_of(send(client, place, silence_frees="on")) == {
        "silence_frees": ["Кого не\xa0спросили, тот не\xa0может потерять место из-за молчания: отметьте и\xa0вопрос."]
    }


def test_nothing_typed_is_lost_and_what_a_colleague_has_changed_stays(
    client: Client, school: Organisation, head: User
) -> None:
    event = own_event(school, state=EventState.DRAFT)
    place = f"{LIST}{event.slug}/edit/"
    opened = client.get(place)
    Event.objects.filter(pk=event.pk).update(venue="Зал коллеги")
    refused = client.post(place, typed(opened, summary="Моё", grade_from=9, grade_to=5))
    assert refused.context["form"]["summary"].value() == "Моё"
    assert errors_of(refused) == {"__all__": ["Последний класс не\xa0может быть младше первого."]}
    assert client.post(place, typed(opened, summary="Моё", city="Орёл")).status_code == 302
    event.refresh_from_db()
    assert (event.summary, event.city) == ("Моё", "Орёл")


def test_to_another_day_the_programme_moves_along_and_keeps_its_hours(
    client: Client, school: Organisation, head: User
) -> None:
    starts = datetime.datetime(2027, 3, 10, 10, tzinfo=MOSCOW)
    event = own_event(school, state=EventState.DRAFT, starts_at=starts, time_zone="Europe/Moscow")
    hour = datetime.timedelta(hours=1)
    session = SessionFactory(event=event, starts_at=starts + hour, ends_at=starts + 2 * hour)
    changes = {"starts_at": "2027-03-12T09:00", "ends_at": "2027-03-12T15:00", "time_zone": "Asia/Kamchatka"}
    assert send(client, f"{LIST}{event.slug}/edit/", **changes).status_code == 302
    session.refresh_from_db()
    assert session.starts_at == datetime.datetime(2027, 3, 12, 11, tzinfo=KAMCHATKA)
    assert session.ends_at == datetime.datetime(2027, 3, 12, 12, tzinfo=KAMCHATKA)


def test_what_the_form_does_not_show_nobody_changes(client: Client, school: Organisation, head: User) -> None:
    other = EventFactory()
    posted = NEW | {
        "state": "published", "slug": "mine", "uid": str(other.uid), "sequence": 7, "series": 1, "headcount": 500,
        "organisers": OrganisationFactory().pk, "created_at": "2001-01-01", "cover": "x.png", "kind": "board_session",
    }  # fmt: skip
    page = client.get(f"{LIST}new/")
    assert [*errors_of(client.post(f"{LIST}new/", typed(page, **posted)))] == ["kind"]
    client.post(f"{LIST}new/", typed(page, **posted | {"kind": "forum"}))
    made = Event.objects.exclude(pk=other.pk).get()
    assert (made.state, made.slug, made.sequence, made.series) == ("draft", "den-otkrytykh-dverey", 0, None)
    assert (made.headcount, made.cover.name, [*made.organisers.all()]) == (None, "", [school])
    pool, foreign = PoolFactory(event=made), PoolFactory(event=other)
    place = f"{LIST}{made.slug}/parts/"
    send(client, f"{place}pools/{pool.pk}/", event=other.pk, position=9, name="Очно")
    pool.refresh_from_db()
    assert (pool.event, pool.position, pool.name) == (made, 0, "Очно")
    assert client.get(f"{place}quotas/new/?of={foreign.pk}").status_code == 404
    assert client.get(f"{place}pools/{foreign.pk}/").status_code == 404


# --- Places, questions, programme -----------------------------------------------------------------------------


def test_places_are_never_fewer_than_taken_or_promised(client: Client, school: Organisation, head: User) -> None:
    event = own_event(school)
    pool, lyceum = PoolFactory(event=event, capacity=5), OrganisationFactory(short_name="Лицей в Орле")
    for number in range(3):
        register_attendee(event, pool=pool, asked=asked(number, user=UserFactory()))
    place = f"{LIST}{event.slug}/parts/"
    assert [*errors_of(send(client, f"{place}pools/{pool.pk}/", capacity=2))] == ["capacity"]
    quotas = f"{place}quotas/new/?of={pool.pk}&q=лицей в орле"
    returns = (timezone.now() + datetime.timedelta(days=3)).astimezone(MOSCOW).strftime("%Y-%m-%dT%H:%M")
    assert "Лицей в Орле" in client.get(quotas).content.decode()
    too_many = send(client, quotas, organisation=lyceum.pk, places=3, returns_at=returns)
    assert errors_of(too_many)["__all__"][0].startswith("Не\xa0хватает мест: 1")
    assert send(client, quotas, organisation=lyceum.pk, places=2, returns_at=returns).status_code == 302
    assert [*errors_of(send(client, f"{place}pools/{pool.pk}/", capacity=4))] == ["__all__"]
    assert send(client, f"{place}pools/{pool.pk}/", capacity=6).status_code == 302
    pool.refresh_from_db()
    assert (pool.capacity, pool.quotas.get().places) == (6, 2)
    page = text_of(client.get(f"{LIST}{event.slug}/places/"))
    assert "Занято 3 из 6, свободно для всех — 1" in page.replace("\xa0", " ")
    client.post(f"{place}pools/{pool.pk}/remove/")
    assert event.pools.exists()
    client.post(f"{place}quotas/{pool.quotas.get().pk}/remove/")
    assert not Quota.objects.exists()


def test_more_places_are_offered_to_who_waits_at_once(client: Client, school: Organisation, head: User) -> None:
    event = own_event(school)
    pool = PoolFactory(event=event, capacity=1)
    for number in range(2):
        last = register_attendee(event, pool=pool, asked=asked(number, user=UserFactory()))
    send(client, f"{LIST}{event.slug}/parts/pools/{pool.pk}/", capacity=2)
    last.refresh_from_db()
    assert last.state == "offered"


def test_what_a_quota_keeps_no_longer_is_offered_at_once(client: Client, school: Organisation, head: User) -> None:
    event = own_event(school)
    quota = QuotaFactory(pool=PoolFactory(event=event, capacity=3), places=2)
    guests = [register_attendee(event, pool=quota.pool, asked=asked(number, user=UserFactory())) for number in range(3)]
    place = f"{LIST}{event.slug}/parts/quotas/{quota.pk}/"
    for address, changes in ((place, {"places": 1}), (f"{place}remove/", {})):
        assert (send(client, address, **changes) if changes else client.post(address)).status_code == 302
        states = [event.registrations.get(pk=guest.pk).state for guest in guests]
        assert states.count("offered") == (1 if changes else 2)


def test_parts_are_added_once_ordered_changed_and_removed(client: Client, school: Organisation, head: User) -> None:
    event = own_event(school)
    place = f"{LIST}{event.slug}/parts/"
    page = client.get(f"{place}questions/new/")
    twice = [client.post(f"{place}questions/new/", typed(page, label="Рост?", type="line")) for _time in range(2)]
    assert [one.status_code for one in twice] == [302, 302]
    assert [*errors_of(send(client, f"{place}questions/new/", label="Обед?", type="choice", choices="да"))] == [
        "choices"
    ]
    send(client, f"{place}questions/new/", label="Обед?", type="choice", choices="да\nнет")
    first, second = RegistrationQuestion.objects.filter(event=event)
    assert (first.label, second.label) == ("Рост?", "Обед?")
    client.post(f"{place}questions/{second.pk}/move/", {"up": "1"})
    client.post(f"{place}questions/{second.pk}/move/", {"up": "1"})
    assert [one.label for one in event.questions.all()] == ["Обед?", "Рост?"]
    send(client, f"{place}questions/{first.pk}/", label="Размер одежды?")
    assert "Размер одежды?" in client.get(f"{LIST}{event.slug}/places/").content.decode()
    assert client.get(f"{place}questions/{first.pk}/remove/").status_code == 200
    client.post(f"{place}questions/{first.pk}/remove/")
    assert [one.label for one in event.questions.all()] == ["Обед?"]


def test_a_programme_is_put_together_by_forms(client: Client, school: Organisation, head: User) -> None:
    event = own_event(school, time_zone="Asia/Kamchatka")
    place = f"{LIST}{event.slug}/parts/"
    send(client, f"{place}tracks/new/", name="Физика", room="101")
    track = Track.objects.get()
    times = {"starts_at": "2027-03-10T10:00", "ends_at": "2027-03-10T11:00"}
    send(client, f"{place}sessions/new/", name="Секция", track=track.pk, **times)
    session = Session.objects.get()
    assert (session.starts_at, session.track) == (datetime.datetime(2027, 3, 10, 10, tzinfo=KAMCHATKA), track)
    send(client, f"{place}talks/new/?of={session.pk}", name="О свете")
    talk = Talk.objects.get()
    person = PublicPersonFactory(name="Анна Ивановна", basis="source", source="Сайт", is_published=True)
    hidden = PublicPersonFactory(name="Анна Петровна", is_published=False)
    speakers = f"{LIST}{event.slug}/talks/{talk.pk}/speakers/"
    found = client.get(speakers, {"q": "анна"}).context["found"]
    assert [one.key for one in found] == [str(person.pk)]
    for one in (person, person, hidden):
        client.post(speakers, {"add": one.pk})
    assert [*talk.speakers.all()] == [person]
    send(client, f"{place}materials/new/", name="Запись", link="https://example.org/1", talk=talk.pk)
    assert EventMaterial.objects.get().talk == talk
    page = text_of(Client().get(event.get_absolute_url()))
    assert all(word in page for word in ("Физика", "О свете", "Анна Ивановна", "Запись"))
    client.post(speakers, {"remove": person.pk})
    assert not talk.speakers.exists()
    client.post(f"{place}sessions/{session.pk}/remove/")
    assert not Talk.objects.exists()


# --- Agreements to be signed, the cover ------------------------------------------------------------------------


def test_an_agreement_to_be_signed_is_named_with_who_signs(client: Client, school: Organisation, head: User) -> None:
    event = own_event(school)
    lyceum = OrganisationFactory(name="Лицей в Орле", short_name="Лицей в Орле")
    hidden = OrganisationFactory(name="Лицей без страницы", is_published=False)
    place = f"{LIST}{event.slug}/"
    assert [*errors_of(send(client, f"{place}parts/signings/new/", subject=" "))] == ["subject"]
    made = send(client, f"{place}parts/signings/new/", subject="О сетевом классе")
    signing = PlannedSigning.objects.get()
    parties = f"{place}signings/{signing.pk}/parties/"
    assert made["Location"] == parties
    found = text_of(client.get(f"{parties}?q=лицей"))
    assert ("Лицей в Орле" in found, "Лицей без страницы" in found) == (True, False)
    for _again in range(2):
        assert client.post(parties, {"add": lyceum.slug})["Location"] == parties
    assert [client.post(parties, {"add": slug}).status_code for slug in (hidden.slug, "\0", "")] == [404] * 3
    with pytest.raises(RuleViolated, match="страницы"):
        set_party(signing, event=event, organisation=hidden, signs=True)
    assert [*signing.parties.all()] == [lyceum]
    page = text_of(Client().get(event.get_absolute_url()))
    assert ("О сетевом классе" in page, "Лицей в Орле" in page) == (True, True)

    client.post(parties, {"remove": lyceum.slug})
    assert not signing.parties.exists()
    client.post(f"{place}parts/signings/{signing.pk}/remove/")
    assert not PlannedSigning.objects.exists()


def test_an_agreement_has_so_many_parties_and_no_more(client: Client, school: Organisation, head: User) -> None:
    event = own_event(school)
    signing = PlannedSigning.objects.create(event=event, subject="О сетевом классе")
    signing.parties.set(OrganisationFactory.create_batch(MOST_PARTIES))
    parties = f"{LIST}{event.slug}/signings/{signing.pk}/parties/"
    refused = client.post(parties, {"add": school.slug}, follow=True)
    assert "Не больше 12 сторон." in text_of(refused).replace("\xa0", " ")
    assert signing.parties.count() == MOST_PARTIES
    event.state = EventState.MODERATION
    event.save()
    client.post(parties, {"remove": signing.parties.all()[0].slug})
    assert signing.parties.count() == MOST_PARTIES


def test_what_a_colleague_has_removed_does_not_come_back(school: Organisation) -> None:
    event = own_event(school)
    signing = PlannedSigning.objects.create(event=event, subject="О сетевом классе")
    talk = Talk.objects.create(session=SessionFactory(event=event), name="Доклад")
    for part in (signing, talk):
        type(part).objects.get(pk=part.pk).delete()
    person = PublicPersonFactory()
    with pytest.raises(RuleViolated, match="удалили"):
        set_party(signing, event=event, organisation=school, signs=True)
    with pytest.raises(RuleViolated, match="удалили"):
        set_speaker(talk, event=event, person=person, speaks=True)
    assert [model.objects.count() for model in (PlannedSigning, Talk)] == [0, 0]


def test_the_organiser_sets_changes_and_removes_the_cover(client: Client, school: Organisation, head: User) -> None:
    event = own_event(school)
    place = f"{LIST}{event.slug}/cover/"
    assert "no_cover" not in client.get(place).content.decode()
    upload = SimpleUploadedFile("зал.png", picture())
    assert client.post(place, {"new_cover": upload, "cover_alt": "Зал лицея"})["Location"] == place
    event.refresh_from_db()
    first = str(event.cover)
    assert first.startswith("covers/")
    assert 'alt="Зал лицея"' in client.get(place).content.decode()
    client.post(place, {"cover_alt": "Пустой зал", "cover_alt_en": "An empty hall"})
    event.refresh_from_db()
    assert (str(event.cover), event.cover_alt, event.cover_alt_en) == (first, "Пустой зал", "An empty hall")
    client.post(place, {"no_cover": "on", "cover_alt": "Пустой зал"})
    event.refresh_from_db()
    assert (str(event.cover), event.cover_alt, event.cover_alt_en) == ("", "Пустой зал", "")


def test_of_a_cover_that_is_none_it_is_said_beside_it(client: Client, school: Organisation, head: User) -> None:
    event = own_event(school)
    upload = SimpleUploadedFile("зал.png", picture(500, 500))
    refused = client.post(f"{LIST}{event.slug}/cover/", {"new_cover": upload, "cover_alt": "Зал лицея"})
    assert errors_of(refused) == {"new_cover": ["Картинка уже 600 пикселей."]}
    assert 'value="Зал лицея"' in refused.content.decode()
    event.refresh_from_db()
    assert (str(event.cover), event.cover_alt) == ("", "")


def test_while_the_association_looks_at_it_the_cover_stays(client: Client, school: Organisation, head: User) -> None:
    event = own_event(school, state=EventState.MODERATION)
    upload = SimpleUploadedFile("зал.png", picture())
    refused = client.post(f"{LIST}{event.slug}/cover/", {"new_cover": upload, "cover_alt": "Зал лицея"})
    assert (refused.status_code, [*errors_of(refused)]) == (409, ["__all__"])
    assert 'value="Зал лицея"' in refused.content.decode()
    event.refresh_from_db()
    assert (str(event.cover), event.cover_alt) == ("", "")


def test_days_of_the_programme_and_of_quotas_are_those_of_the_place(
    client: Client, school: Organisation, head: User
) -> None:
    morning = datetime.datetime(2027, 3, 10, 8, tzinfo=KAMCHATKA)  # in Moscow the evening before
    event = own_event(school, time_zone="Asia/Kamchatka")
    SessionFactory(event=event, starts_at=morning, ends_at=morning + datetime.timedelta(hours=1))
    QuotaFactory(pool=PoolFactory(event=event), returns_at=morning)
    assert "10 марта, 08:00–09:00" in text_of(client.get(f"{LIST}{event.slug}/programme/"))
    assert "до 10 марта, 08:00" in text_of(client.get(f"{LIST}{event.slug}/places/"))


def on_track(track: Track) -> Session:
    session = SessionFactory(event=track.event)
    session.track = track
    return session


REMOVED: dict[str, tuple[Callable[[Event], Any], Callable[[Any, Event, User], object]]] = {
    "a question is moved": (
        lambda event: RegistrationQuestion.objects.create(event=event, label="Рост?"),
        lambda part, event, by: move_part(part, event=event, up=True),
    ),
    "a talk is moved, of a session that went with it": (
        lambda event: SessionFactory(event=event),
        lambda part, event, by: move_part(Talk(pk=1, session=part), event=event, up=True),
    ),
    "a quota is added to places": (
        lambda event: PoolFactory(event=event),
        lambda part, event, by: add_part(
            Quota(pool=part, organisation=OrganisationFactory(), places=1, returns_at=timezone.now()),
            event=event, by=by, key="k",
        ),
    ),
    "a talk is added to a session": (
        lambda event: SessionFactory(event=event),
        lambda part, event, by: add_part(Talk(session=part, name="О свете"), event=event, by=by, key="k"),
    ),
    "a session is put on a track": (
        lambda event: Track.objects.create(event=event, name="Физика"),
        lambda part, event, by: change_part(on_track(part), event=event, names=["track"]),
    ),
    "a material is added to a talk": (
        lambda event: Talk.objects.create(session=SessionFactory(event=event), name="О свете"),
        lambda part, event, by: add_part(
            EventMaterial(event=event, talk=part, name="Запись", link="https://a.ru/"), event=event, by=by, key="k"
        ),
    ),
    "a talk gets a speaker": (
        lambda event: Talk.objects.create(session=SessionFactory(event=event), name="О свете"),
        lambda part, event, by: set_speaker(
            part, event=event, person=PublicPersonFactory(basis="source", source="Сайт", is_published=True), speaks=True
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("make", "act"), REMOVED.values(), ids=[*REMOVED])
def test_what_was_removed_meanwhile_is_refused_in_words(
    school: Organisation, head: User, make: Callable[[Event], Any], act: Callable[[Any, Event, User], object]
) -> None:
    event = own_event(school)
    PoolFactory(event=event)
    part = make(event)
    type(part).objects.filter(pk=part.pk).delete()
    with pytest.raises(RuleViolated) as refused:
        act(part, event, head)
    assert (refused.value.code, type(part).objects.filter(pk=part.pk).exists()) == ("gone", False)


def test_to_remove_once_more_is_no_error(school: Organisation, head: User) -> None:
    quota = QuotaFactory(pool__event=own_event(school))
    stale = Quota.objects.get(pk=quota.pk)
    quota.pool.delete()
    remove_part(stale, event=quota.pool.event)
    assert not Quota.objects.exists()


@pytest.mark.parametrize(
    ("changes", "wrong", "words"),
    [
        ({"starts_at": "0001-01-01T00:00"}, "starts_at", "Верно ли указан год?"),
        ({"ends_at": "9999-12-31T23:59"}, "ends_at", "Верно ли указан год?"),
        ({"opens_at": "0001-01-01T00:00"}, "opens_at", "Верно ли указан год?"),
        ({"starts_at": "1995-03-10T10:00"}, "ends_at", "Это дольше года."),
        ({"ends_at": "2027-03-10T09:00"}, "ends_at", "Мероприятие заканчивается"),
        ({"ends_at": ""}, "ends_at", "Мероприятие заканчивается"),
    ],
)
def test_a_time_that_cannot_be_meant_is_told_of_by_its_field(
    client: Client, school: Organisation, head: User, changes: dict[str, str], wrong: str, words: str
) -> None:
    refused = client.post(f"{LIST}new/", typed(client.get(f"{LIST}new/"), **NEW) | changes)
    [(name, [error])] = errors_of(refused).items()
    assert (name, error.replace("\xa0", " ").startswith(words)) == (wrong, True)
    assert refused.context["form"]["summary"].value() == NEW["summary"]


@pytest.mark.parametrize("moment", ["0001-01-01T00:00", "9999-12-31T23:59"])
@pytest.mark.parametrize(
    ("page", "name"),
    [("repeat/", "starts_at"), ("parts/sessions/new/", "starts_at"), ("parts/quotas/new/?of={pool}", "returns_at")],
)
def test_so_it_is_on_the_other_pages_of_the_organiser(
    client: Client, school: Organisation, head: User, page: str, name: str, moment: str
) -> None:
    pool = PoolFactory(event=own_event(school, time_zone="Asia/Kamchatka"))
    place = f"{LIST}{pool.event.slug}/{page.format(pool=pool.pk)}"
    assert "Верно ли указан год?" in errors_of(send(client, place, **{name: moment}))[name][0].replace("\xa0", " ")


def test_the_last_places_of_an_event_that_others_see_stay(client: Client, school: Organisation, head: User) -> None:
    pool = PoolFactory(event=own_event(school))
    client.post(f"{LIST}{pool.event.slug}/parts/pools/{pool.pk}/remove/")
    assert TicketPool.objects.exists()
    PoolFactory(event=pool.event)
    client.post(f"{LIST}{pool.event.slug}/parts/pools/{pool.pk}/remove/")
    assert pool not in pool.event.pools.all()


# --- Together, and again --------------------------------------------------------------------------------------


def test_the_first_organiser_asks_others_who_tend_the_event_as_well(
    client: Client, school: Organisation, head: User
) -> None:
    event = own_event(school, state=EventState.DRAFT)
    lab = OrganisationFactory(slug="lab", short_name="Лаборатория света")
    hidden = OrganisationFactory(slug="hidden", short_name="Лаборатория тьмы", is_published=False)
    place = f"{LIST}{event.slug}/organisers/"
    assert [one.key for one in client.get(place, {"q": "лаборатория"}).context["found"]] == ["lab"]
    for slug in ("lab", "lab", "hidden"):
        client.post(place, {"add": slug})
    assert {*event.organisers.all()} == {school, lab}
    with pytest.raises(RuleViolated):
        add_organiser(event, organisation=hidden, by=school)
    assert hidden not in event.organisers.all()
    client.post(place, {"remove": "school"})
    other = RepresentativeFactory(organisation=lab, role=Role.COORDINATOR).user
    client.force_login(other)
    theirs = f"/dashboard/lab/events/{event.slug}/"
    client.post(f"{theirs}organisers/", {"remove": "school"})
    client.post(f"{theirs}organisers/", {"add": OrganisationFactory().slug})
    assert {*event.organisers.all()} == {school, lab}
    assert send(client, f"{theirs}edit/", venue="Наш зал").status_code == 302
    client.post(f"{theirs}organisers/", {"remove": "lab"})
    assert [*event.organisers.all()] == [school]
    assert client.get(theirs).status_code == 404


def test_another_one_like_it_has_the_same_places_and_hours_at_another_time(
    client: Client, school: Organisation, head: User
) -> None:
    starts = datetime.datetime(2027, 3, 10, 10, tzinfo=MOSCOW)
    event = own_event(
        school, starts_at=starts, closes_at=starts - datetime.timedelta(days=1), online_link="https://a.ru/"
    )
    quota = QuotaFactory(pool__event=event, returns_at=starts - datetime.timedelta(days=5))
    track = Track.objects.create(event=event, name="Физика")
    session = SessionFactory(event=event, track=track, starts_at=starts, ends_at=starts + datetime.timedelta(hours=1))
    Talk.objects.create(session=session, name="О свете")
    place = f"{LIST}{event.slug}/repeat/"
    page = client.get(place)
    for _time in range(2):
        response = client.post(place, typed(page, starts_at="2027-10-06T12:00", in_series="on"))
    made = Event.objects.latest("pk")
    assert (response["Location"], Event.objects.count()) == (f"{LIST}{made.slug}/", 2)
    event.refresh_from_db()
    assert (made.state, made.series) == ("draft", event.series)
    assert made.series
    assert (made.starts_at, made.online_link) == (datetime.datetime(2027, 10, 6, 12, tzinfo=MOSCOW), "")
    assert made.closes_at == datetime.datetime(2027, 10, 5, 12, tzinfo=MOSCOW)
    copied = Quota.objects.get(pool__event=made)
    assert (copied.organisation, copied.returns_at) == (
        quota.organisation,
        datetime.datetime(2027, 10, 1, 12, tzinfo=MOSCOW),
    )
    again = made.sessions.get()
    assert (again.name, again.starts_at, again.talks.count()) == (session.name, made.starts_at, 0)
    assert again.track
    assert (again.track.event, [*made.organisers.all()]) == (made, [school])


# --- Who, what waits, how much --------------------------------------------------------------------------------


def test_who_does_not_tend_events_may_look_and_others_find_nothing(client: Client, school: Organisation) -> None:
    event = PoolFactory(event=own_event(school, state=EventState.DRAFT)).event
    foreign = own_event(OrganisationFactory(), state=EventState.DRAFT)
    place = f"{LIST}{event.slug}/"
    client.force_login(RepresentativeFactory(organisation=school, role=Role.TEACHER).user)
    looks = [client.get(f"{place}{page}").status_code for page in ("", "places/", "programme/", "edit/", "repeat/")]
    assert looks == [200, 200, 200, 403, 403]
    assert "Новое мероприятие" not in text_of(client.get(LIST))
    Event.objects.filter(pk=event.pk).update(state=EventState.PUBLISHED)
    for role, sees in ((Role.TEACHER, True), (Role.VIEWER, False)):
        client.force_login(RepresentativeFactory(organisation=school, role=role).user)
        assert ("/check-in/" in client.get(place).content.decode()) is sees
    assert client.get(f"{LIST}{foreign.slug}/").status_code == 404
    assert foreign.name not in text_of(client.get(LIST))


def test_the_public_page_leads_its_organisers_to_the_dashboard(
    client: Client, school: Organisation, head: User
) -> None:
    event = own_event(school)
    assert f"{LIST}{event.slug}/" in client.get(event.get_absolute_url()).content.decode()
    client.force_login(UserFactory())
    assert "/dashboard/school" not in client.get(event.get_absolute_url()).content.decode()


def test_what_waits_for_the_organiser_is_due(client: Client, school: Organisation, head: User) -> None:
    event = own_event(school, name="Форум", summary="Форум")
    pool = PoolFactory(event=event, needs_approval=True)
    register_attendee(event, pool=pool, asked=asked(user=UserFactory()))
    register_attendee(event, pool=PoolFactory(event=event), asked=asked(2, user=UserFactory()))  # has a place at once
    by_day = timezone.localdate(event.registrations.get(state="pending").decide_by)
    assert [(one.title, one.by_day, one.note) for one in due_of(school, head)] == [
        ("1 регистрация ждёт вашего решения: Форум", by_day, "")
    ]
    teacher = RepresentativeFactory(organisation=school, role=Role.TEACHER).user
    assert due_of(school, teacher) == []
    assert event.ends_at
    with time_machine.travel(event.ends_at + datetime.timedelta(hours=1)):
        assert [one.title for one in due_of(school, head)] == ["Сколько человек пришло? Форум"]
        client.force_login(head)
        send(client, f"{LIST}{event.slug}/headcount/", headcount=40)
        assert due_of(school, head) == []


def test_certificates_of_those_who_came_are_due(school: Organisation, head: User) -> None:
    event = own_event(school, name="Форум")
    came = register_attendee(event, pool=PoolFactory(event=event), asked=asked(user=UserFactory()))
    assert event.starts_at
    with time_machine.travel(event.starts_at):
        check_in(event, code=came.tickets.get().code, by=head)
    assert event.ends_at
    with time_machine.travel(event.ends_at + datetime.timedelta(hours=1)):
        assert [one.title for one in due_of(school, head)] == ["Сертификаты не\xa0выданы: Форум"]


def test_how_many_came_is_told_only_of_what_is_over(client: Client, school: Organisation, head: User) -> None:
    event = own_event(school)
    refused = client.post(f"{LIST}{event.slug}/headcount/", {"headcount": 40})
    assert refused.status_code == 409
    event.refresh_from_db()
    assert event.headcount is None


@pytest.mark.parametrize("number", [1, 3])
def test_the_pages_cost_no_more_for_more(
    client: Client, school: Organisation, head: User, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for state in (EventState.PUBLISHED, EventState.DRAFT, EventState.HELD):
        for _one in range(number):
            event = own_event(school, state=state)
            for _part in range(number):
                QuotaFactory(pool__event=event)
                Talk.objects.create(session=SessionFactory(event=event), name="О свете")
                RegistrationQuestion.objects.create(event=event, label="Рост?")
                EventMaterial.objects.create(event=event, name="Запись", link="https://example.org/")
                PlannedSigning.objects.create(event=event, subject="О классе").parties.add(school)
    place = f"{LIST}{event.slug}/"
    for page, queries in ((LIST, 9), (place, 11), (f"{place}places/", 12), (f"{place}programme/", 15)):
        client.get(page)
        with django_assert_num_queries(queries):
            client.get(page)


def test_addresses_of_events_are_their_own(school: Organisation) -> None:
    by = UserFactory()
    slugs = [
        create_event(school, typed={"kind": "forum", "name": name}, by=by, key=str(key)).slug
        for key, name in enumerate(["Форум", "Форум", "New", "№", *RESERVED])
    ]
    assert slugs == ["forum", "forum-2", "new-2", "event", *(f"{word}-2" for word in RESERVED)]
