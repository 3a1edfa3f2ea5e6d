"""Who acts for one organisation finds nothing of another: not by any address that names an object of it, and not a word
of it on any page, in any export, feed, search or field of the API.

Addresses come from the permission matrix, which has every route: a new one fails here until its objects are told.
"""

import io
import itertools
import json
import re
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.webauthn.internal.auth import WebAuthn
from allauth.usersessions.models import UserSession
from django.core.files.base import ContentFile
from django.db import models, transaction
from django.http import HttpRequest, HttpResponseBase
from django.test import Client
from django.urls import resolve
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from agreements.fulfilment.obligations import report_progress
from agreements.models import Agreement, HistoryEntry
from agreements.signing.paper import send_copy
from common import health
from common.links import link_tokens
from common.models import Document
from events.afterwards.emails import feedback_token
from events.afterwards.feedback import set_up
from events.groups.consents import ask_parents, tokens_of
from events.models import (
    CheckIn,
    EventState,
    FeedbackAnswer,
    FeedbackQuestion,
    PlannedSigning,
    Registration,
    RegistrationState,
    Talk,
    Ticket,
)
from events.registering.emails import registration_token
from events.registering.registrations import Asked, Guest, register_attendee, register_group
from members.applying.drafts import attach_file
from members.applying.emails import CONFIRM_LINK, token_of
from members.applying.questionnaire import Questionnaire
from members.models import (
    ApplicationFile,
    Handover,
    Kind,
    Membership,
    MembershipApplication,
    OfficeStatusChange,
    OfficeYear,
    Organisation,
    PublicationBasis,
    Question,
    RepresentativeOffice,
    Role,
    User,
)
from members.personal_data import exports as data_exports
from members.personal_data.exports import request_export
from projects.models import ChallengeState, ProjectState, TeamState
from technoparks.models import (
    Cohort,
    Equipment,
    Instruction,
    InstructionVersion,
    Lab,
    OpeningException,
    Outage,
    Programme,
    StatusChange,
    Technopark,
)
from tests.browser.readers import credential
from tests.factories import agreements as made
from tests.factories.cohorts import learners
from tests.factories.events import EventOrganiserFactory, ParticipantCertificateFactory, PoolFactory, SessionFactory
from tests.factories.members import (
    ApplicationFactory,
    CertificateFactory,
    InvitationFactory,
    InvoiceFactory,
    JoinRequestFactory,
    NotificationFactory,
    OfficeFactory,
    OfficeReportFactory,
    OrganisationFactory,
    PartnershipFactory,
    ProfileChangeFactory,
    PublicPersonFactory,
    RepresentativeFactory,
    UserFactory,
)
from tests.factories.projects import (
    ChallengeFactory,
    PledgeFactory,
    ProjectFactory,
    ProjectResultFactory,
    ProjectUpdateFactory,
    RoadmapItemFactory,
    StageFactory,
    TeamFactory,
    sent_team,
    worked_at,
)
from tests.factories.technoparks import (
    EquipmentFactory,
    InstructionFactory,
    LabFactory,
    booked,
    documented,
    hour,
    inducted,
    out,
)
from tests.permission_table import PAGES, ROLES
from tests.test_permissions import MATRIX, plain, routes, rows

pytestmark = pytest.mark.django_db
SECRET = "secretb"  # begins every word of the other organisation
MEETINGS = itertools.count(1)

