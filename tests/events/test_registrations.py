"""The life of a registration: places, waiting list, offers, groups, quotas."""

import datetime
from collections.abc import Callable
from typing import Literal

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.account.signals import email_changed
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from common.errors import RuleViolated
from common.models import OutgoingMail
from common.personal_data import Person
from events.afterwards.attendance import Attendance
from events.life.moves import Who, move_event
from events.models import (
    Event,
    EventState,
    Registration,
    RegistrationState,
    RegistrationWay,
    Ticket,
    TicketPool,
    WaitingRule,
)
from events.registering.registrations import (
    Asked,
    Guest,
    accept_offer,
    approve,
    cancel_registration,
    decline,
    expire_due,
    offer_returned_quotas,
    prove_address,
    register_attendee,
    register_group,
    remove_guest,
    replace_guest,
    set_capacity,
)
from members.models import Organisation, User
from tests.events.people import asked, guests, held, states
from tests.factories.events import EventFactory, PoolFactory, QuotaFactory
from tests.factories.members import OrganisationFactory, UserFactory

State = RegistrationState
pytestmark = pytest.mark.django_db


@pytest.fixture
def pool() -> TicketPool:
    return PoolFactory(capacity=2)


@pytest.fixture
def teacher() -> User:
    return UserFactory()


@pytest.fixture
def school() -> Organisation:
    return OrganisationFactory()


def register(pool: TicketPool, number: int = 1, *, organisation: Organisation | None = None) -> Registration:
    return register_attendee(pool.event, pool=pool, asked=asked(number, user=UserFactory(), organisation=organisation))


def group_of(
    pool: TicketPool,
    number: int,
    *,
    by: User,
    organisation: Organisation | None = None,
    if_few: Literal["all", "part"] = "all",
) -> list[Registration]:
    asks = asked(user=by, organisation=organisation)
    return register_group(pool.event, pool=pool, group="8А", guests=guests(number), asked=asks, if_few=if_few)


def subjects() -> list[str]:
    return [*OutgoingMail.objects.order_by("pk").values_list("subject", flat=True)]


# --- Who asks ---------------------------------------------------------------------------------------------------


def test_who_has_an_account_gets_a_place_and_a_ticket_at_once(pool: TicketPool) -> None:
    registration = register(pool)
    assert (registration.state, registration.is_proved) == (State.CONFIRMED, True)
    assert [ticket.name for ticket in registration.tickets.all()] == ["Гость 1"]
    assert subjects() == [f"Место за вами: {pool.event}"]


def test_who_has_none_gets_a_place_for_half_an_hour_and_a_letter_that_repeats_nothing(pool: TicketPool) -> None:
    registration = register_attendee(pool.event, pool=pool, asked=asked(1))
    assert (registration.state, registration.is_proved) == (State.CONFIRMED, False)
    letter = OutgoingMail.objects.get()
    assert letter.subject == f"Подтвердите регистрацию: {pool.event}"
    assert "Гость" not in letter.text


def test_whoever_opens_the_letter_keeps_the_place(pool: TicketPool) -> None:
    registration = register_attendee(pool.event, pool=pool, asked=asked(1))
    prove_address(registration)
    prove_address(registration)
    with time_machine.travel(timezone.now() + datetime.timedelta(hours=1)):
        assert expire_due() == 0
    assert subjects()[1:] == [f"Место за вами: {pool.event}"]


def test_a_place_whose_address_nobody_proves_goes_to_the_next(pool: TicketPool) -> None:
    stranger = register_attendee(pool.event, pool=pool, asked=asked(1))
    register(pool, 2)
    waiting = register(pool, 3)
    with time_machine.travel(timezone.now() + datetime.timedelta(hours=1)):
        assert expire_due() == 1
        assert states(pool.event) == [State.EXPIRED, State.CONFIRMED, State.OFFERED]
        assert prove_address(stranger).state == State.EXPIRED
    assert subjects()[-1] == f"Освободилось место: {waiting.event}"


