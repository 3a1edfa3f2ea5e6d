"""A person is taken out of everything; what they did stays as somebody's, with an act."""

import datetime
import io
import json
import re
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import InMemoryStorage
from django.db import connection, connections, transaction
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from common import documents, jobs
from common.errors import RuleViolated
from common.links import link_tokens
from common.mail import relay
from common.mail.letters import Letter
from common.mail.purposes import ACCOUNT_NOTICE
from common.mail.transport import Deferred, Refused, Unclear
from common.models import (
    Document,
    MailState,
    OutgoingMail,
    PersonalDataView,
    SignedLink,
    SuppressedAddress,
    Unsubscription,
)
from common.personal_data import HOLDERS
from common.tasks import SWEEP_MAIL
from members.account.forms import PersonForm
from members.acting.join_requests import ask
from members.admin.people import PersonChangeForm
from members.applying.emails import APPLICANT, address_to_confirm, token_of
from members.consents.services import give_consent, set_publication, text_in_force
from members.models import (
    Consent,
    DataExport,
    ErasureAct,
    Notification,
    NotificationChoice,
    PublicationBasis,
    PublicPerson,
    Representative,
    Role,
    User,
)
from members.notices.notifications import Words, notify
from members.notices.topics import MEMBERSHIP
from members.organisations.services import tell_of_role
from members.people import update_person
from members.personal_data import person_of
from members.personal_data.erasure import BY_REQUEST, erase_person
from members.personal_data.exports import make_due, request_export
from members.tasks import REMOVE_UNCONFIRMED
from tests.factories.members import (
    BoardSessionFactory,
    InvitationFactory,
    OrganisationFactory,
    PublicPersonFactory,
    RepresentativeFactory,
    UserFactory,
)
from tests.members.accounts import (
    PASSWORD,
    code_in,
    confirmed,
    is_logged_in,
    log_in,
    set_up_app,
    ticked,
    written,
)
from tests.members.test_applications import in_state
from tests.members.test_board import on_agenda
from tests.office import editor, enter, superuser

pytestmark = pytest.mark.django_db
# Each occurs in nothing but the data of the person; a number of the passport would do as well.
TRACES = ("zhuravleva", "Журавлёва", "Аполлинария", "Львовна", "логопед-дефектолог", "Antarctica/Vostok")


@pytest.fixture(autouse=True)
def storages(monkeypatch: pytest.MonkeyPatch) -> dict[type, InMemoryStorage]:
    fresh: dict[Any, InMemoryStorage] = {Document: InMemoryStorage(), DataExport: InMemoryStorage()}
    for model, storage in fresh.items():
        monkeypatch.setattr(model._meta.get_field("file"), "storage", storage)
    return fresh


def written_down(record: Any, words: str, *, changes: list[Any]) -> LogEntry:
    """In the journal of the office."""
    return LogEntry.objects.create(
        user=UserFactory(),
        content_type=ContentType.objects.get_for_model(record),
        object_id=str(record.pk),
        object_repr=words,
        action_flag=CHANGE,
        change_message=json.dumps(changes),
    )


def known_everywhere(client: Client) -> User:
    """Somebody who has left a trace wherever the portal keeps any."""
    user = confirmed(email="zhuravleva@example.org", last_name="Журавлёва", first_name="Аполлинария")
    user.patronymic, user.time_zone = "Львовна", "Antarctica/Vostok"
    user.save()
    EmailAddress.objects.create(user=user, email="zhuravleva.home@example.org", verified=True)
    log_in(client, user)
    set_up_app(user)
    SocialAccount.objects.create(user=user, provider="yandex", uid="7", extra_data={"login": "zhuravleva"})
    head = RepresentativeFactory(role=Role.HEAD)
    role = RepresentativeFactory(
        user=user, organisation=head.organisation, role=Role.TEACHER, position="логопед-дефектолог"
    )
    shown = PublicPersonFactory(
        user=user, name="Аполлинария Журавлёва", position="логопед-дефектолог", basis=PublicationBasis.CONSENT
    )
    set_publication(shown, items=["name", "position"], text=text_in_force("publication"), by=user)
    give_consent(user, text=text_in_force("account"))
    with transaction.atomic():
        for address in ("zhuravleva@example.org", "Zhuravleva.Home@example.org"):
            letter = Letter("Журавлёвой", "Здравствуйте, Аполлинария Львовна!", to=[address])
            letter.attach("zhuravleva.txt", "Журавлёва", "text/plain")
            letter.send()
    tell_of_role(role)
    InvitationFactory(email="zhuravleva.home@example.org", position="логопед-дефектолог")
    ask(OrganisationFactory(), by=user, role=Role.TEACHER, text="Аполлинария Журавлёва, логопед-дефектолог")
    for record, words in ((role, str(role)), (role.organisation, str(role.organisation)), (user, str(user))):
        written_down(record, words, changes=[{"added": {"name": "роль", "object": str(role)}}])
    written_down(shown.organisation, "—", changes=[{"deleted": {"name": "лицо", "object": shown.name}}])
    Unsubscription.objects.create(address="zhuravleva@example.org", purpose="news")
    link_tokens("unsubscribe", subjects=["zhuravleva.home@example.org news"])
    NotificationChoice.objects.create(user=user, topic="membership", how="never")
    request_export(user)
    return user