# How the rows of the matrix write the objects of an organisation and of its people.
OBJECTS = {
    "/organisations/a/": "/organisations/<organisation>/",
    "/dashboard/a/": "/dashboard/<organisation>/",
    "/events/draft-a/": "/events/<event>/",
    "/challenges/challenge-a/": "/challenges/<challengeslug>/",
    "/challenges/challenge-reviewed/": "/challenges/<challengeslug>/",
    "/challenges/challenge-judged/": "/challenges/<judgedchallenge>/",
    "/challenges/shared/": "/challenges/<challengeslug>/",
    "/projects/project-a/": "/projects/<project>/",
    "/projects/shared/": "/projects/<project>/",
    "/events/forum/report/": "/events/<event>/report/",
    "/events/forum/feedback/": "/events/<event>/feedback/",
    "/technoparks/park-a/labs/lab-a/": "/technoparks/<technopark>/labs/<labslug>/",
    "/technoparks/park-a/": "/technoparks/<technopark>/",
    "/technoparks/park/labs/lab/": "/technoparks/<technopark>/labs/<labslug>/",
    "/technoparks/park/programmes/course/": "/technoparks/<technopark>/programmes/<programmeslug>/",
    "/technoparks/hidden-park/programmes/course/": "/technoparks/<technopark>/programmes/<programmeslug>/",
    "/technoparks/park/": "/technoparks/<technopark>/",
    "/technoparks/hidden-park/labs/lab/": "/technoparks/<technopark>/labs/<labslug>/",
    "/technoparks/hidden-park/": "/technoparks/<technopark>/",
    "/certificates/2020-0001/": "/certificates/<certificate>/",
    "/invoices/2020-0001/": "/invoices/<invoice>/",
    "/dashboard/<organisation>/challenges/challenge-a/": "/dashboard/<organisation>/challenges/<challengeslug>/",
    "/dashboard/<organisation>/challenges/challenge-over/": "/dashboard/<organisation>/challenges/<overchallenge>/",
    "/dashboard/<organisation>/challenges/challenge-work/": "/dashboard/<organisation>/challenges/<workchallenge>/",
    "/dashboard/<organisation>/challenges/challenge-open/": "/dashboard/<organisation>/challenges/<openchallenge>/",
    "/dashboard/<organisation>/teams/new/shared/": "/dashboard/<organisation>/teams/new/<challengeslug>/",
    "/dashboard/<organisation>/projects/project-a/": "/dashboard/<organisation>/projects/<project>/",
    "/dashboard/<organisation>/events/forum/": "/dashboard/<organisation>/events/<event>/",
    "/events/forum/certificates": "/events/<event>/certificates",
    "/events/forum/check-in/": "/events/<event>/check-in/",
    "/events/forum/registrations/": "/events/<event>/registrations/",
    "/events/forum/letters/": "/events/<event>/letters/",
    "/account/sessions/1/": "/account/sessions/<session>/",
    "/account/data/6f1c1a52-0000-4000-8000-000000000000/": "/account/data/<dataexport>/",
    "/account/consents/publication/1/": "/account/consents/publication/<publicperson>/",
    "/account/2fa/webauthn/keys/1/": "/account/2fa/webauthn/keys/<passkey>/",
}
# Whoever holds these may open what they lead to, and nobody guesses one: so here they are the reader's own.
TOKENS = {
    "token", "application", "confirmation", "invitationtoken", "ticketlink", "parentconsent", "feedbacklink", "hallkey",
    "calendar", "agreementcode",
}  # fmt: skip
# Route → why it names nothing that belongs to an organisation or a person.
EXCUSED = {
    "verify/<slug:code>/": "printed on a certificate or an agreement, to be shown to anybody",
    "join/preview/<slug:kind>/": "kinds of organisations",
    "join/confirm/<str:token>/": "the address is the proof",
    "join/applications/<str:token>/": "the address is the proof",
    "join/applications/<str:token>/<slug:step>/": "the same",
    "join/applications/<str:token>/documents/": "the same",
    "join/applications/<str:token>/check/": "the same",
    "join/applications/<str:token>/withdraw/": "the same",
    "join/applications/<str:token>/letter/": "the same",
    "events/<slug:slug>/register/": "open to everybody",
    "events/<slug:slug>/register/sent/": "the same",
    "events/<slug:slug>/register-group/": "whoever teaches anywhere registers a group of theirs",
    "events/registrations/<str:token>/confirm/": "the address is the proof; a group has nothing to prove",
    "events/registrations/<str:token>/accept/": "the address is the proof; for a group see that to cancel",
    "events/registrations/<str:token>/coming/": "the same",
    "events/registrations/<str:token>/calendar/": "the same",
    "events/registrations/<str:token>/certificates/": "the same",
    "events/consents/<str:token>/": "the address is the proof",
    "events/feedback/<str:token>/": "the same",
    "events/hall/<slug:key>/": "the same: it stands on the screen of the hall",
    "events/feeds/<str:token>.ics": "the same; whose it is stands in tests/events/test_own_feeds.py",
    "invitations/<str:token>/": "the address is the proof, and whoever has another e-mail address cannot accept",
    "unsubscribe/<str:token>/": "the same",
    "consents/<slug:purpose>/": "texts that everybody reads",
    "consents/<slug:purpose>/<int:version>/": "the same",
    "account/consents/<slug:purpose>/give/": "purposes of the portal",
    "account/consents/<slug:purpose>/withdraw/": "the same",
    "account/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": "the address is the proof",
    "api/v1/regions/(?P<code>[^/.]+)/$": "open data",
    "api/v1/directions/(?P<slug>[^/.]+)/$": "open data",
    "api/v1/events/(?P<slug>[-a-zA-Z0-9_]+)/programme/$": "public events alone, for everybody",
}


