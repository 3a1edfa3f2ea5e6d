"""Sessions of the board: what goes before it, what votes mean, and what closing a session carries out."""

import datetime
import re
import time
from collections.abc import Callable, Iterator
from threading import Barrier, Event, Thread
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, connections, transaction
from django.forms import modelform_factory
from django.urls import reverse
from pypdf import PdfReader

from common import documents
from common.errors import RuleViolated
from common.models import Document, DocumentState, OutgoingMail
from members.acting.invitations import invite
from members.admin.board import BoardSessionForm
from members.applying.moves import move_application
from members.applying.terms import forget
from members.board.agendas import put_on_agenda, take_off_agenda
from members.board.checks import mistakes
from members.board.sessions import close_session, fingerprint
from members.models import (
    AgendaItem,
    ApplicationState,
    AssociationRequisites,
    BoardSession,
    Consent,
    Fee,
    Invitation,
    Invoice,
    Kind,
    Membership,
    MembershipApplication,
    MembershipStatus,
    Organisation,
    Outcome,
    Representative,
    Role,
    Tier,
    User,
    Who,
)
from members.people import locked_person
from tests.at_once import at_once
from tests.factories.members import (
    BoardSessionFactory,
    FeeFactory,
    InvitationFactory,
    MembershipFactory,
    OrganisationFactory,
    RepresentativeFactory,
    RequisitesFactory,
    UserFactory,
    valid_inn,
)
from tests.members.test_applications import submitted
from tests.office import enter, staff_with, superuser

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 12, 16)
A_MONTH_AGO = datetime.datetime(2026, 11, 16, 9, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel(TODAY, tick=False):
        yield


@pytest.fixture(autouse=True)
def fees(db: None) -> None:
    RequisitesFactory()
    for tier in Tier:
        FeeFactory(tier=tier)


def in_review(**fields: Any) -> MembershipApplication:
    return move_application(submitted(**fields), action="take_up", who=Who.STAFF, by=UserFactory(is_staff=True))


def on_agenda(session: BoardSession, votes: tuple[int, int, int] | None = (5, 0, 0), **fields: Any) -> AgendaItem:
    """``fields``: of the item, but ``of`` those of the application."""
    application = in_review(**fields.pop("of", {}))
    MembershipApplication.objects.filter(pk=application.pk).update(submitted_at=A_MONTH_AGO)
    item = put_on_agenda(application, session=session, by=UserFactory(is_staff=True))
    given = dict(zip(("votes_for", "votes_against", "abstained"), votes, strict=True)) if votes else {}
    for name, value in {**given, **fields}.items():
        setattr(item, name, value)
    item.save()
    return item


def close(session: BoardSession) -> BoardSession:
    return close_session(session, by=UserFactory(is_staff=True))


def applied(item: AgendaItem) -> MembershipApplication:
    assert item.application
    return item.application


def state(item: AgendaItem) -> str:
    return MembershipApplication.objects.get(pk=applied(item).pk).state


# --- The agenda ----------------------------------------------------------------------------------------------


def test_an_application_goes_on_the_agenda_once_with_the_tier_that_was_asked_for() -> None:
    session, staff = BoardSessionFactory(), UserFactory(is_staff=True)
    application = in_review(tier=Tier.ASSOCIATE)
    item = put_on_agenda(application, session=session, by=staff)
    assert (item.tier, item.position, state(item)) == (Tier.ASSOCIATE, 1, ApplicationState.ON_AGENDA)
    assert put_on_agenda(application, session=session, by=staff) == item
    assert put_on_agenda(in_review(), session=session, by=staff).position == 2


def test_what_is_not_in_review_does_not_go_there() -> None:
    with pytest.raises(RuleViolated) as refused:
        put_on_agenda(submitted(), session=BoardSessionFactory(), by=UserFactory(is_staff=True))
    assert refused.value.code == "application_moved"
    assert not AgendaItem.objects.exists()


def test_nothing_goes_on_the_agenda_of_a_closed_session() -> None:
    session = BoardSessionFactory()
    on_agenda(session)
    close(session)
    with pytest.raises(RuleViolated) as refused:
        put_on_agenda(in_review(), session=session, by=UserFactory(is_staff=True))
    assert refused.value.code == "session_closed"


def test_an_application_stands_on_one_agenda_at_a_time() -> None:
    staff = UserFactory(is_staff=True)
    item = put_on_agenda(in_review(), session=BoardSessionFactory(), by=staff)
    with pytest.raises(RuleViolated) as refused:
        put_on_agenda(applied(item), session=BoardSessionFactory(protocol_number="9"), by=staff)
    assert refused.value.code == "on_agenda"
    with pytest.raises(IntegrityError), transaction.atomic():
        AgendaItem.objects.create(
            session=BoardSessionFactory(protocol_number="8"), application=item.application, tier=Tier.FULL
        )


def test_taken_off_the_agenda_it_is_in_review_again_and_may_be_put_on_another() -> None:
    item = on_agenda(BoardSessionFactory(), votes=None)
    staff = UserFactory(is_staff=True)
    take_off_agenda(applied(item), by=staff)
    take_off_agenda(applied(item), by=staff)
    assert (state(item), AgendaItem.objects.count()) == (ApplicationState.IN_REVIEW, 0)
    put_on_agenda(applied(item), session=BoardSessionFactory(protocol_number="8"), by=staff)


def test_nobody_votes_on_what_was_withdrawn_meanwhile() -> None:
    session = BoardSessionFactory()
    kept, gone = on_agenda(session), on_agenda(session, votes=None)
    move_application(applied(gone), action="withdraw", who=Who.APPLICANT)
    assert mistakes(session) == []
    close(session)
    assert [*session.items.all()] == [kept]
    assert state(gone) == ApplicationState.WITHDRAWN


# --- The decisions -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("present", "votes_for", "is_postponed", "expected"),
    [
        (5, 3, False, Outcome.ACCEPTED),
        (6, 3, False, Outcome.DECLINED),
        (6, 4, False, Outcome.ACCEPTED),
        (5, 0, False, Outcome.DECLINED),
        (5, 5, True, Outcome.POSTPONED),
    ],
)
def test_more_than_half_of_those_present_accept(
    present: int, votes_for: int, is_postponed: bool, expected: Outcome
) -> None:
    session = BoardSession(seats=9, present=present)
    assert AgendaItem(session=session, votes_for=votes_for, is_postponed=is_postponed).decision == expected


