"""People who say that they work for an organisation, and those who decide."""

import datetime
import re

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from common import jobs
from common.errors import RuleViolated
from members.acting.join_requests import MOST_THERE, approve, ask, decline, withdraw
from members.models import JoinRequest, Notification, Organisation, Representative, Role, User
from members.tasks import FORGET_REQUESTS
from tests.at_once import at_once
from tests.factories.members import JoinRequestFactory, OrganisationFactory, RepresentativeFactory, UserFactory
from tests.members.accounts import confirmed
from tests.office import enter, superuser

pytestmark = pytest.mark.django_db
ASK = "/organisations/lyceum/i-work-here/"
POSTED = {"request_key": "k", "role": "teacher", "text": "учитель физики"}


@pytest.fixture
def lyceum() -> Organisation:
    return OrganisationFactory(slug="lyceum", short_name="Лицей")


@pytest.fixture
def head(lyceum: Organisation) -> User:
    return RepresentativeFactory(organisation=lyceum, role=Role.HEAD).user


@pytest.fixture
def boris() -> User:
    return confirmed(email="boris@example.org", first_name="Борис", last_name="Орлов")


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def told(user: User) -> list[str]:
    titles = Notification.objects.filter(user=user).order_by("pk").values_list("title", flat=True)
    return [title.replace("\N{NO-BREAK SPACE}", " ") for title in titles]


def roles(organisation: Organisation) -> list[str]:
    return sorted(organisation.representatives.active().values_list("role", flat=True))


# --- Asking -------------------------------------------------------------------------------------------------


def test_the_public_page_leads_there_by_way_of_the_log_in(lyceum: Organisation) -> None:
    assert f'href="{ASK}"' in Client().get("/organisations/lyceum/").content.decode()
    assert Client().get(ASK).headers["Location"] == f"/account/login/?next={ASK}"


def test_who_asks_is_heard_by_those_who_decide(lyceum: Organisation, head: User, boris: User) -> None:
    client = client_of(boris)
    assert [client.post(ASK, POSTED).status_code for _ in range(2)] == [302, 302]
    asked = JoinRequest.objects.get()
    assert (asked.user, asked.role, asked.text, asked.state) == (boris, "teacher", "учитель физики", "open")
    [notification] = Notification.objects.all()
    assert (notification.user, notification.about, notification.link) == (head, boris, "/dashboard/lyceum/people/")
    assert notification.title.replace("\N{NO-BREAK SPACE}", " ") == "Лицей: просьба о роли — Орлов Борис"
    assert "ждёт решения" in client.get(ASK).content.decode()


@pytest.mark.django_db(transaction=True)
def test_one_person_has_one_open_request_there(lyceum: Organisation, boris: User) -> None:
    asked = at_once(*[lambda: ask(lyceum, by=boris, role=Role.TEACHER)] * 6)
    assert {*asked} == {JoinRequest.objects.get()}


def test_who_acts_already_does_not_ask(lyceum: Organisation, head: User) -> None:
    with pytest.raises(RuleViolated) as refused:
        ask(lyceum, by=head, role=Role.TEACHER)
    assert refused.value.code == "has_role"
    assert "request_key" not in client_of(head).get(ASK).content.decode()