# What answers for another's object as for one that is gone already, and does nothing.
HARMLESS = {("POST", "/join/applications/<application>/files/<applicationfile>/remove/"): 302}


def named(address: str) -> str:
    """With the names of all objects in it."""
    for literal, name in OBJECTS.items():
        address = address.replace(literal, name)
    return address


ROWS = {address: named(address) for address, _method, _answers in rows(PAGES, ROLES)}
OWN_ROWS = {address: name for address, name in ROWS.items() if not re.search("/(hidden|forged|nonsense)/", address)}


def objects_in(address: str) -> list[str]:
    return [name for name in re.findall("<(.+?)>", address) if name not in TOKENS]


class Estate:
    """An organisation with one of everything that an address may name; ``keys`` are what addresses name it by."""

    def __init__(self, slug: str, *, is_published: bool) -> None:
        self.organisation = ours = OrganisationFactory(slug=slug, kind=Kind.CONSORTIUM, is_published=is_published)
        self.head = RepresentativeFactory(organisation=ours, role=Role.HEAD).user
        certificate = CertificateFactory(membership__organisation=ours, number=f"{slug}-0001")
        viewer = RepresentativeFactory(organisation=ours)
        invitation = InvitationFactory(organisation=ours, invited_by=self.head)
        office, draft = OfficeFactory(organisation=ours), ApplicationFactory()
        OfficeYear.objects.create(office=office, year=2025, result="Школа")
        OfficeReportFactory(organisation=ours, reported_by=self.head)
        PartnershipFactory(with_organisation=ours)
        Handover.objects.create(organisation=ours, giver=self.head, taker=viewer.user, what={"invitations": 1})
        passkey = WebAuthn.add(self.head, slug, credential()).instance
        own_session = UserSession.objects.create(
            user=self.head, session_key=slug, ip="127.0.0.1", user_agent=slug, last_seen_at=timezone.now()
        )
        charter = Question.objects.get(key="charter")
        self.application = draft
        draft.answers = Questionnaire(draft).answers()
        draft.save()
        self.file = attach_file(draft, question=charter, upload=ContentFile(b"%PDF-", name="Устав.pdf"))
        public = PublicPersonFactory(
            organisation=ours, user=self.head, basis=PublicationBasis.CONSENT, is_published=False
        )
        export = request_export(self.head)
        data_exports.make_due()
        links = link_tokens("invitation", subjects=[str(invitation.pk)])
        confirmation = link_tokens(CONFIRM_LINK, subjects=[f"{draft.pk} {draft.email}"])
        pool = PoolFactory()
        single = register_attendee(pool.event, pool=pool, asked=Asked("Гость", self.head.email, self.head, ours))
        asked = Asked("Учитель", self.head.email, self.head, ours)
        [group] = register_group(pool.event, pool=pool, group="8А", guests=[Guest("Аня"), Guest("Яна")], asked=asked)
        ask_parents(group)
        ticket = group.tickets.all()[0]
        event = EventOrganiserFactory(
            organisation=ours, event__slug=f"event-of-{slug}", event__state=EventState.DRAFT
        ).event
        project = ProjectFactory(slug=f"project-of-{slug}", lead=ours, state=ProjectState.DRAFT)
        ProjectUpdateFactory(project=project)
        challenge = ChallengeFactory(slug=f"challenge-of-{slug}", company=ours, state=ChallengeState.DRAFT)
        opened = ChallengeFactory(slug=f"open-of-{slug}", company=ours)
        at_work = ChallengeFactory(slug=f"work-of-{slug}", company=ours, state=ChallengeState.WORK)
        worked = worked_at(TeamFactory(challenge=at_work, state=TeamState.ACCEPTED, applied_at=timezone.now()))
        over = ChallengeFactory(slug=f"over-of-{slug}", company=ours, state=ChallengeState.COMPLETED)
        finished = {"state": TeamState.FINISHED, "applied_at": timezone.now()}
        judged = ChallengeFactory(slug=f"judged-of-{slug}", company=ours, state=ChallengeState.DEFENCE)
        own_team = TeamFactory(lead=ours)
        FeedbackQuestion.objects.create(event=event, label="Что запомнилось?", type=FeedbackQuestion.Type.LINE)
        said = Registration.objects.create(
            event=event, pool=PoolFactory(event=event), name="Гость", state=RegistrationState.CONFIRMED
        )
        FeedbackAnswer.objects.create(event=event, registration=said, rating=5, good="Всё", better="Ничего")
        CheckIn.objects.create(ticket=single.tickets.get(), day=timezone.localdate())
        signing = made.being_signed(OrganisationFactory(), initiator=ours)
        own = signing.requests.get(party__organisation=ours)
        send_copy(own, by=self.head, sha256=signing.version.sha256, document=made.scan())
        promise = made.promise()
        agreement_draft = made.draft(initiator=ours, promises=(promise,))
        agreement = made.in_force(initiator=ours, is_public=False, promises=(made.promise(),))
        obligation = agreement.obligations.get()
        negotiated, remark, annex = made.negotiated(ours)
        lab = LabFactory(technopark__host=ours, technopark__slug=f"park-of-{slug}")
        booking = booked(lab, by=(ours, self.head))
        instruction = InstructionFactory(technopark=lab.technopark)
        induction = inducted(UserFactory(), instruction, completed_on=None, used_on=None)
        machine = EquipmentFactory(lab=lab)
        outage = out(machine, hour(12))
        learnt = learners(lab.technopark, school=ours, parent=self.head)
        Technopark.objects.filter(pk=lab.technopark_id).update(is_published=is_published)
        self.keys: dict[str, Any] = {
            "agreement": signing.agreement_id,
            "signingrequest": own.pk,
            "agreementdraft": agreement_draft.pk,
            "draftparty": made.last_party(agreement_draft).pk,
            "promise": promise.key,
            "agreementnumber": agreement.number,
            "publicagreement": agreement.number,
            "agreementcode": agreement.code,
            "obligation": obligation.pk,
            "obligationreport": report_progress(
                obligation, organisation=ours, by=self.head, text="Два", amount=Decimal(2)
            ).pk,
            "negotiated": negotiated.pk,
            "remark": remark.pk,
            "annexfile": annex.pk,
            "registration": single.pk,
            "ticketlink": registration_token(single),
            "groupregistration": group.pk,
            "grouptoken": registration_token(group),
            "ticket": ticket.pk,
            "parentconsent": tokens_of([ticket])[ticket.pk],
            "calendar": link_tokens("calendar", subjects=[str(self.head.pk)])[str(self.head.pk)],
            "technopark": lab.technopark.slug,
            "lab": lab.pk,
            "labslug": lab.slug,
            "booking": booking.pk,
            "instruction": instruction.pk,
            "induction": induction.pk,
            "openingexception": OpeningException.objects.create(lab=lab, day=hour(10, 60).date(), reason="Ремонт").pk,
            "equipment": machine.pk,
            "equipmentdocument": documented(machine).pk,
            "outage": outage.pk,
            **{name: row.pk for name, row in learnt.items()},
            "programmeslug": learnt["programme"].slug,
            "organisation": slug,
            "certificate": certificate.number,
            "invoice": InvoiceFactory(period__membership=certificate.membership, number=f"{slug}-0001").number,
            "representative": viewer.pk,
            "invitation": invitation.pk,
            "joinrequest": JoinRequestFactory(organisation=ours, text="Прошусь").pk,
            "event": event.slug,
            "challengeslug": challenge.slug,
            "openchallenge": opened.slug,
            "appliedteam": sent_team(challenge=opened).pk,
            "team": own_team.pk,
            "teamstage": StageFactory(challenge=own_team.challenge).pk,
            "workchallenge": at_work.slug,
            "workteam": worked.team_id,
            "overchallenge": over.slug,
            "finishedteam": TeamFactory(challenge=over, **finished).pk,
            "ownfinished": TeamFactory(lead=ours, **finished).pk,
            "workstage": worked.stage_id,
            "judgedchallenge": judged.slug,
            "judgedteam": TeamFactory(challenge=judged, state=TeamState.ACCEPTED).pk,
            "project": project.slug,
            "pledge": PledgeFactory(project=project, donor=ours, receiver=OrganisationFactory()).pk,
            "roadmapitem": RoadmapItemFactory(project=project).pk,
            "projectresult": ProjectResultFactory(project=project, link="", file="results/of.pdf").pk,
            "ticketpool": said.pool_id,
            "participantcertificate": ParticipantCertificateFactory(ticket=Ticket.objects.create(registration=said)).pk,
            "talk": Talk.objects.create(session=SessionFactory(event=event), name="О свете").pk,
            "plannedsigning": PlannedSigning.objects.create(event=event, subject="О классе").pk,
            "feedbacklink": feedback_token(single),
            "hallkey": set_up(pool.event, asks=True, in_hall=True).hall_key,
            "profilechange": ProfileChangeFactory(organisation=ours, with_logo=True).pk,
            "notification": NotificationFactory(user=self.head, text="Сказано").pk,
            "publicperson": public.pk,
            "applicationfile": self.file.pk,
            "dataexport": export.key,
            "session": own_session.pk,
            "passkey": passkey.pk,
            "application": token_of(draft),
            "confirmation": next(iter(confirmation.values())),
            "invitationtoken": next(iter(links.values())),
            "token": "none",
            **{name: row.pk for name, row in made.internship(ours).items()},
        }
        Agreement.objects.filter(initiator=ours).update(is_public=False)

    def address(self, template: str, *, of: "Estate | None" = None, foreign: tuple[str, ...] = ()) -> str:
        """With own keys, and those of the other where their names are ``foreign``."""
        for name in re.findall("<(.+?)>", template):
            keys = of.keys if of and name in foreign else self.keys
            template = template.replace(f"<{name}>", str(keys[name]), 1)
        return template


