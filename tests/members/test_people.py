"""Roles change and end, what was owned is handed over, and the last head stays."""

import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from common.errors import RuleViolated
from common.models import OutgoingMail
from members.acting.handovers import OWNED, Owned
from members.acting.invitations import accept
from members.acting.roles import change_role, end_role, is_last_head
from members.models import Handover, Invitation, JoinRequest, Notification, Organisation, Representative, Role, User
from members.personal_data.erasure import BY_REQUEST, erase_person
from tests.at_once import at_once
from tests.factories.members import (
    InvitationFactory,
    JoinRequestFactory,
    OrganisationFactory,
    RepresentativeFactory,
    UserFactory,
)
from tests.members.accounts import confirmed
from tests.members.test_admin import errors_of, fields_of
from tests.office import enter, superuser

pytestmark = pytest.mark.django_db
PEOPLE = "/dashboard/lyceum/people/"


@pytest.fixture
def lyceum() -> Organisation:
    return OrganisationFactory(slug="lyceum", short_name="Лицей")


@pytest.fixture
def acting(lyceum: Organisation) -> dict[str, Representative]:
    """One in each role."""
    return {role: RepresentativeFactory(organisation=lyceum, role=role) for role in Role.values}


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def roles(organisation: Organisation) -> list[str]:
    return sorted(organisation.representatives.active().values_list("role", flat=True))


def told(user: User) -> list[str]:
    titles = Notification.objects.filter(user=user).order_by("pk").values_list("title", flat=True)
    return [title.replace("\N{NO-BREAK SPACE}", " ") for title in titles]


# --- Who may do what ----------------------------------------------------------------------------------------

# Who → whose role they change (and end).
TENDS = {
    Role.HEAD: {Role.HEAD, Role.COORDINATOR, Role.TEACHER, Role.VIEWER},
    Role.COORDINATOR: {Role.TEACHER, Role.VIEWER},
    Role.TEACHER: set(),
    Role.VIEWER: set(),
}


@pytest.mark.parametrize("who", Role.values)
@pytest.mark.parametrize("whose", Role.values)
def test_each_role_tends_those_of_the_table(
    lyceum: Organisation, acting: dict[str, Representative], who: str, whose: str
) -> None:
    other = RepresentativeFactory(organisation=lyceum, role=whose)
    client, place = client_of(acting[who].user), f"{PEOPLE}{other.pk}/"
    expected = 302 if whose in TENDS[Role(who)] else 403
    assert client.post(place, {"role": whose, "position": "завуч"}).status_code == expected
    assert client.post(f"{place}end/", {"x": "1"}).status_code == expected
    other.refresh_from_db()
    assert (other.position, other.ended_at is not None) == (("завуч", True) if expected == 302 else ("", False))


@pytest.mark.parametrize("given", Role.values)
@pytest.mark.parametrize("who", Role.values)
def test_nobody_gives_a_role_beyond_their_own_table(acting: dict[str, Representative], who: str, given: str) -> None:
    client = client_of(acting[who].user)
    invitation = {"request_key": "k", "email": "new@example.org", "role": given, "language": "ru"}
    client.post(PEOPLE, invitation)
    client.post(f"{PEOPLE}{acting[Role.VIEWER].pk}/", {"role": given, "position": ""})
    allowed = given in TENDS[Role(who)]
    assert Invitation.objects.filter(role=given).exists() is allowed
    acting[Role.VIEWER].refresh_from_db()
    assert acting[Role.VIEWER].role == (given if allowed else Role.VIEWER)


def test_everybody_who_acts_sees_the_list_but_only_those_who_invite_see_addresses(
    lyceum: Organisation, acting: dict[str, Representative]
) -> None:
    InvitationFactory(organisation=lyceum, email="boris@example.org")
    JoinRequestFactory(organisation=lyceum, user__last_name="Просителев")
    seen = {role: client_of(one.user).get(PEOPLE).content.decode() for role, one in acting.items()}
    assert {role: str(acting[Role.HEAD].user) in page for role, page in seen.items()} == dict.fromkeys(seen, True)
    for hidden in ("boris@example.org", "Просителев"):
        assert {role for role, page in seen.items() if hidden in page} == {Role.HEAD, Role.COORDINATOR}


# --- Roles --------------------------------------------------------------------------------------------------


def test_a_changed_role_holds_at_once_and_is_told(acting: dict[str, Representative]) -> None:
    teacher = acting[Role.TEACHER]
    change_role(teacher, role=Role.COORDINATOR, position="завуч", by=acting[Role.HEAD].user)
    assert client_of(teacher.user).get("/dashboard/lyceum/profile/").status_code == 200
    assert told(teacher.user) == ["У вас другая роль: Лицей"]
    assert told(acting[Role.HEAD].user) == [f"Лицей: сменилась роль — {teacher.user}"]


