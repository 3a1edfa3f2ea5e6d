"""The permission matrix: every route × method × role against ``permission_table.py``."""

import datetime
import re
import time
from collections.abc import Iterator
from contextlib import nullcontext
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Model
from django.http import HttpResponse, HttpResponseBase
from django.template.backends.django import Template
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from agreements.chain import publish_head
from agreements.fulfilment.obligations import report_progress
from agreements.models import AgreementTemplate
from agreements.signing.paper import send_copy
from agreements.signing.rules import join_rules
from cluster_portal import urls
from common import health
from common.admin import ReadOnly
from common.links import link_tokens
from common.mail.purposes import PURPOSES, Purpose
from common.models import DeadTask, Discrepancy, JobRun, SignedLink, SuppressedAddress, Unsubscription, ViewKind
from common.staff_views import note_view
from events.afterwards.emails import feedback_token
from events.afterwards.feedback import set_up
from events.groups.consents import ask_parents, tokens_of
from events.models import CheckIn, EventState, PlannedSigning, Talk
from events.registering.emails import registration_token
from events.registering.registrations import Asked, Guest, register_attendee, register_group
from members.applying.drafts import attach_file
from members.applying.emails import CONFIRM_LINK, token_of
from members.consents.services import give_consent, publish_consent_text, text_in_force
from members.models import Direction, Handover, JoinConditions, Kind, Question, Region, Role, User
from members.models.invitation import INVITATION_TERM
from members.personal_data.erasure import erase_person
from members.personal_data.exports import request_export
from projects.life.reviews import ask_expert
from projects.models import ChallengeState, Judge, ProjectResult, ProjectState, TeamState
from technoparks.models import OpeningException, Technopark
from tests.factories import agreements as made
from tests.factories.cohorts import ProgrammeFactory, learners
from tests.factories.common import OutgoingMailFactory
from tests.factories.events import (
    EventFactory,
    EventOrganiserFactory,
    EventSeriesFactory,
    ParticipantCertificateFactory,
    PoolFactory,
    SessionFactory,
)
from tests.factories.members import (
    ApplicationFactory,
    BoardSessionFactory,
    CertificateFactory,
    FeeFactory,
    InvitationFactory,
    InvoiceFactory,
    JoinRequestFactory,
    MembershipImportFactory,
    NotificationFactory,
    OfficeFactory,
    OfficeReportFactory,
    OrganisationFactory,
    PartnershipFactory,
    ProfileChangeFactory,
    PublicPersonFactory,
    RepresentativeFactory,
    RequisitesFactory,
    UserFactory,
)
from tests.factories.projects import (
    ChallengeFactory,
    PledgeFactory,
    ProjectFactory,
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
    TechnoparkFactory,
    booked,
    documented,
    hour,
    inducted,
    out,
)
from tests.members.test_applications import submitted
from tests.permission_table import ADMIN, ADMIN_ROLES, EDITOR_MAY, PAGES, ROLES, WITHOUT_CSRF_TOKEN

pytestmark = pytest.mark.django_db
Answers = dict[str, str]  # role → answer


# The table asks for the answer alone, and drawing the pages took most of the time: so they are drawn for one who stands
# outside, one inside and one in the office.
DRAWN_FOR = {"anonymous", "head", "superuser"}