def addresses(template: str) -> Iterator[tuple[str, ...]]:
    """Which of the objects in it are the other's: each set of them but none."""
    names = objects_in(template)
    for size in range(1, len(names) + 1):
        yield from itertools.combinations(names, size)


FOREIGN = [
    (address, method, foreign)
    for address, template in OWN_ROWS.items()
    for foreign in addresses(template)
    for method in ("GET", "POST")
]


# --- Every word of it is a secret -----------------------------------------------------------------------------


def related(start: models.Model) -> Iterator[models.Model]:
    """``start`` and all that hangs on it, at any depth: whatever a model of ours points with at one of them, and the
    people and papers that they point at."""
    seen, todo = set[tuple[type, Any]](), [start]
    while todo:
        row = todo.pop()
        if (type(row), row.pk) in seen:
            continue
        seen.add((type(row), row.pk))
        yield row
        for relation in row._meta.related_objects:
            model = relation.related_model
            assert isinstance(model, type)
            if model.__module__.startswith(("members.", "common.", "events.", "agreements.", "technoparks.")):
                field = relation.field.name
                todo += [one for one in model._base_manager.filter(**{field: row}) if type(one) is not Organisation]
        pointers = [field.name for field in row._meta.concrete_fields if field.related_model in (User, Document)]
        todo += filter(None, (getattr(row, name) for name in pointers))


