"""Machines out of order: whose bookings are hit, and what becomes of them."""

import datetime
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from common.errors import RuleViolated
from common.recounts import recount
from members.models import Notification, Role
from technoparks.booking.bookings import Taken, approve, cancel, check_in
from technoparks.booking.moves import Who
from technoparks.models import Booking, BookingState, Equipment, EquipmentTime, Lab, Outage, OutageKind, with_outages
from technoparks.outage.hits import bookings_hit, proposals
from technoparks.outage.outages import ReviewAnew, change_end, end_outage
from technoparks.outage.words import Fate
from tests.factories.members import RepresentativeFactory
from tests.factories.technoparks import EquipmentFactory, LabFactory, booked, guest, hour, manager, out, responsible

pytestmark = pytest.mark.django_db
S = BookingState
MINUTE = datetime.timedelta(minutes=1)
HOUR = 60 * MINUTE


@pytest.fixture
def lab() -> Lab:
    return LabFactory(seats=20, buffer_minutes=15)


@pytest.fixture
def printers(lab: Lab) -> list[Equipment]:
    """Three of a class."""
    first = EquipmentFactory(lab=lab, name="Принтер № 1")
    return [first, *(EquipmentFactory(lab=lab, kind=first.kind, name=f"Принтер № {number}") for number in (2, 3))]


def has(booking: Booking) -> list[Equipment]:
    """Machines that are kept for it."""
    return [one.equipment for one in booking.equipment_times.filter(is_blocking=True).order_by("pk")]


def moved_to_now(booking: Booking, minutes: int = 30) -> Booking:
    """Begun so many minutes ago, with its machines."""
    begins = timezone.now() - minutes * MINUTE
    by = begins - booking.starts_at
    span, blocked = ((one.lower + by, one.upper + by) for one in (booking.span, booking.blocked))  # type: ignore[operator]
    Booking.objects.filter(pk=booking.pk).update(span=span, blocked=blocked)
    booking.equipment_times.update(span=blocked)
    booking.refresh_from_db()
    return booking


def refusal(machine: Equipment, *args: Any, **more: Any) -> str:
    with pytest.raises(RuleViolated) as refused:
        out(machine, *args, **more)
    return refused.value.code


# --- What is hit, and what is proposed ------------------------------------------------------------------------


def test_bookings_of_the_machine_in_that_time_are_hit(lab: Lab, printers: list[Equipment]) -> None:
    first, second, _third = printers
    before, within, after = (booked(lab, start, start + 1, equipment=(first.pk,)) for start in (8, 10, 14))
    booked(lab, 10, 11, equipment=(second.pk,))
    booked(lab, 10, 11)
    off = booked(lab, 12, 13, equipment=(first.pk,))
    cancel(off, who=Who.GUEST, by=responsible(off))

    def hit(starts: datetime.datetime, ends: datetime.datetime | None) -> list[Booking | None]:
        return [one.booking for one in bookings_hit(first, (starts, ends))]

    assert hit(hour(9), hour(13)) == [within]
    assert hit(timezone.now(), None) == [before, within, after]
    assert hit(hour(11), hour(14)) == []


