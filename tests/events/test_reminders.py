"""What the clock does before an event, with the clock moved."""

import datetime
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db.models import F
from django.utils import timezone

from common.errors import RuleViolated
from common.models import OutgoingMail
from events.life.changes import change_event
from events.life.moves import Who, _move_due, archive_what_is_long_over, hold_what_is_over, move_event
from events.models import (
    Event,
    EventReminder,
    EventState,
    Registration,
    RegistrationState,
    RegistrationWay,
    ReminderKind,
    TicketPool,
    WaitingRule,
)
from events.registering.registrations import expire_silent, register_attendee, register_group, say_coming
from events.telling.reminders import (
    _ask_next,
    _remind,
    ask_who_comes,
    escalate_approvals,
    free_places_of_the_silent,
    remind,
)
from members.models import Notification, Role
from tests.events.people import asked, guests, states
from tests.factories.events import EventFactory, EventOrganiserFactory, PoolFactory
from tests.factories.members import RepresentativeFactory, UserFactory

State = RegistrationState
pytestmark = pytest.mark.django_db
JOBS: list[Callable[[], int]] = [ask_who_comes, free_places_of_the_silent, remind]


@pytest.fixture
def pool() -> TicketPool:
    return PoolFactory(capacity=2, event=EventFactory(asks_to_confirm=True, silence_frees=True))


@contextmanager
def before(pool: TicketPool, **time: float) -> Iterator[None]:
    event = Event.objects.get(pk=pool.event_id)
    assert event.starts_at
    with time_machine.travel(event.starts_at - datetime.timedelta(**time), tick=False):
        yield


def run() -> list[int]:
    """Each of the jobs twice: the second time there is nothing to do."""
    done = [job() for job in JOBS]
    assert [job() for job in JOBS] == [0, 0, 0]
    return done


def register(pool: TicketPool, number: int = 1) -> Registration:
    return register_attendee(pool.event, pool=pool, asked=asked(number, user=UserFactory()))


def subjects() -> list[str]:
    return [
        subject.partition(":")[0] for subject in OutgoingMail.objects.order_by("pk").values_list("subject", flat=True)
    ]


def test_before_an_event_people_hear_a_week_a_day_and_the_question(pool: TicketPool) -> None:
    register(pool)
    done = []
    for hours in (8 * 24, 7 * 24, 3 * 24, 48, 30, 24, 1):
        with before(pool, hours=hours):
            done.append(run())
    assert done == [[0, 0, 0], [0, 0, 1], [0, 0, 0], [1, 0, 0], [0, 0, 0], [0, 1, 0], [0, 0, 0]]
    assert [subject.partition("?")[0] for subject in subjects()[1:]] == [
        "Напоминание",
        "Вы придёте",
        "Место перешло следующему",
    ]


def test_whoever_says_that_they_come_keeps_the_place(pool: TicketPool) -> None:
    registration = register(pool)
    with before(pool, hours=48):
        run()
        say_coming(registration)
        say_coming(registration)
    with before(pool, hours=24):
        assert run() == [0, 0, 1]
    assert states(pool.event) == [State.CONFIRMED]


def test_silence_gives_the_place_to_the_next(pool: TicketPool) -> None:
    for number in range(3):
        register(pool, number)
    say_coming(Registration.objects.order_by("pk")[0])
    with before(pool, hours=40):
        run()
    with before(pool, hours=23):
        assert run()[1] == 1
    assert states(pool.event) == [State.CONFIRMED, State.EXPIRED, State.OFFERED]
    [letter] = OutgoingMail.objects.filter(subject__startswith="Место перешло")
    assert "спросили, придёте ли вы" in letter.text.replace("\xa0", " ")


@pytest.mark.parametrize(
    ("changes", "hours"),
    [
        pytest.param({"silence_frees": False}, 47, id="the event does not say so"),
        pytest.param({}, 30, id="asked too late"),
        pytest.param({"state": EventState.POSTPONED}, 47, id="postponed since"),
    ],
)
def test_silence_costs_nothing_else(pool: TicketPool, changes: dict[str, object], hours: int) -> None:
    """Asked 30 hours before, as the job was down, there were only six to answer in."""
    register(pool)
    with before(pool, hours=hours):
        assert ask_who_comes() == 1
    Event.objects.update(**changes)
    with before(pool, hours=12):
        assert free_places_of_the_silent() == 0
    assert states(pool.event) == [State.CONFIRMED]


