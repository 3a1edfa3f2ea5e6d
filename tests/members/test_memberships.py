"""The life of a membership: every move of the table, the status on any day, and what an organisation inherits."""

import datetime
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError
from django.db.models import Model
from django.test import Client
from django.utils import timezone, translation
from pytest_django import DjangoAssertNumQueries

from common.errors import RuleViolated
from members.membership.life import (
    MEMBERSHIP_MOVES,
    Who,
    change_membership_status,
    check_start,
    follow_register,
    possible_moves,
    record_membership_start,
)
from members.models import (
    Invoice,
    Kind,
    Membership,
    MembershipStatus,
    MembershipStatusChange,
    Organisation,
    Role,
    Tier,
    User,
    standing_of,
    status_on,
)
from members.organisations.services import update_profile
from tests.at_once import at_once
from tests.factories.members import (
    InvoiceFactory,
    MembershipFactory,
    OrganisationFactory,
    PeriodFactory,
    RepresentativeFactory,
    UserFactory,
)
from tests.members.test_services import profile

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
YESTERDAY, TODAY = datetime.date(2026, 12, 15), datetime.date(2026, 12, 16)
ACTIVE, GRACE, LAPSED = MembershipStatus.ACTIVE, MembershipStatus.GRACE, MembershipStatus.LAPSED
SUSPENDED, LEFT, EXCLUDED = MembershipStatus.SUSPENDED, MembershipStatus.LEFT, MembershipStatus.EXCLUDED
PROTOCOL: dict[str, Any] = {"protocol": "12", "protocol_on": TODAY}

# Who → which pairs of statuses they may move between.
MAY = {
    Who.STAFF: {
        (ACTIVE, SUSPENDED), (GRACE, SUSPENDED), (SUSPENDED, ACTIVE),
        (ACTIVE, LEFT), (GRACE, LEFT), (SUSPENDED, LEFT),
    },
    Who.BOARD: {(ACTIVE, EXCLUDED), (GRACE, EXCLUDED), (SUSPENDED, EXCLUDED)},
    Who.HEAD: {(ACTIVE, LEFT), (GRACE, LEFT), (SUSPENDED, LEFT)},
    Who.CLOCK: {(ACTIVE, GRACE), (GRACE, LAPSED)},
    Who.PAYMENT: {(GRACE, ACTIVE), (LAPSED, ACTIVE)},
}  # fmt: skip


def move(membership: Membership, status: str, by: User | None, on: datetime.date = TODAY, **more: Any) -> str:
    """``moved``, ``nothing``, or the code of the refusal."""
    before = membership.changes.count()
    try:
        change_membership_status(membership, status=status, on=on, by=by, reason="протокол 7", **more)
    except RuleViolated as error:
        return error.code
    return "moved" if membership.changes.count() > before else "nothing"


def owing(membership: Membership, who: Who) -> None:
    """An invoice that is overdue for longer than the grace; for a payment there is none."""
    if who is not Who.PAYMENT:
        InvoiceFactory(period=PeriodFactory(membership=membership))


@pytest.mark.parametrize("who", Who)
@pytest.mark.parametrize("asked", MembershipStatus)
@pytest.mark.parametrize("before", MembershipStatus)
def test_a_membership_moves_as_the_table_says(before: str, asked: str, who: Who) -> None:
    membership, person = MembershipFactory(status=before), UserFactory()
    owing(membership, who)
    outcome = move(membership, asked, person, who=who, **PROTOCOL)
    membership.refresh_from_db()
    if before == asked:
        assert (outcome, membership.status, membership.changes.count()) == ("nothing", before, 0)
    elif (before, asked) in MAY[who]:
        change = membership.changes.get()
        assert (outcome, change.status, change.on, change.by) == ("moved", asked, TODAY, person)
        ended = TODAY if asked in (LAPSED, LEFT, EXCLUDED) else None
        assert (membership.status, membership.ended_on) == (asked, ended)
    else:
        assert (outcome, membership.status) == ("membership_move", before)


def test_the_table_leads_from_a_status_to_another_in_one_way_for_each() -> None:
    ways = [
        (before, move.after, who) for move in MEMBERSHIP_MOVES.values() for before in move.before for who in move.who
    ]
    assert len(ways) == len({*ways}) == sum(map(len, MAY.values()))
    assert possible_moves(MembershipFactory.build(status=GRACE), who=Who.STAFF) == {"suspend", "leave"}


@pytest.mark.parametrize(
    "protocol", [{}, {"protocol": "12"}, {"protocol_on": TODAY}], ids=["none", "no day", "no number"]
)
def test_the_board_alone_excludes(protocol: dict) -> None:
    membership = MembershipFactory()
    assert move(membership, EXCLUDED, UserFactory(), who=Who.BOARD, **protocol) == "no_protocol"
    with pytest.raises(IntegrityError):
        MembershipStatusChange.objects.create(membership=membership, status=EXCLUDED, on=TODAY, **protocol)