# Not words: what addresses, sorts, guards or names a file.
NO_WORDS = {
    "slug", "number", "code", "key", "password", "topic", "link", "template", "country", "sha256", "time_zone",
    "hall_key", "file_sha256", "content_sha256", "authority_number", "previous",
}  # fmt: skip

NO_WORDS_OF_JSON = {"country", "status", "precision"}


def keep_secret(estate: Estate, *, besides: tuple[type[models.Model], ...] = ()) -> set[str]:
    """Put a secret into every text of what belongs to the organisation. Returns the models that have got one."""
    numbers, marked = itertools.count(1), set()
    for row in (*related(estate.organisation), estate.application, estate.file):
        if isinstance(row, (*besides, HistoryEntry)):  # the history of agreements is written once
            continue
        changes = {
            field.name: _secret(field, next(numbers), getattr(row, field.name)) for field in row._meta.concrete_fields
        }
        changes = {name: value for name, value in changes.items() if value is not None}
        if changes:
            type(row)._base_manager.filter(pk=row.pk).update(**changes)
            marked.add(type(row).__name__)
    return marked


def _secret(field: Any, number: int, value: Any) -> Any:
    word = f"{SECRET}{number}"
    if field.name in NO_WORDS or field.choices or getattr(field, "generated", False) or field.primary_key:
        return None
    match field:
        case models.EmailField():
            return f"{word}@example.org"
        case models.URLField():
            return f"https://example.org/{word}"
        case models.FileField() | models.SlugField():
            return None
        case models.CharField() | models.TextField():
            return word if field.max_length is None or field.max_length >= len(word) else None
        case models.JSONField():
            return _secret_within(value, word)
    return None


