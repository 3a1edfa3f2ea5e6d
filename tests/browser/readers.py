"""Who looks at the pages: demo log-ins, and people in the middle of something; and what the addresses name."""

import datetime

from allauth.account.forms import default_token_generator
from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.mfa.webauthn.internal.auth import WebAuthn
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.core.files.base import ContentFile
from django.db import transaction
from django.http import HttpRequest
from django.test import Client
from django.utils.translation import override
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

from common import documents
from common.links import link_tokens
from common.mail.letters import Letter
from common.models import OutgoingMail
from common.text import slug_of
from events.models import Event
from members.acting.invitations import invite
from members.acting.join_requests import ask
from members.applying.drafts import attach_file
from members.applying.emails import CONFIRM_LINK, token_of
from members.applying.moves import Asked, move_application, submit
from members.board.agendas import put_on_agenda
from members.consents.services import give_consent, set_publication, text_in_force
from members.demo.stories import PASSWORD
from members.membership import imports as membership_imports
from members.membership.imports import upload_table
from members.models import (
    BoardSession,
    ConsentPurpose,
    DataExport,
    ExportState,
    How,
    Invitation,
    Invoice,
    JoinConditions,
    JoinRequest,
    Membership,
    MembershipApplication,
    MembershipCertificate,
    MembershipImport,
    OfficeReport,
    Organisation,
    ProfileChange,
    PublicPerson,
    Question,
    Representative,
    Role,
    User,
    Who,
)
from members.notices.topics import MEMBERSHIP, choose
from members.organisations.offices import report_turn
from members.personal_data import exports as data_exports
from members.personal_data.exports import request_export
from tests.browser import agreeing, booking, coming, learning, organising, teaming
from tests.factories.members import ApplicationFactory, BoardSessionFactory

PROTECTED = "protected@example.org"  # has an app with codes, recovery codes and a passkey
PASSWORDLESS = "passwordless@example.org"  # came by another service and never set a password
# Providers as they are once their keys are given.
PROVIDERS = {name: {"APPS": [{"client_id": "id", "secret": "secret", "key": ""}]} for name in ("yandex", "vk")}


def load() -> None:
    protected, passwordless = _person(PROTECTED), _person(PASSWORDLESS)
    protected.set_password(PASSWORD)
    protected.save()
    TOTP.activate(protected, generate_totp_secret())
    RecoveryCodes.activate(protected)
    WebAuthn.add(protected, "Телефон", credential())
    SocialAccount.objects.create(user=passwordless, provider="yandex", uid="1", extra_data={"login": "passwordless"})
    _appear_on_a_page(User.objects.get(email="head@example.org"))
    _ask_for_copies(User.objects.get(email="head@example.org"))
    documents.make_due()
    with transaction.atomic():
        Letter("Код для входа", "Ваш код:\n\n1234-5678\n", to=["visitor@example.org"]).send()
    _people_come()
    choose(User.objects.get(email="visitor@example.org"), choices={"membership": How.NEVER})
    _apply_for_membership()
    _tell_of_offices()
    _upload_a_table()
    coming.load()
    organising.load()
    agreeing.load()
    coming.open_doors()
    coming.close_doors()


def _person(email: str) -> User:
    person = User(email=email, first_name="Вера", last_name="Ключевская")
    person.set_unusable_password()
    person.save()
    EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
    return person


def _appear_on_a_page(head: User) -> None:
    """With a consent to the name alone."""
    lyceum = Organisation.objects.get(slug="phystech-lyceum")
    role = PublicPerson.objects.create(
        organisation=lyceum, user=head, name=head.get_full_name(), position="директор", is_published=True
    )
    text = text_in_force(ConsentPurpose.PUBLICATION)
    set_publication(role, items=["name"], text=text, by=head)
    give_consent(head, text=text_in_force(ConsentPurpose.ACCOUNT))


