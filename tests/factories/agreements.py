"""Agreements in each state, brought there by the services that do so in life."""

import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.core.files.base import ContentFile
from django.db import transaction

from agreements.annex.people import Told, name_person
from agreements.drafting.drafts import attach_file, begin_draft, set_parties, submit
from agreements.fulfilment.obligations import report_progress
from agreements.life.machine import Who, locked_agreement
from agreements.models import (
    Agreement,
    AgreementFile,
    AgreementKind,
    ClauseComment,
    Party,
    SigningRequest,
    SigningRound,
    SigningWay,
)
from agreements.negotiating.versions import accept_version, comment, propose_version
from agreements.running.course import take_effect
from agreements.signing.rounds import count_signature, locked_request, open_round, signature_of
from agreements.terms import Promise, Terms, parsed
from common.uploads import CheckedDocument, checked_document
from members.models import Organisation, Role, User
from tests.factories.members import OrganisationFactory, RepresentativeFactory

TEXT = """Стороны заключили соглашение о нижеследующем.

# Предмет

Стороны совместно ведут проекты обучающихся.

- школа называет участников;
- предприятие называет наставников.

# Сроки

Соглашение действует год."""


COLUMNS = {"is_public", "signing_order", "planned_on", "parent", "relation"}


def terms(**changes: Any) -> Terms:
    told = {"subject": "Совместные проекты школьников", "clauses": parsed(TEXT), **changes}
    return Terms(**told)


def promise(**changes: Any) -> Promise:
    told = {"kind": "projects", "what": "Пять совместных проектов", "owner": 1, "amount": "5", **changes}
    return Promise(**told)


def last_party(agreement: Agreement) -> Party:
    return agreement.parties.order_by("-position")[0]


def head_of(organisation: Organisation) -> User:
    found = organisation.representatives.heads().first()
    return found.user if found else RepresentativeFactory(organisation=organisation, role=Role.HEAD).user


def party(organisation: Organisation, **changes: Any) -> Party:
    head = head_of(organisation)
    told = {"signatory": head, "signatory_name": str(head), "signatory_position": "Директор", **changes}
    return Party(organisation=organisation, **told)


def draft(*others: Organisation, initiator: Organisation | None = None, **changes: Any) -> Agreement:
    """Of a school with a company, complete; ``changes`` of its terms or columns."""
    initiator = initiator or OrganisationFactory()
    others = others or (OrganisationFactory(kind="company"),)
    ways = changes.pop("ways", {})
    columns = {name: changes.pop(name) for name in COLUMNS & changes.keys()}
    kind = changes.pop("kind", AgreementKind.COOPERATION)
    agreement = begin_draft(
        initiator, kind=kind, terms=terms(**changes), by=head_of(initiator), key=uuid4().hex, **columns
    )
    set_parties(
        agreement,
        parties=[
            party(one, way=ways.get(number, SigningWay.PAPER)) for number, one in enumerate((initiator, *others), 1)
        ],
    )
    agreement.refresh_from_db()
    return agreement


def in_negotiation(*others: Organisation, **changes: Any) -> Agreement:
    agreement = draft(*others, **changes)
    return submit(agreement, by=head_of(agreement.initiator))


def negotiated(initiator: Organisation) -> tuple[Agreement, ClauseComment, AgreementFile]:
    """In its second version, with a remark of the initiator's and an annex."""
    by = head_of(initiator)
    agreement = draft(initiator=initiator)
    file = attach_file(agreement, document=scan(), title="План", by=by)
    agreement = submit(agreement, by=by)
    own = agreement.parties.get(organisation=initiator)
    version = propose_version(agreement, party=own, terms=terms(notice_days=60), base=1, by=by)
    return agreement, comment(agreement, version=version, clause="", party=own, by=by, text="Где место?"), file


def accept_all(agreement: Agreement) -> Agreement:
    sha256 = agreement.newest_version.sha256
    for one in agreement.parties.all():
        agreement = accept_version(agreement, party=one, sha256=sha256, by=head_of(one.organisation))
    return agreement


def frozen(*others: Organisation, **changes: Any) -> Agreement:
    return accept_all(in_negotiation(*others, **changes))


def being_signed(*others: Organisation, **changes: Any) -> SigningRound:
    agreement = frozen(*others, **changes)
    return open_round(agreement, by=head_of(agreement.initiator))


def signatory_of(request: SigningRequest) -> User:
    assert request.party.signatory
    return request.party.signatory


@transaction.atomic
def sign(request: SigningRequest) -> Agreement:
    """As if whatever its way demands had been checked."""
    agreement, part = locked_request(request)
    by = signatory_of(part)
    signature = signature_of(part, by=by)
    signature.save()
    return count_signature(agreement, signature, who=Who.SIGNATORY, by=by)


def concluded(*others: Organisation, **changes: Any) -> Agreement:
    signing = being_signed(*others, **changes)
    for request in signing.requests.order_by("turn", "pk"):
        agreement = sign(request)
    return agreement


def in_force(*others: Organisation, **changes: Any) -> Agreement:
    agreement = concluded(*others, **changes)
    with transaction.atomic():
        locked = locked_agreement(agreement)
        take_effect(locked)
    return locked


def internship(school: Organisation) -> dict[str, Any]:
    """In force, with a promise of either side, a report of the other one with a file, and somebody in the annex; by the
    names that addresses of the tests have for them."""
    details = {"places": 2, "supervisor": "Начальник цеха", "liability": "Школа", "has_minors": True}
    promises = (promise(), promise(owner=2))
    agreement = in_force(initiator=school, kind="internship", details=details, promises=promises)
    ours, theirs = agreement.obligations.order_by("pk")
    told: dict[str, Any] = {"text": "Сделано", "amount": Decimal(1), "document": scan()}
    by = head_of(school)
    return {
        "pact": agreement,
        "obligation": ours,
        "progress": report_progress(theirs, organisation=theirs.owner, by=head_of(theirs.owner), **told),
        "annexperson": name_person(
            agreement, organisation=school, by=by, told=Told("Ученица"), is_adult=False, key=uuid4().hex
        ),
    }


def days_from(day: datetime.date, number: int) -> str:
    return (day + datetime.timedelta(days=number)).isoformat()


def scan(content: bytes = b"%PDF-1.7 scan") -> CheckedDocument:
    return checked_document(ContentFile(content, name="скан.pdf"))