def move_by(pool: TicketPool, **time: float) -> None:
    event = Event.objects.get(pk=pool.event_id)
    assert event.starts_at
    assert event.ends_at
    event.starts_at += datetime.timedelta(**time)
    event.ends_at += datetime.timedelta(**time)
    change_event(event, names=["starts_at", "ends_at"], by=UserFactory())


def test_of_an_event_that_is_moved_everybody_is_asked_anew_and_no_old_answer_counts(pool: TicketPool) -> None:
    """Nor does an old silence."""
    said, silent = register(pool, 1), register(pool, 2)
    with before(pool, hours=47):
        run()
        say_coming(said)
        move_by(pool, days=10)
    with before(pool, hours=20):
        assert run() == [2, 0, 2]  # asked too late to be held to it, as the job was down
    with before(pool, hours=47):
        move_by(pool, days=10)
    with before(pool, hours=47):
        assert run() == [2, 0, 0]
        say_coming(silent)
    with before(pool, hours=23):
        assert run()[1] == 1
    assert states(pool.event) == [State.EXPIRED, State.CONFIRMED]


def test_of_an_event_that_is_moved_there_and_back_people_are_asked_once_more(pool: TicketPool) -> None:
    register(pool)
    with before(pool, hours=47):
        run()
        move_by(pool, hours=5)
        move_by(pool, hours=-5)
    with before(pool, hours=46):
        assert run() == [1, 0, 0]
    assert [subject.partition("?")[0] for subject in subjects()].count("Вы придёте") == 2


def test_a_job_that_meets_an_event_just_moved_asks_nobody(pool: TicketPool) -> None:
    """It would be a question that is never asked again."""
    register(pool)
    with before(pool, hours=47):
        as_it_was = Event.objects.get()
        move_by(pool, days=10)
        assert _ask_next(as_it_was) == 0


def test_jobs_that_meet_an_event_just_postponed_take_no_place_and_remind_nobody(pool: TicketPool) -> None:
    """Each has found the event, and the registration, before it was."""
    event, registration = pool.event, register(pool)
    with before(pool, hours=48):
        ask_who_comes()
    registration.refresh_from_db()
    move_event(event, move="postpone", who=Who.STAFF, by=None, reason="Карантин")
    with before(pool, hours=23):
        assert not expire_silent(registration)
        assert [_remind(event, kind) for kind in ReminderKind] == [0, 0, 0, 0]
    assert [subject.partition("?")[0] for subject in subjects()] == ["Место за вами", "Вы придёте"]


def test_a_job_that_meets_an_event_just_put_off_holds_it_not(pool: TicketPool) -> None:
    assert pool.event.ends_at
    with time_machine.travel(pool.event.ends_at + datetime.timedelta(hours=1)):
        move_event(pool.event, move="postpone", who=Who.STAFF, by=None, reason="Карантин")
        due = Event.objects.filter(state=EventState.PUBLISHED)
        assert not _move_due(pool.event, move="hold", due=due)
    assert Event.objects.get().state == EventState.POSTPONED


def test_a_group_whose_teacher_is_erased_is_written_to_nowhere(pool: TicketPool) -> None:
    register_group(pool.event, pool=pool, group="8А", guests=guests(2), asked=asked(user=UserFactory()))
    Registration.objects.update(name="", email="", user=None)
    with before(pool, hours=48):
        assert run() == [0, 0, 0]


def test_while_an_event_was_postponed_nobody_had_to_answer(pool: TicketPool) -> None:
    register(pool)
    Event.objects.update(summary="О школах и заводах")
    with before(pool, hours=47):
        run()
        move_event(pool.event, move="postpone", who=Who.STAFF, by=None, reason="Мороз")
    with before(pool, hours=20):
        move_event(pool.event, move="resume", who=Who.STAFF, by=None)
        assert run() == [1, 0, 1]
    assert states(pool.event) == [State.CONFIRMED]


