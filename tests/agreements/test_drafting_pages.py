"""Drawing up an agreement in the dashboard: from the choice of its kind to what the reviewers say."""

import datetime
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.formats import date_format

from agreements.drafting.drafts import GONE, change_draft, submit
from agreements.drafting.filling import filled, unfilled
from agreements.drafting.parties import add_party
from agreements.drafting.promises import write_promise
from agreements.kinds import KINDS
from agreements.models import Agreement, AgreementKind, AgreementState, AgreementTemplate, Relation, SigningWay
from agreements.terms import Terms, parsed
from members.models import Kind, Organisation, Role, User
from tests.events.test_organising import errors_of, send, typed
from tests.events.test_registration_pages import text_of
from tests.factories import agreements as made
from tests.factories.members import OrganisationFactory, RepresentativeFactory

pytestmark = pytest.mark.django_db
LIST = "/dashboard/school/agreements/"


@pytest.fixture
def school() -> Organisation:
    return OrganisationFactory(slug="school", short_name="Школа", kind=Kind.SCHOOL)


@pytest.fixture
def company() -> Organisation:
    return OrganisationFactory(slug="company", short_name="Завод", name="Завод «Маяк»", kind=Kind.COMPANY)


@pytest.fixture
def head(school: Organisation, client: Client) -> User:
    user = RepresentativeFactory(organisation=school, role=Role.HEAD, position="Директор").user
    client.force_login(user)
    return user


@pytest.fixture
def draft(school: Organisation, company: Organisation, head: User) -> Agreement:
    return made.draft(company, initiator=school)


def place_of(agreement: Agreement) -> str:
    return f"{LIST}{agreement.pk}/"


def terms_of(agreement: Agreement) -> Terms:
    agreement.refresh_from_db()
    return Terms.of(agreement.terms)


def pdf(content: bytes = b"%PDF-1.7 text") -> SimpleUploadedFile:
    return SimpleUploadedFile("договор.pdf", content)


# --- The whole way ---------------------------------------------------------------------------------------------


def test_an_agreement_is_begun_written_reviewed_and_goes_to_the_parties(
    client: Client, school: Organisation, company: Organisation, head: User
) -> None:
    other = RepresentativeFactory(organisation=school, role=Role.COORDINATOR).user
    RepresentativeFactory(organisation=company, role=Role.HEAD, position="Генеральный директор")
    assert "Меморандум об открытии представительства за рубежом" in text_of(client.get(f"{LIST}new/"))
    page = client.get(f"{LIST}new/cooperation/")
    asked = typed(page, subject="Инженерный класс")
    first, again = (client.post(f"{LIST}new/cooperation/", asked) for _ in range(2))
    agreement = Agreement.objects.get()
    place = place_of(agreement)
    assert (first["Location"], again["Location"]) == (f"{place}draft/", f"{place}draft/")

    told = {"kind-directions": "робототехника", "place": "Москва", "notice_days": "21"}
    assert send(client, f"{place}draft/", **told).status_code == 302
    assert client.post(f"{place}parties/", {"add": "company"}).status_code == 302
    party = made.last_party(agreement)
    signs = {"signatory": party.organisation.representatives.get().user_id, "called": "Завод", "kpp": "771301001"}
    assert send(client, f"{place}parties/{party.pk}/", **signs).status_code == 302
    promised = {
        "kind": "projects",
        "what": "Пять проектов",
        "owner": "2",
        "beneficiary": "0",
        "amount": "5",
        "due_on": "2027-06-30",
    }
    assert send(client, f"{place}promises/new/", **promised).status_code == 302

    page = client.get(f"{place}submit/")
    assert page.context["lacks"] == []
    assert client.post(f"{place}submit/", {"approvers": [other.pk]}).status_code == 302
    agreement.refresh_from_db()
    assert agreement.state == AgreementState.REVIEW
    text = Terms.of(agreement.newest_version.terms).text
    assert "Завод «Маяк» (далее — «Завод»; подписывает:" in text
    assert "Предмет соглашения: Инженерный класс." in text
    assert "предупредив других Сторон за 21 день." in text
    assert unfilled(Terms.of(agreement.newest_version.terms)) == []

    colleague = Client()
    colleague.force_login(other)
    assert colleague.post(f"{place}review/", {"verdict": "approve"}).status_code == 302
    agreement.refresh_from_db()
    assert agreement.state == AgreementState.NEGOTIATION
    assert client.get(f"/dashboard/company/agreements/{agreement.pk}/").status_code == 404  # not ours


