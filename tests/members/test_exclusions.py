"""Exclusion of a member: announced to the organisation, voted on by the board, carried out with the session."""

import datetime
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse
from pypdf import PdfReader

from common import documents
from common.errors import RuleViolated
from common.models import Document, OutgoingMail
from members.board.agendas import announce_changes, put_exclusion_on_agenda, put_on_agenda, take_exclusion_off
from members.board.checks import mistakes
from members.board.sessions import close_session
from members.membership.life import change_membership_status
from members.models import (
    AgendaItem,
    BoardSession,
    Invoice,
    Membership,
    MembershipApplication,
    MembershipStatus,
    Notification,
    Outcome,
    Role,
    User,
)
from tests.factories.members import (
    BoardSessionFactory,
    InvoiceFactory,
    MembershipFactory,
    PeriodFactory,
    RepresentativeFactory,
    UserFactory,
)
from tests.members.test_board import in_review
from tests.office import enter, superuser

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 12, 1)
HELD_ON = datetime.date(2026, 12, 16)
DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def today() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(TODAY, tick=False) as clock:
        yield clock


@pytest.fixture
def session() -> BoardSession:
    return BoardSessionFactory(held_on=HELD_ON, place="Долгопрудный")


@pytest.fixture
def membership() -> Membership:
    """With a head who reads no letters about membership but those of the service."""
    membership = MembershipFactory(organisation__short_name="Искра", organisation__name="Лицей «Искра»")
    head = RepresentativeFactory(organisation=membership.organisation, role=Role.HEAD, user__email="head@example.org")
    head.user.notification_choices.create(topic="membership", how="never")
    return membership


def put(
    membership: Membership, session: BoardSession, votes: tuple[int, int, int] | None = None, **asked: Any
) -> AgendaItem:
    item = put_exclusion_on_agenda(membership, session=session, grounds="Не платит два года", **asked)
    for name, value in zip(("votes_for", "votes_against", "abstained"), votes or (), strict=False):
        setattr(item, name, value)
    item.save()
    return item


def letters() -> list[str]:
    return [*OutgoingMail.objects.filter(recipient="head@example.org").order_by("pk").values_list("subject", flat=True)]


def close(session: BoardSession, clock: time_machine.Traveller) -> BoardSession:
    clock.move_to(HELD_ON)
    return close_session(session, by=UserFactory(is_staff=True))


# --- Before the session --------------------------------------------------------------------------------------


def test_the_heads_hear_of_the_day_the_grounds_and_how_to_answer(membership: Membership, session: BoardSession) -> None:
    put(membership, session)
    letter = OutgoingMail.objects.get(recipient="head@example.org")
    assert letter.subject == "Совет решит вопрос об исключении: Искра"
    for part in ("16\N{NO-BREAK SPACE}декабря 2026", "Долгопрудный", "Не платит два года", "office@example.org"):
        assert part in letter.text
    put(membership, session)
    assert (AgendaItem.objects.count(), len(letters())) == (1, 1)


def test_another_day_is_told_of_once_and_the_term_for_an_answer_begins_anew(
    membership: Membership, session: BoardSession, today: time_machine.Traveller
) -> None:
    item = put(membership, session, votes=(5, 0, 0))
    session.held_on = HELD_ON + 3 * DAY
    today.move_to(HELD_ON)
    announce_changes(session)
    session.save()
    today.move_to(HELD_ON + DAY)
    announce_changes(session)
    today.move_to(HELD_ON + 3 * DAY)
    item.refresh_from_db()
    assert (len(letters()), item.told_on) == (2, HELD_ON)
    assert mistakes(session) == [f"{item}: организация должна узнать об этом не меньше чем за 7 дней."]


def test_a_day_moved_away_and_back_is_told_of_and_so_is_another_place(
    membership: Membership, session: BoardSession, today: time_machine.Traveller
) -> None:
    item = put(membership, session)
    today.move_to(TODAY + DAY)
    for held_on, place in [(HELD_ON + DAY, "Долгопрудный"), (HELD_ON, "Долгопрудный"), (HELD_ON, "заочно")]:
        session.held_on, session.place = held_on, place
        session.save()
        announce_changes(session)
        announce_changes(session)
        today.shift(DAY)
    item.refresh_from_db()
    assert (len(letters()), item.told_on) == (4, TODAY + 2 * DAY)
    assert "заочно" in OutgoingMail.objects.latest("pk").text


