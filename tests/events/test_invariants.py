"""What the recount finds of events, when somebody has written past the services."""

import datetime
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from common.invariants import INVARIANTS
from common.recounts import recount
from events.certificates.services import issue_certificates
from events.door.check_ins import check_in
from events.life.moves import Who, move_event
from events.models import EventState, Registration, TicketPool
from events.registering.registrations import cancel_registration, register_attendee, register_group
from tests.events.people import asked, guests
from tests.factories.events import EventFactory, PoolFactory, QuotaFactory
from tests.factories.members import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db
HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def pool() -> TicketPool:
    """Three have a place of three, a group of two and somebody alone wait, and one has left again."""
    event = EventFactory(state=EventState.DRAFT, summary="О школах и заводах")
    pool = PoolFactory(event=event, capacity=3)
    move_event(event, move="publish", who=Who.STAFF, by=None)
    first = register(pool, 0)
    for number in (1, 2, 3):
        register(pool, number)
    register_group(event, pool=pool, group="8А", guests=guests(2), asked=asked(user=UserFactory()))
    register(pool, 4)
    cancel_registration(first, by=None)
    assert recount() == []
    return pool


def register(pool: TicketPool, number: int, **about: Any) -> Registration:
    return register_attendee(pool.event, pool=pool, asked=asked(number, user=UserFactory(), **about))