def test_it_is_returned_with_a_reason_that_the_author_reads(client: Client, draft: Agreement, head: User) -> None:
    other = RepresentativeFactory(organisation=draft.initiator, role=Role.HEAD).user
    place = place_of(draft)
    assert client.post(f"{place}submit/").status_code == 302
    refused = client.post(f"{place}review/", {"verdict": "approve"})
    assert (refused.status_code, errors_of(refused)["__all__"]) == (409, ["Вас не просили проверить это соглашение."])
    colleague = Client()
    colleague.force_login(other)
    nothing = colleague.post(f"{place}review/", {"verdict": "return", "reason": " "})
    assert errors_of(nothing) == {"reason": ["Напишите, что изменить."]}
    assert colleague.post(f"{place}review/", {"verdict": "return", "reason": "Нет срока"}).status_code == 302
    assert "Нет срока" in text_of(client.get(place))
    assert "Нет срока" in text_of(client.get(LIST))
    assert client.post(f"{place}submit/").status_code == 302
    assert "Нет срока" not in text_of(colleague.get(f"{place}review/"))


def test_who_draws_it_up_takes_it_back_from_a_review_that_nobody_finishes(client: Client, draft: Agreement) -> None:
    gone = RepresentativeFactory(organisation=draft.initiator, role=Role.HEAD)
    place = place_of(draft)
    assert client.post(f"{place}submit/").status_code == 302
    gone.delete()
    assert f"{place}moves/take_back/" in client.get(place).content.decode()
    assert client.post(f"{place}moves/take_back/", {"reason": "Рецензент уволился"}).status_code == 302
    draft.refresh_from_db()
    assert (draft.state, draft.history.latest("sequence").reason) == (AgreementState.DRAFT, "Рецензент уволился")
    assert send(client, f"{place}draft/", subject="Другой предмет").status_code == 302


def test_what_the_text_names_is_needed(client: Client, draft: Agreement) -> None:
    def needed() -> set[str]:
        sections = client.get(f"{place_of(draft)}draft/").context["form"].sections
        return {field.name for *_, fields in sections for field, is_needed in fields if is_needed}

    assert send(client, f"{place_of(draft)}draft/", text="Без полей").status_code == 302
    assert needed() == set()
    assert send(client, f"{place_of(draft)}draft/", text="В {place} — {directions}").status_code == 302
    assert needed() == {"place", "kind-directions"}


def test_what_lacks_is_said_and_nothing_is_sent(client: Client, school: Organisation, head: User) -> None:
    agreement = made.draft(initiator=school, kind=AgreementKind.OFFICE_ABROAD, clauses=parsed("В {country} и {там}."))
    page = client.get(f"{place_of(agreement)}submit/")
    assert "страна" in text_of(page).lower()
    assert "что стоит в тексте вместо {country}" in text_of(page)
    assert client.post(f"{place_of(agreement)}submit/").status_code == 409
    agreement.refresh_from_db()
    assert (agreement.state, agreement.versions.count()) == (AgreementState.DRAFT, 0)


# --- Begun -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", AgreementKind.values)
def test_each_kind_has_a_text_whose_fields_the_draft_knows(kind: str, draft: Agreement) -> None:
    template = AgreementTemplate.objects.get(kind=kind)
    draft.kind = kind
    details = {one.name: "1" for one in KINDS[kind].fields} | {"decision_date": "2026-11-01", "deadline": "2027-09-01"}
    terms = Terms("Предмет", clauses=parsed(template.text), clauses_en=parsed(template.text_en), details=details)
    assert unfilled(filled(draft, terms)) == []
    known = {one.name for one in KINDS[kind].fields if one.is_required} | {"directions"}
    common = {"parties", "subject", "term", "notice"}
    assert {name.strip("{}") for name in unfilled(terms)} <= known | common


def test_a_draft_can_start_from_a_document(client: Client, school: Organisation, head: User) -> None:
    place = f"{LIST}new/membership/"
    asked = typed(client.get(place), subject="Членство", start="document")
    assert errors_of(client.post(place, asked)) == {"document": ["Выберите документ."]}
    other = SimpleUploadedFile("a.exe", b"MZ")
    assert errors_of(client.post(place, {**asked, "document": other})).keys() == {"document"}
    for _ in range(2):
        assert client.post(place, {**asked, "document": pdf()}).status_code == 302
    agreement = Agreement.objects.get()
    assert (agreement.terms["clauses"], [one.title for one in agreement.files.all()]) == ([], ["договор.pdf"])
    file = client.get(f"{place_of(agreement)}files/{agreement.files.get().pk}/")
    assert b"".join(file.streaming_content) == b"%PDF-1.7 text"  # type: ignore[attr-defined]


