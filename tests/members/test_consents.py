"""What people agree to: by version, by item, and only until they withdraw it."""

import datetime
import threading
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone, translation
from pytest_django import DjangoCaptureOnCommitCallbacks

from common.errors import RuleViolated
from members.consents.services import (
    give_consent,
    publish_consent_text,
    set_publication,
    text_in_force,
    withdraw_consents,
)
from members.models import Consent, ConsentText, Organisation, PublicationBasis, PublicPerson, User
from tests.factories.members import OrganisationFactory, PublicPersonFactory, UserFactory
from tests.members.accounts import code_in, confirmed, has_consent, ticked, written
from tests.office import editor, enter

pytestmark = pytest.mark.django_db
WORDS: dict[str, Any] = {"text": "<p>Новый текст</p>", "text_en": "<p>A new text</p>"}


@pytest.fixture
def lyceum() -> Organisation:
    return OrganisationFactory(slug="lyceum")


def by_consent(**fields: object) -> PublicPerson:
    return PublicPersonFactory(basis=PublicationBasis.CONSENT, source="", **fields)


def agree(person: PublicPerson, *items: str) -> None:
    set_publication(person, items=items, text=text_in_force("publication"), by=person.user or UserFactory())


# --- Texts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("purpose", ["account", "publication", "news"])
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_each_purpose_has_a_page_of_its_own_for_everybody(client: Client, purpose: str, prefix: str) -> None:
    response = client.get(f"{prefix}/consents/{purpose}/")
    assert response.status_code == 200
    assert response.context["text"] == ConsentText.objects.get(purpose=purpose)
    with translation.override("en" if prefix else "ru"):
        assert response.context["text"].words in response.content.decode()


def test_a_new_version_is_in_force_from_its_day_and_the_old_one_stays_readable(client: Client) -> None:
    tomorrow = datetime.date(2026, 11, 24)
    with time_machine.travel("2026-11-23T10:00:00+03:00", tick=False) as clock:
        ConsentText.objects.filter(purpose="news").update(in_force_from=datetime.date(2026, 11, 1))
        new = publish_consent_text("news", **WORDS, in_force_from=tomorrow)
        assert (new.version, text_in_force("news").version) == (2, 1)
        clock.shift(datetime.timedelta(days=1))
        assert text_in_force("news") == new
    assert client.get("/consents/news/1/").status_code == 200
    assert client.get("/consents/news/3/").status_code == 404


def test_a_text_that_is_to_come_is_read_by_the_staff_alone(client: Client, office: Client) -> None:
    with time_machine.travel("2026-11-23T10:00:00+03:00", tick=False):
        ConsentText.objects.filter(purpose="news").update(in_force_from=datetime.date(2026, 11, 1))
        publish_consent_text("news", **WORDS, in_force_from=datetime.date(2026, 11, 24))
        for reader, status in ((client, 404), (office, 200)):
            assert reader.get("/consents/news/2/").status_code == status
            assert ("/consents/news/2/" in reader.get("/consents/news/").content.decode()) == (status == 200)