def whole_database() -> str:
    """Every row of every table, as the database writes it."""
    tables = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT coalesce(json_agg(t)::text, '') FROM \"{table}\" t")  # noqa: S608
            rows = cursor.fetchone()[0].replace("\n", "")  # between rows; those of texts are escaped
            tables.append(f"{table}: {rows}")
    return "\n".join(tables)


def traces() -> dict[str, list[str]]:
    """Table → what of the person stands there, escaped or not."""
    found: dict[str, list[str]] = {}
    for line in whole_database().split("\n"):
        for trace in TRACES:
            escaped = json.dumps(trace)[1:-1]
            if any(form.lower() in line.lower() for form in (trace, escaped, escaped.replace("\\", "\\\\"))):
                found.setdefault(line.partition(":")[0], []).append(trace)
    return found


def erased(user: User) -> ErasureAct:
    return erase_person(user, by=user, reason=BY_REQUEST)


def test_nothing_in_the_database_tells_who_it_was_once_the_last_letter_has_gone(client: Client) -> None:
    user = known_everywhere(client)
    assert len(traces()) > 10
    erased(user)
    assert set(traces()) == {"common_outgoingmail"}
    letter = OutgoingMail.objects.get(purpose="farewell")
    assert letter.recipient == "zhuravleva@example.org"
    OutgoingMail.objects.filter(pk=letter.pk).update(state=MailState.SENT, finished_at=letter.created_at)
    jobs.run(SWEEP_MAIL)
    assert traces() == {}


def test_what_others_were_told_of_the_person_stays_without_a_word_of_it(client: Client) -> None:
    user = known_everywhere(client)
    reader = Representative.objects.get(role=Role.HEAD).user
    before = Notification.objects.create(user=reader, key="x", topic="people", title="Другое", text="Событие")
    key = OutgoingMail.objects.get(recipient=reader.email).pk
    erased(user)
    other, told = Notification.objects.filter(user=reader)
    assert (other.pk, other.title, other.text) == (before.pk, "Другое", "Событие")
    assert (told.about, told.title, told.text) == (
        user,
        "Речь шла о\xa0человеке, данные которого с\xa0тех пор стёрты",
        "",
    )
    letter = OutgoingMail.objects.get(pk=key)
    assert (letter.state, letter.recipient, letter.subject, letter.text, letter.html) == ("failed", "", "", "", "")


def test_a_name_that_stands_in_the_texts_of_others_leaves_them_whole() -> None:
    """A stranger may call themselves whatever they want to have blanked out elsewhere."""
    reader, stranger = UserFactory(), confirmed(last_name="Лицей", first_name="№ 2")
    notification = Notification.objects.create(
        user=reader, key="1", topic="people", title="Лицей № 2", text="Лицей № 2"
    )
    organisation = OrganisationFactory()
    elsewhere = written_down(organisation, "Лицей № 2", changes=[{"added": {"name": "лицо", "object": "Лицей № 2"}}])
    role = RepresentativeFactory(user=stranger, role=Role.TEACHER)
    stranger.last_name, stranger.first_name = '"added":', '{"name":'
    stranger.save()
    here = written_down(
        role.organisation,
        "Лицей № 2",
        changes=[
            {"changed": {"fields": ["Лицей № 2"]}},
            {"added": {"name": "роль", "object": "Лицей № 2 — Учитель или наставник"}},
            {"added": {"name": "роль", "object": "Лицей № 2 — Учитель или наставник, второй"}},
        ],
    )
    erased(stranger)
    for row in (notification, elsewhere, here):
        row.refresh_from_db()
    assert (notification.title, notification.text) == ("Лицей № 2", "Лицей № 2")
    assert (elsewhere.object_repr, here.object_repr) == ("Лицей № 2", "Лицей № 2")
    assert json.loads(elsewhere.change_message)[0]["added"]["object"] == "Лицей № 2"
    changed, added, other = json.loads(here.change_message)
    assert changed == {"changed": {"fields": ["Лицей № 2"]}}
    assert (added["added"]["object"], other["added"]["object"]) == ("—", "Лицей № 2 — Учитель или наставник, второй")