class World:
    """One organisation with everything an address may name, its people, and those of another one."""

    def __init__(self) -> None:
        self.client = Client()
        self.ours = OrganisationFactory(slug="a", short_name="А", kind=Kind.CONSORTIUM)
        self.certificate = CertificateFactory(membership__organisation=self.ours, number="2020-0001", code="known-code")
        self.hidden = OrganisationFactory(slug="hidden", short_name="Скрытая", is_published=False)
        people: dict[str, list[User | None]] = {
            "anonymous": [None],
            "visitor": [UserFactory()],
            **{role: [self.representative(role)] for role in Role.values},
            "stranger": [RepresentativeFactory(organisation__slug=f"b-{role}", role=role).user for role in Role.values],
            "removed": [self.representative(Role.HEAD, ended_at=timezone.now())],
            "unproven": [UserFactory(is_staff=True, is_superuser=True)],
            "editor": [UserFactory(is_staff=True, groups=["editors"])],
            "superuser": [UserFactory(is_staff=True, is_superuser=True)],
        }
        EventFactory(slug="open")
        EventOrganiserFactory(event=EventFactory(slug="draft-a", state=EventState.DRAFT), organisation=self.ours)
        ProjectFactory(slug="shared")
        ChallengeFactory(slug="shared")
        LabFactory(slug="lab", technopark__slug="park")
        LabFactory(slug="lab", technopark=TechnoparkFactory(slug="hidden-park", host=self.ours, is_published=False))
        for park in Technopark.objects.filter(slug__in=["park", "hidden-park"]):
            ProgrammeFactory(technopark=park, slug="course")
        self.sessions = {role: [self.session(user, role) for user in users] for role, users in people.items()}
        [token] = link_tokens("unsubscribe", subjects=["reader@example.org news"]).values()
        [visitor] = people["visitor"]
        assert visitor
        EmailAddress.objects.create(user=visitor, email=visitor.email, verified=True)
        hours_ago = timezone.now() - datetime.timedelta(hours=2)
        invitation = InvitationFactory(
            organisation=self.ours, email=visitor.email, expires_at=hours_ago + INVITATION_TERM
        )
        [invited] = link_tokens("invitation", subjects=[str(invitation.pk)]).values()
        tomorrow = timezone.localdate() + datetime.timedelta(days=1)
        invoice = InvoiceFactory(period__membership=self.certificate.membership, number="2020-0001")
        public = made.in_force()
        self.objects: dict[str, Any] = {
            "publicagreement": SimpleNamespace(pk=public.number),
            "agreementcode": SimpleNamespace(pk=public.code),
            "token": SimpleNamespace(pk=token),
            "signedlink": SignedLink.objects.filter(purpose="unsubscribe").earliest("pk"),
            "unsubscription": Unsubscription.objects.create(purpose="news", address="other@example.org"),
            "organisation": self.ours,
            "membership": self.certificate.membership,
            "representative": self.ours.representatives.get(role=Role.VIEWER),
            "fee": FeeFactory(),
            "associationrequisites": RequisitesFactory(),
            "invoice": invoice,
            "membershipperiod": invoice.period,
            "publicperson": PublicPersonFactory(organisation=self.ours),
            "partnership": PartnershipFactory(with_organisation=self.ours),
            "profilechange": ProfileChangeFactory(organisation=self.ours, with_logo=True),
            "representativeoffice": OfficeFactory(organisation=self.ours),
            "officereport": OfficeReportFactory(organisation=self.ours),
            "user": people["visitor"][0],
            "group": Group.objects.first(),
            "region": Region.objects.first(),
            "direction": Direction.objects.first(),
            "consenttext": publish_consent_text("news", text="Да", text_en="Yes", in_force_from=tomorrow),
            "consent": give_consent(UserFactory(), text=text_in_force("publication")),
            "dataexport": request_export(UserFactory()),
            "erasureact": erase_person(UserFactory(), by=UserFactory(), reason="Запрос"),
            "personaldataview": note_view(
                User, staff=UserFactory(), person=None, kind=ViewKind.PAGE, address="/admin/members/user/1/change/"
            ),
            "outgoingmail": OutgoingMailFactory(),
            "suppressedaddress": SuppressedAddress.objects.create(address="nobody@example.org", reason="550"),
            "jobrun": JobRun.objects.create(job="sweep_mail", slot=timezone.now()),
            **self.project(visitor),
            **self.application(),
            **self.registrations(visitor),
            **self.agreements(),
            **self.technopark(visitor),
            **self.signing(),
            **self.draft(),
            **made.internship(self.ours),
            **dict(zip(("negotiated", "remark", "annexfile"), made.negotiated(self.ours), strict=True)),
            "notification": NotificationFactory(user=people["head"][0]),
            "invitation": invitation,
            "invitationtoken": SimpleNamespace(pk=invited),
            "joinrequest": JoinRequestFactory(organisation=self.ours),
            "handover": Handover.objects.create(organisation=self.ours, what={"invitations": 1}),
            "membershipimport": MembershipImportFactory(),
            "deadtask": DeadTask.objects.create(name="common.tasks.relay_mail", arguments={}, error=""),
            "discrepancy": Discrepancy.objects.create(
                invariant="event_capacity", record="events.ticketpool", record_key=1, seen_at=timezone.now()
            ),
        }

    def application(self) -> dict[str, Any]:
        """A draft, with what stands in its addresses, and what was asked of its applicant; to the office, another."""
        draft, sent = ApplicationFactory(), submitted()
        subject = f"{draft.pk} {draft.email}"
        [confirmation] = link_tokens(CONFIRM_LINK, subjects=[subject]).values()
        question, terms = Question.objects.get(key="statute"), JoinConditions.objects.get(kind=Kind.SCHOOL)
        question.save()
        terms.save()
        return {
            "application": SimpleNamespace(pk=token_of(draft)),
            "confirmation": SimpleNamespace(pk=confirmation),
            "membershipapplication": sent,
            "submittedfile": sent.files.get(),
            "boardsession": BoardSessionFactory(),
            "applicationfile": attach_file(
                draft, question=Question.objects.get(key="charter"), upload=ContentFile(b"%PDF-", name="Устав.pdf")
            ),
            "question": question,
            "joinconditions": terms,
        }

    def registrations(self, visitor: User) -> dict[str, Any]:
        """Of the visitor, and a group of ours, of one of whose pupils a parent was asked."""
        pool = PoolFactory(event=EventFactory(slug="forum"))
        EventOrganiserFactory(event=pool.event, organisation=self.ours)
        single = register_attendee(pool.event, pool=pool, asked=Asked("Гость", visitor.email, visitor))
        teacher = self.ours.representatives.get(role=Role.TEACHER).user
        asked = Asked("Учитель", teacher.email, teacher, self.ours)
        [group] = register_group(pool.event, pool=pool, group="8А", guests=[Guest("Аня"), Guest("Яна")], asked=asked)
        ask_parents(group)
        ticket = group.tickets.all()[0]
        CheckIn.objects.create(ticket=single.tickets.get(), day=timezone.localdate())
        return {
            "feedbacklink": SimpleNamespace(pk=feedback_token(single)),
            "hallkey": SimpleNamespace(pk=set_up(pool.event, asks=True, in_hall=True).hall_key),
            "registration": single,
            "event": pool.event,
            "ticketpool": pool,
            "session": (session := SessionFactory(event=pool.event)),
            "talk": Talk.objects.create(session=session, name="О свете"),
            "plannedsigning": PlannedSigning.objects.create(event=session.event, subject="О классе"),
            "eventseries": EventSeriesFactory(),
            "ticketlink": SimpleNamespace(pk=registration_token(single)),
            "groupregistration": group,
            "grouptoken": SimpleNamespace(pk=registration_token(group)),
            "ticket": ticket,
            "participantcertificate": ParticipantCertificateFactory(ticket=ticket),
            "parentconsent": SimpleNamespace(pk=tokens_of([ticket])[ticket.pk]),
            "calendar": SimpleNamespace(pk=link_tokens("calendar", subjects=[str(visitor.pk)])[str(visitor.pk)]),
        }

    def signing(self) -> dict[str, Any]:
        """Of an agreement of ours with another one, on paper: the copy has been sent."""
        signing = made.being_signed(OrganisationFactory(), initiator=self.ours)
        own = signing.requests.get(party__organisation=self.ours)
        by, sha256 = made.signatory_of(own), signing.version.sha256
        send_copy(own, by=by, sha256=sha256, document=made.scan())
        return {"agreement": signing.agreement, "signingrequest": own}

    def draft(self) -> dict[str, Any]:
        """Of an agreement of ours, and what stands in it."""
        draft = made.draft(initiator=self.ours, promises=(made.promise(key="promise1"),))
        return {
            "agreementdraft": draft,
            "draftparty": made.last_party(draft),
            "promise": SimpleNamespace(pk="promise1"),
        }

    def agreements(self) -> dict[str, Any]:
        """One of ours in force, of what it promises a part is reported."""
        due = timezone.localdate() + datetime.timedelta(days=60)
        promise = made.promise(due_on=due.isoformat())
        agreement = made.in_force(initiator=self.ours, promises=(promise,))
        obligation, head = agreement.obligations.get(), made.head_of(self.ours)
        report = report_progress(obligation, organisation=self.ours, by=head, text="Два", amount=Decimal(2))
        template = AgreementTemplate.objects.create(kind=agreement.kind, title="О классе", text="# О чём")
        return {
            "agreement": agreement,
            "agreementnumber": SimpleNamespace(pk=agreement.number),
            "agreementtemplate": template,
            "obligation": obligation,
            "obligationreport": report,
            "timer": agreement.timers.all()[0],
            "chainhead": publish_head(),
            "rulesaccession": join_rules(self.ours, by=head),
        }

    def project(self, visitor: User) -> dict[str, Any]:
        """A draft, which only its participants read; of a challenge of others the visitor is asked as an expert."""
        project = ProjectFactory(slug="project-a", lead=self.ours, state=ProjectState.DRAFT)
        result = ProjectResult(project=project, name="Чертёж", content_type="application/pdf", size=5)
        result.file.save("drawing.pdf", ContentFile(b"%PDF-"))
        challenge = ChallengeFactory(slug="challenge-a", company=self.ours, state=ChallengeState.REVIEW)
        reviewed = ChallengeFactory(slug="challenge-reviewed", state=ChallengeState.REVIEW)
        ask_expert(reviewed, expert=visitor, by=visitor)
        at_work = ChallengeFactory(slug="challenge-work", company=self.ours, state=ChallengeState.WORK)
        worked = worked_at(TeamFactory(challenge=at_work, state=TeamState.ACCEPTED, applied_at=timezone.now()))
        over = ChallengeFactory(slug="challenge-over", company=self.ours, state=ChallengeState.COMPLETED)
        finished = {"state": TeamState.FINISHED, "applied_at": timezone.now()}
        judged = ChallengeFactory(slug="challenge-judged", state=ChallengeState.DEFENCE)
        Judge.objects.create(challenge=judged, user=visitor)
        own = TeamFactory(lead=self.ours)
        opened = ChallengeFactory(slug="challenge-open", company=self.ours)
        return {
            "project": project,
            "projectresult": result,
            "roadmapitem": RoadmapItemFactory(project=project),
            "pledge": PledgeFactory(project=project, donor=self.ours, receiver=OrganisationFactory()),
            "challenge": challenge,
            "team": own,
            "teamstage": StageFactory(challenge=own.challenge),
            "workteam": worked.team,
            "finishedteam": TeamFactory(challenge=over, **finished),
            "ownfinished": TeamFactory(lead=self.ours, **finished),
            "workstage": worked.stage,
            "judgedteam": TeamFactory(challenge=judged, state=TeamState.ACCEPTED),
            "appliedteam": sent_team(challenge=opened),
        }

    def technopark(self, visitor: User) -> dict[str, Any]:
        """Of ours: in its lab a booking of others that waits to be approved, and a group, in which the child of the
        visitor learns and to which we have sent a pupil of our own."""
        lab = LabFactory(technopark__host=self.ours, technopark__slug="park-a", slug="lab-a", needs_approval=True)
        machine = EquipmentFactory(lab=lab)
        booking = booked(lab)
        instruction = InstructionFactory(technopark=lab.technopark, needs_practice=True)
        induction = inducted(UserFactory(), instruction, completed_on=None, used_on=None)
        return {
            "instruction": instruction,
            "induction": induction,
            "technopark": lab.technopark,
            "lab": lab,
            "openingexception": OpeningException.objects.create(lab=lab, day=hour(10, 60).date()),
            "equipment": machine,
            "equipmentclass": machine.kind,
            "equipmentdocument": documented(machine),
            "hoursaccount": lab.technopark.hours_accounts.get(),
            "booking": booking,
            "outage": out(machine, hour(12)),
            **learners(lab.technopark, school=self.ours, parent=visitor),
        }

    def representative(self, role: str, **fields: object) -> User:
        user = RepresentativeFactory(organisation=self.ours, role=role, **fields).user
        RepresentativeFactory(organisation=self.hidden, user=user, role=role, **fields)
        return user

    def session(self, user: User | None, role: str) -> str:
        """The key of a session in which ``user`` is logged in; of the staff, with their second factor."""
        client = Client()
        if user:
            client.force_login(user)
            session = client.session
            # Seen until the tests are over, or every answer would begin with noting it.
            session["began_at"] = session["seen_at"] = int(time.time()) + 3600
            if role in ("editor", "superuser"):
                Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
                record_authentication(SimpleNamespace(session=session), user, "mfa", type="totp")
            session.save()
        cookie = client.cookies.get(settings.SESSION_COOKIE_NAME)
        return cookie.value if cookie else ""

    def answers(self, method: str, address: str, role: str, *, is_drawn: bool = True) -> set[str]:
        """Those of all people of the role: a row holds when they agree. Nothing of the requests is left behind.

        The office asks who works in it, so there the head stands for all the roles that strangers have elsewhere.
        """
        sessions = self.sessions[role][: 1 if address.startswith("/admin/") else None]
        with nullcontext() if is_drawn else patch.object(Template, "render", return_value=""):
            return {self.answer(method, address, session) for session in sessions}

    def answer(self, method: str, address: str, session: str) -> str:
        self.client.cookies.clear()
        if method == "POST":
            cache.clear()  # of what was counted for the role before
        with transaction.atomic():
            response = self.client.generic(method, address, HTTP_COOKIE=cookie(session))
            transaction.set_rollback(True)
        return told(response)