def _people_come() -> None:
    """One was invited, one asks."""
    lyceum = Organisation.objects.get(slug="phystech-lyceum")
    coordinator = User.objects.get(email="coordinator@example.org")
    invite(lyceum, email="invited@example.org", role=Role.TEACHER, position="учитель химии", by=coordinator)
    ask(
        lyceum,
        by=User.objects.get(email="visitor@example.org"),
        role=Role.TEACHER,
        text="учитель химии, меня знает завуч",
    )


def _ask_for_copies(head: User) -> None:
    """One that is ready, and one that could not be prepared yet."""
    request_export(head)
    data_exports.make_due()
    DataExport.objects.create(user=head, state=ExportState.FAILED, attempts=1)


def _apply_for_membership() -> None:
    """One that is being filled in, one that has come back, one that the office has in hand, and one by an account."""
    visitor = User.objects.get(email="visitor@example.org")
    ApplicationFactory(short_name="Перигей", email=visitor.email, applicant=visitor)
    draft = ApplicationFactory(short_name="Орбита", email="draft@example.org", confirmed_at=None)
    draft.data = {name: typed for name, typed in draft.data.items() if name not in ("city", "q-why")}
    draft.data |= {"contact_phone": [], "inn": ["77 половина номера"]}
    draft.save()
    charter = Question.objects.get(key="charter")
    attach_file(draft, question=charter, upload=ContentFile(b"%PDF-draft", name="Устав ООО «Орбита».pdf"))
    remarks = {"city": "Укажите город по уставу", "q-charter": "Нет последней страницы"}
    for short_name, remarked in (("Траектория", remarks), ("Вектор", {}), ("Апогей", {})):
        application = ApplicationFactory(short_name=short_name, email=f"{slug_of(short_name)}@example.org")
        attach_file(application, question=charter, upload=ContentFile(b"%PDF-sent", name="Устав.pdf"))
        submit(application, by=None, consent=text_in_force(ConsentPurpose.APPLICATION))
        move_application(application, action="take_up", who=Who.STAFF)
        if remarked:
            asked = Asked(reason="Осталось немного: исправьте два поля.", remarks=remarked)
            move_application(application, action="return", who=Who.STAFF, asked=asked)
    put_on_agenda(application, session=BoardSessionFactory(), by=User.objects.get(email="staff@example.org"))


def _upload_a_table() -> None:
    """Of a known member and a new one."""
    lyceum = Organisation.objects.get(slug="phystech-lyceum")
    table = f"""ИНН;Вид;Наименование;Город;Категория;Дата вступления;Почта руководителя
{lyceum.inn};;{lyceum.name};Королёв;Ассоциированный член;;
;Школа;Лицей № 5;Пермь;Партнёр;01.09.2025;head5@example.org
"""
    staff = User.objects.get(email="staff@example.org")
    with override("ru"):
        upload_table(staff, file_name="Члены ассоциации на 2026 год.csv", content=table.encode())
    membership_imports.work()


def _tell_of_offices() -> None:
    """Of one its languages and a year are public; of another something waits."""
    centre, head = Organisation.objects.get(slug="noc-kuzbass"), User.objects.get(email="consortium@example.org")
    office = centre.offices.get(country="MN")
    office.languages = ["mn", "ru"]
    office.save()
    office.years.create(year=2025, participants=40, events=3, result="Летняя школа для школьников двух стран.")
    report_turn(centre, by=head, country="BY", status="paused", since=datetime.date(2026, 3, 1), precision="month")


def credential() -> dict[str, object]:
    """What a device answers when it has made a passkey."""
    public_key = ES256({1: 2, 3: -7, -1: 1, -2: b"x" * 32, -3: b"y" * 32})
    key = AttestedCredentialData.create(b"\0" * 16, b"id", public_key)
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV | AuthenticatorData.FLAG.AT
    made = AttestationObject.create("none", AuthenticatorData.create(b"\0" * 32, flags, 0, key), {})
    asked = CollectedClientData.create("webauthn.create", b"challenge", "http://localhost")
    return {
        "id": websafe_encode(b"id"),
        "rawId": websafe_encode(b"id"),
        "type": "public-key",
        "response": {"clientDataJSON": websafe_encode(asked), "attestationObject": websafe_encode(made)},
    }