def test_another_position_alone_is_no_news(acting: dict[str, Representative]) -> None:
    change_role(acting[Role.TEACHER], role=Role.TEACHER, position="учитель физики", by=acting[Role.HEAD].user)
    assert not Notification.objects.exists()
    assert acting[Role.TEACHER].history.count() == 2
    change_role(acting[Role.TEACHER], role=Role.TEACHER, position="учитель физики", by=acting[Role.HEAD].user)
    assert acting[Role.TEACHER].history.count() == 2


def test_an_ended_role_is_not_changed(acting: dict[str, Representative]) -> None:
    end_role(acting[Role.TEACHER], by=acting[Role.HEAD].user)
    with pytest.raises(RuleViolated) as refused:
        change_role(acting[Role.TEACHER], role=Role.HEAD, position="", by=acting[Role.HEAD].user)
    assert refused.value.code == "role_ended"


def test_who_leaves_has_no_rights_in_the_next_request_and_all_heads_hear(acting: dict[str, Representative]) -> None:
    coordinator = acting[Role.COORDINATOR]
    client = client_of(coordinator.user)
    assert client.post(f"{PEOPLE}{coordinator.pk}/end/").headers["Location"] == "/dashboard/"
    assert client.get(PEOPLE).status_code == 404
    assert told(acting[Role.HEAD].user) == [f"Лицей: больше не представитель — {coordinator.user}"]
    end_role(coordinator, by=coordinator.user)
    assert coordinator.history.count() == 2


# --- The last head ------------------------------------------------------------------------------------------


def test_the_last_head_neither_leaves_nor_is_demoted(acting: dict[str, Representative]) -> None:
    head = acting[Role.HEAD]
    RepresentativeFactory(organisation=head.organisation, role=Role.HEAD, user__is_active=False)
    for attempt in (
        lambda: end_role(head, by=head.user),
        lambda: change_role(head, role=Role.VIEWER, position="", by=head.user),
    ):
        with pytest.raises(RuleViolated) as refused:
            attempt()
        assert refused.value.code == "last_head"
    client = client_of(head.user)
    assert client.post(f"{PEOPLE}{head.pk}/end/").status_code == 409
    assert "Больше никто не" in client.get(f"{PEOPLE}{head.pk}/end/").content.decode()
    assert roles(head.organisation) == ["coordinator", "head", "head", "teacher", "viewer"]


def test_of_two_heads_one_may_go(acting: dict[str, Representative]) -> None:
    other = RepresentativeFactory(organisation=acting[Role.HEAD].organisation, role=Role.HEAD)
    assert not is_last_head(other)
    change_role(acting[Role.HEAD], role=Role.VIEWER, position="", by=acting[Role.HEAD].user)
    assert is_last_head(other)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", ["leave", "give up", "erase"])
def test_of_two_heads_who_go_at_once_one_stays(lyceum: Organisation, way: str) -> None:
    ways: dict[str, Any] = {
        "leave": lambda head: end_role(head, by=head.user),
        "give up": lambda head: change_role(head, role=Role.VIEWER, position="", by=head.user),
        "erase": lambda head: erase_person(head.user, by=head.user, reason=BY_REQUEST),
    }
    heads = [RepresentativeFactory(organisation=lyceum, role=Role.HEAD, user=confirmed()) for _ in range(2)]
    outcomes = at_once(lambda: ways["leave"](heads[0]), lambda: ways[way](heads[1]))
    refused = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert [getattr(error, "code", error) for error in refused] == ["last_head"]
    assert Representative.objects.heads().count() == 1


def test_the_staff_end_the_last_head_with_a_reason(acting: dict[str, Representative]) -> None:
    head = acting[Role.HEAD]
    client, place = enter(superuser()), f"/admin/members/representative/{head.pk}/change/"
    ended = {"role": "head", "position": "", "ended_at_0": "2026-11-20", "ended_at_1": "10:00"}
    form = client.post(place, ended).context["adminform"].form
    assert [*form.errors] == ["reason"]
    assert is_last_head(head)
    assert client.post(place, ended | {"reason": "умер"}).status_code == 302
    last = head.history.first()
    assert (last.history_change_reason, last.ended_at is not None) == ("умер", True)
    assert told(head.user) == ["Вы больше не действуете от имени организации: Лицей"]


