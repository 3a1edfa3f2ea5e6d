"""One agreement at a glance, as one of its parties sees it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from agreements.life import timers
from agreements.life.machine import said
from agreements.models import (
    NUMBERED,
    OVER,
    Acceptance,
    Agreement,
    AgreementState,
    Approval,
    HistoryEntry,
    Party,
    Renewal,
    RequestState,
    RoundState,
    SigningRequest,
    SigningRound,
    Verdict,
    Version,
)
from agreements.running.course import has_objection, notice_ends_on
from agreements.wording import told_ground
from members.models import Organisation, User

S = AgreementState
STEPS: dict[str, str | Promise] = {
    S.DRAFT: gettext_lazy("Draft"),
    S.REVIEW: pgettext_lazy("step of an agreement", "Review"),
    S.NEGOTIATION: gettext_lazy("Negotiation"),
    S.FROZEN: pgettext_lazy("step of an agreement", "Agreed on"),
    S.SIGNING: pgettext_lazy("step of an agreement", "Signing"),
    S.CONCLUDED: gettext_lazy("Concluded"),
    S.ACTIVE: gettext_lazy("In force"),
}
FACTS = ("party", "organisation")  # whose turn it was


@dataclass(frozen=True, slots=True)
class Step:
    """``place``: done, now or ahead."""

    title: str
    place: str


@dataclass(frozen=True, slots=True)
class Side:
    """A party, and how far it is."""

    party: Party
    ground: str
    acceptance: Acceptance | None
    request: SigningRequest | None

    @property
    def title(self) -> str:
        return self.party.organisation.title


@dataclass(frozen=True, slots=True)
class Turn:
    entry: HistoryEntry
    done: str
    party: str


def steps_of(agreement: Agreement, turns: Sequence[HistoryEntry]) -> list[Step]:
    """Along the way to its being in force; what has ended stands at the end, and what was called off where it was."""
    order = [*STEPS]
    ended = agreement.state not in STEPS
    if agreement.state == S.CANCELLED:
        source = next((one.source for one in turns if one.action == "cancel"), S.DRAFT)
        order, at = order[: order.index(source) + 1], len(order)
    else:
        at = len(order) if ended else order.index(agreement.state)
    steps = [
        Step(str(STEPS[one]), "done" if number < at else "now" if number == at else "ahead")
        for number, one in enumerate(order)
    ]
    return [*steps, Step(agreement.get_state_display(), "now")] if ended else steps


def sides_of(agreement: Agreement, newest: Version | None, signing: SigningRound | None) -> list[Side]:
    """Of the newest version and the last signing round."""
    acceptances = newest.acceptances.select_related("by") if newest else []
    accepted = {one.party_id: one for one in acceptances}
    requests = {one.party_id: one for one in signing.requests.select_related("signature")} if signing else {}
    return [
        Side(
            one,
            told_ground(one.authority, one.authority_number, one.authority_until),
            accepted.get(one.pk),
            requests.get(one.pk),
        )
        for one in agreement.parties.select_related("organisation", "signatory")
    ]


def last_round(agreement: Agreement) -> SigningRound | None:
    """None where the last one is void: what was signed in it does not hold."""
    if agreement.state not in (S.SIGNING, *NUMBERED):
        return None
    return agreement.rounds.exclude(state=RoundState.VOID).order_by("-number").first()


def readable_turns(agreement: Agreement, organisation: Organisation) -> QuerySet[HistoryEntry]:
    """Newest first. How the initiator reviewed its draft is its own affair: the others read from when it was sent."""
    turns = agreement.history.select_related("by").order_by("-sequence")
    if organisation.pk == agreement.initiator_id:
        return turns
    return turns.filter(at__gte=agreement.shared_at)


def told_turns(turns: Sequence[HistoryEntry], sides: Sequence[Side]) -> list[Turn]:
    names = {("party", one.party.pk): one.title for one in sides}
    names |= {("organisation", one.party.organisation_id): one.title for one in sides}
    return [
        Turn(
            one,
            said(one.action),
            next((names[fact] for fact in one.facts.items() if fact[0] in FACTS and fact in names), ""),
        )
        for one in turns
    ]


# --- What comes next, in words -------------------------------------------------------------------------------


def next_step(
    agreement: Agreement,
    sides: Sequence[Side],
    *,
    newest: Version | None,
    signing: SigningRound | None,
    turns: Sequence[HistoryEntry],
    organisation: Organisation,
    reader: User,
    may_negotiate: bool,
    may_steer: bool,
) -> str:
    """For this reader: what they are to do, or for whom they wait."""
    own = next((one for one in sides if one.party.organisation_id == organisation.pk), None)
    match agreement.state:
        case S.DRAFT:
            return _("Fill the draft in and send it for review.") if may_negotiate else _("It is being drawn up.")
        case S.REVIEW:
            return _in_review(newest, reader)
        case S.NEGOTIATION if newest:
            return _in_negotiation(newest, sides, own, may_negotiate=may_negotiate)
        case S.FROZEN:
            if may_steer:
                return _("All parties have accepted the same version. Open the signing.")
            text = _("All parties have accepted the same version. We wait until %(party)s opens the signing.")
            return text % {"party": agreement.initiator.title}
        case S.SIGNING if signing:
            return _in_signing(signing, sides, own, reader)
        case S.CONCLUDED:
            day = agreement.starts_on or agreement.concluded_on
            return _("It comes into force on %(day)s.") % {"day": date_format(day)} if day else ""
        case S.ACTIVE:
            return _in_force(agreement)
        case S.CANCELLED:
            reason = next((one.reason for one in turns if one.action == "cancel"), "")
            return pgettext("of an agreement", "Reason: %(reason)s") % {"reason": reason} if reason else ""
        case state if state in OVER and agreement.ended_on:
            return _("It ended on %(day)s.") % {"day": date_format(agreement.ended_on)}
    return ""


def _in_review(newest: Version | None, reader: User) -> str:
    tasks = Approval.objects.filter(version=newest).exclude(verdict=Verdict.APPROVED).select_related("approver")
    waiting = [*tasks]
    if any(one.approver_id == reader.pk for one in waiting):
        return _("You are asked to review it before it goes to the other parties.")
    people = ", ".join(str(one.approver or _("the association")) for one in waiting)
    return _("Before it goes to the other parties it is reviewed by: %(people)s.") % {"people": people}


def _in_negotiation(newest: Version, sides: Sequence[Side], own: Side | None, *, may_negotiate: bool) -> str:
    if own and may_negotiate and not own.acceptance:
        return _("Read version %(number)d, and accept it or propose another one.") % {"number": newest.number}
    waiting = [one.title for one in sides if not one.acceptance]
    text = ngettext(
        "We wait until %(parties)s accepts version %(number)d.",
        "We wait until %(parties)s accept version %(number)d.",
        len(waiting),
    )
    return text % {"parties": ", ".join(waiting), "number": newest.number}


def _in_signing(signing: SigningRound, sides: Sequence[Side], own: Side | None, reader: User) -> str:
    until = date_format(timezone.localtime(signing.closes_at))
    part = own.request if own else None
    if part and own and part.state == RequestState.ASKED and own.party.signatory_id == reader.pk:
        return _("You are asked to sign for your organisation, until %(day)s.") % {"day": until}
    if part and part.state in (RequestState.SENT, RequestState.SEEN):
        return _("The association checks the copy that your organisation has sent.")
    waiting = [one.title for one in sides if one.request and one.request.state != RequestState.SIGNED]
    text = ngettext(
        "We wait until %(parties)s signs, until %(day)s at the latest.",
        "We wait until %(parties)s sign, until %(day)s at the latest.",
        len(waiting),
    )
    return text % {"parties": ", ".join(waiting), "day": until}


def _in_force(agreement: Agreement) -> str:
    if last := notice_ends_on(agreement):
        return _("Notice has been given: it ends on %(day)s.") % {"day": date_format(last)}
    if agreement.ends_on is None:
        return _("It is in force without a term.")
    day = {"day": date_format(agreement.ends_on)}
    if agreement.renewal != Renewal.AUTOMATIC:
        return _("It is in force until %(day)s.") % day
    if has_objection(agreement):
        return _("A party has objected to the renewal: it ends on %(day)s.") % day
    last = timers.last_day_to_object(agreement, agreement.ends_on)
    if last < timezone.localdate():
        return _("It renews itself after %(day)s: the last day to object has passed.") % day
    return _("It renews itself after %(day)s unless a party objects by %(last)s.") % {**day, "last": date_format(last)}