def test_what_nobody_has_proved_is_nobodys_when_its_term_is_over(pool: TicketPool) -> None:
    register_attendee(pool.event, pool=pool, asked=asked(1))
    owner = UserFactory(email="guest-1@example.org")
    with time_machine.travel(timezone.now() + datetime.timedelta(hours=1)):
        assert expire_due() == 1
    assert not Registration.objects.of_person(owner).exists()
    person = Person(owner, frozenset([owner.email]), timezone.now() - datetime.timedelta(days=1))
    assert not Registration.objects.about(person).exists()
    assert (Attendance(pool.event).total.registered, Attendance(pool.event).states) == (0, {})


def test_whoever_asks_twice_has_one_registration(pool: TicketPool) -> None:
    first = register_attendee(pool.event, pool=pool, asked=asked(1))
    assert register_attendee(pool.event, pool=pool, asked=asked(1)) == first
    assert OutgoingMail.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"state": EventState.CANCELLED}, id="cancelled"),
        pytest.param({"state": EventState.POSTPONED}, id="postponed"),
        pytest.param({"registration": RegistrationWay.NONE}, id="without registration"),
        pytest.param({"opens_at": timezone.now() + datetime.timedelta(days=1)}, id="not open yet"),
        pytest.param({"closes_at": timezone.now() - datetime.timedelta(days=1)}, id="closed"),
        pytest.param({"starts_at": timezone.now() - datetime.timedelta(hours=1)}, id="begun"),
    ],
)
def test_nobody_registers_where_the_event_takes_no_registrations(pool: TicketPool, changes: dict[str, object]) -> None:
    Event.objects.update(**changes)
    with pytest.raises(RuleViolated) as refused:
        register(pool)
    assert refused.value.code == "registration_closed"


def test_a_pool_of_another_event_is_no_pool_of_this(pool: TicketPool) -> None:
    with pytest.raises(RuleViolated) as refused:
        register_attendee(EventFactory(), pool=pool, asked=asked())
    assert refused.value.code == "pool_gone"


# --- The waiting list -------------------------------------------------------------------------------------------


def test_who_comes_too_late_waits_in_turn(pool: TicketPool) -> None:
    registrations = [register(pool, number) for number in range(4)]
    assert [registration.turn for registration in registrations] == [None, None, 1, 2]


def test_a_place_that_comes_free_is_offered_to_the_first(pool: TicketPool) -> None:
    first, _second, third, fourth = (register(pool, number) for number in range(4))
    cancel_registration(first, by=None)
    cancel_registration(first, by=None)
    third.refresh_from_db()
    fourth.refresh_from_db()
    assert (third.state, fourth.turn) == (State.OFFERED, 1)
    assert accept_offer(third, by=None).state == State.CONFIRMED
    assert accept_offer(third, by=None).state == State.CONFIRMED


def test_an_offer_lasts_as_long_as_the_event_says_but_not_beyond_its_beginning(pool: TicketPool) -> None:
    Event.objects.update(offer_hours=24, starts_at=timezone.now() + datetime.timedelta(hours=5))
    first, _second, third = (register(pool, number) for number in range(3))
    cancel_registration(first, by=None)
    third.refresh_from_db()
    assert third.offer_until == Event.objects.get().starts_at


def test_an_offer_that_expired_never_revives(pool: TicketPool) -> None:
    first, _second, third, fourth = (register(pool, number) for number in range(4))
    cancel_registration(first, by=None)
    with time_machine.travel(timezone.now() + datetime.timedelta(hours=25)):
        with pytest.raises(RuleViolated) as refused:
            accept_offer(third, by=None)
        assert (refused.value.code, expire_due()) == ("offer_over", 1)
        with pytest.raises(RuleViolated) as refused:
            accept_offer(third, by=None)
        assert refused.value.code == "other_state"
    fourth.refresh_from_db()
    assert fourth.state == State.OFFERED