def _secret_within(value: Any, word: str) -> Any:
    match value:
        case dict():
            return {key: one if key in NO_WORDS_OF_JSON else _secret_within(one, word) for key, one in value.items()}
        case list():
            return [_secret_within(one, word) for one in value]
        case str():
            return word
    return value


def words_of(response: HttpResponseBase) -> str:
    content = b"".join(response) if response.streaming else response.content  # type: ignore[attr-defined]
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content = b"".join(map(archive.read, archive.namelist()))
    headers = " ".join(map(str, response.headers.values()))
    return (content.decode(errors="replace") + headers).lower()


# --- The two of them ------------------------------------------------------------------------------------------


class Meeting:
    def __init__(self, *, is_published: bool) -> None:
        number = next(MEETINGS)
        self.ours = Estate(f"ours-{number}", is_published=True)
        self.theirs = Estate(f"{SECRET}-{number}", is_published=is_published)
        self.client = Client()
        self.client.force_login(self.ours.head)
        request = HttpRequest()
        request.session = self.client.session
        # Whoever has just shown who they are: so nothing answers with a redirect to show it again.
        for method in ("password", "mfa"):
            record_authentication(request, self.ours.head, method, type="webauthn", reauthenticated=True)
        request.session.save()

    def answer(self, method: str, address: str, data: dict[str, Any] | None = None) -> HttpResponseBase:
        with transaction.atomic():
            response = getattr(self.client, method.lower())(address, data or {})
            if not response.streaming:
                transaction.set_rollback(True)
        return response


@pytest.fixture(autouse=True)
def living_worker() -> None:
    health.record_heartbeat()


@pytest.fixture(scope="module")
def meeting(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Meeting]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield Meeting(is_published=False)
        transaction.set_rollback(True)


def test_every_route_with_an_object_is_asked_for_that_of_another_or_has_a_reason() -> None:
    ours = {route for route in routes() if "<" in route and not route.startswith("admin/")}
    asked = {resolve(plain(address)).route for address, _method, _foreign in FOREIGN}
    assert ours - asked - EXCUSED.keys() == set()
    assert EXCUSED.keys() & asked == set()
    assert EXCUSED.keys() - ours == set()