PAPER = {
    "in time": (7, 0, ""),
    "a day late": (6, 0, "short_notice"),
    "earlier than today": (6, -1, ""),
    "of a session that was": (-1, -9, "short_notice"),
    "still ahead": (9, 1, "ahead"),
    "none at all": (15, None, "nobody_reads"),
}


@pytest.mark.parametrize(("days", "handed_over", "code"), PAPER.values(), ids=PAPER.keys())
def test_where_nobody_reads_letters_a_notice_on_paper_is_needed_and_the_week_counts_from_it(
    membership: Membership, days: int, handed_over: int | None, code: str
) -> None:
    User.objects.update(is_active=False)
    session = BoardSessionFactory(held_on=TODAY + days * DAY)
    notice = None if handed_over is None else TODAY + handed_over * DAY
    assert refusal(membership, session, paper_notice_on=notice) == code


def test_another_day_needs_another_notice_on_paper(session: BoardSession, today: time_machine.Traveller) -> None:
    alone = MembershipFactory()
    item = put(alone, session, votes=(5, 0, 0), paper_notice_on=TODAY)
    session.held_on = HELD_ON + DAY
    session.save()
    assert announce_changes(session) == [item]
    with pytest.raises(RuleViolated, match="никто не прочитал"):
        close(session, today)
    alone.refresh_from_db()
    item.refresh_from_db()
    assert (alone.status, item.told_on, item.paper_notice_on) == (MembershipStatus.ACTIVE, None, None)


@pytest.mark.parametrize(("days", "code"), [(7, ""), (6, "short_notice")])
def test_the_organisation_has_a_week_to_answer(membership: Membership, days: int, code: str) -> None:
    session = BoardSessionFactory(held_on=TODAY + days * DAY)
    assert refusal(membership, session) == code


@pytest.mark.parametrize(
    ("status", "code"), [("grace", ""), ("suspended", ""), ("lapsed", "membership_move"), ("left", "membership_move")]
)
def test_only_a_membership_that_runs_or_rests_comes_before_the_board(
    membership: Membership, session: BoardSession, status: str, code: str
) -> None:
    Membership.objects.update(status=status)
    assert refusal(membership, session) == code


def test_an_exclusion_stands_on_one_agenda_at_a_time(membership: Membership, session: BoardSession) -> None:
    put(membership, session)
    other = BoardSessionFactory(held_on=HELD_ON, protocol_number="8")
    assert refusal(membership, other) == "on_agenda"
    with pytest.raises(IntegrityError), transaction.atomic():
        AgendaItem.objects.create(session=other, membership=membership, tier="full", grounds="?")
    take_exclusion_off(membership)
    take_exclusion_off(membership)
    assert letters()[1:] == ["Вопрос об исключении снят с повестки совета: Искра"]
    assert refusal(membership, other) == ""


@pytest.mark.parametrize("fields", [{}, {"membership": True}, {"application": True, "membership": True}])
def test_an_item_is_an_application_or_an_exclusion_with_grounds(session: BoardSession, fields: dict[str, Any]) -> None:
    made = {"application": in_review, "membership": MembershipFactory}
    with pytest.raises(IntegrityError), transaction.atomic():
        AgendaItem.objects.create(session=session, tier="full", **{name: made[name]() for name in fields})


def refusal(membership: Membership, session: BoardSession, **asked: Any) -> str:
    try:
        put(membership, session, **asked)
    except RuleViolated as error:
        return error.code
    return ""


# --- The decision --------------------------------------------------------------------------------------------


def test_who_is_excluded_is_told_with_the_protocol_and_owes_no_year_that_has_not_begun(
    membership: Membership, session: BoardSession, today: time_machine.Traveller
) -> None:
    ahead = PeriodFactory(membership=membership, starts_on=HELD_ON + DAY, ends_on=HELD_ON + 365 * DAY)
    InvoiceFactory(period=ahead)
    put(membership, session, votes=(3, 2, 0))
    close(session, today)
    membership.refresh_from_db()
    change = membership.changes.get()
    assert (membership.status, membership.ended_on) == (MembershipStatus.EXCLUDED, HELD_ON)
    assert (change.protocol, change.protocol_on, change.reason) == ("7", HELD_ON, "Не платит два года")
    assert Invoice.objects.get().state == "cancelled"
    assert letters()[1:] == ["Организация исключена из ассоциации"]