@pytest.mark.parametrize("asked", [SUSPENDED, LEFT])
def test_a_membership_does_not_change_before_it_starts(asked: str) -> None:
    membership = MembershipFactory(started_on=TODAY)
    assert move(membership, asked, UserFactory(), on=YESTERDAY) == "membership_dates"
    assert move(membership, asked, UserFactory(), on=datetime.date.min) == "membership_dates"
    assert move(membership, asked, UserFactory(), on=TODAY) == "moved"


@pytest.mark.parametrize("asked", [ACTIVE, LEFT])
def test_a_move_does_not_lie_before_the_last_one(asked: str) -> None:
    membership, staff = MembershipFactory(), UserFactory()
    change_membership_status(membership, status=SUSPENDED, on=TODAY, by=staff, reason="протокол 6")
    assert move(membership, asked, staff, on=YESTERDAY) == "membership_dates"
    membership.refresh_from_db()
    assert (membership.status, membership.changes.count()) == (SUSPENDED, 1)
    assert move(membership, asked, staff) == "moved"


@pytest.mark.parametrize(
    ("due_on", "now", "asked", "outcome"),
    [
        (TODAY, ACTIVE, GRACE, "not_overdue"),
        (YESTERDAY, ACTIVE, GRACE, "moved"),
        (TODAY - 60 * DAY, GRACE, LAPSED, "grace_runs"),
        (TODAY - 61 * DAY, GRACE, LAPSED, "moved"),
    ],
    ids=["the last day to pay", "the day after", "the last day of grace", "the day after grace"],
)
def test_the_clock_moves_what_is_due(due_on: datetime.date, now: str, asked: str, outcome: str) -> None:
    membership = MembershipFactory(status=now)
    InvoiceFactory(period=PeriodFactory(membership=membership), due_on=due_on)
    assert move(membership, asked, None, who=Who.CLOCK) == outcome


@pytest.mark.parametrize(("days", "outcome"), [(365, "moved"), (366, "lapsed_long_ago")])
def test_who_has_lapsed_comes_back_within_a_year(days: int, outcome: str) -> None:
    membership = MembershipFactory(status=LAPSED, ended_on=TODAY - days * DAY)
    assert move(membership, ACTIVE, UserFactory(), who=Who.PAYMENT) == outcome


@pytest.mark.parametrize("since_then", [ACTIVE, LEFT])
def test_who_has_joined_anew_has_no_second_membership_by_paying_for_the_lapsed_one(since_then: str) -> None:
    lapsed = MembershipFactory(status=LAPSED, ended_on=TODAY)
    MembershipFactory(organisation=lapsed.organisation, status=since_then)
    assert move(lapsed, ACTIVE, UserFactory(), who=Who.PAYMENT) == "joined_anew"


def test_who_leaves_owes_no_year_that_has_not_begun() -> None:
    membership = MembershipFactory()
    begun = PeriodFactory(membership=membership, starts_on=TODAY - DAY, ends_on=TODAY + 364 * DAY)
    ahead = PeriodFactory(membership=membership, starts_on=TODAY + 365 * DAY, ends_on=TODAY + 729 * DAY)
    InvoiceFactory(period=begun), InvoiceFactory(period=ahead)
    move(membership, LEFT, UserFactory())
    assert [*Invoice.objects.order_by("period__starts_on").values_list("state", flat=True)] == ["issued", "cancelled"]


def test_the_start_of_a_membership_is_kept_as_its_first_move() -> None:
    staff = UserFactory()
    change = record_membership_start(MembershipFactory(started_on=TODAY, note="протокол 1"), by=staff)
    assert (change.status, change.on, change.by, change.reason) == (ACTIVE, TODAY, staff, "протокол 1")
    with translation.override("en"):
        assert record_membership_start(MembershipFactory(), by=staff).reason == "Внесено в реестр"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_end_a_membership_at_once_one_does_and_the_other_is_told() -> None:
    membership = MembershipFactory()
    people = UserFactory.create_batch(2)
    outcomes = at_once(
        *(
            partial(change_membership_status, membership, status=LEFT, on=TODAY, by=person, reason="протокол 7")
            for person in people
        )
    )
    [refused] = [outcome for outcome in outcomes if isinstance(outcome, RuleViolated)]
    change = MembershipStatusChange.objects.get()
    assert f"Кто решил: {change.by}." in refused.message
    assert people[outcomes.index(refused)] != change.by