def test_whoever_waits_gets_a_turn_by_the_rule_that_the_event_has_now(pool: TicketPool) -> None:
    TicketPool.objects.update(capacity=3)
    asks = asked(user=UserFactory())
    register(pool, 1)
    register_group(pool.event, pool=pool, group="8А", guests=guests(3), asked=asks)
    register(pool, 2)
    assert states(pool.event) == [State.CONFIRMED, State.WAITING, State.WAITING]
    event = Event.objects.get()
    event.waiting_rule = WaitingRule.FIRST_FITTING
    change_event(event, names=["waiting_rule"], by=UserFactory())
    assert states(event) == [State.CONFIRMED, State.WAITING, State.OFFERED]


def test_whoever_registers_late_is_not_asked(pool: TicketPool) -> None:
    with before(pool, hours=40):
        register(pool)
        assert run() == [0, 0, 0]


def test_a_week_without_the_job_brings_one_letter_and_not_all_that_were_due(pool: TicketPool) -> None:
    register(pool)
    with before(pool, hours=20):
        assert remind() == 1
    assert subjects()[1:] == ["Скоро"]


@pytest.mark.parametrize(
    ("chosen", "heard"),
    [
        pytest.param(["week", "day"], [168, 20], id="as usual"),
        pytest.param(["week", "three", "day", "hours"], [168, 70, 20, 2], id="each"),
        pytest.param(["hours"], [2], id="one"),
        pytest.param(["three", "hours"], [70, 2], id="some"),
        pytest.param([], [], id="none"),
    ],
)
def test_an_event_reminds_by_the_rules_that_were_chosen_for_it(
    pool: TicketPool, chosen: list[str], heard: list[int]
) -> None:
    register(pool)
    Event.objects.update(remind=chosen)
    assert reminded_at(pool, 200, 168, 100, 70, 40, 20, 10, 2, 1) == heard


@pytest.mark.parametrize(
    ("chosen", "hours"), [(["week", "three"], 70), (["three", "day"], 20), (["week", "day", "hours"], 2)]
)
def test_what_was_missed_is_said_by_the_next_rule_and_not_twice(
    pool: TicketPool, chosen: list[str], hours: int
) -> None:
    register(pool)
    Event.objects.update(remind=chosen)
    assert reminded_at(pool, hours, hours - 1) == [hours]


def test_whatever_is_changed_nobody_hears_by_one_rule_twice(pool: TicketPool) -> None:
    register(pool)
    chosen_at: list[tuple[list[str], int]] = [
        (["week"], 168),
        ([], 160),
        (["week", "three"], 150),
        (["three"], 71),
        (["week", "day", "hours"], 60),
        (["three", "day"], 50),
        (["day"], 23),
        (["hours"], 22),
        (["three", "day", "hours"], 2),
        (["day"], 1),
    ]
    heard = []
    for chosen, hours in chosen_at:
        Event.objects.update(remind=chosen)
        heard += reminded_at(pool, hours)
    assert heard == [168, 71, 23, 2]
    assert [*EventReminder.objects.order_by("pk").values_list("kind", flat=True)] == ["week", "three", "day", "hours"]


def test_three_hours_before_are_those_of_the_place(pool: TicketPool) -> None:
    """Both begin at ten by their own clock, ten hours apart."""
    zones = ("Asia/Kamchatka", "Europe/Kaliningrad")
    day = timezone.localdate() + datetime.timedelta(days=20)
    begins = {zone: datetime.datetime.combine(day, datetime.time(10), ZoneInfo(zone)) for zone in zones}
    for number, (zone, starts_at) in enumerate(begins.items()):
        event = EventFactory(
            starts_at=starts_at, ends_at=starts_at + datetime.timedelta(hours=3), time_zone=zone, remind=["hours"]
        )
        register(PoolFactory(event=event), number)
    OutgoingMail.objects.all().delete()
    told = []
    for zone in zones:
        for minutes in (181, 179):
            with time_machine.travel(begins[zone] - datetime.timedelta(minutes=minutes), tick=False):
                told.append(remind())
    assert told == [0, 1, 0, 1]
    letters = OutgoingMail.objects.order_by("pk").values_list("text", flat=True)
    assert ["10:00" in text for text in letters] == [True, True]