def test_who_declines_an_offer_makes_way_for_the_next(pool: TicketPool) -> None:
    first, _second, third, fourth = (register(pool, number) for number in range(4))
    cancel_registration(first, by=None)
    third.refresh_from_db()
    cancel_registration(third, by=None)
    fourth.refresh_from_db()
    assert fourth.state == State.OFFERED


@pytest.mark.parametrize(
    ("rule", "single"), [(WaitingRule.STRICT, State.WAITING), (WaitingRule.FIRST_FITTING, State.OFFERED)]
)
def test_a_group_that_needs_more_than_is_free_keeps_others_waiting_or_not_by_the_rule(
    pool: TicketPool, teacher: User, rule: str, single: str
) -> None:
    Event.objects.update(waiting_rule=rule)
    first, _second = register(pool, 1), register(pool, 2)
    [group] = group_of(pool, 2, by=teacher)
    alone = register(pool, 3)
    cancel_registration(first, by=None)
    group.refresh_from_db()
    alone.refresh_from_db()
    assert (group.state, alone.state) == (State.WAITING, single)


def test_by_the_strict_rule_a_newcomer_waits_behind_a_group_though_a_place_is_free(
    pool: TicketPool, teacher: User
) -> None:
    register(pool, 1)
    [group] = group_of(pool, 2, by=teacher)
    assert (group.state, register(pool, 2).state) == (State.WAITING, State.WAITING)


def test_when_the_group_in_front_gives_up_those_behind_are_asked(pool: TicketPool, teacher: User) -> None:
    register(pool, 1)
    [group] = group_of(pool, 2, by=teacher)
    behind = register(pool, 2)
    cancel_registration(group, by=teacher)
    behind.refresh_from_db()
    assert behind.state == State.OFFERED


def test_nothing_is_offered_once_the_event_has_begun(pool: TicketPool) -> None:
    first, _second, third = (register(pool, number) for number in range(3))
    with time_machine.travel(timezone.now() + datetime.timedelta(days=30, minutes=1)):
        cancel_registration(first, by=None)
    third.refresh_from_db()
    assert third.state == State.WAITING


# --- Groups -----------------------------------------------------------------------------------------------------


def test_a_group_gets_a_ticket_for_each_or_waits_as_a_whole(teacher: User) -> None:
    pool = PoolFactory(capacity=12)
    [group] = group_of(pool, 12, by=teacher)
    assert (group.state, group.places, group.tickets.count()) == (State.CONFIRMED, 12, 12)
    [second] = group_of(pool, 3, by=UserFactory())
    assert (second.state, second.turn) == (State.WAITING, 1)


def test_asked_for_a_part_those_who_fit_come_and_the_rest_waits(teacher: User) -> None:
    pool = PoolFactory(capacity=8)
    now, later = group_of(pool, 12, by=teacher, if_few="part")
    assert (now.state, now.places, now.tickets.count()) == (State.CONFIRMED, 8, 8)
    assert (later.state, later.places, later.tickets.count(), later.part_of) == (State.WAITING, 4, 4, now)


def test_a_group_that_asks_for_a_part_of_nothing_waits_as_a_whole(pool: TicketPool, teacher: User) -> None:
    register(pool, 1)
    register(pool, 2)
    [group] = group_of(pool, 3, by=teacher, if_few="part")
    assert (group.state, group.places) == (State.WAITING, 3)


def test_a_group_sent_again_with_its_key_is_the_same(teacher: User) -> None:
    pool, asks = PoolFactory(capacity=2), asked(user=teacher, key="key")
    first = register_group(pool.event, pool=pool, group="8А", guests=guests(3), asked=asks, if_few="part")
    assert register_group(pool.event, pool=pool, group="8А", guests=guests(3), asked=asks, if_few="part") == first
    assert Ticket.objects.count() == 3