@pytest.mark.parametrize("differs", ["by", "on", "reason"])
def test_only_the_same_move_by_the_same_person_is_a_repetition(differs: str) -> None:
    membership, staff = MembershipFactory(), UserFactory()
    asked: dict[str, Any] = {"status": SUSPENDED, "on": TODAY, "by": staff, "reason": "протокол 7"}
    for _time in range(2):
        change_membership_status(membership, **asked)
    other = {"by": UserFactory(), "on": TODAY + DAY, "reason": "протокол 8"}[differs]
    with pytest.raises(RuleViolated) as refused:
        change_membership_status(membership, **asked | {differs: other})
    assert (refused.value.code, MembershipStatusChange.objects.count()) == ("membership_moved", 1)


# --- The start corrected -------------------------------------------------------------------------------------


def test_with_a_corrected_start_the_status_on_past_days_follows() -> None:
    membership = MembershipFactory(started_on=datetime.date(2024, 1, 1))
    record_membership_start(membership, by=None)
    Membership.objects.update(started_on=datetime.date(2020, 1, 1))
    follow_register(membership, by=None)
    assert status_on(membership, datetime.date(2022, 1, 1)) == ACTIVE
    assert status_on(membership, datetime.date(2019, 12, 31)) is None


@pytest.mark.parametrize("what", ["move", "paid year"])
def test_nothing_happened_to_a_membership_before_it_began(what: str) -> None:
    membership = MembershipFactory(started_on=datetime.date(2024, 1, 1))
    record_membership_start(membership, by=None)
    if what == "move":
        change_membership_status(membership, status=SUSPENDED, on=datetime.date(2025, 1, 1), by=None, reason="?")
    else:
        year = {"starts_on": datetime.date(2025, 1, 1), "ends_on": datetime.date(2025, 12, 31)}
        PeriodFactory(membership=membership, **year)
    check_start(membership, datetime.date(2025, 1, 1))
    with pytest.raises(RuleViolated) as refused:
        check_start(membership, datetime.date(2025, 1, 2))
    assert refused.value.code == "membership_dates"


# --- The status on a day -------------------------------------------------------------------------------------


def with_history(*moves: tuple[str, int], **fields: object) -> Membership:
    """``("active", 2020), …``: each on the first day of its year."""
    membership = MembershipFactory(status=moves[-1][0], **fields)
    for status, year in moves:
        more = PROTOCOL if status == EXCLUDED else {}
        membership.changes.create(status=status, on=datetime.date(year, 1, 1), reason="?", **more)
    return membership


def test_the_status_on_a_day_is_that_of_the_last_move_until_then() -> None:
    membership = with_history((ACTIVE, 2020), (GRACE, 2022), (LAPSED, 2023))
    membership.changes.create(status=ACTIVE, on=datetime.date(2023, 1, 1), reason="оплачено в тот же день")
    days = {"2019-12-31": None, "2020-01-01": ACTIVE, "2021-12-31": ACTIVE, "2022-01-01": GRACE, "2023-01-01": ACTIVE}
    assert {day: status_on(membership, datetime.date.fromisoformat(day)) for day in days} == days