@pytest.mark.parametrize(
    ("seats", "present", "has_quorum"), [(9, 5, True), (10, 5, False), (10, 6, True), (9, None, False)]
)
def test_more_than_half_of_the_board_are_a_quorum(seats: int, present: int | None, has_quorum: bool) -> None:
    assert BoardSession(seats=seats, present=present).has_quorum == has_quorum


@pytest.mark.parametrize(
    ("of_session", "of_item", "expected"),
    [
        ({"held_on": TODAY + datetime.timedelta(days=1)}, {}, "Заседание ещё впереди."),
        ({"protocol_number": ""}, {}, "Не указан номер протокола."),
        ({"secretary": ""}, {}, "Укажите председателя и секретаря: они подписывают протокол."),
        ({"seats": 10}, {}, "Нет кворума: присутствуют 5 из 10, нужно больше половины."),
        ({}, {"votes": None}, "не внесены голоса."),
        ({}, {"votes": (3, 1, 0)}, "голосов 4, а присутствуют 5. Кто не голосовал, тот воздержался."),
        ({}, {"votes": (2, 3, 0)}, "не указана причина, а её прочтёт заявитель."),
        ({}, {"is_postponed": True}, "не указана причина, а её прочтёт заявитель."),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_carried_out(
    of_session: dict[str, Any], of_item: dict[str, Any], expected: str
) -> None:
    session = BoardSessionFactory(**of_session)
    item = on_agenda(session, **of_item)
    [found] = mistakes(session)
    assert found.endswith(expected)
    with pytest.raises(RuleViolated) as refused:
        close(session)
    assert (refused.value.code, state(item)) == ("session_incomplete", ApplicationState.ON_AGENDA)


def known(application: MembershipApplication) -> Organisation:
    return OrganisationFactory(inn=application.inn)


LACKS: dict[str, tuple[Callable[[MembershipApplication], object], str]] = {
    "no fee": (lambda _application: Fee.objects.all().delete(), "Взнос не установлен"),
    "nobody to pay": (lambda _application: AssociationRequisites.objects.all().delete(), "реквизит"),
    "invited to another role": (
        lambda one: invite(known(one), email=one.email, role=Role.COORDINATOR, by=None),
        "anna@example.org",
    ),
    "acts in another role": (
        lambda one: RepresentativeFactory(organisation=known(one), user__email=one.email),
        "anna@example.org",
    ),
}


@pytest.mark.parametrize(("happens", "named"), LACKS.values(), ids=LACKS.keys())
def test_what_would_stop_a_new_membership_is_said_beforehand_with_its_item(
    happens: Callable[[MembershipApplication], object], named: str
) -> None:
    item = on_agenda(BoardSessionFactory(), of={"email": "anna@example.org"})
    happens(applied(item))
    [found] = mistakes(item.session)
    assert found.startswith(f"{item}: ")
    assert named in found
    with pytest.raises(RuleViolated) as refused:
        close(item.session)
    assert (refused.value.code, state(item)) == ("session_incomplete", ApplicationState.ON_AGENDA)


def test_an_open_invitation_as_head_stands_in_nobodys_way() -> None:
    item = on_agenda(BoardSessionFactory(), of={"email": "anna@example.org"})
    invite(known(applied(item)), email="anna@example.org", role=Role.HEAD, by=None)
    close(item.session)
    assert (state(item), Invitation.objects.count()) == (ApplicationState.MEMBER, 1)


def test_a_session_without_an_agenda_is_not_closed() -> None:
    assert mistakes(BoardSessionFactory()) == ["В повестке ничего нет."]


def test_nobody_is_accepted_before_they_have_applied() -> None:
    """A year that was mistyped, for which the clock would bill every year since."""
    session = BoardSessionFactory(held_on=TODAY.replace(year=2006))
    item = on_agenda(session)
    assert mistakes(session) == [f"{item}: заявление подано позже дня заседания."]
    with pytest.raises(RuleViolated):
        close(session)


def test_who_is_accepted_becomes_a_member_with_all_that_belongs_to_it() -> None:
    session = BoardSessionFactory(held_on=TODAY - datetime.timedelta(days=1))
    item = on_agenda(session, tier=Tier.ASSOCIATE, of={"short_name": "Завод «Искра»", "email": "anna@example.org"})
    close(session)
    organisation = Organisation.objects.get(inn=applied(item).inn)
    assert (organisation.slug, organisation.kind, organisation.city) == ("zavod-iskra", Kind.COMPANY, "Химки")
    assert organisation.is_published
    membership = organisation.memberships.get()
    assert (membership.tier, membership.started_on) == (Tier.ASSOCIATE, session.held_on)
    assert (membership.status, membership.note) == (
        MembershipStatus.ACTIVE,
        "Протокол №\xa07 от 15\N{NO-BREAK SPACE}декабря 2026\N{NO-BREAK SPACE}г.",
    )
    assert membership.note_en == "Minutes no. 7 of 15\N{NO-BREAK SPACE}December 2026"
    assert membership.certificates.standing().count() == 1
    assert [one.starts_on for one in membership.periods.all()] == [session.held_on]
    assert Invoice.objects.get().period.membership == membership
    assert [(one.action, one.target) for one in applied(item).moves.all()][-2:] == [
        ("accept", ApplicationState.ACCEPTED),
        ("enrol", ApplicationState.MEMBER),
    ]
    invitation = Invitation.objects.get(organisation=organisation)
    assert (invitation.email, invitation.role) == ("anna@example.org", Role.HEAD)
    welcome = OutgoingMail.objects.get(key=f"welcome {membership.pk}")
    assert welcome.recipient == "anna@example.org"
    assert membership.certificates.get().number in welcome.text


def test_the_directory_gets_what_was_cleaned_and_not_what_was_typed() -> None:
    session, applicant = BoardSessionFactory(), UserFactory()
    typed = {
        "website": [" example.org "],
        "city": [f"{' ' * 200}Хим\nки"],
        "contact_position": [f"{' ' * 300}мене\r\nджер"],
    }
    item = on_agenda(session, of={"applicant": applicant, "besides": typed})
    close(session)
    organisation = Organisation.objects.get(inn=applied(item).inn)
    assert (organisation.website, organisation.city) == ("https://example.org", "Хим ки")
    assert organisation.region
    assert applicant.representations.get().position == "мене джер"


def test_what_no_form_would_take_today_does_not_stop_the_board() -> None:
    """A rule has become stricter since it was submitted."""
    session = BoardSessionFactory()
    item = on_agenda(session)
    application = applied(item)
    application.data |= {"website": ["ftp://example.org/"], "city": ["Х" * 200]}
    application.save()
    close(session)
    organisation = Organisation.objects.get(inn=application.inn)
    assert (organisation.website, organisation.city) == ("", "")


def test_who_applied_with_an_account_becomes_the_head() -> None:
    session, applicant = BoardSessionFactory(), UserFactory()
    item = on_agenda(session, of={"applicant": applicant})
    close(session)
    [given] = applicant.representations.all()
    assert (given.role, given.organisation.inn, given.position) == (Role.HEAD, applied(item).inn, "менеджер")
    assert not Invitation.objects.exists()


def test_an_organisation_of_the_directory_joins_as_it_is_and_keeps_its_head() -> None:
    session, organisation = BoardSessionFactory(), OrganisationFactory(inn=valid_inn(7))
    head = RepresentativeFactory(organisation=organisation, role=Role.HEAD)
    on_agenda(session, of={"organisation": organisation, "inn": organisation.inn, "applicant": head.user})
    close(session)
    assert Organisation.objects.count() == 1
    assert organisation.memberships.count() == 1
    assert [*organisation.representatives.all()] == [head]


def test_one_that_was_entered_into_the_directory_meanwhile_is_not_entered_twice() -> None:
    session = BoardSessionFactory()
    item = on_agenda(session)
    known = OrganisationFactory(inn=applied(item).inn)
    close(session)
    assert known.memberships.count() == 1


@pytest.mark.parametrize("joined_by", ["ogrn", "the directory"])
def test_two_applications_of_one_organisation_are_not_both_accepted(joined_by: str) -> None:
    """By the number that they share, or by an organisation that has the number of each."""
    session = BoardSessionFactory()
    first, second = on_agenda(session), on_agenda(session)
    if joined_by == "ogrn":
        MembershipApplication.objects.filter(pk=applied(second).pk).update(ogrn=applied(first).ogrn)
    else:
        OrganisationFactory(inn=applied(first).inn, ogrn=applied(second).ogrn)
    assert mistakes(session) == [f"{second}: принимается и другое заявление этой организации."]
    AgendaItem.objects.filter(pk=first.pk).update(is_postponed=True, reason="Подано дважды")
    assert mistakes(session) == []
    close(session)
    assert Membership.objects.count() == 1


def test_two_of_one_name_get_addresses_of_their_own() -> None:
    session = BoardSessionFactory()
    on_agenda(session, of={"short_name": "Искра"})
    on_agenda(session, of={"short_name": "Искра"})
    close(session)
    assert {*Organisation.objects.values_list("slug", flat=True)} == {"iskra", "iskra-2"}


def test_declined_and_postponed_ones_hear_the_reason() -> None:
    session = BoardSessionFactory()
    declined = on_agenda(session, votes=(0, 5, 0), reason="Нет устава", of={"email": "first@example.org"})
    postponed = on_agenda(
        session, votes=None, is_postponed=True, reason="Ждём программу", of={"email": "second@example.org"}
    )
    close(session)
    assert (state(declined), state(postponed)) == (ApplicationState.DECLINED, ApplicationState.IN_REVIEW)
    letters = {letter.recipient: letter.text for letter in OutgoingMail.objects.order_by("pk")}
    assert "Протокол №\xa07 от 16\N{NO-BREAK SPACE}декабря 2026\N{NO-BREAK SPACE}г." in letters["first@example.org"]
    assert "Нет устава" in letters["first@example.org"]
    assert "Ждём программу" in letters["second@example.org"]
    assert not Membership.objects.exists()


def test_the_application_of_a_member_outlives_the_membership_by_three_years() -> None:
    session = BoardSessionFactory()
    kept, gone = (applied(on_agenda(session)) for _number in range(2))
    close(session)
    for application, left_on in ((kept, TODAY + datetime.timedelta(days=10)), (gone, TODAY)):
        ended = Membership.objects.filter(organisation__inn=application.inn)
        ended.update(status=MembershipStatus.LEFT, ended_on=left_on)
    with time_machine.travel(TODAY + datetime.timedelta(days=3 * 365 + 2)):
        assert [forget(), forget()] == [1, 0]
    gone.refresh_from_db()
    kept.refresh_from_db()
    assert (gone.data, gone.email, gone.files.count(), bool(gone.number)) == ({}, "", 0, True)
    assert (bool(kept.data), kept.files.count()) == (True, 1)


def test_of_what_was_not_accepted_the_number_alone_is_kept_after_three_years() -> None:
    session = BoardSessionFactory()
    declined = applied(on_agenda(session, votes=(0, 5, 0), reason="Нет устава"))
    postponed = applied(on_agenda(session, votes=None, is_postponed=True, reason="Ждём программу"))
    close(session)
    move_application(postponed, action="withdraw", who=Who.APPLICANT)
    never_there = in_review()
    move_application(never_there, action="withdraw", who=Who.APPLICANT)
    with time_machine.travel(TODAY + datetime.timedelta(days=3 * 365 + 2)):
        assert [forget(), forget()] == [3, 0]
    assert {*MembershipApplication.objects.all()} == {declined, postponed}
    for kept in MembershipApplication.objects.all():
        assert all([kept.number, kept.name, kept.agenda_items.exists()])
        assert not any([kept.data, kept.answers, kept.email, kept.applicant, kept.consent])
        assert not any([kept.files.exists(), kept.moves.exists()])
    assert not Consent.objects.exists()


def test_all_is_carried_out_or_nothing() -> None:
    """Meanwhile the second one has become a member by another way."""
    session = BoardSessionFactory()
    first, second = on_agenda(session), on_agenda(session)
    MembershipFactory(organisation__short_name="Та же", organisation__inn=applied(second).inn)
    with pytest.raises(RuleViolated) as refused:
        close(session)
    assert ": Та же." in refused.value.message
    assert (state(first), state(second)) == (ApplicationState.ON_AGENDA, ApplicationState.ON_AGENDA)
    assert Membership.objects.count() == 1


def test_closed_again_by_the_same_person_nothing_happens_and_another_is_told() -> None:
    session, secretary = BoardSessionFactory(), UserFactory(is_staff=True, last_name="Петрова", first_name="Анна")
    on_agenda(session)
    close_session(session, by=secretary)
    letters = OutgoingMail.objects.count()
    close_session(session, by=secretary)
    assert (Membership.objects.count(), OutgoingMail.objects.count()) == (1, letters)
    with pytest.raises(RuleViolated) as refused:
        close(session)
    assert (refused.value.code, "Петрова Анна" in refused.value.message) == ("session_closed", True)


def _wait_for_a_wait() -> None:
    """Until another connection waits for what this one holds."""
    with connection.cursor() as cursor:
        for _ in range(500):
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone() != (0,):
                return
            time.sleep(0.02)
    raise AssertionError("nobody waits")


@pytest.mark.parametrize("entered", ["organisation", "membership"])
@pytest.mark.django_db(transaction=True)
def test_what_the_office_enters_while_the_session_is_closed_is_told_and_keeps_it_open(entered: str) -> None:
    """Two connections: the office has written and not committed yet when the closing writes the same."""
    session = BoardSessionFactory()
    item = on_agenda(session)
    inn, is_written = applied(item).inn, Event()
    known = OrganisationFactory(inn=inn) if entered == "membership" else None

    def office() -> None:
        with transaction.atomic():
            organisation = known or OrganisationFactory(inn=inn)
            if known:
                MembershipFactory(organisation=organisation)
            is_written.set()
            _wait_for_a_wait()

    def board() -> None:
        assert is_written.wait(20)
        close(session)

    done, told = at_once(office, board)
    assert done is None
    assert isinstance(told, RuleViolated)
    assert (told.code, told.message.startswith(f"{item}: ")) == ("changed_meanwhile", True)
    assert state(item) == ApplicationState.ON_AGENDA
    if known:
        assert len(mistakes(session)) == 1
    else:
        close(session)
        assert Organisation.objects.get(inn=inn).memberships.count() == 1


@pytest.mark.parametrize("got", ["role", "invitation"])
def test_an_address_that_got_a_role_since_the_page_was_read_is_told_and_the_session_closes_afterwards(got: str) -> None:
    session = BoardSessionFactory()
    item = on_agenda(session)
    known = OrganisationFactory(inn=applied(item).inn)
    client, address = enter(superuser()), page(session, "close_this")
    seen = seen_on(client.get(address))
    row: Representative | Invitation
    if got == "role":
        row = RepresentativeFactory(organisation=known, role=Role.COORDINATOR, user__email=applied(item).email)
    else:
        row = InvitationFactory(organisation=known, role=Role.COORDINATOR, email=applied(item).email)
    again = client.post(address, {"seen": seen})
    assert applied(item).email in again.content.decode()
    assert (again.status_code, BoardSession.objects.get().is_closed) == (200, False)
    row.role = Role.HEAD
    row.save()
    client.post(address, {"seen": seen})
    assert (BoardSession.objects.get().is_closed, known.memberships.count()) == (True, 1)


@pytest.mark.django_db(transaction=True)
def test_an_applicant_who_accepts_an_invitation_while_the_session_is_closed_is_the_head() -> None:
    """Both give a role to one person; who would write it before locking the person would wait in a circle."""
    session, applicant = BoardSessionFactory(), UserFactory()
    known = OrganisationFactory()
    on_agenda(session, of={"applicant": applicant, "inn": known.inn, "ogrn": known.ogrn})
    is_held = Event()

    def accepting() -> None:
        with transaction.atomic():
            locked_person(applicant)
            is_held.set()
            _wait_for_a_wait()
            RepresentativeFactory(organisation=known, user=applicant, role=Role.COORDINATOR)

    def board() -> None:
        assert is_held.wait(20)
        close(session)

    assert at_once(accepting, board) == [None, None]
    assert [one.role for one in known.representatives.all()] == [Role.HEAD]


def test_a_new_membership_begins_no_sooner_than_the_former_one_ended() -> None:
    """The session was held before that day, and is closed after it."""
    session = BoardSessionFactory(held_on=TODAY - datetime.timedelta(days=10))
    item, left_on = on_agenda(session), TODAY - datetime.timedelta(days=1)
    known = OrganisationFactory(inn=applied(item).inn)
    MembershipFactory(organisation=known, status=MembershipStatus.LEFT, started_on="2020-01-01", ended_on=left_on)
    close(session)
    new = known.memberships.get(status=MembershipStatus.ACTIVE)
    assert (new.started_on, [one.starts_on for one in new.periods.all()]) == (left_on, [left_on])
    assert [one.on for one in new.changes.all()] == [left_on]


@pytest.mark.django_db(transaction=True)
def test_two_who_close_it_at_once_make_one_decision() -> None:
    session = BoardSessionFactory()
    on_agenda(session)
    both, told = Barrier(2), []

    def one(staff: User) -> None:
        both.wait()
        try:
            close_session(session, by=staff)
        except RuleViolated as error:
            told.append(error.code)
        finally:
            connections.close_all()

    people = [Thread(target=one, args=[UserFactory(is_staff=True)]) for _ in range(2)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert (told, Membership.objects.count()) == (["session_closed"], 1)


def test_the_protocol_says_what_was_decided() -> None:
    session = BoardSessionFactory()
    on_agenda(session, votes=(4, 0, 1), of={"short_name": "Искра"})
    on_agenda(session, votes=(0, 5, 0), reason="Нет устава", of={"short_name": "Молния"})
    closed = close(session)
    assert closed.protocol
    documents.make_due()
    protocol = Document.objects.get(pk=closed.protocol.pk)
    with protocol.file.open() as file:
        text = " ".join(PdfReader(file).pages[0].extract_text().split())
    assert "Протокол № 7 заседания совета" in text
    assert "5 членов совета — кворум есть" in text.replace("\N{NO-BREAK SPACE}", " ")
    assert "«за» — 4, «против» — 0, «воздержались» — 1" in text
    assert "отказать в приёме. Основание: Нет устава." in text


# --- In the office -------------------------------------------------------------------------------------------


def page(session: BoardSession, name: str = "change") -> str:
    return reverse(f"admin:members_boardsession_{name}", args=[session.pk])


def seen_on(response: Any) -> str:
    found = re.search(r'name="seen" value="(\w{64})"', response.content.decode())
    assert found
    return found[1]


def test_the_secretary_sees_what_the_votes_mean_and_closes() -> None:
    session = BoardSessionFactory()
    on_agenda(session, of={"short_name": "Искра"})
    client = enter(superuser())
    address = f"{page(session).removesuffix('change/')}close_this/"
    shown = client.get(address)
    assert "Принято" in shown.content.decode()
    client.post(address, {"seen": seen_on(shown)})
    session.refresh_from_db()
    assert session.is_closed
    assert client.post(page(session), {"protocol_number": "99"}).status_code == 403


@pytest.mark.parametrize("day", ["0205-12-16", "9999-12-31"])
def test_a_session_on_a_day_that_nobody_means_is_refused(day: str) -> None:
    form = modelform_factory(BoardSession, form=BoardSessionForm, fields=["held_on", "seats"])(
        {"held_on": day, "seats": 9}
    )
    assert [*form.errors] == ["held_on"]


@pytest.mark.parametrize(
    "changed",
    [{"votes_for": 5, "votes_against": 0}, {"reason": "Другое"}, {"is_postponed": True}, {"tier": Tier.ASSOCIATE}],
)
def test_what_is_carried_out_is_what_was_seen(changed: dict[str, Any]) -> None:
    """Somebody has mended the votes since the page was opened: it says so, and shows them anew."""
    session = BoardSessionFactory()
    item = on_agenda(session, votes=(0, 5, 0), reason="Нет устава")
    client, address = enter(superuser()), f"{page(session).removesuffix('change/')}close_this/"
    old = seen_on(client.get(address))
    AgendaItem.objects.filter(pk=item.pk).update(**changed)
    again = client.post(address, {"seen": old})
    assert changed.get("reason", "Нет устава") in again.content.decode()
    assert "Пока вы читали, голоса или повестка изменились." in again.content.decode()
    assert (BoardSession.objects.get().is_closed, state(item)) == (False, ApplicationState.ON_AGENDA)
    client.post(address, {"seen": seen_on(again)})
    assert BoardSession.objects.get().is_closed


@pytest.mark.parametrize("changed", [{"present": 6}, {"protocol_number": "8"}, {"chair": "Другой Председатель"}])
def test_a_session_that_was_amended_since_is_seen_anew(changed: dict[str, Any]) -> None:
    session = BoardSessionFactory()
    on_agenda(session)
    seen = fingerprint(session)
    BoardSession.objects.filter(pk=session.pk).update(**changed)
    with pytest.raises(RuleViolated) as refused:
        close_session(session, by=UserFactory(is_staff=True), seen=seen)
    assert refused.value.code == "changed_meanwhile"


def test_what_goes_on_the_agenda_or_off_it_since_is_seen_anew() -> None:
    session, secretary = BoardSessionFactory(), UserFactory(is_staff=True)
    on_agenda(session)
    seen = fingerprint(session)
    late = on_agenda(session)
    with pytest.raises(RuleViolated, match="изменились"):
        close_session(session, by=secretary, seen=seen)
    move_application(applied(late), action="withdraw", who=Who.APPLICANT)
    assert close_session(session, by=secretary, seen=seen).is_closed


def test_who_may_only_enter_votes_cannot_close() -> None:
    session = BoardSessionFactory()
    on_agenda(session)
    client = enter(staff_with("members.view_boardsession", "members.change_boardsession"))
    assert client.post(f"{page(session).removesuffix('change/')}close_this/").status_code == 403
    session.refresh_from_db()
    assert not session.is_closed


def test_votes_that_arrive_after_the_closing_change_nothing() -> None:
    """The page was opened before."""
    session = BoardSessionFactory()
    item = on_agenda(session)
    form = modelform_factory(BoardSession, form=BoardSessionForm, fields=["held_on", "seats"])
    late = form({"held_on": "2026-12-16", "seats": 9}, instance=BoardSession.objects.get(pk=session.pk))
    close(session)
    assert not late.is_valid()
    item.refresh_from_db()
    assert item.outcome == Outcome.ACCEPTED


def test_a_protocol_that_could_not_be_made_is_seen_and_made_again() -> None:
    session = BoardSessionFactory()
    on_agenda(session)
    protocol = close(session).protocol
    assert protocol
    Document.objects.filter(pk=protocol.pk).update(state=DocumentState.FAILED, error="the disk is full", attempts=3)
    client = enter(superuser())
    shown = client.get(page(session)).content.decode()
    assert "Пока не удалось сделать. Следующая попытка" in shown
    assert "the disk is full" in shown
    again = page(session, "make_again_this")
    assert again in shown
    assert page(session, "protocol_this") not in shown
    client.post(again)
    protocol.refresh_from_db()
    assert (protocol.state, protocol.attempts) == (DocumentState.WAITING, 0)
    documents.make_due()
    assert page(session, "protocol_this") in client.get(page(session)).content.decode()
