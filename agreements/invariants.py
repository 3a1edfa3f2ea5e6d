"""What must hold of agreements, beside what the database keeps by itself: that nothing is signed that was not accepted,
nothing concluded that was not signed, and no term runs for what is over."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, Subquery, Sum, Window
from django.db.models.functions import Coalesce, Lag
from django.utils.translation import gettext_lazy as _

from agreements.fulfilment import counted
from agreements.models import (
    IN_FORCE,
    NUMBERED,
    Acceptance,
    Agreement,
    AgreementState,
    HistoryEntry,
    Obligation,
    ObligationReport,
    ObligationState,
    Party,
    Relation,
    ReportState,
    RequestState,
    RoundState,
    SigningRequest,
    SigningRound,
    Timer,
    TimerKind,
    Version,
)
from agreements.running.audit import audit
from common.invariants import Broken, Invariant, register
from common.recounts import gaps

S, T = AgreementState, TimerKind
AGREED_ON = (S.FROZEN, S.SIGNING)
UNSIGNED = ("enter", "prolong")  # what was concluded on paper before, or by a clause of what had been signed
# In which states a term of each kind runs, and of which kinds one must.
RUNS_IN: dict[str, tuple[str, ...]] = {
    T.REVIEW_REMIND: (S.REVIEW,),
    T.REVIEW_ESCALATE: (S.REVIEW,),
    T.STALE: (S.NEGOTIATION,),
    T.SIGN_REMIND: (S.SIGNING,),
    T.SIGN_DEADLINE: (S.SIGNING,),
    T.START: (S.CONCLUDED,),
    T.END_NEAR: (S.ACTIVE,),
    T.OPT_OUT: (S.ACTIVE,),
    T.END: (S.ACTIVE,),
    T.NOTICE_END: (S.ACTIVE,),
    T.DUE_NEAR: IN_FORCE,
    T.DUE_PASSED: IN_FORCE,
}
MUST_RUN = {
    T.SIGN_DEADLINE: Q(state=S.SIGNING),
    T.START: Q(state=S.CONCLUDED),
    T.END: Q(state=S.ACTIVE, ends_on__gt="0001-01-01") & ~Q(relation__in=(Relation.AMENDMENT, Relation.TERMINATION)),
}


def _moved_otherwise() -> Iterator[Broken]:
    """What has not moved is a draft."""
    moves = HistoryEntry.objects.exclude(target="")
    last = moves.filter(agreement=OuterRef("pk")).order_by("-sequence").values("target")[:1]
    found = Agreement.objects.annotate(last=Subquery(last)).exclude(last=F("state")).exclude(last=None, state=S.DRAFT)
    for one in found:
        yield one, f"{one.last or '—'} ≠ {one.state}"
    before = Window(Lag("target"), partition_by="agreement", order_by="sequence")
    for move in moves.annotate(before=before).exclude(before=None).exclude(before=F("source")):
        yield Agreement(pk=move.agreement_id), f"{move.before} ≠ {move.source}"


def _outdated_is_accepted() -> Iterator[Broken]:
    newer = Version.objects.filter(
        agreement=OuterRef("version__agreement"), number__gt=OuterRef("version__number"), at__lte=OuterRef("at")
    )
    strangers = ~Q(party__agreement=F("version__agreement"))
    for one in Acceptance.objects.filter(strangers | Exists(newer)).select_related("version"):
        yield Agreement(pk=one.version.agreement_id), f"{one.version.number}: {one.party_id}"


def _agreed_on_without_all() -> Iterator[Broken]:
    """And what all have accepted is negotiated no more."""
    newest = Version.objects.filter(agreement=OuterRef("agreement")).order_by("-number").values("pk")[:1]
    has_accepted = Exists(Acceptance.objects.filter(party=OuterRef("pk"), version=OuterRef("newest")))
    lacking = Party.objects.annotate(newest=Subquery(newest)).filter(~has_accepted, agreement=OuterRef("pk"))
    settled = ~Exists(lacking)
    for one in Agreement.objects.filter(Q(state__in=AGREED_ON) & ~settled | Q(state=S.NEGOTIATION) & settled):
        yield one, one.state


def _concluded_unsigned() -> Iterator[Broken]:
    """One completed round of its own newest version, in which each party has signed the hash of these words."""
    rounds = SigningRound.objects.filter(state=RoundState.COMPLETED)
    of_own = Version.objects.filter(agreement=OuterRef("agreement"), amendment=None).order_by("-number")
    wrong = rounds.annotate(own=Subquery(of_own.values("pk")[:1])).exclude(version=F("own"))
    unsigned = SigningRequest.objects.filter(round__state=RoundState.COMPLETED).exclude(
        state=RequestState.SIGNED, signature__content_sha256=F("round__version__sha256")
    )
    signed = SigningRequest.objects.filter(party=OuterRef("pk"), round__state=RoundState.COMPLETED)
    unasked = Party.objects.filter(~Exists(signed))
    by_itself = HistoryEntry.objects.filter(agreement=OuterRef("pk"), action__in=UNSIGNED)
    own = Agreement.objects.annotate(has_round=Exists(rounds.filter(agreement=OuterRef("pk"))))
    found = own.filter(Q(state__in=NUMBERED) & ~Exists(by_itself)).filter(
        Q(has_round=False)
        | Exists(wrong.filter(agreement=OuterRef("pk")))
        | Exists(unsigned.filter(round__agreement=OuterRef("pk")))
        | Exists(unasked.filter(agreement=OuterRef("pk")))
    )
    for one in found | own.filter(~Q(state__in=NUMBERED) | Exists(by_itself), has_round=True):
        yield one, f"{one.state}: {one.number or '—'}"


def _rounds_without_signing() -> Iterator[Broken]:
    """An open round and the state in which it is signed go together."""
    is_open = Exists(SigningRound.objects.filter(agreement=OuterRef("pk"), state=RoundState.OPEN))
    for one in Agreement.objects.filter(Q(state=S.SIGNING) & ~is_open | ~Q(state=S.SIGNING) & is_open):
        yield one, one.state


def _counted_otherwise() -> Iterator[Broken]:
    confirmed = ObligationReport.objects.filter(obligation=OuterRef("pk"), state=ReportState.CONFIRMED)
    linked = {kind for source in counted.SOURCES.values() for kind in source.kinds}
    sums = confirmed.order_by().values("obligation").annotate(sum=Sum("amount")).values("sum")
    known = Obligation.objects.annotate(confirmed=Coalesce(Subquery(sums), Decimal()), has_any=Exists(confirmed))
    is_done = Q(amount=None, has_any=True) | Q(done__gte=F("amount"))
    unfounded = Q(state=ObligationState.FULFILLED) & ~is_done
    for one in known.filter(~Q(done=F("confirmed")) | unfounded | Q(kind__in=linked)):
        shown = one.confirmed + counted.counted(one)
        is_founded = one.state != ObligationState.FULFILLED or (
            one.has_any if one.amount is None else one.done >= one.amount
        )
        if one.done != shown or not is_founded:
            yield one, f"{one.state}: {one.done} ≠ {shown}"


def _terms_of_what_is_over() -> Iterator[Broken]:
    wrong: Any = Q()
    for kind, states in RUNS_IN.items():
        wrong |= Q(kind=kind) & ~Q(agreement__state__in=states)
    settled = Obligation.objects.filter(pk=OuterRef("subject")).exclude(state=ObligationState.OPEN)
    wrong |= Q(kind__in=(T.DUE_NEAR, T.DUE_PASSED)) & Exists(settled)
    for timer in Timer.objects.waiting().filter(wrong).select_related("agreement"):
        yield timer, f"{timer.kind}: {timer.agreement.state}"


def _without_a_term() -> Iterator[Broken]:
    """What nothing would ever end, or bring into force."""
    for kind, needs in MUST_RUN.items():
        running = Timer.objects.waiting().filter(agreement=OuterRef("pk"), kind=kind)
        for one in Agreement.objects.filter(needs & ~Exists(running)):
            yield one, f"{one.state}: {kind}"


def _kin_disagree() -> Iterator[Broken]:
    """What changes or follows another follows one that was concluded; what was renewed has somebody to go on; the words
    that an amendment brought are its own."""
    going_on = Agreement.objects.filter(parent=OuterRef("pk"), relation=Relation.RENEWAL, state__in=NUMBERED)
    orphans = Q(parent__isnull=False) & ~Q(parent__state__in=NUMBERED)
    for one in Agreement.objects.filter(orphans | Q(state=S.RENEWED) & ~Exists(going_on)).select_related("parent"):
        yield one, f"{one.relation}: {one.state} ← {one.parent.state if one.parent else '—'}"
    signed = Version.objects.filter(agreement=OuterRef("amendment"), amendment=None).order_by("-number")
    brought = Version.objects.exclude(amendment=None).annotate(signed=Subquery(signed.values("sha256")[:1]))
    for version in brought.exclude(amendment__parent=F("agreement"), signed=F("sha256")):
        yield version, f"{version.sha256[:8]} ≠ {(version.signed or '—')[:8]}"


def _numbers_have_gaps() -> Iterator[Broken]:
    return gaps("agreement", Agreement.objects.all(), number="{year}-")


def _changed() -> Iterator[Broken]:
    """Each record once, whatever is wrong with it."""
    wrong: dict[tuple[str, int], Broken] = {}
    for record, finding in audit():
        wrong.setdefault((record._meta.label_lower, record.pk), (record, f"{finding.what}: {finding.where}"))
    yield from wrong.values()


for name, title, find in (
    ("agreement_moves", _("The state of an agreement is not that of its last move"), _moved_otherwise),
    ("agreement_outdated", _("A party has accepted a version that was not the newest"), _outdated_is_accepted),
    (
        "agreement_accepted",
        _("The text is settled and not all have accepted it, or the reverse"),
        _agreed_on_without_all,
    ),
    (
        "agreement_signed",
        _("An agreement is concluded and not all have signed its text, or the reverse"),
        _concluded_unsigned,
    ),
    (
        "agreement_rounds",
        _("An agreement is being signed without an open round, or the reverse"),
        _rounds_without_signing,
    ),
    ("agreement_numbers", _("Numbers of agreements have a gap"), _numbers_have_gaps),
    ("agreement_done", _("What is done of an obligation is not what was confirmed"), _counted_otherwise),
    ("agreement_terms", _("A term runs of what is over"), _terms_of_what_is_over),
    ("agreement_endless", _("No term runs of what is to go on by the clock"), _without_a_term),
    ("agreement_unchanged", _("What was agreed on or signed is not what the history knows"), _changed),
    ("agreement_kin", _("An agreement and the one that it belongs to do not fit"), _kin_disagree),
):
    register(Invariant(name, title, find))