@pytest.mark.parametrize(("number", "code"), [(0, "empty_group"), (201, "large_group")])
def test_a_group_has_somebody_and_an_end(pool: TicketPool, teacher: User, number: int, code: str) -> None:
    with pytest.raises(RuleViolated) as refused:
        group_of(pool, number, by=teacher)
    assert refused.value.code == code


def test_where_groups_are_not_taken_none_registers(teacher: User) -> None:
    pool = PoolFactory(takes_groups=False)
    with pytest.raises(RuleViolated) as refused:
        group_of(pool, 2, by=teacher)
    assert refused.value.code == "no_groups"


def test_a_pupil_is_replaced_and_the_place_stays(pool: TicketPool, teacher: User) -> None:
    [group] = group_of(pool, 2, by=teacher)
    waiting = register(pool)
    old = group.tickets.all()[0]
    new = replace_guest(old, guest=Guest("Новенький", "8Б"), by=teacher)
    old.refresh_from_db()
    waiting.refresh_from_db()
    assert (old.name, new.name, old.code != new.code) == ("", "Новенький", True)
    assert (held(pool), waiting.state) == (2, State.WAITING)
    with pytest.raises(RuleViolated) as refused:
        replace_guest(old, guest=Guest("Ещё один"), by=teacher)
    assert (refused.value.code, group.tickets.standing().count()) == ("ticket_gone", 2)


def test_who_is_taken_off_frees_a_place_and_the_last_one_ends_the_registration(pool: TicketPool, teacher: User) -> None:
    [group] = group_of(pool, 2, by=teacher)
    waiting = register(pool)
    first, second = group.tickets.all()
    assert remove_guest(first, by=teacher).places == 1
    waiting.refresh_from_db()
    assert waiting.state == State.OFFERED
    assert remove_guest(second, by=teacher).state == State.CANCELLED


# --- Quotas and approval ----------------------------------------------------------------------------------------


def test_what_is_kept_for_a_school_is_nobody_elses(school: Organisation) -> None:
    pool = QuotaFactory(organisation=school, places=1, pool__capacity=2).pool
    assert [register(pool, number).state for number in range(2)] == [State.CONFIRMED, State.WAITING]
    assert register(pool, 3, organisation=school).state == State.CONFIRMED


def test_of_two_the_one_of_the_account_stands(pool: TicketPool) -> None:
    person = UserFactory(email="first@example.org")
    own = register_attendee(pool.event, pool=pool, asked=asked(user=person))
    person.email = "second@example.org"
    guest = register_attendee(pool.event, pool=pool, asked=Asked(name="Гость", email=person.email))
    assert register_attendee(pool.event, pool=pool, asked=asked(user=person)) == own != guest


def test_who_has_the_address_that_was_anothers_does_not_get_their_registration(pool: TicketPool) -> None:
    register_attendee(pool.event, pool=pool, asked=asked(user=UserFactory(email="first@example.org")))
    User.objects.update(email="second@example.org")
    with pytest.raises(RuleViolated, match="уже зарегистрировались"):
        register_attendee(pool.event, pool=pool, asked=asked(user=UserFactory(email="first@example.org")))


def move_to(user: User, email: str) -> None:
    """As allauth does when the code is entered that went there."""
    user.email = email
    user.save()
    email_changed.send(
        EmailAddress, request=None, user=user, from_email_address=None, to_email_address=EmailAddress(email=email)
    )


def test_a_registration_follows_the_address_of_its_account(pool: TicketPool) -> None:
    mine, other = register(pool, 1), register(pool, 2)
    old, before, email = mine.key, other.key, other.email
    assert mine.user
    move_to(mine.user, "new@example.org")
    mine.refresh_from_db()
    other.refresh_from_db()
    assert (mine.email, other.email, other.key) == ("new@example.org", email, before)
    letter = OutgoingMail.objects.latest("pk")
    assert (letter.recipient, mine.key in letter.text, mine.key != old) == ("new@example.org", True, True)
    cancel_registration(mine, by=None)
    assert OutgoingMail.objects.filter(purpose="registration").latest("pk").recipient == "new@example.org"