def reminded_at(pool: TicketPool, *hours: int) -> list[int]:
    """At which of these hours before the event its people heard of it; asked again at once, nobody does."""
    heard = []
    for hour in hours:
        with before(pool, hours=hour):
            heard += [hour] * remind()
            assert remind() == 0
    return heard


def test_a_group_hears_once_and_no_one_else_does(pool: TicketPool) -> None:
    """Neither who waits, nor who has not shown that the address is theirs."""
    register_group(pool.event, pool=pool, group="8А", guests=guests(2), asked=asked(user=UserFactory()))
    register(pool, 2)
    register_attendee(pool.event, pool=PoolFactory(event=pool.event), asked=asked(3))
    with before(pool, days=7):
        assert remind() == 1


def test_a_moved_event_is_reminded_of_anew(pool: TicketPool) -> None:
    register(pool)
    with before(pool, days=7):
        remind()
    Event.objects.update(
        starts_at=F("starts_at") + datetime.timedelta(days=30), ends_at=F("ends_at") + datetime.timedelta(days=30)
    )
    with before(pool, days=7):
        assert remind() == 1
    assert EventReminder.objects.count() == 2


def test_a_job_that_was_killed_in_the_middle_sends_nobody_a_second_letter(
    pool: TicketPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(pool)
    with before(pool, days=7):
        remind()
        EventReminder.objects.all().delete()
        register(pool, 2)
        Registration.objects.update(registered_at=timezone.now() - datetime.timedelta(days=1))
        assert remind() == 1


def test_what_is_over_was_held(pool: TicketPool) -> None:
    with before(pool, hours=-7):
        assert [hold_what_is_over(), hold_what_is_over()] == [1, 0]
    assert Event.objects.get().state == EventState.HELD


def test_what_was_held_a_year_ago_goes_into_the_archive_once(pool: TicketPool) -> None:
    Event.objects.filter(pk=EventFactory().pk).update(
        state=EventState.CANCELLED, starts_at=pool.event.starts_at, ends_at=pool.event.ends_at
    )
    undated = EventFactory(state=EventState.HELD, starts_at=None, ends_at=None, registration=RegistrationWay.NONE)
    with before(pool, hours=-7):
        hold_what_is_over()
    done = []
    for days in (364, 366, 366):
        with before(pool, days=-days):
            Event.objects.filter(pk=undated.pk).update(updated_at=timezone.now())
            done.append(archive_what_is_long_over())
    assert done == [0, 1, 0]
    assert [*Event.objects.order_by("pk").values_list("state", flat=True)] == [
        EventState.ARCHIVED,
        EventState.CANCELLED,
        EventState.HELD,
    ]
    moves = [(move.source, move.target, move.by) for move in pool.event.moves.order_by("pk")]
    assert moves == [
        (EventState.PUBLISHED, EventState.HELD, None),
        (EventState.HELD, EventState.ARCHIVED, None),
    ]


def test_what_was_cancelled_does_not_pass_for_what_took_place() -> None:
    event = EventFactory(state=EventState.CANCELLED)
    with pytest.raises(RuleViolated):
        move_event(event, move="archive", who=Who.STAFF, by=None)
    assert Event.objects.get().state == EventState.CANCELLED


def test_an_approval_that_is_late_is_told_to_the_organiser_and_then_to_the_office(pool: TicketPool) -> None:
    TicketPool.objects.update(needs_approval=True)
    organiser = EventOrganiserFactory(event=pool.event).organisation
    head = RepresentativeFactory(organisation=organiser, role=Role.HEAD).user
    UserFactory(is_staff=True, groups=["editors"])  # who may not decide on it
    office = UserFactory(is_staff=True, is_superuser=True)
    decide_by = register(pool).decide_by
    assert decide_by
    told = []
    for hours in (-1, 1, 2, 49, 50):
        with time_machine.travel(decide_by + datetime.timedelta(hours=hours)):
            escalate_approvals()
        told.append([*Notification.objects.order_by("pk").values_list("user", flat=True)])
    assert told == [[], [head.pk], [head.pk], [head.pk, office.pk], [head.pk, office.pk]]