@pytest.mark.parametrize("number", [1, 3])
def test_what_is_hit_and_proposed_costs_three_queries(
    lab: Lab, printers: list[Equipment], number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for start in range(number):
        booked(lab, 9 + start, 10 + start, days=3 + start, equipment=(printers[0].pk,))
    with django_assert_num_queries(3):
        hits = proposals(printers[0], (timezone.now(), None))
        assert [hit.booking.organisation.title for hit in hits]
    assert len(hits) == number


def test_another_of_the_class_is_proposed_that_is_free_with_the_time_to_tidy_up(
    lab: Lab, printers: list[Equipment]
) -> None:
    first, second, third = printers
    booked(lab, 10, 12, equipment=(first.pk,))
    booked(lab, 12, 13, equipment=(second.pk,))
    [hit] = proposals(first, (hour(9), None))
    assert (hit.others, hit.proposed) == ([third], third)


@pytest.mark.parametrize(
    "columns", [{"is_bookable": False}, {"status": "retired"}, {"kind": "other"}, {"lab": "other"}], ids=str
)
def test_machines_that_cannot_stand_in_are_not_proposed(
    lab: Lab, printers: list[Equipment], columns: dict[str, Any]
) -> None:
    first, second, third = printers
    third.delete()
    others = {"kind": EquipmentFactory().kind, "lab": LabFactory()}
    Equipment.objects.filter(pk=second.pk).update(**{k: others.get(k, v) for k, v in columns.items()})
    booked(lab, equipment=(first.pk,))
    [hit] = proposals(first, (hour(9), None))
    assert (hit.others, hit.proposed) == ([], None)


def test_one_that_is_out_of_order_itself_is_not_proposed(lab: Lab, printers: list[Equipment]) -> None:
    first, second, third = printers
    out(second, hour(10)), out(third, hour(9), hour(10))
    booked(lab, equipment=(first.pk,))
    [hit] = proposals(first, (hour(9), None))
    assert (hit.others, hit.proposed) == ([third], third)


def test_what_is_proposed_to_one_booking_is_proposed_to_the_next_as_well(lab: Lab, printers: list[Equipment]) -> None:
    """On one machine no two overlap."""
    first, second, third = printers
    booked(lab, 10, 12, equipment=(third.pk,))
    for starts, ends in ((10, 11), (12, 13)):
        booked(lab, starts, ends, equipment=(first.pk,))
    hits = proposals(first, (hour(9), None))
    assert [hit.proposed for hit in hits] == [second, second]
    assert [hit.others for hit in hits] == [[second], [second]]


# --- Moved, left without, cancelled ---------------------------------------------------------------------------


def test_each_booking_goes_where_it_was_chosen_and_its_history_says_so(lab: Lab, printers: list[Equipment]) -> None:
    first, second, third = printers
    to_move, stays, off = (booked(lab, start, start + 1, equipment=(first.pk,)) for start in (10, 12, 14))
    boss = manager(lab)
    chosen = {to_move.pk: second.pk, stays.pk: Fate.WITHOUT, off.pk: Fate.CANCEL}
    outage = out(first, choices=chosen, by=boss)
    assert [has(one) for one in (to_move, stays, off)] == [[second], [], []]
    facts = {"outage": outage.pk, "machine": first.pk}
    told = [one.moves.latest("pk") for one in (to_move, stays, off)]
    assert [(one.action, one.source, one.target, one.by, one.reason, one.facts) for one in told] == [
        ("machine", S.CONFIRMED, S.CONFIRMED, boss, "Не греется сопло", facts | {"instead": second.pk}),
        ("machine", S.CONFIRMED, S.CONFIRMED, boss, "Не греется сопло", facts | {"instead": None}),
        ("cancel", S.CONFIRMED, S.CANCELLED, boss, "Не греется сопло", {"outage": outage.pk}),
    ]
    assert (outage.time.span, outage.time.is_blocking, outage.ends_at) == (outage.span, True, None)
    assert [*recount()] == []
    with pytest.raises(Taken, match="Не работает в это время: Принтер № 1"):
        booked(lab, 16, 17, equipment=(first.pk,))
    assert booked(lab, 10, 11, equipment=(third.pk,)).state == S.CONFIRMED


def test_a_request_keeps_its_term_when_its_machine_changes(lab: Lab, printers: list[Equipment]) -> None:
    Lab.objects.update(needs_approval=True)
    lab.refresh_from_db()
    waiting = booked(lab, equipment=(printers[0].pk,))
    out(printers[0], choices={waiting.pk: printers[1].pk})
    now = Booking.objects.get(pk=waiting.pk)
    assert (now.state, now.decide_by, now.sequence) == (S.PENDING, waiting.decide_by, 1)
    assert approve(now, by=manager(lab)).state == S.CONFIRMED


def test_what_is_hit_but_was_not_reviewed_stops_everything(lab: Lab, printers: list[Equipment]) -> None:
    first, second, _third = printers
    seen = booked(lab, 10, 11, equipment=(first.pk,))
    booked(lab, 12, 13, equipment=(first.pk,))
    assert refusal(first, choices={seen.pk: second.pk}) == "review_anew"
    assert (has(seen), Outage.objects.count()) == ([first], 0)
    assert not Notification.objects.filter(key__startswith="outage").exists()


def test_a_machine_that_was_taken_meanwhile_stops_everything(lab: Lab, printers: list[Equipment]) -> None:
    first, second, _third = printers
    early, late = (booked(lab, start, start + 1, equipment=(first.pk,)) for start in (10, 12))
    booked(lab, 12, 13, equipment=(second.pk,))
    assert refusal(first, choices={early.pk: second.pk, late.pk: second.pk}) == "review_anew"
    assert (has(early), has(late), Outage.objects.count()) == ([first], [first], 0)


def test_what_was_cancelled_meanwhile_is_left_alone(lab: Lab, printers: list[Equipment]) -> None:
    seen = booked(lab, equipment=(printers[0].pk,))
    cancel(seen, who=Who.GUEST, by=responsible(seen))
    out(printers[0], choices={seen.pk: printers[1].pk})
    assert (has(seen), seen.moves.count()) == ([], 2)


# --- Bookings that go on --------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_used", [False, True], ids=["confirmed", "checked in"])
@pytest.mark.parametrize("fate", ["move", "without"])
def test_until_now_it_had_its_machine_and_from_now_on_another_or_none(
    lab: Lab, printers: list[Equipment], fate: str, is_used: bool
) -> None:
    first, second, third = printers
    booking = moved_to_now(booked(lab, 10, 12, equipment=(first.pk,)))
    if is_used:
        check_in(booking, who=Who.GUEST, by=responsible(booking))
    [hit] = proposals(first, (timezone.now(), None))
    assert (hit.is_begun, hit.may_cancel, hit.others) == (True, not is_used, [second, third])
    outage = out(first, choices={booking.pk: second.pk if fate == "move" else Fate.WITHOUT})
    times = [(one.equipment, one.span.lower, one.span.upper) for one in booking.equipment_times.order_by("pk")]
    before = (first, booking.starts_at, outage.starts_at)
    rest = (second, outage.starts_at, booking.blocked.upper)
    assert times == ([before, rest] if fate == "move" else [before])
    assert [*recount()] == []


def test_who_has_checked_in_is_not_cancelled(lab: Lab, printers: list[Equipment]) -> None:
    booking = moved_to_now(booked(lab, 10, 12, equipment=(printers[0].pk,)))
    check_in(booking, who=Who.GUEST, by=responsible(booking))
    assert refusal(printers[0], choices={booking.pk: Fate.CANCEL}) == "review_anew"


def test_who_has_left_is_not_hit_though_the_machine_is_tidied_up(lab: Lab, printers: list[Equipment]) -> None:
    booking = moved_to_now(booked(lab, 10, 11, equipment=(printers[0].pk,)), minutes=65)
    outage = out(printers[0])
    time = booking.equipment_times.get()
    assert (time.span.upper, booking.moves.count()) == (outage.starts_at, 1)
    assert [*recount()] == []


def test_a_machine_that_was_given_back_within_a_booking_is_not_given_to_it_again(
    lab: Lab, printers: list[Equipment]
) -> None:
    first, second, third = printers
    booking = moved_to_now(booked(lab, 10, 12, equipment=(first.pk,)))
    boss = manager(lab)
    end_outage(out(first, choices={booking.pk: second.pk}, by=boss), by=boss)
    [hit] = proposals(second, (timezone.now(), None))
    assert hit.others == [third]
    out(second, choices={booking.pk: third.pk})
    assert has(booking) == [first, second, third]
    assert [*recount()] == []


# --- When ------------------------------------------------------------------------------------------------------


def test_what_has_passed_counts_from_now(printers: list[Equipment]) -> None:
    before = timezone.now()
    assert before <= out(printers[0], hour(0, -3)).starts_at <= timezone.now()


@pytest.mark.parametrize(
    ("starts", "ends", "code"),
    [
        pytest.param((5, 7), (5, 7), "ends_before", id="no time at all"),
        pytest.param((5, -3), (5, -2), "ends_before", id="over"),
        pytest.param((12, 6), (13, 7), "out_already", id="overlaps another"),
    ],
)
def test_a_time_that_is_none_is_refused(
    printers: list[Equipment], starts: tuple[int, int], ends: tuple[int, int], code: str
) -> None:
    out(printers[0], hour(10), hour(12))
    assert refusal(printers[0], hour(*starts), hour(*ends)) == code


def test_one_outage_stands_beside_another(printers: list[Equipment]) -> None:
    out(printers[0], hour(10), hour(12)), out(printers[0], hour(12)), out(printers[1], hour(10))
    assert Outage.objects.count() == 3


def test_a_machine_that_is_written_off_is_not_out_of_order(printers: list[Equipment]) -> None:
    Equipment.objects.update(status="retired")
    assert refusal(printers[0]) == "retired"


def test_asked_again_by_the_same_key_it_is_the_outage_that_stands(lab: Lab, printers: list[Equipment]) -> None:
    booking, boss = booked(lab, equipment=(printers[0].pk,)), manager(lab)
    more: dict[str, Any] = {"choices": {booking.pk: printers[1].pk}, "by": boss, "key": "один"}
    assert out(printers[0], **more) == out(printers[0], **more)
    assert booking.moves.count() == 2


def test_the_database_itself_refuses_an_outage_over_a_booking(lab: Lab, printers: list[Equipment]) -> None:
    booking = booked(lab, equipment=(printers[0].pk,))
    outage = Outage.objects.create(equipment=printers[0], span=(hour(9), None), kind="breakdown", reason="—")
    with pytest.raises(IntegrityError, match="equipment_booked_once"), transaction.atomic():
        EquipmentTime.objects.create(equipment=printers[0], outage=outage, span=outage.span)
    with pytest.raises(IntegrityError, match="equipment_time_of_one"), transaction.atomic():
        EquipmentTime.objects.create(equipment=printers[1], outage=outage, booking=booking, span=outage.span)


# --- Its end ---------------------------------------------------------------------------------------------------


def test_back_in_order_it_can_be_booked_again_and_repeated_it_does_nothing(lab: Lab, printers: list[Equipment]) -> None:
    outage, boss = out(printers[0]), manager(lab)
    ended = end_outage(outage, by=boss)
    assert (ended.ends_at, ended.ended_by, ended.is_over) == (ended.ended_at, boss, True)
    assert EquipmentTime.objects.get().span == ended.span
    assert end_outage(outage, by=manager(lab)).ended_by == boss
    assert booked(lab, equipment=(printers[0].pk,)).state == S.CONFIRMED
    assert Equipment.objects.get(pk=printers[0].pk).maintained_on is None
    assert [*recount()] == []


def test_called_off_before_it_begins_it_keeps_nobody_out(lab: Lab, printers: list[Equipment]) -> None:
    outage = out(printers[0], hour(9), hour(18), kind=OutageKind.MAINTENANCE)
    off = end_outage(outage, by=manager(lab))
    assert (off.is_off, off.span, off.time.is_blocking) == (True, outage.span, False)
    assert booked(lab, equipment=(printers[0].pk,)).state == S.CONFIRMED
    assert out(printers[0], hour(12), hour(13)).pk
    assert Equipment.objects.get(pk=printers[0].pk).maintained_on is None


@pytest.mark.parametrize("by_its_term", [False, True], ids=["earlier", "by its term"])
def test_maintenance_that_is_done_is_noted(lab: Lab, printers: list[Equipment], by_its_term: bool) -> None:
    printers[0].maintenance_days = 30
    printers[0].save()
    outage = out(printers[0], ends=hour(18), kind=OutageKind.MAINTENANCE)
    day = timezone.localdate()
    if by_its_term:
        day -= datetime.timedelta(days=2)
        Outage.objects.update(span=(hour(9, -4), hour(18, -2)))
        EquipmentTime.objects.update(span=(hour(9, -4), hour(18, -2)))
        outage.refresh_from_db()
        assert (outage.is_over, outage.waits_for_end) == (True, True)
    end_outage(outage, by=manager(lab))
    machine = Equipment.objects.get(pk=printers[0].pk)
    assert (machine.maintained_on, machine.maintenance_due) == (day, day + datetime.timedelta(days=30))
    assert [*recount()] == []


def test_a_later_end_asks_about_the_bookings_that_it_hits_besides(lab: Lab, printers: list[Equipment]) -> None:
    first, second, _third = printers
    outage, boss = out(first, hour(8), hour(10)), manager(lab)
    booking = booked(lab, 12, 13, equipment=(first.pk,))
    with pytest.raises(ReviewAnew):
        change_end(outage, ends=None, choices={}, by=boss)
    assert change_end(outage, ends=hour(11), choices={}, by=boss).ends_at == hour(11)
    longer = change_end(outage, ends=None, choices={booking.pk: second.pk}, by=boss)
    assert (longer.ends_at, longer.time.span, has(booking)) == (None, longer.span, [second])
    assert change_end(outage, ends=None, choices={}, by=boss).ends_at is None
    assert change_end(outage, ends=hour(10), choices={}, by=boss).ends_at == hour(10)
    assert booked(lab, 10, 11, equipment=(first.pk,)).state == S.CONFIRMED
    assert [*recount()] == []


@pytest.mark.parametrize(
    ("ends", "code"), [((7, 7), "ends_before"), ((13, 7), "out_already")], ids=["before it begins", "over another"]
)
def test_an_end_that_is_none_is_refused(lab: Lab, printers: list[Equipment], ends: tuple[int, int], code: str) -> None:
    outage = out(printers[0], hour(8), hour(10))
    out(printers[0], hour(12), hour(14))
    with pytest.raises(RuleViolated) as refused:
        change_end(outage, ends=hour(*ends), choices={}, by=manager(lab))
    assert refused.value.code == code


def test_of_what_is_over_the_end_stays(lab: Lab, printers: list[Equipment]) -> None:
    boss = manager(lab)
    outage = end_outage(out(printers[0]), by=boss)
    with pytest.raises(RuleViolated, match="завершён"):
        change_end(outage, ends=None, choices={}, by=boss)


# --- Who hears of it ------------------------------------------------------------------------------------------


def test_each_person_hears_once_with_all_that_is_theirs(lab: Lab, printers: list[Equipment]) -> None:
    first, second, _third = printers
    school, teacher = guest()
    head = RepresentativeFactory(organisation=school, role=Role.HEAD).user
    colleague = RepresentativeFactory(organisation=school, role=Role.TEACHER).user
    theirs = [
        booked(lab, start, start + 1, by=(school, by), equipment=(first.pk,), title=f"Занятие в {start}")
        for start, by in ((10, teacher), (12, teacher), (14, colleague))
    ]
    other = booked(lab, 16, 17, equipment=(first.pk,), title="Чужое")
    mail.outbox.clear()
    fates = [second.pk, Fate.WITHOUT, Fate.CANCEL]
    boss = manager(lab)
    outage = out(
        first, choices=dict(zip([one.pk for one in theirs], fates, strict=True)) | {other.pk: second.pk}, by=boss
    )
    told = {one.user: one for one in Notification.objects.filter(key=f"outage {outage.pk}")}
    assert {*told} == {teacher, head, colleague, responsible(other)}
    titles = {reader: [t for t in ("в 10", "в 12", "в 14", "Чужое") if t in one.text] for reader, one in told.items()}
    assert titles == {
        teacher: ["в 10", "в 12"],
        colleague: ["в 14"],
        head: ["в 10", "в 12", "в 14"],
        responsible(other): ["Чужое"],
    }
    text = told[head].text.replace("\N{NO-BREAK SPACE}", " ")
    assert "Не греется сопло" in text
    assert [words in text for words in ("замена: Принтер № 2", "без этого оборудования", "отменено")] == [True] * 3
    assert told[teacher].link == f"/dashboard/{school.slug}/labs/"
    assert told[colleague].link == f"/dashboard/{school.slug}/labs/bookings/{theirs[2].pk}/"
    assert told[teacher].title == f"Не работает: Принтер № 1, {lab.title}"


def test_who_left_the_guest_hears_nothing(lab: Lab, printers: list[Equipment]) -> None:
    booking = booked(lab, equipment=(printers[0].pk,))
    responsible(booking).representations.update(ended_at=timezone.now())
    outage = out(printers[0], choices={booking.pk: Fate.CANCEL})
    assert not Notification.objects.filter(key=f"outage {outage.pk}").exists()


def test_of_a_later_end_only_those_hear_whom_it_hits(lab: Lab, printers: list[Equipment]) -> None:
    first, second, _third = printers
    booking, boss = booked(lab, equipment=(first.pk,)), manager(lab)
    outage = out(first, hour(8), hour(12), choices={booking.pk: second.pk}, by=boss)
    later = booked(lab, 14, 15, equipment=(first.pk,))
    change_end(outage, ends=hour(18), choices={later.pk: Fate.CANCEL}, by=boss)
    told = Notification.objects.filter(key__startswith=f"outage {outage.pk}").order_by("pk")
    assert [one.user for one in told] == [responsible(booking), responsible(later)]


def test_who_had_lost_the_machine_hears_once_that_it_works_again(lab: Lab, printers: list[Equipment]) -> None:
    first, second, _third = printers
    school, teacher = guest()
    head = RepresentativeFactory(organisation=school, role=Role.HEAD).user
    moved, without, off, changed_mind = (
        booked(lab, start, start + 1, by=(school, teacher), equipment=(first.pk,), title=f"Занятие в {start}")
        for start in (9, 11, 13, 15)
    )
    fates = {moved.pk: second.pk, without.pk: Fate.WITHOUT, off.pk: Fate.CANCEL, changed_mind.pk: second.pk}
    boss = manager(lab)
    outage = out(first, choices=fates, by=boss)
    cancel(changed_mind, who=Who.GUEST, by=teacher)
    end_outage(outage, by=boss)
    end_outage(outage, by=boss)
    told = Notification.objects.filter(key=f"outage {outage.pk} is over").order_by("pk")
    assert {one.user for one in told} == {teacher, head}
    assert told.count() == 2
    text = told[0].text.replace("\N{NO-BREAK SPACE}", " ")
    assert told[0].title == f"Снова можно бронировать: Принтер № 1, {lab.title}"
    assert [f"Занятие в {start}" in text for start in (9, 11, 13, 15)] == [True, True, True, False]


def test_of_a_time_that_has_come_or_at_which_it_is_out_again_nobody_hears(lab: Lab, printers: list[Equipment]) -> None:
    first, second, _third = printers
    come, later = (booked(lab, 10, 11, days=days, equipment=(first.pk,)) for days in (7, 9))
    boss = manager(lab)
    outage = out(first, hour(8), hour(20, 8), choices={come.pk: second.pk}, by=boss)
    again = out(first, hour(8, 9), hour(20, 9), choices={later.pk: second.pk}, by=boss)
    with time_machine.travel(hour(10) + MINUTE):
        end_outage(outage, by=boss)
    assert not Notification.objects.filter(key__contains=" is over").exists()
    end_outage(again, by=boss)
    assert [one.user for one in Notification.objects.filter(key__contains=" is over")] == [responsible(later)]


def test_of_a_booking_in_two_outages_nobody_hears_while_the_other_one_stands(
    lab: Lab, printers: list[Equipment]
) -> None:
    first = printers[0]
    booking, boss = booked(lab, 10, 12, equipment=(first.pk,)), manager(lab)
    outage = out(first, hour(8), hour(11), choices={booking.pk: Fate.WITHOUT}, by=boss)
    out(first, hour(11), hour(13), by=boss)
    end_outage(outage, by=boss)
    assert not Notification.objects.filter(key__contains=" is over").exists()


# --- Machines that leave ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [{"status": "retired"}, {"is_bookable": False}], ids=str)
def test_a_machine_with_bookings_to_come_is_not_taken_away(
    lab: Lab, printers: list[Equipment], columns: dict[str, Any]
) -> None:
    booking = booked(lab, equipment=(printers[0].pk,))
    machine = Equipment.objects.get(pk=printers[0].pk)
    for name, value in columns.items():
        setattr(machine, name, value)
    with pytest.raises(ValidationError, match="1 предстоящее"):
        machine.full_clean()
    out(printers[0], choices={booking.pk: printers[1].pk})
    machine.full_clean()


def test_the_state_of_a_machine_is_what_its_outages_say(printers: list[Equipment]) -> None:
    now, later, past = out(printers[0]), out(printers[1], hour(9)), out(printers[2], hour(9))
    end_outage(past, by=manager(printers[2].lab))
    found = with_outages(Equipment.objects.order_by("pk"))
    assert [(one.outage, one.outages_ahead) for one in found] == [(now, [now]), (None, [later]), (None, [])]