def test_the_staff_do_not_delete_the_last_head(acting: dict[str, Representative]) -> None:
    client, head = enter(superuser()), acting[Role.HEAD]
    assert client.post(f"/admin/members/representative/{head.pk}/delete/", {"post": "yes"}).status_code == 403
    many = {"action": "delete_selected", "_selected_action": [head.pk, acting[Role.VIEWER].pk], "post": "yes"}
    client.post("/admin/members/representative/", many)
    assert Representative.objects.filter(pk=head.pk).exists()
    assert (
        client.post(f"/admin/members/representative/{acting[Role.VIEWER].pk}/delete/", {"post": "yes"}).status_code
        == 302
    )


@pytest.mark.parametrize("way", ["roles", "account"])
def test_the_office_leaves_no_organisation_without_a_head_unsaid(acting: dict[str, Representative], way: str) -> None:
    """Each of two heads who end in one save leaves the other; who cannot log in signs nothing."""
    head, client = acting[Role.HEAD], enter(superuser())
    if way == "roles":
        RepresentativeFactory(organisation=head.organisation, role=Role.HEAD)
        place = f"/admin/members/organisation/{head.organisation_id}/change/"
        data = fields_of(client, place)
        rows = [name.removesuffix("-role") for name, value in data.items() if value == Role.HEAD]
        data |= {f"{row}-ended_at_0": "2026-11-20" for row in rows} | {f"{row}-ended_at_1": "10:00" for row in rows}
    else:
        place, rows = f"/admin/members/user/{head.user_id}/change/", [""]
        data = fields_of(client, place)
        del data["is_active"]
    why = [f"{row}-reason".lstrip("-") for row in rows]
    refused = errors_of(client.post(place, data))
    assert [error.partition(":")[0] for error in refused] == ["reason"] * len(rows)
    assert Representative.objects.heads().count() == len(rows)
    assert client.post(place, data | dict.fromkeys(why, "переизбрание")).status_code == 302
    assert not Representative.objects.heads().exists()
    assert len(told(acting[Role.COORDINATOR].user)) == len(rows)


def test_two_heads_are_not_deleted_together(acting: dict[str, Representative]) -> None:
    heads = [acting[Role.HEAD], RepresentativeFactory(organisation=acting[Role.HEAD].organisation, role=Role.HEAD)]
    many = {"action": "delete_selected", "_selected_action": [head.pk for head in heads], "post": "yes"}
    assert enter(superuser()).post("/admin/members/representative/", many).status_code == 409
    assert Representative.objects.heads().count() == 2


def test_the_staff_name_a_head_who_is_told(lyceum: Organisation) -> None:
    staff, person = superuser(), UserFactory()
    posted = {"user": person.pk, "organisation": lyceum.pk, "role": "head", "position": ""}
    assert enter(staff).post("/admin/members/representative/add/", posted).status_code == 302
    given = Representative.objects.get()
    assert given.history.get().history_user == staff
    assert told(person) == ["Вы действуете от имени организации: Лицей"]


# --- Hand-over ----------------------------------------------------------------------------------------------


def test_what_was_owned_goes_to_whom_the_form_says(acting: dict[str, Representative]) -> None:
    head, leaving = acting[Role.HEAD].user, acting[Role.COORDINATOR]
    mine = [InvitationFactory(organisation=leaving.organisation, invited_by=leaving.user) for _ in range(2)]
    elsewhere = InvitationFactory(invited_by=leaving.user)
    over = InvitationFactory(organisation=leaving.organisation, invited_by=leaving.user, revoked_at=timezone.now())
    client, place = client_of(leaving.user), f"{PEOPLE}{leaving.pk}/end/"
    page = client.get(place)
    assert [(str(title), number) for title, number in page.context["owned"]] == [("открытые приглашения", 2)]
    assert client.post(place, {"x": "1"}).context["form"].errors == {"to": ["Обязательное поле."]}
    assert client.post(place, {"to": acting[Role.TEACHER].user.pk}).status_code == 200
    assert client.post(place, {"to": head.pk}).status_code == 302
    assert {*Invitation.objects.filter(invited_by=head)} == {*mine}
    assert {*Invitation.objects.filter(invited_by=leaving.user)} == {elsewhere, over}
    written = Handover.objects.get()
    assert (written.giver, written.taker, written.by, written.what) == (
        leaving.user,
        head,
        leaving.user,
        {"invitations": 2},
    )


def test_nothing_owned_nothing_is_written(acting: dict[str, Representative]) -> None:
    end_role(acting[Role.TEACHER], by=acting[Role.HEAD].user, to=acting[Role.HEAD].user)
    assert not Handover.objects.exists()


