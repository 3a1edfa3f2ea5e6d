"""What the clock does: renewals, reminders, grace and lapse; after any pause, twice, and by two at once."""

import datetime
from collections.abc import Iterator
from threading import Barrier, Thread
from typing import Any

import pytest
import time_machine
from django.core.files.storage import InMemoryStorage
from django.db import IntegrityError, connections
from django.utils.translation import override

from common.models import Document
from members.membership.fees import outlook
from members.membership.invoices import bill_period, cancel_invoice, mark_paid
from members.membership.life import change_membership_status, record_membership_start
from members.membership.renewals import bill_next_period, left_behind, renew_and_remind, to_be_renewed
from members.models import (
    AssociationRequisites,
    Fee,
    Invoice,
    Membership,
    MembershipPeriod,
    MembershipReminder,
    MembershipStatus,
    MembershipStatusChange,
    Notification,
    Organisation,
    Role,
    status_on,
)
from tests.factories.members import (
    FeeFactory,
    InvoiceFactory,
    MembershipFactory,
    PeriodFactory,
    RepresentativeFactory,
    RequisitesFactory,
    UserFactory,
)
from tests.office import enter, superuser

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
END = datetime.date(2026, 12, 31)  # of the paid period; the last day to pay for the next one
SERIES = [-60, -30, -14, 0, 14, 30, 61]


@pytest.fixture(autouse=True)
def storage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Document._meta.get_field("file"), "storage", InMemoryStorage())


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(noon(END - 70 * DAY), tick=False) as traveller:
        yield traveller


def noon(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(12), datetime.UTC)


@pytest.fixture
def membership() -> Membership:
    """With a head, and with a period that ends on END."""
    FeeFactory(), RequisitesFactory()
    head = RepresentativeFactory(role=Role.HEAD, organisation__short_name="Лицей")
    membership = MembershipFactory(organisation=head.organisation)
    membership.changes.create(status="active", on=datetime.date(2026, 1, 1), reason="?")
    PeriodFactory(membership=membership, starts_on=datetime.date(2026, 1, 1), ends_on=END)
    return membership


def live(clock: time_machine.Traveller, first: int, last: int) -> None:
    """The job runs every day, from and to so many days after END."""
    for number in range(first, last + 1):
        run_on(clock, number)


def run_on(clock: time_machine.Traveller, number: int) -> None:
    clock.move_to(noon(END + number * DAY))
    renew_and_remind()


def letters() -> list[str]:
    titles = Notification.objects.order_by("pk").values_list("title", flat=True)
    return [title.replace("\N{NO-BREAK SPACE}", " ") for title in titles if "свидетельств" not in title]


def steps() -> list[int]:
    return [*MembershipReminder.objects.values_list("step", flat=True)]


def status() -> str:
    return Membership.objects.get().status


WHOLE_SERIES = [
    "Оплатите взнос не позднее 31 декабря 2026 г.",
    "До конца срока оплаты взноса — 30 дней",
    "До конца срока оплаты взноса — 14 дней",
    "Сегодня последний день оплаты взноса",
    "Срок оплаты взноса истёк 31 декабря 2026 г.",
    "Срок оплаты взноса истёк 31 декабря 2026 г.",
    "Членство прекращено: взнос не оплачен",
]


def test_who_never_pays_hears_of_it_seven_times_and_lapses(
    membership: Membership, clock: time_machine.Traveller
) -> None:
    live(clock, -70, 100)
    assert (letters(), steps(), status()) == (WHOLE_SERIES, SERIES, "lapsed")
    days = {number: status_on(membership, END + number * DAY) for number in (0, 1, 60, 61)}
    assert days == {0: "active", 1: "grace", 60: "grace", 61: "lapsed"}
    assert [change.by for change in membership.changes.all()] == [None] * 3
    assert MembershipPeriod.objects.count() == 2


@pytest.mark.parametrize("down", [-60, -36, -17, 0, 8, 27, 61])
def test_a_job_that_was_down_for_a_week_skips_nothing_and_repeats_nothing(
    membership: Membership, clock: time_machine.Traveller, down: int
) -> None:
    live(clock, -63, down - 1)
    live(clock, down + 7, 70)
    assert (steps(), len(letters()), status()) == (SERIES, len(SERIES), "lapsed")


