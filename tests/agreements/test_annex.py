"""The restricted annex: names are sealed, read by few, each look is noted, and they go in time. What agreements hold
about people besides, and what becomes of it when somebody leaves or is erased."""

import datetime
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from agreements import chain, retention
from agreements.annex.people import (
    Told,
    change_person,
    entries_of,
    erase_entry,
    how_many_differ,
    name_person,
    told_of,
)
from agreements.drafting.drafts import approve, submit
from agreements.kinds import KINDS
from agreements.life.machine import Who
from agreements.models import Agreement, AnnexPerson, Approval, HistoryEntry, Party, Signature, SigningCode, Version
from agreements.running.course import end
from agreements.signing.rounds import cancel, check_turn, decline
from agreements.telling.notices import readers_at
from common.errors import RuleViolated
from common.models import IdempotencyKey, OutgoingMail, PersonalDataView
from common.personal_data import HOLDERS
from common.sealing import check_keys
from members.acting.roles import end_role
from members.models import Notification, Organisation, Role, User
from members.personal_data import person_of
from members.personal_data.erasure import erase_person
from tests.factories import agreements as made
from tests.factories.members import OrganisationFactory, RepresentativeFactory, UserFactory
from tests.office import enter

pytestmark = pytest.mark.django_db
NAME = "Крапивина Агафья"
DETAILS = {"places": 2, "supervisor": "Начальник цеха", "liability": "Школа", "has_minors": True}


@pytest.fixture
def school() -> Organisation:
    return OrganisationFactory(slug="school", short_name="Школа")


@pytest.fixture
def company() -> Organisation:
    return OrganisationFactory(slug="company", short_name="Завод", kind="company")


@pytest.fixture
def agreement(school: Organisation, company: Organisation) -> Agreement:
    """An internship with two places."""
    return made.in_force(company, initiator=school, kind="internship", details=DETAILS)


def named(agreement: Agreement, name: str = NAME, **told: Any) -> AnnexPerson:
    told = {"is_adult": False, "key": uuid4().hex, **told}
    told.setdefault("told", Told(name, "10А", "лист 12"))
    school = agreement.initiator
    return name_person(agreement, organisation=school, by=made.head_of(school), **told)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address_of(agreement: Agreement, slug: str, rest: str = "") -> str:
    return f"/dashboard/{slug}/agreements/{agreement.pk}/annex/{rest}"