def test_an_unknown_kind_is_nowhere(client: Client, school: Organisation, head: User) -> None:
    assert client.get(f"{LIST}new/marriage/").status_code == 404


# --- The text and what is filled in -----------------------------------------------------------------------------


def test_a_value_is_filled_in_once_and_what_is_unknown_stays_to_be_seen(draft: Agreement) -> None:
    clauses = parsed("{subject} и {place}, {nobody}, {0}, {subject.__class__}")
    terms = replace(Terms.of(draft.terms), subject="{place}\n# <b>", place="Уфа", clauses=clauses)
    [clause] = filled(draft, terms).clauses
    assert clause.text == "{place} # <b> и Уфа, {nobody}, {0}, {subject.__class__}"
    assert clause.key == clauses[0].key


def test_a_preview_saves_nothing_and_loses_nothing(client: Client, draft: Agreement) -> None:
    before = terms_of(draft)
    page = send(client, f"{place_of(draft)}draft/", text="# Первое\n\nКлаузула {place}", place="Уфа", preview="1")
    assert (page.status_code, terms_of(draft)) == (200, before)
    assert "1.1. Клаузула Уфа" in " ".join(text_of(page).split())
    assert page.context["form"]["text"].value() == "# Первое\n\nКлаузула {place}"


def test_of_two_who_write_the_later_is_told_and_loses_nothing(client: Client, draft: Agreement) -> None:
    place = f"{place_of(draft)}draft/"
    mine = typed(client.get(place), subject="Мой предмет")
    assert send(client, place, subject="Её предмет").status_code == 302
    refused = client.post(place, mine)
    assert (refused.status_code, refused.context["form"]["subject"].value()) == (409, "Мой предмет")
    assert terms_of(draft).subject == "Её предмет"
    assert client.post(place, typed(refused)).status_code == 302
    assert terms_of(draft).subject == "Мой предмет"


def test_what_is_promised_meanwhile_stays(client: Client, draft: Agreement) -> None:
    place = f"{place_of(draft)}draft/"
    mine = typed(client.get(place), subject="Мой предмет")
    write_promise(draft, made.promise())
    assert client.post(place, mine).status_code == 302
    assert [one.what for one in terms_of(draft).promises] == ["Пять совместных проектов"]


def test_mistakes_are_told_beside_their_fields(client: Client, draft: Agreement) -> None:
    place = f"{place_of(draft)}draft/"
    wrong = {"starts_on": "2027-09-01", "ends_on": "2027-01-01"}
    assert errors_of(send(client, place, **wrong)) == {"ends_on": ["Дата окончания раньше даты начала."]}
    assert errors_of(send(client, place, renewal="automatic")).keys() == {"ends_on"}
    assert errors_of(send(client, place, text="", text_en="Text")).keys() == {"text"}


# --- Parties ---------------------------------------------------------------------------------------------------


def test_parties_are_found_added_moved_and_removed_and_promises_stay_with_them(
    client: Client, draft: Agreement, company: Organisation
) -> None:
    third = OrganisationFactory(slug="third", short_name="Музей")
    hidden = OrganisationFactory(slug="secret", is_published=False)
    place = f"{place_of(draft)}parties/"
    assert [*client.get(place, {"q": "Музей"}).context["found"]] == [third]
    for _ in range(2):
        assert client.post(place, {"add": "third"}).status_code == 302
    assert client.post(place, {"add": hidden.slug}).status_code == 404
    write_promise(draft, made.promise(key="aaaaaaaa", owner=2, beneficiary=3))
    client.post(place, {"up": "third"})
    assert [one.organisation.slug for one in draft.parties.all()] == ["school", "third", "company"]
    [promise] = terms_of(draft).promises
    assert (promise.owner, promise.beneficiary) == (3, 2)
    client.post(place, {"remove": "third"})
    [promise] = terms_of(draft).promises
    assert (promise.owner, promise.beneficiary) == (2, GONE)  # and not "all the others"
    assert "кому" in text_of(client.get(f"{place_of(draft)}submit/"))
    assert "school" in [one.organisation.slug for one in draft.parties.all()]
    client.post(place, {"remove": "school"})
    assert draft.parties.filter(organisation__slug="school").exists()