def test_of_an_invoice_that_replaces_another_the_heads_are_reminded_anew(
    membership: Membership, clock: time_machine.Traveller
) -> None:
    live(clock, -60, 45)
    staff = UserFactory()
    cancel_invoice(Invoice.objects.get(), by=staff)
    bill_period(membership, starts_on=END + DAY, by=staff)
    before = len(letters())
    live(clock, 46, 150)
    assert len(letters()[before:]) == 5  # two weeks before its last day, on it, and thrice after
    assert status() == "lapsed"


def test_a_year_that_the_lapse_took_away_comes_back_with_the_payment(
    membership: Membership, clock: time_machine.Traveller
) -> None:
    staff = UserFactory()
    first = bill_period(membership, starts_on=END + DAY, by=staff)
    second = bill_period(membership, starts_on=datetime.date(2028, 1, 1), by=staff)
    assert first
    assert second
    live(clock, -30, 62)
    assert (status(), Invoice.objects.get(pk=second.pk).state) == ("lapsed", "cancelled")
    mark_paid(first, paid_on=END + 62 * DAY, by=staff)
    assert (status(), second.period.invoices.latest("pk").state) == ("active", "issued")


def test_a_job_that_was_down_for_two_months_says_how_things_stand_today(
    membership: Membership, clock: time_machine.Traveller
) -> None:
    run_on(clock, -60)
    run_on(clock, 2)
    assert letters() == [WHOLE_SERIES[0], WHOLE_SERIES[4]]
    assert (steps(), status()) == ([-60, -30, -14, 0], "grace")
    run_on(clock, 62)
    assert (letters()[2:], steps(), status()) == ([WHOLE_SERIES[6]], SERIES, "lapsed")


def test_a_renewal_that_comes_late_still_leaves_a_month_to_pay(
    membership: Membership, clock: time_machine.Traveller
) -> None:
    run_on(clock, -5)
    assert (Invoice.objects.get().due_on, steps()) == (END + 25 * DAY, [-60, -30])
    live(clock, -4, 25)
    assert status() == "active"
    run_on(clock, 26)
    assert status() == "grace"


def test_run_twice_it_does_nothing_twice(membership: Membership, clock: time_machine.Traveller) -> None:
    for number in (-60, -60, -30, -30, 1, 1, 61, 61):
        run_on(clock, number)
    assert steps() == SERIES
    assert letters() == [WHOLE_SERIES[place] for place in (0, 1, 4, 6)]
    assert membership.changes.count() == 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("day", [-60, -30, 1, 61])
