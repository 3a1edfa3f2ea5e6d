"""The ladder of partners: who comes nearer, who tends them, and what is next."""

import datetime
import re
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from common.errors import RuleViolated
from members.models import Partnership, PartnershipMove, PartnershipNote, User
from members.organisations.partnerships import move_partnership, record_partnership_start
from tests.factories.members import OrganisationFactory, PartnershipFactory, UserFactory
from tests.office import enter, staff_with, superuser

pytestmark = pytest.mark.django_db
BOARD = "/admin/members/partnership/board/"
YESTERDAY = timezone.localdate() - datetime.timedelta(days=1)


@pytest.fixture
def boss() -> User:
    return superuser()


@pytest.fixture
def desk(boss: User) -> Client:
    return enter(boss)


def moves(partnership: Partnership) -> list[tuple[str, int | None, str]]:
    return [*partnership.moves.values_list("step", "by", "reason")]


def test_each_move_leaves_a_row(boss: User) -> None:
    card = PartnershipFactory()
    record_partnership_start(card, by=boss)
    record_partnership_start(card, by=boss)
    for step in ("support", "support", "interest", "agreement"):
        move_partnership(card, step=step, by=boss)
    assert [step for step, _by, _reason in moves(card)] == ["interest", "support", "interest", "agreement"]
    assert {by for _step, by, _reason in moves(card)} == {boss.pk}


def test_closing_needs_a_reason_and_takes_the_next_step_away(boss: User) -> None:
    card = PartnershipFactory(next_step="Позвонить", next_on=YESTERDAY)
    with pytest.raises(RuleViolated) as refused:
        move_partnership(card, step="closed", by=boss)
    assert refused.value.code == "reason_missing"
    closed = move_partnership(card, step="closed", by=boss, reason="Нет средств")
    assert (closed.closed_reason, closed.next_step, closed.next_on) == ("Нет средств", "", None)


def test_who_has_gone_begins_anew_with_another_card(boss: User) -> None:
    card = PartnershipFactory()
    move_partnership(card, step="closed", by=boss, reason="Нет средств")
    with pytest.raises(RuleViolated) as refused:
        move_partnership(card, step="interest", by=boss)
    assert refused.value.code == "partnership_closed"
    PartnershipFactory(organisation=card.organisation, with_organisation=card.with_organisation)
    with pytest.raises(IntegrityError, match="partnership_one_open"), transaction.atomic():
        PartnershipFactory(organisation=card.organisation, with_organisation=card.with_organisation)


def test_nobody_is_a_partner_of_themselves() -> None:
    organisation = OrganisationFactory()
    with pytest.raises(IntegrityError, match="partnership_of_two"), transaction.atomic():
        PartnershipFactory(organisation=organisation, with_organisation=organisation)