def test_who_may_not_take_over_does_not(acting: dict[str, Representative]) -> None:
    leaving = acting[Role.COORDINATOR]
    InvitationFactory(organisation=leaving.organisation, invited_by=leaving.user)
    for taker in (None, leaving.user, acting[Role.VIEWER].user, UserFactory()):
        with pytest.raises(RuleViolated) as refused:
            end_role(leaving, by=leaving.user, to=taker)
        assert refused.value.code == "nobody_takes_over"
    assert leaving.organisation.representatives.active().count() == 4


def test_where_nobody_is_left_who_could_take_it_one_may_go_all_the_same(lyceum: Organisation) -> None:
    leaving = RepresentativeFactory(organisation=lyceum, role=Role.COORDINATOR)
    InvitationFactory(organisation=lyceum, invited_by=leaving.user)
    end_role(leaving, by=leaving.user)
    assert roles(lyceum) == []


def test_an_erasure_hands_over_to_the_head(acting: dict[str, Representative]) -> None:
    leaving = acting[Role.COORDINATOR]
    invitation = InvitationFactory(organisation=leaving.organisation, invited_by=leaving.user)
    erase_person(leaving.user, by=leaving.user, reason=BY_REQUEST)
    invitation.refresh_from_db()
    assert invitation.invited_by == acting[Role.HEAD].user
    assert Handover.objects.get().taker == acting[Role.HEAD].user


ENDED = {"role": "coordinator", "position": "", "ended_at_0": "2026-11-20", "ended_at_1": "10:00"}


def test_what_the_staff_end_is_handed_over_to_the_head(
    acting: dict[str, Representative], monkeypatch: pytest.MonkeyPatch
) -> None:
    owned = Owned("labs", "laboratories", count=lambda user, organisation: 3, hand_over=lambda *_who: None)
    monkeypatch.setitem(OWNED, "labs", owned)
    staff, leaving = superuser(), acting[Role.COORDINATOR]
    assert enter(staff).post(f"/admin/members/representative/{leaving.pk}/change/", ENDED).status_code == 302
    handover = Handover.objects.get()
    assert (handover.taker, handover.by, handover.what) == (acting[Role.HEAD].user, staff, {"labs": 3})


@pytest.mark.parametrize("way", ["end", "delete", "demote", "demoted by a head"])
def test_nobody_comes_back_by_an_invitation_of_their_own(acting: dict[str, Representative], way: str) -> None:
    demoted = {"role": "coordinator", "position": ""}
    in_office = {"end": ("change", ENDED), "delete": ("delete", {"post": "yes"}), "demote": ("change", demoted)}
    out = RepresentativeFactory(organisation=acting[Role.HEAD].organisation, role=Role.HEAD)
    sent = {"organisation": out.organisation, "invited_by": out.user}
    as_head, as_viewer = (InvitationFactory(**sent, role=role) for role in (Role.HEAD, Role.VIEWER))
    of_another = InvitationFactory(**sent | {"invited_by": acting[Role.HEAD].user}, role=Role.HEAD)
    if way in in_office:
        rest, posted = in_office[way]
        assert enter(superuser()).post(f"/admin/members/representative/{out.pk}/{rest}/", posted).status_code == 302
    else:
        change_role(out, by=acting[Role.HEAD].user, **demoted)
    left = [as_viewer, of_another] if way.startswith("demote") else [of_another]
    assert [*Invitation.objects.standing().order_by("pk")] == left
    as_head.refresh_from_db()
    with pytest.raises(RuleViolated):
        accept(as_head, by=confirmed(email=as_head.email))


# --- Strangers ----------------------------------------------------------------------------------------------