def test_what_has_happened_to_it_since_the_session_comes_before(
    membership: Membership, session: BoardSession, today: time_machine.Traveller
) -> None:
    put(membership, session, votes=(5, 0, 0))
    today.move_to(HELD_ON + 2 * DAY)
    staff = UserFactory(is_staff=True)
    change_membership_status(membership, status="suspended", on=HELD_ON + DAY, by=staff, reason="до решения совета")
    closed = close_session(session, by=staff)
    membership.refresh_from_db()
    assert (membership.status, membership.ended_on) == (MembershipStatus.EXCLUDED, HELD_ON + DAY)
    assert closed.protocol
    assert closed.protocol.data["items"][0]["excluded_on"] == "17 декабря 2026"


@pytest.mark.parametrize(
    ("votes", "is_postponed", "outcome", "subject"),
    [
        ((2, 3, 0), False, Outcome.KEPT, "Искра остаётся в ассоциации: совет проголосовал против исключения"),
        (None, True, Outcome.POSTPONED, "Совет отложил вопрос об исключении: Искра"),
    ],
)
def test_who_stays_hears_it_as_well(
    membership: Membership,
    session: BoardSession,
    today: time_machine.Traveller,
    votes: tuple[int, int, int] | None,
    is_postponed: bool,
    outcome: Outcome,
    subject: str,
) -> None:
    item = put(membership, session, votes)
    AgendaItem.objects.filter(pk=item.pk).update(is_postponed=is_postponed)
    close(session, today)
    item.refresh_from_db()
    membership.refresh_from_db()
    assert (item.outcome, membership.status, letters()[1:]) == (outcome, MembershipStatus.ACTIVE, [subject])


def test_one_session_decides_on_applications_and_exclusions_all_or_nothing(
    membership: Membership, session: BoardSession, today: time_machine.Traveller
) -> None:
    put(membership, session, votes=(5, 0, 0), paper_notice_on=TODAY)
    item = put_on_agenda(in_review(short_name="Молния"), session=session, by=UserFactory(is_staff=True))
    with pytest.raises(RuleViolated) as refused:
        close(session, today)
    membership.refresh_from_db()
    assert (refused.value.code, membership.status) == ("session_incomplete", MembershipStatus.ACTIVE)
    AgendaItem.objects.filter(pk=item.pk).update(votes_for=0, votes_against=5, abstained=0, reason="Нет устава")
    protocol = close(session, today).protocol
    assert MembershipApplication.objects.get().state == "declined"
    documents.make_due()
    assert protocol
    with Document.objects.get(pk=protocol.pk).file.open() as file:
        text = " ".join(PdfReader(file).pages[0].extract_text().split()).replace("\N{NO-BREAK SPACE}", " ")
    assert "Об исключении из ассоциации: Лицей «Искра»" in text
    assert "Основание: Не платит два года. Уведомление вручено организации на бумаге 1 декабря 2026 г." in text
    assert "исключить из ассоциации с 16 декабря 2026 г." in text
    assert "отказать в приёме" in text


def test_nobody_votes_on_who_has_left_meanwhile(
    membership: Membership, session: BoardSession, today: time_machine.Traveller
) -> None:
    put(membership, session)
    change_membership_status(membership, status="left", on=TODAY, by=UserFactory(is_staff=True), reason="по заявлению")
    today.move_to(HELD_ON)
    assert mistakes(session) == ["В повестке ничего нет."]


def test_what_cannot_be_carried_out_is_named(
    membership: Membership, session: BoardSession, today: time_machine.Traveller
) -> None:
    Membership.objects.update(started_on=HELD_ON + DAY)
    item = put(membership, session, votes=(5, 0, 0))
    with pytest.raises(RuleViolated) as refused:
        close(session, today)
    assert (refused.value.code, refused.value.message.startswith(f"{item}: ")) == ("membership_dates", True)