def cookie(session: str) -> str:
    return f"{settings.SESSION_COOKIE_NAME}={session}" if session else ""


def told(response: HttpResponseBase) -> str:
    """The status, or where a redirect leads if that is what the table says."""
    place = response.get("Location", "").partition("?")[0]
    return {reverse("account_login"): "login", reverse("mfa_index"): "factor"}.get(place, str(response.status_code))


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield World()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def living_worker() -> None:
    health.record_heartbeat()


@pytest.fixture(autouse=True)
def plain_refusals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of all answers are refusals, and drawing their pages took a quarter of the time."""
    for status in (403, 404):
        monkeypatch.setattr(urls, f"handler{status}", lambda request, exception, s=status: HttpResponse(status=s))


@pytest.fixture(autouse=True)
def news(monkeypatch: pytest.MonkeyPatch) -> None:
    """Letters that may be refused."""
    monkeypatch.setitem(PURPOSES, "news", Purpose("news", "Новости", is_service=False))


def rows(table: str, roles: list[str]) -> Iterator[tuple[str, str, Answers]]:
    """(address, method, answers); a role without an answer of its own has that of the one before it."""
    for line in filter(None, (line.partition("#")[0].split() for line in table.splitlines())):
        address, method, *answers = line
        assert 1 <= len(answers) <= len(roles), line
        yield address, method, dict(zip(roles, answers + answers[-1:] * len(roles), strict=False))


def admin_rows() -> Iterator[tuple[str, str, Answers]]:
    """Those of ``<model>`` once for each registered model, the others as they stand."""
    for address, method, answers in rows(ADMIN, ADMIN_ROLES):
        for model in _models_of(address):
            yield _of_model(address, model), method, _of_editor(answers, model)


def _models_of(address: str) -> list[type[Model] | None]:
    """``<record>`` is what the portal alone writes, ``<model>`` whatever else is registered."""
    if "<model>" not in address and "<record>" not in address:
        return [None]
    registry = admin.site._registry.items()
    return [model for model, tended in registry if isinstance(tended, ReadOnly) == ("<record>" in address)]


def _of_model(address: str, model: type[Model] | None) -> str:
    if model is None:
        return address
    name = model._meta.model_name
    place = f"{model._meta.app_label}/{name}"
    return re.sub("<model>|<record>", place, address).replace("<id>", f"<{name}>")


def _of_editor(answers: Answers, model: type[Model] | None) -> Answers:
    """A verb is an answer that depends on what an editor may do with the model."""
    verb = answers["editor"]
    if model is None or verb.isdigit():
        return answers
    return answers | {"editor": "200" if verb in EDITOR_VERBS.get(str(model._meta.model_name), []) else "403"}


EDITOR_VERBS = {name: verbs for name, *verbs in map(str.split, EDITOR_MAY.strip().splitlines())}
MATRIX = {(address, method): answers for address, method, answers in [*rows(PAGES, ROLES), *admin_rows()]}


def routes(resolver: URLResolver | None = None, above: str = "") -> Iterator[str]:
    """Written as ``resolve`` writes them."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = above + str(pattern.pattern).removeprefix("^")
        if isinstance(pattern, URLPattern):
            yield route
        else:
            yield from routes(pattern, route)