@pytest.mark.django_db(transaction=True)
def test_of_texts_that_are_published_at_once_each_gets_a_number() -> None:
    barrier = threading.Barrier(4)

    def publish() -> None:
        barrier.wait()
        publish_consent_text("news", **WORDS)
        connection.close()

    threads = [threading.Thread(target=publish) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [*ConsentText.objects.filter(purpose="news").values_list("version", flat=True)] == [5, 4, 3, 2, 1]


def test_no_text_is_in_force_before_it_is_published() -> None:
    with pytest.raises(RuleViolated) as refusal:
        publish_consent_text("news", **WORDS, in_force_from=datetime.date(2026, 1, 1))
    assert refusal.value.code == "text_in_the_past"


def test_a_text_that_somebody_agreed_to_is_never_changed_whoever_writes() -> None:
    text = text_in_force("news")
    ConsentText.objects.filter(pk=text.pk).update(text="<p>Опечатка исправлена</p>")
    give_consent(UserFactory(), text=text)
    with pytest.raises(DatabaseError, match="somebody has agreed"), transaction.atomic():
        ConsentText.objects.filter(pk=text.pk).update(text="<p>Другое</p>")
    with pytest.raises(IntegrityError), transaction.atomic():
        text.delete()


# --- Signing up ----------------------------------------------------------------------------------------------------


def test_sign_up_has_a_box_that_nobody_ticked_and_keeps_the_version_agreed_to(client: Client) -> None:
    page = client.get("/account/signup/").content.decode()
    assert '<input type="checkbox" name="consent"' in page
    assert " checked" not in page.partition('name="consent"')[2].partition(">")[0]
    assert 'href="/consents/account/1/"' in page
    person = {"email": "new@example.org", "password1": "Сложный-пароль-1", "first_name": "А", "last_name": "Б"}
    client.post("/account/signup/", person | ticked())
    consent = Consent.objects.get()
    assert (consent.user, consent.text, consent.way) == (User.objects.get(), text_in_force("account"), "page")


def test_whoever_ticked_a_text_that_changed_meanwhile_reads_the_new_one(client: Client) -> None:
    person = {"email": "new@example.org", "password1": "Сложный-пароль-1", "first_name": "А", "last_name": "Б"}
    data = person | ticked()
    publish_consent_text("account", **WORDS)
    response = client.post("/account/signup/", data)
    assert list(response.context["form"].errors) == ["consent"]
    assert 'href="/consents/account/2/"' in response.content.decode()
    assert not User.objects.exists()


def test_what_a_stranger_agreed_to_is_not_the_consent_of_whose_address_it_is() -> None:
    person = {"email": "anna@example.org", "password1": "Сложный-пароль-1", "first_name": "Ева", "last_name": "Б"}
    Client().post("/account/signup/", person | ticked())
    owner = Client()
    owner.post("/account/login/code/", {"email": "anna@example.org"})
    owner.post("/account/login/code/confirm/", {"code": code_in(written()[-1])})
    assert owner.get("/account/consents/").status_code == 200
    assert not has_consent(User.objects.get(), "account")


# --- A person's own page -------------------------------------------------------------------------------------------


@pytest.fixture
def olga(client: Client) -> User:
    user = confirmed(email="olga@example.org")
    client.force_login(user)
    return user


def test_letters_are_agreed_to_and_refused_in_two_clicks(client: Client, olga: User) -> None:
    text = text_in_force("news")
    assert not has_consent(olga, "news")
    client.post("/account/consents/news/give/", {"consent": text.pk})
    assert has_consent(olga, "news")
    assert f"/consents/news/{text.version}/" in client.get("/account/consents/").content.decode()
    client.post("/account/consents/news/withdraw/")
    assert not has_consent(olga, "news")
    consent = Consent.objects.get(user=olga)
    assert consent.withdrawn_at is not None
    assert client.get("/account/").status_code == 200


def test_without_the_tick_nothing_is_agreed_to(client: Client, olga: User) -> None:
    response = client.post("/account/consents/news/give/", {})
    assert response.context["asked"][1].errors == {"consent": ["Поставьте отметку, если согласны."]}
    assert not Consent.objects.exists()


@pytest.mark.parametrize("purpose", ["publication", "nonsense"])
def test_what_is_no_whole_consent_has_no_address(client: Client, olga: User, purpose: str) -> None:
    assert client.post(f"/account/consents/{purpose}/give/").status_code == 404
    assert client.post(f"/account/consents/{purpose}/withdraw/").status_code == 404


def test_given_twice_it_is_one_consent(olga: User) -> None:
    text = text_in_force("news")
    assert give_consent(olga, text=text) == give_consent(olga, text=text)
    withdraw_consents(olga, purpose="news")
    withdraw_consents(olga, purpose="news")
    give_consent(olga, text=text)
    assert [consent.withdrawn_at is None for consent in Consent.objects.order_by("pk")] == [False, True]


def test_a_clock_that_was_put_back_keeps_nobody_from_withdrawing(olga: User) -> None:
    give_consent(olga, text=text_in_force("news"))
    with time_machine.travel(timezone.now() - datetime.timedelta(minutes=5), tick=False):
        withdraw_consents(olga, purpose="news")
    consent = Consent.objects.get(text__purpose="news")
    assert consent.withdrawn_at == consent.given_at


def test_the_consent_to_the_account_goes_with_the_account_alone(client: Client, olga: User) -> None:
    give_consent(olga, text=text_in_force("account"))
    assert client.post("/account/consents/account/withdraw/").status_code == 409
    assert has_consent(olga, "account")


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_make_one_consent() -> None:
    user, text, barrier = confirmed(), text_in_force("news"), threading.Barrier(4)

    def click() -> None:
        barrier.wait()
        give_consent(user, text=text)
        connection.close()

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Consent.objects.count() == 1


# --- Publication of a person in a public role ----------------------------------------------------------------------


def test_without_a_consent_nobody_is_shown_and_by_a_public_source_they_are(
    client: Client, lyceum: Organisation
) -> None:
    hidden, known = by_consent(organisation=lyceum), PublicPersonFactory(organisation=lyceum)
    page = client.get("/organisations/lyceum/").content.decode()
    assert (hidden.name in page, known.name in page, known.position in page) == (False, True, True)


@pytest.mark.parametrize(
    ("items", "seen"),
    [
        ([], (False, False)),
        (["name"], (True, False)),
        (["position"], (False, False)),
        (["name", "position"], (True, True)),
    ],
    ids=["nothing", "name", "position of nobody", "both"],
)
def test_each_item_is_shown_by_a_consent_of_its_own(
    client: Client, lyceum: Organisation, items: list[str], seen: tuple[bool, bool]
) -> None:
    person = by_consent(organisation=lyceum, position="Проректор")
    agree(person, *items)
    page = client.get("/organisations/lyceum/").content.decode()
    assert (person.name in page, "Проректор" in page) == seen


def test_withdrawn_it_leaves_the_stored_page_at_once(
    lyceum: Organisation, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    olga = confirmed()
    person = by_consent(organisation=lyceum, user=olga)
    agree(person, "name", "position")
    assert person.name in Client().get("/organisations/lyceum/").content.decode()
    own = Client()
    own.force_login(olga)
    text = text_in_force("publication").pk
    with django_capture_on_commit_callbacks(execute=True):
        own.post(f"/account/consents/publication/{person.pk}/", {f"role-{person.pk}-text": text})
    assert person.name not in Client().get("/organisations/lyceum/").content.decode()
    assert not person.consents.standing().exists()


def test_a_person_ticks_what_is_shown_of_them(client: Client, olga: User, lyceum: Organisation) -> None:
    person = by_consent(organisation=lyceum, user=olga)
    form = client.get("/account/consents/").context["by_consent"][0]
    assert form["items"].value() == []
    text = text_in_force("publication")
    data = {f"role-{person.pk}-text": text.pk, f"role-{person.pk}-items": ["name"]}
    client.post(f"/account/consents/publication/{person.pk}/", data)
    [consent] = person.consents.standing()
    assert (consent.user, consent.item, consent.text, consent.recorded_by) == (olga, "name", text, olga)
    assert client.get("/account/consents/").context["by_consent"][0]["items"].value() == ["name"]


@pytest.mark.parametrize(
    ("field", "seen"),
    [
        ("name", (False, False)),
        ("name_en", (False, False)),
        ("position", (True, False)),
        ("position_en", (True, False)),
        ("order", (True, True)),
    ],
)
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_what_was_written_after_the_consent_is_not_shown_by_it(
    client: Client, lyceum: Organisation, field: str, seen: tuple[bool, bool], prefix: str
) -> None:
    names = {"name": "Анна Волкова", "name_en": "Anna Volkova", "position": "учитель", "position_en": "teacher"}
    person = by_consent(organisation=lyceum, **names)
    agree(person, "name", "position")
    value = 7 if field == "order" else "Changed — изменено"
    PublicPerson.objects.filter(pk=person.pk).update(**{field: value})
    person.refresh_from_db()

    text = client.get(f"{prefix}/organisations/lyceum/").content.decode()
    shown = (person.name_en, person.position_en) if prefix else (person.name, person.position)
    assert tuple(words in text for words in shown) == seen
    agree(person, "name", "position")
    assert PublicPerson.objects.shown().get().shows_position  # type: ignore[attr-defined]
    assert person.consents.standing().count() == 2


def test_who_edits_a_person_is_told_that_a_new_consent_is_needed(office: Client, lyceum: Organisation) -> None:
    olga = confirmed(email="olga@example.org")
    person = by_consent(organisation=lyceum, user=olga, name="Анна", position="учитель")
    agree(person, "name", "position")
    data = {"organisation": lyceum.pk, "user": olga.pk, "name": "Анна", "basis": "consent", "order": 0}
    address = f"/admin/members/publicperson/{person.pk}/change/"
    for position, told in (("учитель", False), ("директор", True)):
        answer = office.post(address, data | {"position": position, "is_published": "on"}, follow=True)
        assert ("given to other words" in answer.content.decode()) == told
    own = Client()
    own.force_login(olga)
    assert own.get("/account/consents/").context["by_consent"][0]["items"].value() == ["name"]


def test_nobody_decides_for_another(client: Client, olga: User, lyceum: Organisation) -> None:
    person = by_consent(organisation=lyceum, user=confirmed())
    assert client.post(f"/account/consents/publication/{person.pk}/", {}).status_code == 404


def test_items_are_agreed_to_by_the_text_of_today(lyceum: Organisation) -> None:
    person, old = by_consent(organisation=lyceum), text_in_force("publication")
    publish_consent_text("publication", **WORDS)
    with pytest.raises(RuleViolated) as refusal:
        set_publication(person, items=["name"], text=old, by=UserFactory())
    assert refusal.value.code == "consent_text_changed"
    set_publication(person, items=[], text=old, by=UserFactory())


def test_the_office_records_a_consent_on_paper_with_its_place(lyceum: Organisation) -> None:
    staff = editor()
    person, office = by_consent(organisation=lyceum), enter(staff)
    address = f"/admin/members/publicperson/{person.pk}/record_consent_this/"
    assert office.post(address, {"items": ["name"], "paper": ""}).context["form"].errors.keys() == {"paper"}
    assert office.post(address, {"items": ["name"], "paper": "папка 3, лист 12"}).status_code == 302
    [consent] = person.consents.all()
    assert (consent.way, consent.paper, consent.recorded_by, consent.user) == ("paper", "папка 3, лист 12", staff, None)
    office.post(address, {})
    assert not person.consents.standing().exists()


def test_a_source_must_be_named() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        PublicPersonFactory(source="")


def test_whoever_is_taken_out_leaves_no_name_in_the_history_but_the_consent_as_the_proof(lyceum: Organisation) -> None:
    person = by_consent(organisation=lyceum)
    agree(person, "name")
    person.delete()
    assert not PublicPerson.history.exists()
    consent = Consent.objects.get()
    assert (consent.public_person, consent.words, consent.words_en) == (None, "", "")


# --- The office ----------------------------------------------------------------------------------------------------


def test_a_new_text_begins_with_the_words_of_the_last_and_gets_the_next_number(office: Client) -> None:
    page = office.get("/admin/members/consenttext/add/?purpose=news")
    assert page.context["adminform"].form.initial["text"] == text_in_force("news").text
    today = datetime.datetime.now(tz=datetime.UTC).date() + datetime.timedelta(days=1)
    data = {"purpose": "news", "in_force_from": today.isoformat(), **WORDS}
    assert office.post("/admin/members/consenttext/add/", data).status_code == 302
    assert [*ConsentText.objects.filter(purpose="news").values_list("version", flat=True)] == [2, 1]


def test_a_text_in_the_past_is_an_error_of_its_field(office: Client) -> None:
    data = {"purpose": "news", "in_force_from": "2020-01-01", **WORDS}
    page = office.post("/admin/members/consenttext/add/", data)
    assert list(page.context["adminform"].form.errors) == ["in_force_from"]


def test_a_text_in_force_is_for_reading_only_as_somebody_may_have_it_before_their_eyes(office: Client) -> None:
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    coming = publish_consent_text("news", **WORDS, in_force_from=tomorrow)
    answers = {
        text.version: office.post(
            f"/admin/members/consenttext/{text.pk}/change/", {"in_force_from": tomorrow.isoformat(), **WORDS}
        ).status_code
        for text in (text_in_force("news"), coming)
    }
    assert answers == {1: 403, 2: 302}