def test_who_signs_is_chosen_among_the_heads_of_the_party(
    client: Client, draft: Agreement, company: Organisation
) -> None:
    party = made.last_party(draft)
    place = f"{place_of(draft)}parties/{party.pk}/"
    teacher = RepresentativeFactory(organisation=company, role=Role.TEACHER).user
    assert errors_of(send(client, place, signatory=teacher.pk)).keys() == {"signatory"}
    power = {"authority": "power_of_attorney"}
    assert errors_of(send(client, place, **power)).keys() == {"authority_number", "authority_until"}
    assert errors_of(send(client, place, kpp="12")).keys() == {"kpp"}
    head = made.head_of(company)
    company.representatives.filter(user=head).update(position="Генеральный директор")
    told = {"signatory": head.pk, "signatory_name": "", "signatory_position": "", "way": "code"}
    assert send(client, place, **told).status_code == 302
    party.refresh_from_db()
    named = (party.signatory_name, party.signatory_position, party.way)
    assert named == (str(head), "Генеральный директор", SigningWay.CODE)


def test_a_way_that_the_kind_forbids_is_not_offered(client: Client, school: Organisation, head: User) -> None:
    agreement = made.draft(initiator=school, kind=AgreementKind.TARGETED_TRAINING)
    place = f"{place_of(agreement)}parties/{made.last_party(agreement).pk}/"
    assert errors_of(send(client, place, way="code")).keys() == {"way"}


# --- Obligations and documents ----------------------------------------------------------------------------------


def test_an_obligation_is_promised_once_changed_and_removed(client: Client, draft: Agreement) -> None:
    place = f"{place_of(draft)}promises/"
    asked = typed(
        client.get(f"{place}new/"),
        kind="money",
        what="Грант",
        owner="1",
        beneficiary="0",
        amount="1500.50",
        due_on="2027-05-01",
    )
    for _ in range(2):
        assert client.post(f"{place}new/", asked).status_code == 302
    [promise] = terms_of(draft).promises
    assert (promise.what, promise.amount, promise.due_on, promise.beneficiary) == ("Грант", "1500.5", "2027-05-01", 0)
    own = f"{place}{promise.key}/"
    assert errors_of(send(client, own, beneficiary="1")).keys() == {"beneficiary"}
    assert send(client, own, what="Стипендия", beneficiary="0").status_code == 302
    [changed] = terms_of(draft).promises
    assert (changed.key, changed.what) == (promise.key, "Стипендия")
    assert client.post(own, {"remove": "1"}).status_code == 302
    assert (terms_of(draft).promises, client.get(own).status_code) == ((), 404)


def test_documents_are_attached_once_and_removed(client: Client, draft: Agreement) -> None:
    place = f"{place_of(draft)}files/"
    assert errors_of(client.post(place, {"title": "План"})).keys() == {"document"}
    for _ in range(2):
        assert client.post(place, {"title": "План", "document": pdf()}).status_code == 302
    file = draft.files.get()
    assert file.title == "План"
    client.post(place, {"remove": file.pk})
    assert not draft.files.exists()


# --- Who may ----------------------------------------------------------------------------------------------------

PAGES = ["draft/", "parties/", "promises/", "promises/new/", "files/", "submit/"]


@pytest.mark.parametrize("page", PAGES)
def test_of_what_was_sent_nothing_is_changed(page: str, client: Client, draft: Agreement, head: User) -> None:
    asked: dict[str, dict[str, object]] = {
        "draft/": {},
        "promises/new/": {"kind": "money", "what": "Грант", "owner": "1", "beneficiary": "0"},
    }
    before = typed(client.get(f"{place_of(draft)}{page}")) if page in asked else {}
    submit(draft, by=head)
    sent: dict[str, dict[str, object]] = {
        "parties/": {"remove": "company"},
        "files/": {"document": pdf()},
        "promises/": {},
        "submit/": {},
    }
    response = client.post(f"{place_of(draft)}{page}", before | asked.get(page, sent.get(page, {})))
    assert response.status_code in (405, 409) or page == "parties/"
    draft.refresh_from_db()
    assert (draft.parties.count(), draft.files.count(), Terms.of(draft.terms).promises) == (2, 0, ())
    assert client.get(f"{place_of(draft)}{page}").status_code == 200