def written_to(address: str, subject: str) -> OutgoingMail:
    with transaction.atomic():
        Letter(subject, "Здравствуйте!", to=[address]).send()
    return OutgoingMail.objects.latest("pk")


def is_whole(letter: OutgoingMail) -> bool:
    letter.refresh_from_db()
    return letter.text != ""


def test_what_belongs_to_a_former_address_is_nothing_of_theirs() -> None:
    former = confirmed(email="director@example.org")
    EmailAddress.objects.filter(user=former).update(email="gone@example.org")
    former.email = "gone@example.org"
    former.save()
    confirmed(email="director@example.org")
    letter = written_to("director@example.org", "Новому директору")
    Unsubscription.objects.create(address="director@example.org", purpose="news")
    link_tokens("unsubscribe", subjects=["director@example.org news"])
    assert [*HOLDERS["letters"].collect(person_of(former))] == []
    erased(former)
    assert is_whole(letter)
    assert (Unsubscription.objects.count(), SignedLink.objects.count()) == (1, 1)
    assert "director@example.org" not in {row.email for row in User.history.filter(id=former.pk)}


def test_an_address_that_is_not_proved_is_nothing_of_theirs() -> None:
    user = confirmed()
    EmailAddress.objects.create(user=user, email="office@example.org")
    letter = written_to("office@example.org", "Заявка школы")
    erased(user)
    assert is_whole(letter)


def test_what_went_to_their_address_before_they_came_is_nothing_of_theirs() -> None:
    before = written_to("olga@example.org", "Прежнему владельцу")
    user = confirmed(email="olga@example.org")
    since = written_to("Olga@example.org", "Ольге")
    told = [entry.value for record in HOLDERS["letters"].collect(person_of(user)) for entry in record]
    assert ("Ольге" in told, "Прежнему владельцу" in told) == (True, False)
    erased(user)
    assert (is_whole(before), is_whole(since)) == (True, False)


def test_what_a_person_was_told_goes_also_from_letters_to_an_address_they_never_proved() -> None:
    """Whom the office has entered has no proved one."""
    role = RepresentativeFactory(role=Role.TEACHER)
    tell_of_role(role)
    letter = OutgoingMail.objects.get(recipient=role.user.email)
    erased(role.user)
    assert not is_whole(letter)


def test_nobody_signs_up_with_the_address_of_the_erased_beforehand() -> None:
    olga = confirmed()
    UserFactory(email=f"{olga.pk}@erased.invalid")
    erased(olga)
    erased(confirmed())


@pytest.mark.parametrize("state", [MailState.FAILED, MailState.UNKNOWN, MailState.SENT])
def test_the_last_letter_forgets_its_reader_whatever_came_of_it(state: str) -> None:
    erased(confirmed())
    OutgoingMail.objects.update(state=state, finished_at=datetime.datetime.now(tz=datetime.UTC))
    relay.sweep()
    letter = OutgoingMail.objects.get()
    assert (letter.recipient, letter.subject, letter.text, letter.html) == ("", "", "", "")


def test_what_becomes_of_letters_on_their_way_brings_the_address_back_nowhere() -> None:
    user = confirmed(email="olga@example.org")
    with transaction.atomic():
        for subject in "123":
            Letter(subject, "Здравствуйте!", to=[user.email], purpose=ACCOUNT_NOTICE).send()
    refused, put_off, unclear = filter(None, (relay._claim() for _ in range(3)))
    relay._record(unclear, Unclear("broken off"))
    erased(user)
    relay._record(refused, Refused("550 5.1.1 <olga@example.org> unknown", is_address=True))
    relay._record(put_off, Deferred("451 <olga@example.org> later"))
    OutgoingMail.objects.filter(purpose="farewell").delete()
    OutgoingMail.objects.update(finished_at=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC))
    relay.sweep()
    assert {*OutgoingMail.objects.values_list("state", "recipient", "error")} == {("failed", "", "")}
    assert not SuppressedAddress.objects.exists()
    with pytest.raises(RuleViolated) as refusal:
        relay.send_again(OutgoingMail.objects.all()[0])
    assert refusal.value.code == "nobody"


