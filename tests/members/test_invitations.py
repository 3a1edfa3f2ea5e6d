"""Invitations: they expire, work once, and only for their address."""

import datetime
import re
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone

from common import jobs
from common.errors import RuleViolated
from common.models import OutgoingMail, SignedLink
from members.acting.invitations import accept, invite, invite_once, revoke, send_again
from members.models import Invitation, Notification, Organisation, Representative, Role, User
from members.tasks import FORGET_INVITATIONS
from tests.at_once import at_once
from tests.factories.members import InvitationFactory, OrganisationFactory, RepresentativeFactory, UserFactory
from tests.members.accounts import PASSWORD, code_in, confirmed, is_logged_in, link_in, log_in, ticked, written

pytestmark = pytest.mark.django_db
NOON = datetime.datetime(2026, 12, 16, 12, tzinfo=datetime.UTC)
BORIS = {"email": "boris@example.org", "password1": PASSWORD, "first_name": "Борис", "last_name": "Орлов"}


@pytest.fixture
def lyceum() -> Organisation:
    return OrganisationFactory(slug="lyceum", short_name="Лицей", name="Физико-технический лицей")


@pytest.fixture
def head(lyceum: Organisation) -> User:
    return RepresentativeFactory(organisation=lyceum, role=Role.HEAD, user=confirmed()).user


def invited(organisation: Organisation, email: str = "boris@example.org", **fields: Any) -> Invitation:
    return invite(organisation, **{"email": email, "role": Role.TEACHER, "by": None, **fields})


def link() -> str:
    """Of the newest invitation that was sent."""
    return link_in(OutgoingMail.objects.filter(purpose="invitation").latest("pk"))


def roles(organisation: Organisation) -> list[tuple[str, str]]:
    acting = organisation.representatives.active().order_by("pk")
    return [*acting.values_list("user__email", "role")]


def code_of(refused: pytest.ExceptionInfo[RuleViolated]) -> str:
    return refused.value.code


# --- Sending ------------------------------------------------------------------------------------------------


def test_the_letter_names_the_organisation_and_the_role_and_nothing_that_people_write(
    lyceum: Organisation, head: User
) -> None:
    invited(lyceum, by=head, position="учитель физики, см. https://example.org/")
    [letter] = written()
    assert (letter.recipient, letter.subject) == ("boris@example.org", "Лицей приглашает вас на портал")
    assert "Физико-технический лицей" in letter.text
    assert "Учитель или наставник" in letter.text
    assert "example.org/" not in letter.text
    assert re.fullmatch(r"/invitations/[\w.-]+/", link_in(letter))


def test_the_letter_is_in_the_language_that_was_chosen(lyceum: Organisation) -> None:
    invited(lyceum, language="en")
    [letter] = written()
    assert letter.subject == "Лицей invites you to the portal"
    assert link_in(letter).startswith("/en/invitations/")


def test_nobody_in_the_office_reads_the_link(lyceum: Organisation, office: Client) -> None:
    invited(lyceum)
    page = office.get(f"/admin/common/outgoingmail/{written()[0].pk}/change/").content.decode()
    assert "boris@example.org" in page
    assert link() not in page


def test_who_is_invited_twice_has_one_invitation_and_one_letter(lyceum: Organisation) -> None:
    first, second = invited(lyceum), invited(lyceum, email="Boris@Example.org")
    assert first == second
    assert len(written()) == 1


def test_an_open_invitation_to_another_role_is_revoked_first(lyceum: Organisation) -> None:
    invitation = invited(lyceum, role=Role.HEAD)
    with pytest.raises(RuleViolated) as refused:
        invited(lyceum)
    assert code_of(refused) == "invited"
    revoke(invitation, by=None)
    assert invited(lyceum).role == Role.TEACHER


def test_who_acts_already_is_not_invited(lyceum: Organisation, head: User) -> None:
    with pytest.raises(RuleViolated) as refused:
        invited(lyceum, email=head.email)
    assert code_of(refused) == "has_role"
    assert written() == []