@pytest.mark.parametrize("page", [*PAGES, ""])
def test_another_party_finds_no_page_of_a_draft(page: str, draft: Agreement, company: Organisation, head: User) -> None:
    theirs = Client()
    theirs.force_login(made.head_of(company))
    place = f"/dashboard/company/agreements/{draft.pk}/"
    assert theirs.get(f"{place}{page}").status_code == 404
    submit(draft, by=head)
    assert theirs.get(f"{place}{page}").status_code == (404 if page else 200)
    assert theirs.get(f"{place}review/").status_code == 404


def test_the_office_reviews_what_a_template_says_it_reviews(draft: Agreement, head: User) -> None:
    AgreementTemplate.objects.filter(kind=draft.kind).update(needs_office=True)
    assert submit(draft, by=head).state == AgreementState.REVIEW


# --- What follows one in force ------------------------------------------------------------------------------------


def follow(client: Client, parent: Agreement, relation: str) -> Agreement:
    place = f"{place_of(parent)}follow/{relation}/"
    page = client.get(place)
    first, again = (client.post(place, typed(page)) for _ in range(2))
    assert (first.status_code, first["Location"]) == (302, again["Location"])
    return Agreement.objects.latest("pk")


def test_an_amendment_starts_from_the_terms_in_force_with_the_same_parties(
    client: Client, school: Organisation, company: Organisation, head: User
) -> None:
    parent = made.in_force(company, initiator=school, promises=(made.promise(owner=2),))
    child = follow(client, parent, "amendment")
    assert (child.parent, child.relation, child.state) == (parent, Relation.AMENDMENT, AgreementState.DRAFT)
    assert Terms.of(child.terms) == Terms.of(parent.newest_version.terms)
    told = [[(one.organisation, one.signatory, one.way) for one in some.parties.all()] for some in (parent, child)]
    assert told[0] == told[1]
    change_draft(child, lambda before: replace(before, clauses=parsed("Новый текст")))
    assert submit(child, by=head).state == AgreementState.NEGOTIATION


def test_a_party_that_did_not_draw_it_up_amends_and_promises_stay_where_they_were(
    client: Client, school: Organisation, company: Organisation, head: User
) -> None:
    parent = made.in_force(school, initiator=company, promises=(made.promise(owner=1),))
    child = follow(client, parent, "amendment")
    assert (child.initiator, [one.organisation for one in child.parties.all()]) == (school, [company, school])
    assert Terms.of(child.terms).promises[0].owner == 1


def test_a_renewal_goes_on_for_as_long_again(
    client: Client, school: Organisation, company: Organisation, head: User
) -> None:
    today = timezone.localdate()
    days = {"starts_on": made.days_from(today, 0), "ends_on": made.days_from(today, 9)}
    parent = made.in_force(company, initiator=school, **days)
    terms = Terms.of(follow(client, parent, "renewal").terms)
    assert (terms.starts_on, terms.ends_on) == (made.days_from(today, 10), made.days_from(today, 19))


def test_all_can_end_it_by_agreement(client: Client, school: Organisation, company: Organisation, head: User) -> None:
    parent = made.in_force(company, initiator=school, promises=(made.promise(),))
    child = follow(client, parent, "termination")
    assert (child.subject, Terms.of(child.terms).promises) == (
        f"Расторжение соглашения №\N{NO-BREAK SPACE}{parent.number}",
        (),
    )
    submit(child, by=head)
    text = Terms.of(child.newest_version.terms).text
    day = date_format(parent.concluded_on or datetime.date.min)
    assert f"расторгают соглашение № {parent.number} от {day}" in text


def test_what_is_not_in_force_has_nothing_to_follow_it(client: Client, draft: Agreement) -> None:
    assert client.get(f"{place_of(draft)}follow/amendment/").status_code == 404
    assert client.post(f"{place_of(draft)}follow/nothing/").status_code == 404


# --- As many queries for three as for one -------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["", "draft/", "parties/", "promises/", "files/", "submit/"])
def test_pages_of_a_draft_ask_as_much_for_three_as_for_one(page: str, client: Client, draft: Agreement) -> None:
    asked = []
    for number in (1, 2, 3):
        write_promise(draft, made.promise(key=f"promise{number}", owner=2))
        add_party(draft, organisation=OrganisationFactory())
        client.post(f"{place_of(draft)}files/", {"document": pdf(b"%PDF-1.7 " + bytes([64 + number]))})
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"{place_of(draft)}{page}").status_code == 200
        asked.append(len(queries))
    assert asked[0] == asked[2]