def test_a_head_of_another_organisation_finds_and_changes_nothing(
    lyceum: Organisation, acting: dict[str, Representative]
) -> None:
    """By any route of the dashboard and of the API, under the address of either organisation."""
    stranger = client_of(RepresentativeFactory(organisation__slug="b", role=Role.HEAD).user)
    sent_yesterday = timezone.now() + datetime.timedelta(days=13)
    invitation = InvitationFactory(organisation=lyceum, expires_at=sent_yesterday)
    asked = JoinRequestFactory(organisation=lyceum)
    paths = [f"{one.pk}/{end}" for one in acting.values() for end in ("", "end/")]
    paths += [f"invitations/{invitation.pk}/{verb}/" for verb in ("send-again", "revoke")]
    paths += [f"requests/{asked.pk}/"]
    posted = {"role": "head", "position": "x", "to": acting[Role.HEAD].user.pk, "reason": "x", "decline": "1"}
    before = everything()
    for slug in ("lyceum", "b"):
        for path in paths:
            answer = stranger.post(f"/dashboard/{slug}/people/{path}", posted)
            assert (path, answer.status_code) == (path, 404)
            assert stranger.get(f"/dashboard/{slug}/people/{path}").status_code in (404, 405)
    assert stranger.get(PEOPLE).status_code == stranger.post(PEOPLE, posted).status_code == 404
    api, key = "/api/v1/my/organisations/lyceum/people/", {"Idempotency-Key": "k"}
    invite = {"email": "x@example.org", "role": "head"}
    assert stranger.get(api).status_code == 404
    assert stranger.post(api, invite, "application/json", headers=key).status_code == 404
    assert [one["slug"] for one in stranger.get("/api/v1/my/organisations/").json()["results"]] == ["b"]
    assert everything() == before


def everything() -> list[list[tuple[Any, ...]]]:
    models: tuple[Any, ...] = (Representative, Invitation, JoinRequest, Handover, Notification, OutgoingMail)
    return [sorted(model.objects.values_list(), key=str) for model in models]


# --- The page and the API -----------------------------------------------------------------------------------


def test_the_page_costs_as_many_queries_for_three_as_for_one(
    lyceum: Organisation, acting: dict[str, Representative], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of(acting[Role.HEAD].user)
    client.get(PEOPLE)
    for _ in range(3):
        InvitationFactory(organisation=lyceum, invited_by=UserFactory())
        JoinRequestFactory(organisation=lyceum)
        RepresentativeFactory(organisation=lyceum)
        with django_assert_num_queries(9):
            client.get(PEOPLE)


def test_a_form_with_a_mistake_keeps_what_was_typed(acting: dict[str, Representative]) -> None:
    client = client_of(acting[Role.HEAD].user)
    form = client.post(PEOPLE, {"request_key": "k", "email": "no address", "role": "teacher"}).context["form"]
    assert {*form.errors} == {"email", "language"}
    assert form["email"].value() == "no address"
    taken = {"request_key": "k", "email": acting[Role.VIEWER].user.email, "role": "teacher", "language": "ru"}
    form = client.post(PEOPLE, taken).context["form"]
    assert form.non_field_errors() == ["Этот человек уже действует от\xa0имени организации."]


def test_an_invitation_sent_twice_by_its_form_is_one(acting: dict[str, Representative]) -> None:
    client = client_of(acting[Role.HEAD].user)
    posted = {"request_key": "k", "email": "New@example.org", "role": "teacher", "language": "ru", "position": ""}
    assert [client.post(PEOPLE, posted).status_code for _ in range(2)] == [302, 302]
    assert (Invitation.objects.get().email, OutgoingMail.objects.filter(purpose="invitation").count()) == (
        "new@example.org",
        1,
    )


def test_the_api_shows_and_invites_as_the_page_does(lyceum: Organisation, acting: dict[str, Representative]) -> None:
    api = "/api/v1/my/organisations/lyceum/people/"
    client = client_of(acting[Role.COORDINATOR].user)
    body = {"email": "New@example.org", "role": "teacher"}
    answers = [client.post(api, body, "application/json", headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["email"] == "new@example.org"
    assert OutgoingMail.objects.filter(purpose="invitation").count() == 1
    head = client.post(api, body | {"role": "head"}, "application/json", headers={"Idempotency-Key": "k2"})
    assert head.status_code == 403
    again = client.post(
        api, body | {"email": acting[Role.HEAD].user.email}, "application/json", headers={"Idempotency-Key": "k3"}
    )
    assert (again.status_code, again.json()["code"]) == (409, "has_role")
    assert client.post(api, body, "application/json").status_code == 400
    shown = client.get(api).json()
    assert [one["role"] for one in shown["acting"]] == Role.values
    assert [one["email"] for one in shown["invitations"]] == ["new@example.org"]
    assert client_of(acting[Role.VIEWER].user).get(api).json()["invitations"] == []


def test_half_a_character_is_refused_by_the_api_as_one_that_cannot_be_read(acting: dict[str, Representative]) -> None:
    """The answer repeats what was sent, and nobody can write that down."""
    sent = r'{"email": "anna@example.org", "role": "\ud83d", "language": "ru"}'
    client = client_of(acting[Role.HEAD].user)
    address = "/api/v1/my/organisations/lyceum/people/"
    answer = client.post(address, sent, content_type="application/json", headers={"Idempotency-Key": "1"})
    assert answer.status_code == 400