def test_the_last_letter_waits_until_it_went() -> None:
    erased(confirmed(email="olga@example.org", language="en"))
    relay.sweep()
    letter = OutgoingMail.objects.get()
    assert (letter.recipient, letter.subject) == ("olga@example.org", "Your account is erased")
    assert ErasureAct.objects.get().number in letter.text


def test_a_letter_that_still_waited_never_goes(client: Client) -> None:
    erased(known_everywhere(client))
    waiting = OutgoingMail.objects.due()
    assert [letter.purpose for letter in waiting] == ["farewell"]


# --- Who is being erased is not written to by what was read before ---------------------------------------------------


def refusal_of(action: Callable[[], object]) -> str:
    with pytest.raises(RuleViolated) as refusal, transaction.atomic():
        action()
    return refusal.value.code


def test_what_was_read_before_writes_nothing_back() -> None:
    olga = confirmed(last_name="Журавлёва")
    read_before = User.objects.get(pk=olga.pk)
    erased(olga)
    letters = OutgoingMail.objects.count()
    assert refusal_of(lambda: update_person(read_before, changes={"last_name": "Журавлёва"})) == "erased"
    assert refusal_of(lambda: give_consent(read_before, text=text_in_force("news"))) == "erased"
    assert refusal_of(lambda: request_export(read_before)) == "erased"
    assert refusal_of(lambda: tell_of_role(RepresentativeFactory(user=read_before))) == "erased"
    with transaction.atomic():
        notify([read_before], topic=MEMBERSHIP, key="1", words=lambda: Words("Событие"))
    assert OutgoingMail.objects.count() == letters
    assert not Notification.objects.exists()
    assert not Representative.objects.exists()
    assert traces() == {}


def erased_at_once(user: User) -> None:
    """In a transaction of its own, beside the one that runs."""

    def go() -> None:
        erased(User.objects.get(pk=user.pk))
        connections.close_all()

    thread = threading.Thread(target=go)
    thread.start()
    thread.join()