def test_nobody_asks_everybody(boris: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("members.acting.join_requests.MOST_OPEN", 1)
    ask(OrganisationFactory(), by=boris, role=Role.TEACHER)
    with pytest.raises(RuleViolated) as refused:
        ask(OrganisationFactory(), by=boris, role=Role.TEACHER)
    assert refused.value.code == "too_many"


def test_who_asked_withdraws_and_may_ask_anew(lyceum: Organisation, boris: User) -> None:
    client = client_of(boris)
    client.post(ASK, POSTED)
    for _ in range(2):
        assert client.post(f"{ASK}withdraw/").status_code == 302
    client.post(ASK, POSTED | {"request_key": "k2"})
    assert [*JoinRequest.objects.order_by("pk").values_list("state", flat=True)] == ["withdrawn", "open"]


def test_who_asks_and_withdraws_writes_to_the_heads_three_times_a_day(
    lyceum: Organisation, head: User, boris: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = client_of(boris)
        for number in range(MOST_THERE + 2):
            client.post(ASK, POSTED | {"request_key": str(number)})
            client.post(f"{ASK}withdraw/")
        assert len(told(head)) == MOST_THERE
        monkeypatch.setattr("members.acting.join_requests.MOST_A_DAY", MOST_THERE)
        with pytest.raises(RuleViolated) as refused:
            ask(OrganisationFactory(), by=boris, role=Role.TEACHER)
        assert refused.value.code == "too_many_today"
        clock.shift(datetime.timedelta(days=1))
        ask(lyceum, by=boris, role=Role.TEACHER)
    assert len(told(head)) == MOST_THERE + 1


# --- Deciding -----------------------------------------------------------------------------------------------


def test_the_head_gives_the_role(lyceum: Organisation, head: User, boris: User) -> None:
    asked = JoinRequestFactory(organisation=lyceum, user=boris)
    posted = {"role": "coordinator", "position": "завуч"}
    assert client_of(head).post(f"/dashboard/lyceum/people/requests/{asked.pk}/", posted).status_code == 302
    given = Representative.objects.get(user=boris)
    assert (given.role, given.position) == ("coordinator", "завуч")
    assert told(boris) == ["Вы действуете от имени организации: Лицей"]
    asked.refresh_from_db()
    assert (asked.state, asked.decided_by) == ("approved", head)


def test_the_head_declines_with_a_reason_which_the_person_reads(lyceum: Organisation, head: User, boris: User) -> None:
    asked, client = JoinRequestFactory(organisation=lyceum, user=boris), client_of(head)
    place = f"/dashboard/lyceum/people/requests/{asked.pk}/"
    assert [*client.post(place, {"decline": "1"}).context["refusal"].errors] == ["reason"]
    assert client.post(place, {"decline": "1", "reason": "не работает у нас"}).status_code == 302
    notification = Notification.objects.get(user=boris)
    assert notification.text.replace("\N{NO-BREAK SPACE}", " ") == "Причина: не работает у нас"
    assert roles(lyceum) == ["head"]


def test_a_coordinator_decides_on_teachers_and_viewers_alone(lyceum: Organisation, head: User) -> None:
    client = client_of(RepresentativeFactory(organisation=lyceum, role=Role.COORDINATOR).user)
    places = {
        role: f"/dashboard/lyceum/people/requests/{JoinRequestFactory(organisation=lyceum, role=role).pk}/"
        for role in Role.values
    }
    assert {role: client.get(place).status_code for role, place in places.items()} == {
        "head": 403,
        "coordinator": 403,
        "teacher": 200,
        "viewer": 200,
    }
    assert client.post(places["teacher"], {"role": "head"}).status_code == 200
    assert client.post(places["head"], {"decline": "1", "reason": "нет"}).status_code == 403
    assert roles(lyceum) == ["coordinator", "head"]


def test_of_two_decisions_the_first_holds_and_the_other_is_told(lyceum: Organisation, head: User, boris: User) -> None:
    asked, other = JoinRequestFactory(organisation=lyceum, user=boris), UserFactory()
    declined = decline(asked, reason="нет", by=head)
    assert decline(asked, reason="нет", by=head) == declined
    with pytest.raises(RuleViolated) as refused:
        approve(asked, role=Role.TEACHER, by=other)
    assert refused.value.code == "decided"
    assert str(head) in refused.value.message
    page = client_of(head).post(f"/dashboard/lyceum/people/requests/{asked.pk}/", {"role": "teacher"})
    assert page.status_code == 409
    assert roles(lyceum) == ["head"]


@pytest.mark.django_db(transaction=True)
def test_two_who_decide_at_once_make_one_decision(lyceum: Organisation, boris: User) -> None:
    deciders = [RepresentativeFactory(organisation=lyceum, role=Role.HEAD).user for _ in range(4)]
    asked = JoinRequestFactory(organisation=lyceum, user=boris)
    approvals = [lambda by=by: approve(asked, role=Role.TEACHER, by=by) for by in deciders[:2]]
    refusals = [lambda by=by: decline(asked, reason="нет", by=by) for by in deciders[2:]]
    outcomes = at_once(*approvals, *refusals)
    refused = [getattr(outcome, "code", outcome) for outcome in outcomes if isinstance(outcome, Exception)]
    assert refused == ["decided"] * 3
    assert len(told(boris)) == 1


def test_who_has_got_a_role_meanwhile_keeps_it(lyceum: Organisation, head: User, boris: User) -> None:
    asked = JoinRequestFactory(organisation=lyceum, user=boris)
    given = RepresentativeFactory(organisation=lyceum, user=boris, role=Role.VIEWER)
    assert approve(asked, role=Role.TEACHER, by=head) == approve(asked, role=Role.TEACHER, by=head) == given
    asked.refresh_from_db()
    assert (asked.state, roles(lyceum)) == ("approved", ["head", "viewer"])


def test_what_was_withdrawn_is_not_decided(lyceum: Organisation, head: User, boris: User) -> None:
    asked = ask(lyceum, by=boris, role=Role.TEACHER)
    withdraw(asked)
    with pytest.raises(RuleViolated):
        approve(asked, role=Role.TEACHER, by=head)
    assert roles(lyceum) == ["head"]


# --- The office ---------------------------------------------------------------------------------------------


def test_where_there_is_no_head_it_waits_for_the_office(lyceum: Organisation, boris: User) -> None:
    RepresentativeFactory(organisation=lyceum, role=Role.HEAD, user__is_active=False)
    RepresentativeFactory(organisation=lyceum, role=Role.COORDINATOR)
    asked = ask(lyceum, by=boris, role=Role.HEAD)
    headed = RepresentativeFactory(role=Role.HEAD).organisation
    ask(headed, by=boris, role=Role.TEACHER)
    client = enter(superuser())
    page = client.get("/admin/").content.decode()
    assert re.findall(r"/admin/members/joinrequest/(\d+)/", page) == [str(asked.pk)]
    place = f"/admin/members/joinrequest/{asked.pk}/approve_this/"
    assert client.post(place, {"role": "head", "position": "директор"}).status_code == 302
    assert Representative.objects.get(user=boris).role == Role.HEAD


def test_the_office_declines_with_a_reason(lyceum: Organisation, boris: User) -> None:
    asked, client = ask(lyceum, by=boris, role=Role.HEAD), enter(superuser())
    place = f"/admin/members/joinrequest/{asked.pk}/decline_this/"
    assert client.post(place, {"reason": ""}).status_code == 200
    assert client.post(place, {"reason": "нет доверенности"}).status_code == 302
    assert "отклон" in told(boris)[0]
    assert roles(lyceum) == []


def test_what_the_office_may_not_decide_is_told_with_all_that_was_typed(lyceum: Organisation, boris: User) -> None:
    asked, client = ask(lyceum, by=boris, role=Role.TEACHER), enter(superuser())
    withdraw(asked)
    place = f"/admin/members/joinrequest/{asked.pk}/"
    for page, typed in (("approve_this", {"role": "viewer", "position": "завуч"}), ("decline_this", {"reason": "нет"})):
        refused = client.post(f"{place}{page}/", typed)
        assert (refused.status_code, refused.context["form"].data.dict()) == (409, typed)
        assert "уже есть решение" in refused.content.decode()
        assert all(f'value="{words}"' in refused.content.decode() for words in typed.values())


def test_decided_requests_are_forgotten_after_ninety_days(lyceum: Organisation) -> None:
    now = timezone.now()
    with time_machine.travel(now - datetime.timedelta(days=91), tick=False):
        decline(JoinRequestFactory(organisation=lyceum), reason="нет", by=UserFactory())
        waiting = JoinRequestFactory(organisation=lyceum)
    jobs.run(FORGET_REQUESTS)
    assert [*JoinRequest.objects.all()] == [waiting]