def test_an_organisation_does_not_write_to_everybody(lyceum: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("members.acting.invitations.MOST_OPEN", 2)
    for number in range(2):
        invited(lyceum, email=f"{number}@example.org")
    with pytest.raises(RuleViolated) as refused:
        invited(lyceum)
    assert code_of(refused) == "too_many"


def test_who_invites_revokes_and_invites_anew_writes_five_letters_a_day(lyceum: Organisation, head: User) -> None:
    asked = {"email": "boris@example.org", "role": Role.TEACHER}
    for number in range(5):
        revoke(invite_once(lyceum, by=head, key=f"k{number}", asked=asked), by=head)
    with pytest.raises(RuleViolated) as refused:
        invite_once(lyceum, by=head, key="k6", asked=asked)
    assert (code_of(refused), OutgoingMail.objects.filter(recipient=asked["email"]).count()) == ("too_many_letters", 5)
    waiting = InvitationFactory(organisation=lyceum, email=asked["email"], expires_at=timezone.now())
    with pytest.raises(RuleViolated) as refused:
        send_again(waiting, by=head)
    assert code_of(refused) == "too_many_letters"
    other = OrganisationFactory()
    assert invite_once(other, by=head, key="k7", asked=asked).is_open
    assert invite(lyceum, by=None, **asked) == waiting


def test_what_was_revoked_counts_for_a_day(lyceum: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("members.acting.invitations.MOST_A_DAY", 2)
    with time_machine.travel(NOON, tick=False) as clock:
        for number in range(2):
            revoke(invited(lyceum, email=f"{number}@example.org"), by=None)
        with pytest.raises(RuleViolated) as refused:
            invited(lyceum)
        assert code_of(refused) == "too_many_today"
        clock.shift(datetime.timedelta(days=1))
        assert invited(lyceum).is_open


@pytest.mark.django_db(transaction=True)
def test_two_who_invite_the_same_address_at_once_make_one_invitation(lyceum: Organisation) -> None:
    made = at_once(*[lambda: invited(lyceum)] * 6)
    assert {*made} == {Invitation.objects.get()}
    assert len(written()) == 1


def test_sent_again_it_is_the_same_link_with_a_new_term(lyceum: Organisation) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        invitation = invited(lyceum)
        with pytest.raises(RuleViolated) as refused:
            send_again(invitation, by=None)
        assert code_of(refused) == "sent_just_now"
        clock.shift(datetime.timedelta(days=15))
        assert Client().get(link()).status_code == 404
        assert send_again(invitation, by=None).expires_at == NOON + datetime.timedelta(days=29)
        assert [link_in(letter) for letter in written()] == [link()] * 2
        assert Client().get(link()).status_code == 200
    assert Invitation.objects.count() == SignedLink.objects.count() == 1


def test_an_expired_invitation_makes_room_for_another_role(lyceum: Organisation) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        first = invited(lyceum, role=Role.HEAD)
        clock.shift(datetime.timedelta(days=15))
        assert (invited(lyceum).pk, Invitation.objects.get().role) == (first.pk, Role.TEACHER)


# --- Accepting ----------------------------------------------------------------------------------------------


def test_who_has_the_address_accepts_and_acts(lyceum: Organisation, head: User) -> None:
    boris, client = confirmed(email="boris@example.org"), Client()
    invitation = invited(lyceum, position="учитель физики")
    client.force_login(boris)
    assert "Принять приглашение" in client.get(link()).content.decode()
    assert roles(lyceum) == [(head.email, "head")]
    assert client.post(link()).headers["Location"] == "/dashboard/lyceum/"
    assert roles(lyceum) == [(head.email, "head"), ("boris@example.org", "teacher")]
    assert Representative.objects.get(user=boris).position == "учитель физики"
    invitation.refresh_from_db()
    assert invitation.accepted_by == boris
    assert {*Notification.objects.values_list("user", flat=True)} == {boris.pk, head.pk}


def test_a_mail_scanner_that_opens_the_link_changes_nothing(lyceum: Organisation) -> None:
    invited(lyceum)
    for _ in range(3):
        assert Client().get(link()).status_code == 200
    assert Invitation.objects.get().is_open
    assert roles(lyceum) == []


def test_a_new_person_signs_up_by_the_link_without_a_code_and_comes_back_to_it(lyceum: Organisation) -> None:
    invited(lyceum)
    client = Client()
    client.get(link())
    form = client.get(f"/account/signup/?next={link()}").context["form"]
    assert form["email"].value() == "boris@example.org"
    assert client.post("/account/signup/", {**BORIS, **ticked(), "next": link()}).headers["Location"] == link()
    assert is_logged_in(client)
    assert client.post(link()).status_code == 302
    assert roles(lyceum) == [("boris@example.org", "teacher")]
    assert [letter.purpose for letter in written()] == ["invitation", "notice_people"]


def test_the_link_proves_no_other_address(lyceum: Organisation) -> None:
    """Whoever is invited signs up with the address of somebody else: they still need the code that goes there."""
    invited(lyceum)
    client = Client()
    client.get(link())
    answer = client.post("/account/signup/", {**BORIS, **ticked(), "email": "minister@example.org"})
    assert answer.headers["Location"] == "/account/confirm-email/"
    assert not is_logged_in(client)
    assert [*EmailAddress.objects.values_list("email", "verified")] == [("minister@example.org", False)]
    client.post("/account/confirm-email/", {"code": code_in(written()[-1])})
    assert is_logged_in(client)
    assert client.post(link()).status_code == 409


def test_an_address_that_somebody_else_signed_up_with_is_taken_over_by_its_owner_alone(lyceum: Organisation) -> None:
    """The link gives nobody the account that a stranger has made with the address."""
    Client().post("/account/signup/", {**BORIS, **ticked(), "password1": "Пароль-чужого-1"})
    invited(lyceum)
    client = Client()
    client.get(link())
    client.post("/account/signup/", {**BORIS, **ticked()})
    assert not is_logged_in(client)
    assert User.objects.filter(email="boris@example.org").count() == 1
    assert not EmailAddress.objects.get().verified


def test_whoever_is_logged_in_with_another_address_is_told_so_and_gets_nothing(lyceum: Organisation) -> None:
    stranger, client = confirmed(email="stranger@example.org"), Client()
    invited(lyceum)
    client.force_login(stranger)
    page = client.get(link()).content.decode()
    assert "stranger@example.org" in page
    assert 'action="/account/logout/"' in page
    assert "Принять приглашение" not in page
    assert client.post(link()).status_code == 409
    assert roles(lyceum) == []


@pytest.mark.parametrize(("theirs", "email"), [("m\u0131ke@example.org", "mike"), ("\u017fam@example.org", "sam")])
def test_an_address_that_only_looks_alike_is_another(lyceum: Organisation, theirs: str, email: str) -> None:
    """PostgreSQL writes both in the same capitals."""
    with pytest.raises(RuleViolated):
        accept(invited(lyceum, f"{email}@example.org"), by=confirmed(email=theirs))


def test_an_address_that_was_not_confirmed_is_not_theirs(lyceum: Organisation) -> None:
    boris = UserFactory(email="boris@example.org")
    EmailAddress.objects.create(user=boris, email=boris.email, primary=True, verified=False)
    with pytest.raises(RuleViolated) as refused:
        accept(invited(lyceum), by=boris)
    assert code_of(refused) == "other_address"


def test_a_stranger_who_posts_is_asked_to_log_in(lyceum: Organisation) -> None:
    invited(lyceum)
    answer = Client().post(link())
    assert answer.headers["Location"] == f"/account/login/?next={link()}"


def test_it_works_once(lyceum: Organisation) -> None:
    boris = confirmed(email="boris@example.org")
    invitation = invited(lyceum)
    given = accept(invitation, by=boris)
    assert accept(invitation, by=boris) == given
    Representative.objects.update(ended_at=timezone.now())
    with pytest.raises(RuleViolated) as refused:
        accept(invitation, by=boris)
    assert code_of(refused) == "invitation_used"
    assert roles(lyceum) == []
    client = Client()
    client.force_login(boris)
    page = client.get(link())
    assert "уже принято" in page.content.decode()


def test_who_has_a_role_there_already_is_told_which(lyceum: Organisation) -> None:
    boris = confirmed(email="boris@example.org")
    invitation = invited(lyceum)
    RepresentativeFactory(organisation=lyceum, user=boris, role=Role.VIEWER)
    with pytest.raises(RuleViolated, match="Наблюдатель") as refused:
        accept(invitation, by=boris)
    assert code_of(refused) == "has_role"
    assert roles(lyceum) == [("boris@example.org", "viewer")]


def test_after_its_term_it_is_over_for_a_page_that_was_open_as_well(lyceum: Organisation) -> None:
    boris = confirmed(email="boris@example.org")
    with time_machine.travel(NOON, tick=False) as clock:
        invitation = invited(lyceum)
        clock.shift(datetime.timedelta(days=14))
        with pytest.raises(RuleViolated) as refused:
            accept(invitation, by=boris)
    assert code_of(refused) == "invitation_expired"


def test_a_revoked_one_leads_nowhere(lyceum: Organisation) -> None:
    boris, invitation = confirmed(email="boris@example.org"), invited(lyceum)
    assert revoke(revoke(invitation, by=None), by=None).revoked_at
    assert Client().get(link()).status_code == 404
    with pytest.raises(RuleViolated) as refused:
        accept(invitation, by=boris)
    assert code_of(refused) == "invitation_revoked"
    with pytest.raises(RuleViolated):
        send_again(invitation, by=None)


def test_the_other_heads_hear_of_what_is_sent_and_revoked_and_not_of_the_address(
    lyceum: Organisation, head: User
) -> None:
    other = RepresentativeFactory(organisation=lyceum, role=Role.COORDINATOR).user
    RepresentativeFactory(organisation=lyceum, role=Role.TEACHER)
    for _time in range(2):
        invitation = invited(lyceum, by=head)
    for _time in range(2):
        revoke(invitation, by=head)
    told = [letter for letter in written() if letter.purpose == "notice_people"]
    assert [(letter.recipient, letter.subject) for letter in told] == [
        (other.email, "Лицей: отправлено приглашение"),
        (other.email, "Лицей: приглашение отозвано"),
    ]
    notices = Notification.objects.order_by("pk")
    assert [(one.user, one.about, one.link) for one in notices] == [(other, head, "/dashboard/lyceum/people/")] * 2
    assert f"Учитель или наставник\nКто: {head}" in notices[0].text
    assert not any(invitation.email in one.title + one.text for one in notices)


def test_an_accepted_one_is_not_revoked(lyceum: Organisation) -> None:
    invitation = invited(lyceum)
    accept(invitation, by=confirmed(email="boris@example.org"))
    with pytest.raises(RuleViolated) as refused:
        revoke(invitation, by=None)
    assert code_of(refused) == "invitation_used"


@pytest.mark.django_db(transaction=True)
def test_twenty_uses_at_once_give_one_role(lyceum: Organisation, head: User) -> None:
    boris, invitation = confirmed(email="boris@example.org"), invited(lyceum, by=head)
    given = at_once(*[lambda: accept(invitation, by=boris)] * 20)
    assert given == [Representative.objects.get(user=boris)] * 20
    assert Notification.objects.filter(user=head).count() == 1


def test_guessing_is_limited() -> None:
    client = Client()
    answers = [client.get(f"/invitations/guess-{number}/").status_code for number in range(31)]
    assert answers == [404] * 30 + [429]


def test_log_out_and_go_on_comes_back_to_the_invitation(lyceum: Organisation) -> None:
    client = Client()
    invited(lyceum)
    client.force_login(confirmed())
    assert client.post("/account/logout/", {"next": link()}).headers["Location"] == link()


def test_who_logs_in_on_the_way_comes_back_to_the_invitation(lyceum: Organisation) -> None:
    boris, client = confirmed(email="boris@example.org"), Client()
    invited(lyceum)
    client.get(link())
    assert log_in(client, boris, next=link()).headers["Location"] == link()


# --- Afterwards ---------------------------------------------------------------------------------------------


def test_addresses_are_forgotten_ninety_days_after_the_term() -> None:
    now = timezone.now()
    old, young = (InvitationFactory(expires_at=now - datetime.timedelta(days=days)) for days in (91, 89))
    jobs.run(FORGET_INVITATIONS)
    assert [*Invitation.objects.all()] == [young]
    assert old.pk != young.pk