# --- In the office -------------------------------------------------------------------------------------------


def excluding(membership: Membership) -> str:
    return f"{reverse('admin:members_membership_change', args=[membership.pk]).removesuffix('change/')}exclude_this/"


def test_the_office_puts_it_on_the_agenda_moves_the_day_and_takes_it_off(
    membership: Membership, session: BoardSession
) -> None:
    BoardSessionFactory(held_on=TODAY, protocol_number="6")
    client = enter(superuser())
    address = excluding(membership)
    assert [*client.get(address).context["form"].fields["session"].queryset] == [session]
    assert client.post(address, {"session": session.pk}).context["form"].errors.keys() == {"grounds"}
    client.post(address, {"session": session.pk, "grounds": "Не платит"})
    item = AgendaItem.objects.get()
    page = reverse("admin:members_boardsession_change", args=[session.pk])
    posted = {
        "held_on": "2026-12-20", "place": "", "seats": 9, "present": 5, "chair": "", "secretary": "",
        "protocol_number": "7", "items-TOTAL_FORMS": 1, "items-INITIAL_FORMS": 1, "items-0-id": item.pk,
        "items-0-session": session.pk, "items-0-position": 1, "items-0-votes_for": 4,
    }  # fmt: skip
    assert client.post(page, posted).status_code == 302
    item.refresh_from_db()
    assert (item.votes_for, str(item.told_of)) == (4, "2026-12-20")
    client.post(address, {"off": 1})
    assert not AgendaItem.objects.exists()
    assert Notification.objects.filter(topic="exclusion").count() == 3


def test_of_two_colleagues_who_put_it_on_the_agenda_the_second_is_told(
    membership: Membership, session: BoardSession
) -> None:
    client = enter(superuser())
    answers = [client.post(excluding(membership), {"session": session.pk, "grounds": why}) for why in "ААБ"]
    assert [answer.status_code for answer in answers] == [302, 302, 200]
    assert answers[2].context["standing"].grounds == "А"
    assert "Вопрос уже в повестке" in [str(one) for one in answers[2].context["messages"]][-1]
    assert (AgendaItem.objects.count(), len(letters())) == (1, 1)


def test_the_office_enters_the_day_of_a_notice_on_paper_and_hears_what_nobody_has_read(session: BoardSession) -> None:
    alone, client = MembershipFactory(), enter(superuser())
    asked = {"session": session.pk, "grounds": "Не платит"}
    refused = client.post(excluding(alone), asked)
    assert refused.status_code == 200
    assert "Вручите уведомление" in [str(one) for one in refused.context["messages"]][-1]
    assert refused.context["form"]["grounds"].value() == "Не платит"
    client.post(excluding(alone), {**asked, "paper_notice_on": "2026-11-30"})
    item = AgendaItem.objects.get()
    assert (item.told_on, item.paper_notice_on) == (TODAY - DAY, TODAY - DAY)
    page = reverse("admin:members_boardsession_change", args=[session.pk])
    posted = {
        "held_on": "2026-12-20", "place": "", "seats": 9, "present": 5, "chair": "", "secretary": "",
        "protocol_number": "7", "items-TOTAL_FORMS": 1, "items-INITIAL_FORMS": 1, "items-0-id": item.pk,
        "items-0-session": session.pk, "items-0-position": 1,
    }  # fmt: skip
    told = client.post(page, posted, follow=True).context["messages"]
    assert any("никто не прочитал" in str(one) for one in told)
    assert "никто не прочитал" in client.get(excluding(alone)).context["lacks"]


@pytest.mark.parametrize(("votes", "is_named"), [((5, 0, 0), True), ((2, 3, 0), False)])
def test_before_a_session_is_closed_the_office_reads_who_is_excluded(
    membership: Membership,
    session: BoardSession,
    today: time_machine.Traveller,
    votes: tuple[int, int, int],
    is_named: bool,
) -> None:
    put(membership, session, votes)
    today.move_to(HELD_ON)
    page = enter(superuser()).get(f"/admin/members/boardsession/{session.pk}/close_this/").content.decode()
    assert ("Будут исключены из ассоциации, их свидетельства утратят силу: Искра." in page) == is_named