def test_run_by_two_at_once_it_does_nothing_twice(day: int) -> None:
    FeeFactory(), RequisitesFactory()
    for _ in range(3):
        head = RepresentativeFactory(role=Role.HEAD)
        PeriodFactory(
            membership=MembershipFactory(organisation=head.organisation),
            starts_on=datetime.date(2026, 1, 1),
            ends_on=END,
        )
    with time_machine.travel(noon(END - 60 * DAY), tick=False) as traveller:
        if day != -60:
            renew_and_remind()
        traveller.move_to(noon(END + day * DAY))
        start, failed = Barrier(2), []

        def run() -> None:
            start.wait()
            try:
                renew_and_remind()
            except Exception as error:
                failed.append(error)
            connections.close_all()

        threads = [Thread(target=run) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failed == []
    reached = [step for step in SERIES if step <= day]
    assert sorted(steps()) == sorted(reached * 3)
    assert (MembershipPeriod.objects.count(), Invoice.objects.count()) == (6, 3)
    told = Notification.objects.filter(topic="fees").count()
    assert told == 3 * (1 if day == -60 else 2)


def test_who_pays_hears_no_more_and_is_renewed_a_year_later(
    membership: Membership, clock: time_machine.Traveller
) -> None:
    live(clock, -60, -20)
    mark_paid(Invoice.objects.get(), paid_on=END - 20 * DAY, by=UserFactory())
    live(clock, -19, 100)
    assert (letters(), status()) == ([*WHOLE_SERIES[:2], "Взнос получен"], "active")
    run_on(clock, 365 - 60)
    periods = MembershipPeriod.objects.order_by("starts_on").values_list("starts_on", flat=True)
    assert [day.isoformat() for day in periods] == ["2026-01-01", "2027-01-01", "2028-01-01"]


def test_who_pays_in_grace_is_active_again(membership: Membership, clock: time_machine.Traveller) -> None:
    live(clock, -60, 5)
    assert status() == "grace"
    mark_paid(Invoice.objects.get(), paid_on=END + 3 * DAY, by=UserFactory())
    live(clock, 6, 100)
    assert status() == "active"
    assert [status_on(membership, END + number * DAY) for number in (2, 3)] == ["grace", "active"]


def test_who_is_resumed_after_a_long_time_has_a_month_to_pay_and_is_reminded_anew(
    membership: Membership, clock: time_machine.Traveller
) -> None:
    live(clock, -60, 20)
    for day, status_then in ((21, "suspended"), (120, "active")):
        clock.move_to(noon(END + day * DAY))
        change_membership_status(membership, status=status_then, on=END + 21 * DAY, by=UserFactory(), reason="?")
        told = len(letters())
        live(clock, day, 119)
    live(clock, 120, 150)
    assert (status(), Invoice.objects.get().due_on) == ("active", END + 150 * DAY)
    live(clock, 151, 210)
    assert status() == "grace"
    live(clock, 211, 212)
    assert status() == "lapsed"
    said = letters()[told:]
    assert (said[:3], said[5:]) == (WHOLE_SERIES[1:4], WHOLE_SERIES[6:])


def test_nobody_pays_for_the_years_of_a_suspension(membership: Membership, clock: time_machine.Traveller) -> None:
    """One year was billed ahead, two would have been since; from the day of coming back there is one."""
    live(clock, -60, -5)
    back_on = 3 * 365
    for day, status_then in ((-5, "suspended"), (back_on, "active")):
        clock.move_to(noon(END + day * DAY))
        change_membership_status(membership, status=status_then, on=END + day * DAY, by=UserFactory(), reason="?")
        outlook_then = outlook(membership).next_from
    live(clock, back_on, back_on + 5)
    came_back = END + back_on * DAY
    assert outlook_then == came_back
    assert [*Invoice.objects.order_by("pk").values_list("state", "period__starts_on", "due_on")] == [
        ("cancelled", END + DAY, END),
        ("issued", came_back, came_back + 30 * DAY),
    ]


def test_a_year_that_had_begun_or_goes_on_after_a_suspension_is_owed(
    membership: Membership, clock: time_machine.Traveller
) -> None:
    live(clock, -60, 5)
    for day, status_then in ((6, "suspended"), (364, "active")):
        clock.move_to(noon(END + day * DAY))
        change_membership_status(membership, status=status_then, on=END + day * DAY, by=UserFactory(), reason="?")
    live(clock, 364, 366)
    states = Invoice.objects.order_by("pk").values_list("state", "period__starts_on")
    assert [*states] == [("issued", END + DAY), ("issued", END + 366 * DAY)]


def test_reasons_are_in_the_language_of_the_register_whoever_presses_the_button(
    membership: Membership, clock: time_machine.Traveller
) -> None:
    with override("en"):
        record_membership_start(MembershipFactory(), by=UserFactory())
        live(clock, -60, 5)
        mark_paid(Invoice.objects.get(), paid_on=END + 3 * DAY, by=UserFactory())
        lapsed = InvoiceFactory(period__membership=MembershipFactory(status="grace"), due_on=END)
        cancel_invoice(lapsed, by=UserFactory())
    reasons = MembershipStatusChange.objects.order_by("pk").values_list("reason", flat=True)
    assert [reason.split(" №")[0] for reason in reasons if reason != "?"] == [
        "Внесено в реестр", "Счёт", "Счёт", "Счёт",
    ]  # fmt: skip


def test_who_is_exempt_is_renewed_without_a_word(membership: Membership, clock: time_machine.Traveller) -> None:
    Fee.objects.update(amount=0, exempt=True)
    live(clock, -60, 100)
    assert (letters(), steps(), status(), MembershipPeriod.objects.count()) == ([], [], "active", 2)


@pytest.mark.parametrize("missing", [Fee, AssociationRequisites])
def test_what_the_office_has_not_set_is_no_fault_of_the_member(
    membership: Membership, clock: time_machine.Traveller, missing: Any
) -> None:
    kept = missing.objects.get()
    missing.objects.all().delete()
    live(clock, -60, 30)
    assert (status(), letters(), [*to_be_renewed()]) == ("active", [], [membership])
    kept.save(force_insert=True)
    run_on(clock, 31)
    assert (Invoice.objects.get().due_on, [*to_be_renewed()]) == (END + 61 * DAY, [])


def test_one_that_breaks_a_rule_stops_no_other_and_waits_for_the_office(
    membership: Membership, clock: time_machine.Traveller
) -> None:
    """Of the broken one somebody has put the start after the day on which it would have to move."""
    broken = MembershipFactory()
    PeriodFactory(membership=broken, starts_on=datetime.date(2026, 1, 1), ends_on=END - DAY)
    run_on(clock, -60)
    Membership.objects.filter(pk=broken.pk).update(started_on=END + 30 * DAY)
    live(clock, 1, 2)
    statuses = Membership.objects.in_bulk()
    assert (statuses[membership.pk].status, statuses[broken.pk].status) == ("grace", "active")
    assert [*left_behind()] == [broken]
    context = enter(superuser()).get("/admin/").context
    url = next(queue.url for queue in context["queues"] if [row for row, _url in queue.rows] == [broken])
    assert [*enter(superuser()).get(url).context["cl"].result_list] == [broken]


def test_years_that_are_over_are_left_to_the_office(clock: time_machine.Traveller) -> None:
    """Of a membership that begins twenty years ago by a mistyped day, each night would bill another one."""
    FeeFactory(valid_from=datetime.date(2000, 1, 1)), RequisitesFactory()
    old = PeriodFactory(starts_on=datetime.date(2006, 1, 1), ends_on=datetime.date(2006, 12, 31)).membership
    live(clock, -60, -58)
    assert (old.periods.count(), [*to_be_renewed()]) == (1, [old])
    bill_next_period(old, by=superuser())
    assert old.periods.count() == 2


@pytest.mark.parametrize("now", ["suspended", "left", "excluded", "ended", "lapsed"])
def test_what_does_not_run_is_left_alone(membership: Membership, clock: time_machine.Traveller, now: str) -> None:
    run_on(clock, -60)
    Membership.objects.update(status=now)
    live(clock, -30, 70)
    assert (status(), steps(), letters()) == (now, [-60], WHOLE_SERIES[:1])


def test_a_membership_without_a_period_is_not_renewed(clock: time_machine.Traveller) -> None:
    FeeFactory(), RequisitesFactory()
    MembershipFactory()
    renew_and_remind()
    assert not MembershipPeriod.objects.exists()


def test_a_first_year_that_nobody_pays_lapses_as_well(clock: time_machine.Traveller) -> None:
    FeeFactory(), RequisitesFactory()
    membership = MembershipFactory()
    bill_period(membership, starts_on=END, by=None)
    clock.move_to(noon(END))
    invoice = Invoice.objects.get()
    clock.move_to(noon(invoice.due_on + DAY))
    renew_and_remind()
    assert status() == MembershipStatus.GRACE
    assert Organisation.objects.get().tier == "full"
    clock.move_to(noon(invoice.due_on + 61 * DAY))
    renew_and_remind()
    assert (status(), Organisation.objects.get().tier) == (MembershipStatus.LAPSED, "")


def test_the_database_keeps_one_row_for_a_step_of_a_period() -> None:
    period = PeriodFactory()
    MembershipReminder.objects.create(period=period, step=-30)
    with pytest.raises(IntegrityError, match="reminder_once"):
        MembershipReminder.objects.create(period=period, step=-30)