def test_the_former_address_is_free_for_whoever_has_it_then(pool: TicketPool) -> None:
    first = register(pool, 1)
    assert first.user
    former = first.user.email
    move_to(first.user, "new@example.org")
    letters = OutgoingMail.objects.count()
    second = register_attendee(pool.event, pool=pool, asked=asked(user=UserFactory(email=former)))
    assert (second == first, second.email) == (False, former)
    assert OutgoingMail.objects.exclude(recipient=former).count() == letters - 1


def test_of_two_registrations_of_one_person_one_has_the_letters(pool: TicketPool) -> None:
    guest = register_attendee(pool.event, pool=pool, asked=Asked("Гость", "new@example.org"))
    mine = register(pool, 1)
    assert mine.user
    move_to(mine.user, "new@example.org")
    mine.refresh_from_db()
    guest.refresh_from_db()
    assert (mine.email, mine.state, guest.email, guest.user) == ("", State.CONFIRMED, "new@example.org", None)
    cancel_registration(mine, by=mine.user)


def test_what_an_account_has_is_about_nobody_who_has_its_former_address(pool: TicketPool) -> None:
    newcomer = UserFactory(email="second@example.org")
    mine = register(pool, 1)
    person = Person(newcomer, frozenset([mine.email]), newcomer.date_joined)
    assert not Registration.objects.about(person).exists()


def test_of_an_event_that_is_called_off_no_place_is_given_and_no_offer_ends_with_a_letter(pool: TicketPool) -> None:
    first, _second, offered = (register(pool, number) for number in range(3))
    cancel_registration(first, by=None)
    TicketPool.objects.update(needs_approval=True)
    pending = register(pool, 4)
    move_event(pool.event, move="cancel", who=Who.STAFF, by=None, reason="Карантин")
    told = len(subjects())
    with pytest.raises(RuleViolated, match="Отменено"):
        accept_offer(offered, by=None)
    with pytest.raises(RuleViolated, match="Отменено"):
        approve(pending, by=UserFactory())
    with time_machine.travel(timezone.now() + datetime.timedelta(hours=25)):
        assert expire_due() == 1
    assert len(subjects()) == told


def test_a_school_takes_its_quota_first_and_then_what_is_everybodys(school: Organisation, teacher: User) -> None:
    pool = QuotaFactory(organisation=school, places=2, pool__capacity=4).pool
    [group] = group_of(pool, 3, by=teacher, organisation=school)
    assert group.state == State.CONFIRMED
    assert [register(pool, number).state for number in range(2)] == [State.CONFIRMED, State.WAITING]


@pytest.mark.parametrize("rule", WaitingRule.values)
def test_a_quota_that_is_more_than_is_left_lets_nobody_in_over_the_number(school: Organisation, rule: str) -> None:
    """The office may promise what is taken already, and a place that comes back belongs to the school first."""
    pool = PoolFactory(capacity=2, event__waiting_rule=rule)
    first, _second = (register(pool, number) for number in range(2))
    QuotaFactory(pool=pool, organisation=school, places=2)
    assert [register(pool, number, organisation=school).state for number in (2, 3)] == [State.WAITING] * 2
    cancel_registration(first, by=None)
    assert (states(pool.event), held(pool)) == ([State.CANCELLED, State.CONFIRMED, State.OFFERED, State.WAITING], 2)


def test_on_the_set_day_what_is_left_of_a_quota_is_everybodys(school: Organisation) -> None:
    quota = QuotaFactory(organisation=school, places=2, pool__capacity=2)
    assert [register(quota.pool, number).state for number in (1, 2)] == [State.WAITING] * 2
    with time_machine.travel(quota.returns_at + datetime.timedelta(minutes=1)):
        assert offer_returned_quotas() == 2
        assert states(quota.pool.event) == [State.OFFERED, State.OFFERED]


