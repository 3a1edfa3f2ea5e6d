"""What waits for an organisation in its agreements, and for whom of its people: in as many queries for one as for a
hundred, and of each sort no more than MOST."""

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agreements.models import (
    IN_FORCE,
    TO_SIGN,
    Acceptance,
    Agreement,
    AgreementState,
    Approval,
    Obligation,
    ObligationReport,
    Party,
    ReportState,
    RoundState,
    SigningRequest,
    Verdict,
    Version,
)
from agreements.policies import EDITING
from members.models import Organisation, Role, User
from members.policies import role_of

MOST = 30


@dataclass(frozen=True, slots=True)
class Waiting:
    """``page`` is the name of the address within the agreement; ``note`` says more."""

    what: str | Promise
    agreement: Agreement
    by_day: datetime.date | None = None
    note: str = ""
    page: str = "dashboard_agreement"

    @property
    def address(self) -> str:
        return f"agreements:{self.page}"

    @property
    def is_late(self) -> bool:
        return self.by_day is not None and self.by_day < timezone.localdate()


def waiting_for(organisation: Organisation, user: User) -> list[Waiting]:
    """What is late first, then by day; what has no day last. Who signs need not be one who edits."""
    role = role_of(user, organisation)
    found = [*_to_sign(organisation, user, role)]
    if role in EDITING:
        found += [one for find in FINDERS for one in find(organisation, user)]
    if role == Role.HEAD:
        found += _to_open(organisation)
    return sorted(found, key=lambda one: one.by_day or datetime.date.max)


def _newest() -> Subquery:
    """The newest version of the agreement of the outer row."""
    return Subquery(Version.objects.filter(agreement=OuterRef("pk")).order_by("-number").values("pk")[:1])


def _to_review(organisation: Organisation, user: User) -> Iterator[Waiting]:
    newest = Version.objects.filter(agreement=OuterRef("version__agreement")).order_by("-number").values("pk")[:1]
    tasks = Approval.objects.filter(
        approver=user,
        verdict="",
        version=Subquery(newest),
        version__agreement__initiator=organisation,
        version__agreement__state=AgreementState.REVIEW,
    )
    for task in tasks.select_related("version__agreement")[:MOST]:
        yield Waiting(_("Review it"), task.version.agreement, page="dashboard_agreement_review")


def _returned(organisation: Organisation, user: User) -> Iterator[Waiting]:
    """A draft that a reviewer gave back, until it is sent anew."""
    drafts = Agreement.objects.filter(initiator=organisation, state=AgreementState.DRAFT, versions__isnull=False)
    verdict = Approval.objects.filter(version=OuterRef("newest"), verdict=Verdict.RETURNED).order_by("-at")
    found = drafts.annotate(newest=_newest()).annotate(why=Subquery(verdict.values("reason")[:1]))
    for one in found.distinct().order_by("pk")[:MOST]:
        yield Waiting(_("Correct what a reviewer returned"), one, note=one.why or "", page="dashboard_agreement_draft")


def _to_accept(organisation: Organisation, user: User) -> Iterator[Waiting]:
    accepted = Acceptance.objects.filter(version=OuterRef("newest"), party__organisation=organisation)
    talks = Agreement.objects.filter(state=AgreementState.NEGOTIATION, parties__organisation=organisation)
    found = talks.annotate(newest=_newest()).filter(~Exists(accepted))
    for one in found.order_by("updated_at", "pk")[:MOST]:
        yield Waiting(_("Read the newest version: accept it, or propose another one"), one)


def _to_open(organisation: Organisation) -> Iterator[Waiting]:
    settled = Agreement.objects.filter(state=AgreementState.FROZEN, initiator=organisation)
    for one in settled.order_by("updated_at", "pk")[:MOST]:
        yield Waiting(_("All have accepted it: open the signing"), one, by_day=one.planned_on)


def _to_sign(organisation: Organisation, user: User, role: str | None) -> Iterator[Waiting]:
    """Who edits sees what the organisation is to sign, others what they are to sign themselves."""
    asked = SigningRequest.objects.filter(
        state__in=TO_SIGN, round__state=RoundState.OPEN, party__organisation=organisation
    )
    if role not in EDITING:
        asked = asked.filter(party__signatory=user)
    for one in asked.select_related("round__agreement", "party").order_by("round__closes_at", "pk")[:MOST]:
        day = timezone.localdate(one.round.closes_at)
        if one.party.signatory_id == user.pk:
            yield Waiting(_("Sign it"), one.round.agreement, by_day=day)
        else:
            yield Waiting(_("To be signed for us"), one.round.agreement, by_day=day, note=one.party.signatory_name)


def _to_confirm(organisation: Organisation, user: User) -> Iterator[Waiting]:
    ours = Party.objects.filter(organisation=organisation).values("agreement")
    reports = ObligationReport.objects.filter(state=ReportState.REPORTED).exclude(obligation__owner=organisation)
    mine = Q(obligation__beneficiary=organisation) | Q(obligation__beneficiary=None, obligation__agreement__in=ours)
    found = reports.filter(mine).select_related("obligation__agreement")
    for one in found.order_by("at", "pk")[:MOST]:
        yield Waiting(_("Confirm what the other side reports"), one.obligation.agreement, note=one.obligation.what)


def _late(organisation: Organisation, user: User) -> Iterator[Waiting]:
    """Of what we have promised ourselves; what is not late yet stands among the dates."""
    found = Obligation.objects.late().filter(owner=organisation, agreement__state__in=IN_FORCE)
    for one in found.select_related("agreement").order_by("due_on", "pk")[:MOST]:
        yield Waiting(_("Our obligation is late: report, or agree on another day"), one.agreement, one.due_on, one.what)


FINDERS: tuple[Callable[[Organisation, User], Iterator[Waiting]], ...] = (
    _to_review,
    _returned,
    _to_accept,
    _to_confirm,
    _late,
)