@pytest.mark.parametrize("number", [1, 3])
def test_who_counted_on_a_day_is_one_query(number: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    counted = [with_history((ACTIVE, 2020), (GRACE, 2021)) for _ in range(number)]
    with_history((ACTIVE, 2019), (SUSPENDED, 2020))
    with_history((ACTIVE, 2020), (EXCLUDED, 2021))
    with django_assert_num_queries(1):
        assert [*Membership.objects.as_of(datetime.date(2021, 6, 1)).order_by("pk")] == counted
    then = Membership.objects.with_status_on(datetime.date(2020, 6, 1)).order_by("pk")
    assert [vars(one)["status_then"] for one in then] == [*[ACTIVE] * number, SUSPENDED, ACTIVE]


# --- Standing ------------------------------------------------------------------------------------------------


@pytest.fixture
def consortium() -> Organisation:
    return OrganisationFactory(kind=Kind.CONSORTIUM, short_name="Кластер", tier=Tier.FULL)


@pytest.fixture
def part(consortium: Organisation) -> Organisation:
    return OrganisationFactory(slug="part", consortium=consortium)


def standing(organisation: Organisation) -> tuple[str, str] | None:
    """The tier, and through whom."""
    now = Organisation.objects.get(pk=organisation.pk).standing
    return now and (now.tier, str(now.through or ""))


def test_a_part_of_a_member_stands_as_a_part_of_it(part: Organisation) -> None:
    assert standing(part) == (Tier.FULL, "Кластер")
    deeper = OrganisationFactory(consortium=OrganisationFactory(kind=Kind.CONSORTIUM, consortium=part.consortium))
    assert standing(deeper) == (Tier.FULL, "Кластер")
    MembershipFactory(organisation=part, tier=Tier.ASSOCIATE)
    assert standing(part) == (Tier.ASSOCIATE, "")


@pytest.mark.parametrize(
    "changes",
    [{"tier": Tier.PARTNER}, {"status": SUSPENDED}, {"status": LAPSED}, {"status": LEFT}],
    ids=["partner", "suspended", "lapsed", "left"],
)
def test_what_the_consortium_is_not_nobody_inherits(part: Organisation, changes: dict) -> None:
    Membership.objects.update(**changes)
    assert standing(part) is None


def saved_by_its_head(part: Organisation) -> None:
    update_profile(part, changes=profile(city="Сургут"))


def renamed_consortium(part: Organisation) -> None:
    assert part.consortium
    part.consortium.short_name = "Кластер"
    part.consortium.city = "Тверь"
    part.consortium.save()


def consortium_in_grace_and_back(part: Organisation) -> None:
    membership = Membership.objects.get()
    for status in (GRACE, ACTIVE):
        membership.status = status
        membership.save()


def own_membership_that_ended(part: Organisation) -> None:
    MembershipFactory(organisation=part, status=LEFT)


@pytest.mark.parametrize(
    "edit", [saved_by_its_head, renamed_consortium, consortium_in_grace_and_back, own_membership_that_ended]
)
def test_no_edit_loses_what_is_inherited(part: Organisation, edit: object) -> None:
    edit(part)  # type: ignore[operator]
    assert standing(part) == (Tier.FULL, "Кластер")


def test_who_leaves_the_consortium_inherits_no_more(part: Organisation) -> None:
    part.consortium = None
    part.save()
    assert standing(part) is None


def test_the_standing_of_a_past_day_is_that_of_then(part: Organisation) -> None:
    membership = Membership.objects.get()
    membership.changes.create(status=ACTIVE, on=datetime.date(2020, 1, 1), reason="?")
    date_history(part, "2021-05-01")
    part.consortium = None
    part.save()
    date_history(part, "2023-05-01")
    days = {year: standing_of(part, on=datetime.date(year, 1, 1)) for year in (2019, 2020, 2022, 2024)}
    assert {year: then and then.through == membership.organisation for year, then in days.items()} == {
        2019: None, 2020: True, 2022: True, 2024: None,
    }  # fmt: skip


def date_history(record: Model, day: str) -> None:
    """As if the last change of the record had been on that day."""
    row = record.history.latest()  # type: ignore[attr-defined]
    row.history_date = timezone.make_aware(datetime.datetime.fromisoformat(day))
    row.save()


def test_the_public_page_says_through_whom(part: Organisation) -> None:
    page = Client().get("/organisations/part/").content.decode()
    assert "в составе организации Кластер" in page
    Organisation.objects.filter(kind=Kind.CONSORTIUM).update(is_published=False)
    assert "в составе организации" not in Client().get("/organisations/part/?fresh").content.decode()


# --- The dashboard -------------------------------------------------------------------------------------------


def head_of(organisation: Organisation) -> Client:
    client = Client()
    client.force_login(RepresentativeFactory(organisation=organisation, role=Role.HEAD).user)
    return client


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"words": "мы выходим из ассоциации", "reason": "Объединяемся с другой школой"}, LEFT),
        ({"words": "Мы  выходим из ассоциации", "reason": ""}, ACTIVE),
        ({"words": "да", "reason": "Объединяемся"}, ACTIVE),
    ],
    ids=["confirmed", "no reason", "other words"],
)
def test_a_head_leaves_the_association_in_words(data: dict, status: str) -> None:
    membership = MembershipFactory()
    client = head_of(membership.organisation)
    answer = client.post(f"/dashboard/{membership.organisation.slug}/membership/leave/", data)
    membership.refresh_from_db()
    assert (membership.status, answer.status_code) == (status, 302 if status == LEFT else 200)
    if status == LEFT:
        change = membership.changes.get()
        assert (change.reason, change.by) == (data["reason"], User.objects.get())


@pytest.mark.parametrize(("number", "queries"), [(1, 14), (3, 14)], ids=["one of each", "three of each"])
def test_the_dashboard_shows_the_whole_history_at_one_price(
    number: int, queries: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    membership = with_history(*[(ACTIVE, 2010 + year) for year in range(number)])
    for year in range(number):
        period = PeriodFactory(
            membership=membership,
            starts_on=datetime.date(2010 + year, 1, 1),
            ends_on=datetime.date(2010 + year, 12, 31),
        )
        InvoiceFactory(period=period)
    client = head_of(membership.organisation)
    address = f"/dashboard/{membership.organisation.slug}/membership/"
    client.get(address)
    with django_assert_num_queries(queries):
        page = client.get(address).content.decode()
    assert page.count("1\N{NO-BREAK SPACE}января") >= number