def write(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        assert cursor.rowcount > 0


def found() -> list[tuple[str, str, str]]:
    """Rule, kind of record, figures."""
    return [(one.invariant, one.record, one.figures) for one in recount()]


def test_more_have_a_place_than_there_are(pool: TicketPool) -> None:
    write("UPDATE events_ticketpool SET capacity = 2")
    assert found() == [("event_capacity", "events.ticketpool", "3 > 2")]


def test_more_places_are_kept_than_are_left(pool: TicketPool) -> None:
    QuotaFactory(pool=pool, places=2)
    write("UPDATE events_ticketpool SET capacity = 4")
    assert found() == [("event_quotas", "events.ticketpool", "2 > 1")]


def test_a_quota_that_is_used_up_keeps_nothing_more() -> None:
    pool, organisation = PoolFactory(capacity=2), OrganisationFactory()
    QuotaFactory(pool=pool, places=1, organisation=organisation)
    for number in (1, 2):
        register(pool, number, organisation=organisation)
    assert found() == []


def test_somebody_waits_who_should_have_a_place(pool: TicketPool) -> None:
    """For a group of two there is none yet, and in turn it is before whoever is alone."""
    write("UPDATE events_ticketpool SET capacity = 4")
    write("UPDATE events_registration SET state = 'cancelled' WHERE state = 'offered'")
    write("UPDATE events_registrationmove SET target = 'cancelled' WHERE target = 'offered'")
    assert found() == [("event_turn", "events.ticketpool", "1")]
    write("UPDATE events_event SET waiting_rule = 'first_fitting'")
    assert found() == [("event_turn", "events.ticketpool", "1")]
    write("UPDATE events_ticketpool SET capacity = 5")
    assert found() == [("event_turn", "events.ticketpool", "2")]


def test_a_quota_that_returned_a_moment_ago_is_still_being_offered(pool: TicketPool) -> None:
    write("UPDATE events_ticketpool SET capacity = 9")
    quota = QuotaFactory(pool=pool, places=6, returns_at=timezone.now() - HOUR / 2)
    assert found() == []
    quota.returns_at -= HOUR
    quota.save()
    assert found() == [("event_turn", "events.ticketpool", "2")]


@pytest.mark.parametrize(
    ("column", "state"), [("offer_until", "offered"), ("hold_until", "confirmed")], ids=["offer", "address"]
)
def test_a_term_is_over_and_nobody_has_ended_it(pool: TicketPool, column: str, state: str) -> None:
    """What the sweep of this minute is to end is no fault."""
    for hours, broken in ((0.5, []), (2, ["event_terms"])):
        term = timezone.now() - hours * HOUR
        write(f"UPDATE events_registration SET {column} = %s WHERE state = %s", term, state)  # noqa: S608
        assert sorted({rule for rule, _record, _figures in found()}) == broken


def test_who_came_may_show_later_that_the_address_is_theirs(came: Registration) -> None:
    write("UPDATE events_registration SET hold_until = %s WHERE id = %s", timezone.now() - 2 * HOUR, came.pk)
    assert found() == []


def test_a_ticket_is_missing(pool: TicketPool) -> None:
    write("UPDATE events_ticket SET removed_at = now() WHERE name = 'Ученик 0'")
    assert found() == [("event_tickets", "events.registration", "1 ≠ 2")]


@pytest.fixture
def came(pool: TicketPool) -> Registration:
    """Was at the event, which is over, and has a certificate."""
    write("UPDATE events_event SET starts_at = %s, ends_at = %s", timezone.now() - HOUR, timezone.now() + HOUR)
    pool.event.refresh_from_db()
    registration = pool.registrations.filter(state="confirmed")[0]
    check_in(pool.event, code=registration.tickets.get().code, by=UserFactory())
    write("UPDATE events_event SET ends_at = %s", timezone.now() - HOUR / 2)
    write("UPDATE events_checkin SET at = at - interval '50 minutes'")
    assert issue_certificates(pool.event, by=UserFactory()) == 1
    assert recount() == []
    return registration


def test_somebody_was_let_in_without_a_place(came: Registration) -> None:
    """Whoever gives the place back afterwards had one then."""
    cancel_registration(came, by=None)
    assert found() == []
    write("UPDATE events_registrationmove SET at = at - interval '1 day'")
    assert [rule for rule, _record, _figures in found()] == ["event_entrances"]


def test_somebody_was_let_in_with_a_ticket_taken_off(came: Registration) -> None:
    write("UPDATE events_ticket SET removed_at = now() - interval '1 day' WHERE registration_id = %s", came.pk)
    assert {rule for rule, _record, _figures in found()} == {"event_tickets", "event_entrances"}


def test_somebody_has_a_certificate_who_did_not_come(came: Registration) -> None:
    write("DELETE FROM events_checkin")
    year = timezone.localdate().year
    assert found() == [("event_certificates", "events.participantcertificate", f"У-{year}-0001")]


def test_a_number_was_given_that_nobody_has(came: Registration) -> None:
    write("UPDATE common_numberseries SET last = 2")
    assert found() == [("event_numbers", "common.numberseries", f"{timezone.localdate().year}: 1 ≠ 2")]


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE events_event SET state = 'held'", ("event_moves", "events.event", "published ≠ held")),
        (
            "INSERT INTO events_eventmove (event_id, source, target, at, reason)"
            " SELECT id, 'held', 'published', now(), '' FROM events_event",
            ("event_moves", "events.event", "published ≠ held"),
        ),
        (
            "UPDATE events_registration SET state = 'declined' WHERE state = 'cancelled'",
            ("registration_moves", "events.registration", "cancelled ≠ declined"),
        ),
        (
            "UPDATE events_registration SET state = 'expired' WHERE \"group\" <> ''",
            ("registration_moves", "events.registration", "— ≠ expired"),
        ),
        (
            "INSERT INTO events_registrationmove (registration_id, source, target, at, reason)"
            " SELECT id, 'declined', 'cancelled', now(), '' FROM events_registration WHERE state = 'cancelled'",
            ("registration_moves", "events.registration", "cancelled ≠ declined"),
        ),
    ],
)
def test_a_state_that_no_move_has_led_to(pool: TicketPool, statement: str, broken: tuple[str, str, str]) -> None:
    write(statement)
    assert broken in found()


def test_each_rule_of_events_is_broken_here_once() -> None:
    seen = {"capacity", "quotas", "turn", "terms", "tickets", "entrances", "certificates", "moves", "numbers"}
    own = {name for name in INVARIANTS if name.startswith(("event_", "registration_"))}
    assert own == {f"event_{name}" for name in seen} | {"registration_moves"}