@pytest.mark.django_db(transaction=True)
def test_a_card_that_several_move_at_once_moves_once() -> None:
    card, start = PartnershipFactory(), Barrier(4)
    people = [UserFactory() for _ in range(4)]

    def run(person: User) -> None:
        start.wait()
        move_partnership(card, step="support", by=person)
        connections.close_all()

    threads = [Thread(target=run, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert PartnershipMove.objects.count() == 1


# --- The office -----------------------------------------------------------------------------------------------


def test_the_board_shows_each_card_in_its_column_and_what_is_overdue_first(desk: Client) -> None:
    PartnershipFactory(organisation__short_name="Поздний")
    PartnershipFactory(organisation__short_name="Срочный", next_step="Позвонить", next_on=YESTERDAY)
    PartnershipFactory(organisation__short_name="Близкий", step="agreement")
    PartnershipFactory(organisation__short_name="Ушедший", step="closed", closed_reason="Нет средств")
    html = desk.get(BOARD).content.decode()
    places = [html.index(name) for name in ("Срочный", "Поздний", "Близкий")]
    assert places == sorted(places)
    assert "Ушедший" not in html
    assert "срок истёк" in html


def test_a_card_is_moved_by_a_plain_post(desk: Client, boss: User) -> None:
    card = PartnershipFactory()
    response = desk.post(BOARD, {"partnership": card.pk, "step": "support", "reason": "Письмо"}, follow=True)
    assert response.status_code == 200
    assert moves(card) == [("support", boss.pk, "Письмо")]


@pytest.mark.parametrize(
    "data", [{"step": "closed"}, {"step": "nowhere"}, {"partnership": "0", "step": "support"}], ids=str
)
def test_what_cannot_be_moved_is_told(desk: Client, data: dict[str, str]) -> None:
    card = PartnershipFactory()
    response = desk.post(BOARD, {"partnership": card.pk, **data}, follow=True)
    assert [message.level_tag for message in response.context["messages"]] == ["error"]
    assert moves(card) == []


def test_a_refused_move_keeps_what_was_typed_on_its_card_alone(desk: Client) -> None:
    card, other = PartnershipFactory(step="support"), PartnershipFactory(step="support")
    too_long = "Нет средств " * 30
    response = desk.post(BOARD, {"partnership": card.pk, "step": "closed", "reason": too_long})
    assert response.status_code == 409
    held = {shown: typed for _step, cards in response.context["columns"] for shown, typed in cards}
    assert [held[card]["step"], held[card]["reason"]] == ["closed", too_long]
    assert held[other] == {"step": "support", "reason": ""}
    assert re.findall(r"<details (open)?>", response.content.decode()) == ["open", ""]


def test_who_may_only_look_moves_nothing() -> None:
    card, office = PartnershipFactory(), enter(staff_with("members.view_partnership"))
    assert "<select" not in office.get(BOARD).content.decode()
    assert office.post(BOARD, {"partnership": card.pk, "step": "support"}).status_code == 403
    assert moves(card) == []


@pytest.mark.parametrize("number", [1, 3])
def test_the_board_asks_as_much_for_three_cards_as_for_one(desk: Client, number: int) -> None:
    desk.get(BOARD)
    for _ in range(number):
        PartnershipFactory(owner=UserFactory(is_staff=True))
    with CaptureQueriesContext(connection) as asked:
        desk.get(BOARD)
    assert len([query for query in asked if "members_partnership" in query["sql"]]) == 1
    assert len(asked) <= 12


def note_of(text: str) -> dict[str, object]:
    """The forms of the notes and of the moves on the page of a card."""
    return {
        **{f"{name}-{key}": 0 for name in ("notes", "moves") for key in ("INITIAL_FORMS", "MIN_NUM_FORMS")},
        **{f"{name}-MAX_NUM_FORMS": 1000 for name in ("notes", "moves")},
        "moves-TOTAL_FORMS": 0,
        "notes-TOTAL_FORMS": 1,
        "notes-0-text": text,
    }


def test_a_card_is_entered_with_a_note_that_names_its_author(desk: Client, boss: User) -> None:
    one, whole = OrganisationFactory(), OrganisationFactory()
    data = {"organisation": one.pk, "with_organisation": whole.pk, "next_step": "Позвонить", "next_on": ""}
    assert desk.post("/admin/members/partnership/add/", data | note_of("Встретились")).status_code == 302
    card = Partnership.objects.get()
    assert moves(card) == [("interest", boss.pk, "")]
    assert [*PartnershipNote.objects.values_list("text", "by")] == [("Встретились", boss.pk)]


def test_the_queue_asks_owners_about_their_own_and_everybody_about_nobodys(desk: Client, boss: User) -> None:
    for name, owner in (("Моя", boss), ("Чужая", UserFactory()), ("Ничья", None)):
        PartnershipFactory(organisation__short_name=name, owner=owner, next_step="Позвонить", next_on=YESTERDAY)
    PartnershipFactory(
        organisation__short_name="Будущая", owner=boss, next_step="Позвонить", next_on=timezone.localdate()
    )
    html = desk.get("/admin/").content.decode()
    assert [name in html for name in ("Моя", "Чужая", "Ничья", "Будущая")] == [True, False, True, False]


@pytest.mark.parametrize(("due", "shown"), [("overdue", ["Моя", "Чужая"]), ("mine", ["Моя"])])
def test_the_list_is_narrowed_to_what_is_overdue_or_mine(desk: Client, boss: User, due: str, shown: list[str]) -> None:
    for name, owner in (("Моя", boss), ("Чужая", UserFactory())):
        PartnershipFactory(organisation__short_name=name, owner=owner, next_step="Позвонить", next_on=YESTERDAY)
    html = desk.get(f"/admin/members/partnership/?due={due}").content.decode()
    assert [name for name in ("Моя", "Чужая") if name in html] == shown