def test_what_was_kept_for_an_organisation_that_is_gone_is_everybodys(school: Organisation) -> None:
    pool = QuotaFactory(organisation=school, places=2, pool__capacity=2).pool
    register(pool, 1)
    assert (offer_returned_quotas(), states(pool.event)) == (0, [State.WAITING])
    school.delete()
    assert (offer_returned_quotas(), states(pool.event)) == (1, [State.OFFERED])


@pytest.mark.parametrize("rule", WaitingRule.values)
def test_between_the_set_day_and_the_clock_nobody_comes_before_those_who_wait(school: Organisation, rule: str) -> None:
    quota = QuotaFactory(organisation=school, places=2, pool__capacity=2, pool__event__waiting_rule=rule)
    register(quota.pool, 1)
    with time_machine.travel(quota.returns_at + datetime.timedelta(seconds=1)):
        register(quota.pool, 2)
        register(quota.pool, 3)
    assert states(quota.pool.event) == [State.OFFERED, State.CONFIRMED, State.WAITING]


def test_who_comes_from_the_school_is_offered_its_places_past_others(school: Organisation) -> None:
    pool = QuotaFactory(organisation=school, places=1, pool__capacity=1).pool
    own = register(pool, 1, organisation=school)
    stranger, colleague = register(pool, 2), register(pool, 3, organisation=school)
    cancel_registration(own, by=None)
    stranger.refresh_from_db()
    colleague.refresh_from_db()
    assert (stranger.state, colleague.state) == (State.WAITING, State.OFFERED)


def test_where_the_organiser_approves_a_request_takes_no_place(teacher: User) -> None:
    pool = PoolFactory(capacity=1, needs_approval=True)
    first, second, third = (register(pool, number) for number in range(3))
    assert (first.state, held(pool)) == (State.PENDING, 0)
    assert [approve(one, by=teacher).state for one in (first, first, second)] == [
        State.CONFIRMED,
        State.CONFIRMED,
        State.WAITING,
    ]
    assert decline(third, by=teacher, reason="Мест для прессы больше нет").state == State.DECLINED
    assert "Мест для прессы больше нет" in OutgoingMail.objects.latest("pk").text


@pytest.mark.parametrize(
    "move", [approve, lambda one, by: decline(one, by=by, reason="Нет")], ids=["approve", "decline"]
)
def test_what_has_ended_is_not_decided_any_more(teacher: User, move: Callable[..., object]) -> None:
    registration = register(PoolFactory(needs_approval=True))
    cancel_registration(registration, by=None)
    with pytest.raises(RuleViolated) as refused:
        move(registration, by=teacher)
    assert refused.value.code == "other_state"


# --- Capacity and cost ------------------------------------------------------------------------------------------


def test_more_places_are_offered_at_once(pool: TicketPool) -> None:
    for number in range(4):
        register(pool, number)
    set_capacity(pool, capacity=3)
    assert states(pool.event) == [State.CONFIRMED, State.CONFIRMED, State.OFFERED, State.WAITING]


def test_there_are_never_fewer_places_than_are_taken(pool: TicketPool) -> None:
    register(pool, 1)
    register(pool, 2)
    with pytest.raises(RuleViolated) as refused:
        set_capacity(pool, capacity=1)
    assert refused.value.code == "places_taken"
    assert (TicketPool.objects.get().capacity, held(pool)) == (2, 2)


def test_a_pool_without_a_limit_never_makes_anybody_wait() -> None:
    pool = PoolFactory(capacity=None)
    assert {register(pool, number).state for number in range(5)} == {State.CONFIRMED}


@pytest.mark.parametrize("before", [1, 3])
def test_a_registration_takes_as_many_queries_however_many_there_are(
    before: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    pool = PoolFactory(capacity=1)
    for number in range(before + 1):
        register(pool, number)
    person = UserFactory()
    with django_assert_num_queries(11):
        register_attendee(pool.event, pool=pool, asked=asked(user=person))