def refused(act: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(RuleViolated) as error:
        act(*args, **kwargs)
    return error.value.code


# --- Sealed --------------------------------------------------------------------------------------------------


def everything_stored() -> str:
    """Every value of every row of the database, as text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        found = []
        for name in tables:
            cursor.execute(f'SELECT string_agg(row_to_json(t)::text, chr(10)) FROM "{name}" t')  # noqa: S608
            found.append(cursor.fetchone()[0] or "")
    return "\n".join(found)


def test_a_name_stands_nowhere_in_the_database(agreement: Agreement) -> None:
    person = named(agreement)
    assert told_of(person) == Told(NAME, "10А", "лист 12")
    assert "Крапивина" not in everything_stored()
    assert "Школа" in everything_stored()
    assert [*chain.broken_links()] == []


def test_the_same_question_asked_twice_names_one_and_its_trace_tells_no_name(agreement: Agreement) -> None:
    assert named(agreement, key="one") == named(agreement, key="one")
    assert refused(named, agreement, "Другая", key="one") == "idempotency_key_reused"
    prints = {*IdempotencyKey.objects.filter(scope__startswith="annex").values_list("fingerprint", flat=True)}
    assert len(prints) == 1
    assert AnnexPerson.objects.count() == 1


def test_keys_are_changed_without_a_pause(agreement: Agreement, settings: Settings) -> None:
    old, new = settings.SEALING_KEYS[0], Fernet.generate_key().decode()
    person = named(agreement)
    settings.SEALING_KEYS = [new, old]
    named(agreement, "Вторая")
    assert [one.told.name for one in entries_of(agreement) if one.told] == ["Вторая", NAME]
    call_command("seal_anew")
    settings.SEALING_KEYS = [new]
    person.refresh_from_db()
    assert told_of(person).name == NAME
    settings.SEALING_KEYS = [old]
    assert [one.told for one in entries_of(agreement)] == [None, None]
    page = client_of(made.head_of(agreement.initiator)).get(address_of(agreement, "school"))
    assert "не прочесть" in page.content.decode()
    assert refused(told_of, person) == "not_readable"


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ([], ["common.E001"]),
        (["short"], ["common.E002"]),
        (["0" * 43 + "="], []),
        (["0" * 43 + "=", "x"], ["common.E002"]),
    ],
)
def test_the_check_of_a_deployment_asks_for_keys(settings: Settings, keys: list[str], found: list[str]) -> None:
    settings.SEALING_KEYS = keys
    assert [one.id for one in check_keys(None)] == found


def test_without_a_key_nobody_is_named(agreement: Agreement, settings: Settings) -> None:
    settings.SEALING_KEYS = []
    assert refused(named, agreement) == "not_readable"
    assert not AnnexPerson.objects.exists()


# --- Who reads it --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "expected"), [(Role.VIEWER, 403), (Role.TEACHER, 403), (Role.COORDINATOR, 200), (Role.HEAD, 200)]
)
@pytest.mark.parametrize("slug", ["school", "company"])
def test_heads_and_coordinators_of_the_parties_read_it_and_each_look_is_noted(
    agreement: Agreement, slug: str, role: str, expected: int
) -> None:
    named(agreement)
    reader = RepresentativeFactory(organisation=Organisation.objects.get(slug=slug), role=role).user
    answer = client_of(reader).get(address_of(agreement, slug))
    assert (answer.status_code, NAME in answer.content.decode()) == (expected, expected == 200)
    seen = [(one.staff, one.role, one.record, one.address) for one in PersonalDataView.objects.all()]
    noted = (reader, "representative", "agreements.annexperson", address_of(agreement, slug))
    assert seen == ([noted] if expected == 200 else [])


def test_strangers_removed_ones_and_kinds_without_an_annex_find_none(
    agreement: Agreement, school: Organisation, company: Organisation
) -> None:
    gone = RepresentativeFactory(organisation=school, role=Role.HEAD, ended_at=timezone.now()).user
    stranger = made.head_of(OrganisationFactory(slug="stranger"))
    for reader, slug in ((gone, "school"), (stranger, "school"), (stranger, "stranger")):
        assert client_of(reader).get(address_of(agreement, slug)).status_code == 404
    plain = made.in_force(company, initiator=school)
    assert client_of(made.head_of(school)).get(address_of(plain, "school")).status_code == 404
    assert not PersonalDataView.objects.exists()


def test_the_staff_reads_it_with_a_right_of_its_own(agreement: Agreement) -> None:
    person = named(agreement)
    editor = UserFactory(is_staff=True, groups=["editors"])
    assert enter(editor).get(address_of(agreement, "school")).status_code == 404
    superuser = UserFactory(is_staff=True, is_superuser=True)
    client = enter(superuser)
    assert NAME in client.get(address_of(agreement, "company")).content.decode()
    assert client.get(address_of(agreement, "company", "new/")).status_code == 403
    assert client.post(address_of(agreement, "company", f"{person.pk}/erase/")).status_code == 302
    assert {one.role for one in PersonalDataView.objects.filter(staff=superuser)} == {"administrator"}
    assert not agreement.annex.exists()


def test_a_name_stands_on_no_other_page_and_in_no_letter(agreement: Agreement, school: Organisation) -> None:
    named(agreement)
    head = client_of(made.head_of(school))
    for address in (
        f"/dashboard/school/agreements/{agreement.pk}/",
        f"/dashboard/school/agreements/{agreement.pk}/obligations/",
        "/dashboard/school/",
        "/agreements/",
        "/search/?q=Крапивина",
        "/account/data/",
    ):
        assert "Агафья" not in head.get(address).content.decode()
    assert not OutgoingMail.objects.filter(text__contains="Агафья").exists()
    assert not Notification.objects.filter(text__contains="Агафья").exists()
    assert "Агафья" not in Version.objects.get(agreement=agreement).content
    [held] = [one for one in told_about(made.head_of(school), "agreements") if "annexperson" in str(one)]
    assert "Агафья" not in str(held)


# --- What it says --------------------------------------------------------------------------------------------


def test_too_few_and_too_many_are_said_in_words(agreement: Agreement) -> None:
    said = [how_many_differ(agreement, number).replace("\N{NO-BREAK SPACE}", " ") for number in (0, 1, 2, 3, 7)]
    assert said == [
        "В соглашении — 2, в приложении — 0: не хватает 2 человек.",
        "В соглашении — 2, в приложении — 1: не хватает 1 человека.",
        "",
        "В соглашении — 2, в приложении — 3: лишний 1 человек.",
        "В соглашении — 2, в приложении — 7: лишние 5 человек.",
    ]


def test_the_fields_that_say_how_many_are_there() -> None:
    counted = {kind: one.annex_number for kind, one in KINDS.items() if one.annex_number}
    assert counted == {"practice": "students", "internship": "places"}
    for kind, name in counted.items():
        assert name in {field.name for field in KINDS[kind].fields}


def test_people_are_named_changed_and_erased_on_the_pages(agreement: Agreement, school: Organisation) -> None:
    head = client_of(made.head_of(school))
    typed = {"request_key": "k", "name": NAME, "needed": "10А"}
    assert head.post(address_of(agreement, "school", "new/"), typed).status_code == 302
    person = AnnexPerson.objects.get()
    text = head.get(address_of(agreement, "school")).content.decode()
    assert "У 1 несовершеннолетнего не отмечено согласие" in text.replace("\N{NO-BREAK SPACE}", " ")
    place = address_of(agreement, "school", f"{person.pk}/")
    tomorrow = (timezone.localdate() + datetime.timedelta(days=1)).isoformat()
    for wrong in ({"consented_on": "2026-11-01"}, {"basis": "лист 12"}, {"consented_on": tomorrow, "basis": "лист 12"}):
        assert head.post(place, {**typed, **wrong}).status_code == 200
    answer = head.post(place, {**typed, "consented_on": "2026-11-01", "basis": "лист 12"})
    assert answer.status_code == 302
    person.refresh_from_db()
    assert (person.consented_on, told_of(person).basis) == (datetime.date(2026, 11, 1), "лист 12")
    assert head.post(place, {**typed, "is_adult": "on", "consented_on": "2026-11-01"}).status_code == 302
    person.refresh_from_db()
    assert (person.is_adult, person.consented_on) == (True, None)
    assert NAME in head.get(f"{place}erase/").content.decode()
    assert [head.post(f"{place}erase/").status_code for _attempt in range(2)] == [302, 404]
    assert not agreement.annex.exists()
    actions = HistoryEntry.objects.filter(facts__person=person.pk).order_by("sequence")
    assert [*actions.values_list("action", flat=True)] == ["annex_add", "annex_change", "annex_change", "annex_erase"]


def test_another_agreements_entry_is_not_reached(
    agreement: Agreement, school: Organisation, company: Organisation
) -> None:
    other = made.in_force(OrganisationFactory(), initiator=school, kind="internship", details=DETAILS)
    person = named(other)
    head = client_of(made.head_of(company))
    assert head.get(address_of(agreement, "company", f"{person.pk}/")).status_code == 404
    head.post(address_of(agreement, "company", f"{person.pk}/erase/"))
    assert other.annex.count() == 1


def test_what_is_over_takes_nobody_in_and_lets_go(agreement: Agreement) -> None:
    person = named(agreement)
    end(agreement, "terminate")
    assert refused(named, agreement, "Поздняя") == "other_state"
    assert refused(change_person, person, by=UserFactory(), told=Told("x"), is_adult=True) == "other_state"
    erase_entry(person, by=UserFactory())
    assert refused(change_person, person, by=UserFactory(), told=Told("x"), is_adult=True) == "other_state"
    assert not agreement.annex.exists()


@pytest.mark.parametrize("how", ["ended", "cancelled"])
def test_ninety_days_after_the_end_nobody_is_named_any_more(
    agreement: Agreement, school: Organisation, how: str
) -> None:
    standing = named(agreement)
    over = made.draft(initiator=school, kind="internship", details=DETAILS)
    if how == "ended":
        over = made.in_force(initiator=school, kind="internship", details=DETAILS)
    gone = named(over, "Ушедшая")
    if how == "ended":
        end(over, "terminate")
    else:
        cancel(over, who=Who.INITIATOR, by=made.head_of(school), reason="Передумали")
    for days, kept in ((89, {standing, gone}), (91, {standing})):
        with time_machine.travel(timezone.now() + datetime.timedelta(days=days)):
            retention.forget_people()
            retention.forget_people()
        assert {*AnnexPerson.objects.all()} == kept


# --- Who leaves, and who is erased ---------------------------------------------------------------------------


def told_about(user: User, holder: str) -> list[Any]:
    return [*HOLDERS[holder].collect(person_of(user))]


def leaves(user: User, organisation: Organisation, to: User) -> None:
    role = organisation.representatives.active().get(user=user)
    end_role(role, by=to, to=to)


def test_drafts_reviews_and_signatures_go_to_who_takes_over(school: Organisation, company: Organisation) -> None:
    leaver = RepresentativeFactory(organisation=school, role=Role.HEAD).user
    draft = made.draft(company, initiator=school)
    frozen = made.frozen(company, initiator=school)
    assert (draft.author, frozen.author) == (leaver, leaver)
    taker = RepresentativeFactory(organisation=school, role=Role.HEAD, position="Директор").user
    reviewed = submit(made.draft(company, initiator=school), by=taker, approvers=[leaver])
    leaves(leaver, school, taker)
    draft.refresh_from_db()
    own, late = (one.parties.get(organisation=school) for one in (draft, frozen))
    assert (draft.author, own.signatory, own.signatory_name) == (taker, taker, str(taker))
    assert (late.signatory, late.signatory_name) == (leaver, str(leaver))
    assert Approval.objects.get(version__agreement=reviewed).approver == taker
    [handed] = school.handovers.all()
    assert handed.what == {"agreement_drafts": 3, "agreement_reviews": 1, "agreement_signatures": 3}


def test_who_reviews_already_decides_anew_for_who_has_left(school: Organisation, company: Organisation) -> None:
    leaver, taker, author = (RepresentativeFactory(organisation=school, role=Role.HEAD).user for _number in range(3))
    agreement = submit(made.draft(company, initiator=school), by=author, approvers=[leaver, taker])
    approve(agreement, by=taker)
    leaves(leaver, school, taker)
    task = Approval.objects.get(version__agreement=agreement)
    assert (task.approver, task.verdict) == (taker, "")
    assert approve(agreement, by=taker).state == "negotiation"


def test_a_signatory_who_has_left_reads_signs_and_hears_nothing(school: Organisation, company: Organisation) -> None:
    signing = made.being_signed(company, initiator=school)
    leaver, agreement = made.head_of(company), signing.agreement
    request = signing.requests.get(party__organisation=company)
    taker = RepresentativeFactory(organisation=company, role=Role.HEAD).user
    client = client_of(leaver)
    address = f"/dashboard/company/agreements/{agreement.pk}/"
    assert client.get(address).status_code == 200
    Party.objects.filter(pk=request.party_id).update(signatory=leaver)
    company.representatives.filter(user=leaver).update(ended_at=timezone.now())
    request.refresh_from_db()
    assert client.get(address).status_code == 404
    sha256 = signing.version.sha256
    assert refused(check_turn, agreement, request, by=leaver, sha256=sha256) == "not_signatory"
    assert readers_at(agreement, company) == [taker]
    assert decline(request, by=taker, reason="Сменился директор").state == "negotiation"


def test_an_erased_signatory_stays_in_what_was_concluded_and_in_nothing_else(
    school: Organisation, company: Organisation
) -> None:
    concluded = made.in_force(company, initiator=school)
    void = made.being_signed(company, initiator=school)
    ours, theirs = (void.requests.get(party__organisation=one) for one in (school, company))
    leaver = made.head_of(school)
    name = str(leaver)
    SigningCode.objects.create(request=ours, code_hash="x", content_sha256="0" * 64, address=leaver.email)
    made.sign(ours)
    decline(theirs, by=made.head_of(company), reason="Нет")
    RepresentativeFactory(organisation=school, role=Role.HEAD)
    assert len(told_about(leaver, "signatures")) == 5
    act = erase_person(leaver, by=leaver, reason="Запрос")
    assert [one["rows"] for one in act.log if one["holder"] == "signatures"] == [3]
    kept = concluded.parties.get(organisation=school)
    assert (kept.signatory_name, name in concluded.newest_version.content) == (name, True)
    assert Signature.objects.get(request__party=kept).name == name
    gone = void.agreement.parties.get(organisation=school)
    assert (gone.signatory, gone.signatory_name, gone.signatory_position) == (None, "", "")
    assert not Signature.objects.filter(request=ours).exists()
    assert not SigningCode.objects.exists()
    assert [*chain.broken_links()] == []


def test_a_copy_of_ones_data_says_what_one_did(agreement: Agreement, school: Organisation) -> None:
    named(agreement)
    kinds = {record[0].value for record in told_about(made.head_of(school), "agreements")}
    assert kinds == {
        "agreements.agreement",
        "agreements.version",
        "agreements.acceptance",
        "agreements.signinground",
        "agreements.historyentry",
        "agreements.annexperson",
    }