def plain(address: str) -> str:
    """One that leads to the route, whatever stands there."""
    return re.sub("<.+?>", "1", address)


def is_ours(address: str) -> bool:
    return not resolve(address).func.__module__.startswith(("allauth.", "django."))


def test_every_route_has_its_rows_and_every_row_its_route() -> None:
    methods: dict[str, set[str]] = {route: set() for route in routes()}
    for address, method in MATRIX:
        methods[resolve(plain(address)).route].add(method)
    assert {route: found for route, found in methods.items() if found != {"GET", "POST"}} == {}


@pytest.mark.parametrize(("address", "method"), MATRIX, ids=[f"{method} {address}" for address, method in MATRIX])
def test_each_role_gets_the_answer_of_the_table(world: World, address: str, method: str) -> None:
    expected = MATRIX[address, method]
    place = concrete(world, address)
    got = {
        role: " or ".join(sorted(world.answers(method, place, role, is_drawn=role in DRAWN_FOR)))
        for role in roles_of(expected)
    }
    assert got == {role: expected[column] for role, column in roles_of(expected).items()}


@pytest.mark.parametrize("role", ROLES)
def test_a_refusal_is_a_page(world: World, role: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    refused = world.answers("GET", "/admin/common/jobrun/add/", role) | world.answers("GET", "/nowhere/", role)
    assert refused <= {"403", "404", "login", "factor"}


def roles_of(answers: Answers) -> dict[str, str]:
    """Role → its column; the admin's table has one column for all who do not work in the office."""
    return {role: role if role in answers else "others" for role in ROLES}


def concrete(world: World, address: str) -> str:
    """``<name>`` becomes the key of the object of that model, ``<historicalname>`` that of its history."""
    for name in re.findall("<(.+?)>", address):
        example = world.objects[name.removeprefix("historical")]
        row = example.history.first() if name.startswith("historical") else example
        address = address.replace(f"<{name}>", str(row.pk))
    return address


OUR_PAGES = sorted({address for address, _, _ in rows(PAGES, ROLES) if is_ours(plain(address))})


@pytest.mark.parametrize("address", OUR_PAGES)
def test_no_page_of_ours_takes_another_method(world: World, address: str) -> None:
    answers = {method: world.answers(method, concrete(world, address), "head") for method in ("PUT", "PATCH", "DELETE")}
    assert answers == {method: {"405"} for method in answers}


@pytest.mark.parametrize("address", sorted({address for address, _ in MATRIX}))
def test_what_changes_anything_asks_for_a_csrf_token(world: World, address: str) -> None:
    [session] = world.sessions["superuser"]
    client = Client(enforce_csrf_checks=True)
    with transaction.atomic():
        status = client.post(concrete(world, address), HTTP_COOKIE=cookie(session)).status_code
        transaction.set_rollback(True)
    assert status in ((200, 302) if address in WITHOUT_CSRF_TOKEN else (403, 404, 405))