@pytest.mark.django_db(transaction=True)
def test_who_is_erased_while_their_form_is_checked_stays_nobody(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    olga = confirmed()
    log_in(client, olga)
    is_valid = PersonForm.is_valid

    def slowly(form: PersonForm) -> bool:
        erased_at_once(olga)
        return is_valid(form)

    monkeypatch.setattr(PersonForm, "is_valid", slowly)
    names = {"last_name": "Журавлёва", "first_name": "Ольга", "patronymic": "", "language": "ru"}
    assert client.post("/account/person/", names).status_code == 400  # the session has ended meanwhile
    assert {row.last_name for row in [User.objects.get(pk=olga.pk), *User.history.filter(id=olga.pk)]} == {""}


@pytest.mark.django_db(transaction=True)
def test_a_role_that_is_given_while_the_person_is_erased_is_none() -> None:
    olga, organisation = confirmed(), OrganisationFactory()
    office = enter(superuser())
    is_held = threading.Event()

    def go() -> None:
        with transaction.atomic():
            erased(olga)
            is_held.set()
            time.sleep(0.5)
        connections.close_all()

    thread = threading.Thread(target=go)
    thread.start()
    is_held.wait()
    role = {"user": olga.pk, "organisation": organisation.pk, "role": "teacher", "position": "учитель"}
    response = office.post("/admin/members/representative/add/", role)
    thread.join()
    assert response.status_code == 409
    assert not Representative.objects.exists()
    assert [letter.purpose for letter in OutgoingMail.objects.all()] == ["farewell"]


def test_nobody_is_given_a_role_in_the_name_of_the_erased() -> None:
    role = RepresentativeFactory(role=Role.TEACHER)
    erased(role.user)
    again = {"user": role.user_id, "organisation": OrganisationFactory().pk, "role": "teacher", "position": ""}
    response = enter(superuser()).post("/admin/members/representative/add/", again)
    assert "получить нельзя" in response.content.decode()
    assert not Representative.objects.active().exists()
    role.refresh_from_db()
    role.full_clean()


def test_a_code_that_was_sent_before_proves_nothing_after(client: Client) -> None:
    person = {"email": "olga@example.org", "password1": PASSWORD, "first_name": "Ольга", "last_name": "Ким"}
    address = client.post("/account/signup/", person | ticked())["Location"]
    code = code_in(OutgoingMail.objects.get())
    olga = User.objects.get()
    erased(olga)
    assert client.post(address, {"code": code}).status_code == 409
    assert not EmailAddress.objects.exists()
    assert not is_logged_in(client)


@pytest.mark.parametrize("page", ["change", "password"])
def test_nobody_revives_the_erased(page: str) -> None:
    olga = confirmed()
    erased(olga)
    names = {"last_name": "Восставшая", "first_name": "Анна", "language": "ru", "is_active": "on"}
    password = {"usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
    roles = {"representations-TOTAL_FORMS": "0", "representations-INITIAL_FORMS": "0"}
    response = enter(superuser()).post(f"/admin/members/user/{olga.pk}/{page}/", names | password | roles)
    assert response.status_code == 403
    olga.refresh_from_db()
    assert (olga.last_name, olga.is_active, olga.has_usable_password()) == ("", False, False)


@pytest.mark.django_db(transaction=True)
def test_who_is_erased_while_the_office_changes_them_stays_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    olga, office = confirmed(), enter(superuser())
    is_valid = PersonChangeForm.is_valid

    def slowly(form: PersonChangeForm) -> bool:
        erased_at_once(olga)
        return is_valid(form)

    monkeypatch.setattr(PersonChangeForm, "is_valid", slowly)
    names = {"last_name": "Журавлёва", "first_name": "Ольга", "language": "ru"}
    roles = {"representations-TOTAL_FORMS": "0", "representations-INITIAL_FORMS": "0"}
    assert office.post(f"/admin/members/user/{olga.pk}/change/", names | roles).status_code == 409
    assert User.objects.get(pk=olga.pk).last_name == ""


def test_the_row_stays_as_nobody_and_what_they_did_stays_theirs(client: Client) -> None:
    user = known_everywhere(client)
    organisation = OrganisationFactory()
    organisation.history.update(history_user=user)
    erased(user)
    user.refresh_from_db()
    assert str(user) == f"Удалённый пользователь №\xa0{user.pk}"
    assert re.fullmatch(r"[0-9a-f]{32}@erased\.invalid", user.email)
    assert {row.email for row in User.history.filter(id=user.pk)} == {user.email}
    assert (user.is_active, user.has_usable_password()) == (False, False)
    assert organisation.history.get().history_user == user
    role = Representative.objects.get(user=user)
    assert (role.ended_at is not None, role.position) == (True, "")
    assert not PublicPerson.objects.exists()
    assert {consent.withdrawn_at is None for consent in Consent.objects.filter(user=user)} == {False}
    gone: tuple[Any, ...] = (EmailAddress, Authenticator, SocialAccount, UserSession, DataExport)
    for model in gone:
        assert not model.objects.filter(user=user).exists(), model


def test_every_session_ends_at_once(client: Client) -> None:
    olga, elsewhere = confirmed(), Client()
    for browser in (client, elsewhere):
        log_in(browser, olga)
        assert is_logged_in(browser)
    erased(olga)
    assert [is_logged_in(browser) for browser in (client, elsewhere)] == [False, False]
    assert not is_logged_in(client)
    log_in(client, olga)
    assert not is_logged_in(client)


def test_a_copy_of_the_data_goes_with_its_file(
    client: Client, storages: Any, django_capture_on_commit_callbacks: Any
) -> None:
    olga = confirmed()
    request_export(olga)
    make_due()
    assert len(storages[DataExport].listdir("exports")[1]) == 1
    with django_capture_on_commit_callbacks(execute=True):
        erased(olga)
    assert storages[DataExport].listdir("exports")[1] == []


def test_erased_twice_there_is_one_act() -> None:
    olga = confirmed()
    assert erased(olga) == erased(olga)
    assert OutgoingMail.objects.count() == 1


def test_what_fails_half_way_leaves_everything_as_it_was(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    user = known_everywhere(client)
    before = whole_database()
    monkeypatch.setattr("members.personal_data.erasure._order", None)
    with pytest.raises(TypeError), transaction.atomic():
        erased(user)
    assert whole_database() == before


# --- The last head -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "is_own"), [("submitted", True), ("in_review", False), ("returned", True), ("on_agenda", False)]
)
def test_an_application_without_its_applicant_is_withdrawn(state: str, is_own: bool) -> None:
    """Nobody would answer for it; an acceptance would invite nobody and make a member without a head."""
    olga = confirmed(email="olga@example.org")
    application = in_state(state, applicant=olga, email=olga.email)
    erase_person(olga, by=olga if is_own else UserFactory(is_staff=True), reason=BY_REQUEST)
    application.refresh_from_db()
    assert (application.state, application.applicant, application.email) == ("withdrawn", None, "")
    last = application.moves.get(action="withdraw")
    assert (last.source, last.reason) == (state, "Персональные данные заявителя уничтожены.")
    assert (last.who, bool(last.who_named)) == (("applicant", False) if is_own else ("staff", True))


@pytest.mark.parametrize("address", ["olga@example.org", "former@example.org"])
def test_a_withdrawal_at_an_erasure_writes_to_nobody_and_leaves_no_link(address: str, client: Client) -> None:
    """The former address of an applicant may be another's by now."""
    olga = confirmed(email="olga@example.org")
    application = in_state("in_review", applicant=olga, email=address)
    address_to_confirm(application)
    page = reverse("members:application_detail", args=[token_of(application)])
    assert client.get(page).status_code == 200
    before = OutgoingMail.objects.filter(purpose=APPLICANT.name).count()
    erased(olga)
    assert OutgoingMail.objects.filter(purpose=APPLICANT.name).count() == before
    assert client.get(page).status_code == 404
    assert not SignedLink.objects.filter(subject__contains=address).exists()


@pytest.mark.parametrize("state", ["declined", "member", "withdrawn"])
def test_what_was_decided_on_an_application_stays_decided(state: str) -> None:
    olga = confirmed(email="olga@example.org")
    application = in_state(state, email=olga.email)
    erased(olga)
    application.refresh_from_db()
    assert application.state == state


def test_the_board_does_not_vote_on_whom_nobody_answers_for() -> None:
    olga = confirmed(email="olga@example.org")
    item = on_agenda(BoardSessionFactory(), of={"applicant": olga, "email": olga.email})
    erased(olga)
    assert not item.session.items.on_it().exists()


def test_the_last_head_hands_over_first() -> None:
    head = RepresentativeFactory(role=Role.HEAD, organisation__short_name="Лицей")
    with pytest.raises(RuleViolated, match="Лицей") as refusal:
        erased(head.user)
    assert refusal.value.code == "last_head"
    RepresentativeFactory(role=Role.HEAD, organisation=head.organisation)
    erased(head.user)
    assert [one.user.erased_at for one in head.organisation.representatives.active()] == [None]


@pytest.mark.django_db(transaction=True)
def test_of_two_heads_who_go_at_once_one_remains() -> None:
    organisation = OrganisationFactory()
    heads = [RepresentativeFactory(organisation=organisation, role=Role.HEAD).user for _ in range(2)]
    barrier, refused = threading.Barrier(2), []

    def go(head: User) -> None:
        barrier.wait()
        try:
            erased(head)
        except RuleViolated as error:
            refused.append(error.code)
        connections.close_all()

    threads = [threading.Thread(target=go, args=[head]) for head in heads]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (refused, organisation.representatives.active().count()) == (["last_head"], 1)


@pytest.mark.parametrize("closed", ["is_active", "erased_at"])
def test_a_head_whose_account_is_closed_heads_nothing(closed: str) -> None:
    head = RepresentativeFactory(role=Role.HEAD)
    other = RepresentativeFactory(role=Role.HEAD, organisation=head.organisation)
    values: dict[str, Any] = {"is_active": False, "erased_at": datetime.datetime.now(tz=datetime.UTC)}
    User.objects.filter(pk=other.user_id).update(**{closed: values[closed]})
    with pytest.raises(RuleViolated) as refusal:
        erased(head.user)
    assert refusal.value.code == "last_head"


def test_the_last_superuser_who_can_log_in_stays() -> None:
    last, closed = superuser(), superuser()
    User.objects.filter(pk=closed.pk).update(is_active=False)
    with pytest.raises(RuleViolated) as refusal:
        erased(last)
    assert refusal.value.code == "last_superuser"
    erased(closed)
    superuser()
    erased(last)


@pytest.mark.django_db(transaction=True)
def test_of_two_superusers_who_go_at_once_one_remains() -> None:
    people = [superuser() for _ in range(2)]
    barrier, refused = threading.Barrier(2), []

    def go(person: User) -> None:
        barrier.wait()
        try:
            erased(person)
        except RuleViolated as error:
            refused.append(error.code)
        connections.close_all()

    threads = [threading.Thread(target=go, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (refused, User.objects.filter(is_active=True).count()) == (["last_superuser"], 1)


# --- The act -------------------------------------------------------------------------------------------------------


def words_of(document: Document) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(document.file.read())).pages)


def test_the_act_says_what_the_order_asks_for_and_nothing_of_the_person(client: Client) -> None:
    user = known_everywhere(client)
    with time_machine.travel("2026-12-16T10:00:00Z", tick=False):
        act = erased(user)
        documents.make_due()
    act.document.refresh_from_db()
    text = " ".join(words_of(act.document).split())
    assert act.number == "2026-0001"
    for words in (
        "№ 2026-0001",
        "16 декабря 2026",
        f"номер {user.pk}",
        BY_REQUEST,
        "Выгрузка из журнала",
        "автоматически",
    ):
        assert words in text, words
    assert not [trace for trace in TRACES if trace.lower() in (text + json.dumps(act.log, ensure_ascii=False)).lower()]


def test_the_log_counts_what_was_destroyed(client: Client) -> None:
    act = erased(known_everywhere(client))
    assert {line["holder"]: line["rows"] for line in act.log}.items() >= {
        "actions": 4, "letters": 3, "addresses": 2, "second_factors": 1, "services": 1, "roles": 1, "account": 1,
    }.items()  # fmt: skip


# --- Pages ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def olga(client: Client) -> User:
    user = confirmed()
    log_in(client, user)
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    return user


def test_who_has_just_shown_the_password_types_the_words_and_is_gone(client: Client, olga: User) -> None:
    address = "/account/data/erase/"
    assert client.get(address).status_code == 200
    assert client.post(address, {"words": "да"}).context["form"].errors == {"words": ["Это другие слова."]}
    assert client.post(address, {"words": " Удалить  мои данные "})["Location"] == "/"
    olga.refresh_from_db()
    assert olga.erased_at is not None
    assert not is_logged_in(client)
    assert client.get("/").status_code == 200


def test_after_a_while_the_password_is_asked_for_again(client: Client, olga: User) -> None:
    with time_machine.travel(datetime.datetime.now(tz=datetime.UTC) + datetime.timedelta(minutes=30)):
        response = client.post("/account/data/erase/", {"words": "удалить мои данные"})
    assert response["Location"].startswith("/account/reauthenticate/")
    olga.refresh_from_db()
    assert olga.erased_at is None


@pytest.mark.parametrize(
    ("address", "data"),
    [
        ("/account/data/erase/", {"words": "удалить мои данные"}),
        ("/account/password/set/", {"password1": PASSWORD, "password2": PASSWORD}),
    ],
)
def test_who_has_no_password_logs_in_again_by_a_code_and_comes_back(
    client: Client, address: str, data: dict[str, str]
) -> None:
    olga = confirmed()
    olga.set_unusable_password()
    olga.save()

    def log_in_by_code(at: str) -> str:
        asked = client.post(at, {"login": olga.email, "email": olga.email})
        return client.post(asked["Location"], {"code": code_in(written()[-1])})["Location"]

    log_in_by_code("/account/login/code/")
    with time_machine.travel(datetime.datetime.now(tz=datetime.UTC) + datetime.timedelta(days=13)):
        assert client.get(address).status_code == 403
        answer = client.post(address, data)
        olga.refresh_from_db()
        assert (answer.status_code, olga.erased_at, olga.has_usable_password()) == (403, None, False)
        login = client.post("/account/logout/", {"next": answer.context["login"]})["Location"]
        assert not is_logged_in(client)
        way = client.get(login).context["request_login_code_url"]
        assert log_in_by_code(way) == address
        assert client.post(address, data).status_code == 302
    olga.refresh_from_db()
    assert (olga.erased_at is not None) != olga.has_usable_password()


def test_the_last_head_reads_what_to_do_first(client: Client, olga: User) -> None:
    RepresentativeFactory(user=olga, role=Role.HEAD, organisation__short_name="Лицей")
    page = client.get("/account/data/erase/").content.decode()
    assert "Лицей" in page
    assert 'name="words"' not in page
    assert client.post("/account/data/erase/", {"words": "удалить мои данные"}).status_code == 409


# --- The office ----------------------------------------------------------------------------------------------------


def test_who_has_told_no_name_answers_with_their_address() -> None:
    clerk = UserFactory(first_name="", last_name="", patronymic="")
    act = erase_person(confirmed(), by=clerk, reason="Запрос")
    assert act.document.data["responsible"] == clerk.email


def test_the_office_erases_with_a_reason_and_has_the_act_as_a_pdf(office: Client) -> None:
    person = confirmed()
    address = f"/admin/members/user/{person.pk}/erase_this/"
    assert person.email in office.get(address).content.decode()
    assert office.post(address, {"reason": ""}).context["form"].errors.keys() == {"reason"}
    assert office.post(address, {"reason": "Запрос от 01.12.2026"}).status_code == 302
    act = ErasureAct.objects.get()
    assert (act.erased, act.reason) == (person, "Запрос от 01.12.2026")
    file = f"/admin/members/erasureact/{act.pk}/file/"
    assert office.get(file).status_code == 404
    documents.make_due()
    assert office.get(file)["Content-Type"] == "application/pdf"
    assert "Erase the person" not in office.get(f"/admin/members/user/{person.pk}/change/").content.decode()


def test_the_office_is_told_of_the_last_head(office: Client) -> None:
    head = RepresentativeFactory(role=Role.HEAD).user
    response = office.post(f"/admin/members/user/{head.pk}/erase_this/", {"reason": "По заявлению"})
    assert (response.status_code, 'value="По заявлению"' in response.content.decode()) == (409, True)
    assert [view.person for view in PersonalDataView.objects.all()] == [head]
    assert not ErasureAct.objects.exists()


def test_nobody_is_merely_deleted_and_editors_erase_nobody(office: Client) -> None:
    person = UserFactory()
    assert office.post(f"/admin/members/user/{person.pk}/delete/", {"post": "yes"}).status_code == 403
    assert enter(editor()).get(f"/admin/members/user/{person.pk}/erase_this/").status_code == 403
    assert User.objects.filter(pk=person.pk).exists()


# --- Sign-ups that nobody confirmed --------------------------------------------------------------------------------


def signed_up(email: str) -> User:
    person = {"email": email, "password1": PASSWORD, "first_name": "Аполлинария", "last_name": "Журавлёва"}
    Client().post("/account/signup/", person | ticked())
    return User.objects.get(email=email)


def test_a_sign_up_that_nobody_confirmed_goes_after_thirty_days_without_a_trace() -> None:
    with time_machine.travel("2026-12-16T10:00:00Z", tick=False) as clock:
        signed_up("zhuravleva@example.org")
        staying = confirmed(), UserFactory()
        clock.shift(datetime.timedelta(days=29))
        jobs.run(REMOVE_UNCONFIRMED)
        assert User.objects.count() == 3
        clock.shift(datetime.timedelta(days=2))
        jobs.run(REMOVE_UNCONFIRMED)
    assert {*User.objects.all()} == {*staying}
    assert traces() == {}


def test_a_sign_up_with_the_address_of_another_takes_nothing_of_theirs_along() -> None:
    with time_machine.travel("2026-12-16T10:00:00Z", tick=False) as clock:
        signed_up("office@example.org")
        letter = written_to("office@example.org", "Заявка школы")
        Unsubscription.objects.create(address="office@example.org", purpose="news")
        clock.shift(datetime.timedelta(days=31))
        jobs.run(REMOVE_UNCONFIRMED)
    assert not User.objects.filter(email="office@example.org").exists()
    assert is_whole(letter)
    assert Unsubscription.objects.exists()


def test_who_already_acts_for_an_organisation_is_kept() -> None:
    with time_machine.travel("2026-12-16T10:00:00Z", tick=False) as clock:
        RepresentativeFactory(user=signed_up("zhuravleva@example.org"))
        clock.shift(datetime.timedelta(days=31))
        jobs.run(REMOVE_UNCONFIRMED)
    assert User.objects.count() == 1


def test_a_consent_on_paper_ends_too(client: Client) -> None:
    user = confirmed(email="paper@example.org")
    shown = PublicPersonFactory(user=user, basis=PublicationBasis.CONSENT)
    set_publication(shown, items=["name"], text=text_in_force("publication"), by=UserFactory(), paper="папка 3, лист 7")
    erased(user)
    assert Consent.objects.get(paper="папка 3, лист 7").withdrawn_at