def places() -> dict[str, object]:
    """What stands in braces in the address of a page."""
    visitor = User.objects.get(email="visitor@example.org")
    kept, refused = (f"{login}@example.org {MEMBERSHIP.purpose.name}" for login in ("head", "visitor"))
    links = link_tokens("unsubscribe", subjects=[kept, refused])
    applications = {one.short_name: one for one in MembershipApplication.objects.all()}
    draft, returned, in_review = (applications[name] for name in ("Орбита", "Траектория", "Вектор"))
    [confirmation] = link_tokens(CONFIRM_LINK, subjects=[f"{draft.pk} {draft.email}"]).values()
    return {
        "certificate": MembershipCertificate.objects.get().code,
        "draft": token_of(draft),
        "returned": token_of(returned),
        "application": in_review.pk,
        "session": BoardSession.objects.get().pk,
        "confirmation": confirmation,
        "question": Question.objects.get(key="offers").pk,
        "terms": JoinConditions.objects.get(kind="company").pk,
        "letter": OutgoingMail.objects.get(purpose="system").pk,
        "table": MembershipImport.objects.get().pk,
        "membership": Membership.objects.earliest("pk").pk,
        "event": Event.objects.upcoming().first().pk,
        "invoice": Invoice.objects.get().pk,
        "organisation": Organisation.objects.get(slug="phystech-lyceum").pk,
        "office_report": OfficeReport.objects.get().pk,
        "profile_change": ProfileChange.objects.waiting().get().pk,
        "user": visitor.pk,
        "public_person": PublicPerson.objects.earliest("pk").pk,
        "invitation": link_tokens("invitation", subjects=[str(Invitation.objects.get().pk)]).popitem()[1],
        "join_request": JoinRequest.objects.get().pk,
        "representative": Representative.objects.get(user__email="coordinator@example.org").pk,
        "passkey": Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN).pk,
        "reset_key": f"{user_pk_to_url_str(visitor)}-{default_token_generator.make_token(visitor)}",
        "unsubscribe": links[kept],
        "unsubscribed": links[refused],
        **agreeing.places(),
        **booking.places(),
        **learning.places(),
        **coming.places(),
        **organising.places(),
        **teaming.places(),
    }


def arrive(reader: str) -> Client:
    """One who is logged in with that e-mail and has just shown again who they are, or one of MIDWAY."""
    client = Client()
    if reader in MIDWAY:
        MIDWAY[reader](client)
    elif reader:
        person = User.objects.get(email=reader)
        client.force_login(person)
        request = HttpRequest()
        request.session = client.session
        record_authentication(request, person, "mfa" if reader == PROTECTED else "password", reauthenticated=True)
        request.session.save()
    return client


def _signs_up(client: Client) -> None:
    person = {"email": "new@example.org", "password1": "a-long-password", "first_name": "Анна", "last_name": "Новая"}
    person["consent"] = str(text_in_force("account").pk)
    client.post("/account/signup/", person)


def _asks_for_a_code(client: Client) -> None:
    client.post("/account/login/code/", {"email": "visitor@example.org"})


def _has_said_the_password(client: Client) -> None:
    client.post("/account/login/", {"login": PROTECTED, "password": PASSWORD})


def _came_long_ago(client: Client) -> None:
    client.force_login(User.objects.get(email=PASSWORDLESS))


def _comes_by_another_service(client: Client) -> None:
    """One whom the service has given no e-mail of."""
    provider = get_adapter().get_provider(HttpRequest(), "yandex")
    account = SocialAccount(provider="yandex", uid="2")
    login = SocialLogin(provider=provider, user=User(first_name="Анна"), account=account)
    session: SessionBase = client.session
    session["socialaccount_sociallogin"] = login.serialize()
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key or ""


MIDWAY = {
    "signs up": _signs_up,
    "asks for a code": _asks_for_a_code,
    "has said the password": _has_said_the_password,
    "came long ago": _came_long_ago,
    "comes by another service": _comes_by_another_service,
}