@pytest.mark.parametrize(
    ("address", "method", "foreign"),
    FOREIGN,
    ids=[f"{method} {address}, another's {' and '.join(foreign)}" for address, method, foreign in FOREIGN],
)
def test_what_is_anothers_is_not_there(meeting: Meeting, address: str, method: str, foreign: tuple[str, ...]) -> None:
    place = meeting.ours.address(ROWS[address], of=meeting.theirs, foreign=foreign)
    expected = 405 if MATRIX[address, method]["head"] == "405" else HARMLESS.get((method, ROWS[address]), 404)
    assert meeting.answer(method, place).status_code == expected


def test_a_file_of_another_application_stays(meeting: Meeting) -> None:
    template = "/join/applications/<application>/files/<applicationfile>/remove/"
    meeting.client.post(meeting.ours.address(template, of=meeting.theirs, foreign=("applicationfile",)))
    assert ApplicationFile.objects.filter(pk=meeting.theirs.file.pk).exists()


@pytest.mark.parametrize("is_published", [False, True], ids=["hidden", "published"])
def test_not_a_word_of_it_is_anywhere(is_published: bool) -> None:
    meeting = Meeting(is_published=is_published)
    of_labs = (Technopark, StatusChange, Lab, OpeningException, Equipment, Outage, Instruction, InstructionVersion)
    of_technoparks = (*of_labs, Programme, Cohort)
    public = (
        (Organisation, RepresentativeOffice, OfficeStatusChange, OfficeYear, Membership, *of_technoparks)
        if is_published
        else ()
    )
    marked = keep_secret(meeting.theirs, besides=public)
    assert marked >= {
        "User", "Representative", "Invitation", "JoinRequest", "ProfileChange", "Invoice", "PublicPerson",
        "Notification", "OfficeReport", "MembershipApplication", "ApplicationFile", "MembershipCertificate",
        "Registration", "Ticket", "FeedbackAnswer", "FeedbackQuestion",
        "Agreement", "Party", "Version", "Obligation", "ObligationReport", "Booking", "BookingMove",
        "CohortApplication", "ProgrammeCertificate",
    }  # fmt: skip
    own = [meeting.ours.address(template) for template in OWN_ROWS.values()]
    english = [f"/en{address}" for address in own if address.startswith("/dashboard/")]
    open_to_all = [one for one in {*OWN_ROWS.values()} if is_published and "/organisations/<organisation>/" in one]
    found, read = [], 0
    for address in [*own, *english, *map(meeting.theirs.address, open_to_all)]:
        response = meeting.answer("GET", address)
        read += response.status_code == 200
        # The address of what is published is no secret.
        secrets = re.findall(rf"{SECRET}\d+" if is_published else SECRET, words_of(response))
        found += [(address, word) for word in secrets]
    assert found == []
    assert read > 60


def test_whatever_an_applicant_typed_is_a_secret_here() -> None:
    meeting = Meeting(is_published=False)
    keep_secret(meeting.theirs)
    application = MembershipApplication.objects.get(pk=meeting.theirs.application.pk)
    for typed in (application.data, application.answers):
        words = re.findall(r'"([^"]*)"[],}]', json.dumps(typed))
        assert words
        assert [word for word in words if not word.startswith(SECRET)] == []


@pytest.mark.parametrize("address", ["/api/v1/organisations/", "/organisations/export.csv"])
def test_a_search_for_it_finds_nothing(address: str) -> None:
    meeting = Meeting(is_published=False)
    keep_secret(meeting.theirs)
    words = words_of(meeting.answer("GET", address)), words_of(meeting.answer("GET", address, {"q": SECRET}))
    assert [SECRET in one.replace(f"q={SECRET}", "") for one in words] == [False, False]


def test_what_somebody_owned_goes_to_nobody_of_another_organisation() -> None:
    meeting = Meeting(is_published=True)
    ours = meeting.ours
    place = ours.address("/dashboard/<organisation>/people/<representative>/end/")
    coordinator = ours.organisation.representatives.get(pk=ours.keys["representative"])
    InvitationFactory(organisation=ours.organisation, invited_by=coordinator.user)
    response = meeting.client.post(place, {"to": meeting.theirs.head.pk})
    assert response.status_code == 200
    assert [*response.context["form"].errors] == ["to"]
    coordinator.refresh_from_db()
    assert coordinator.ended_at is None
