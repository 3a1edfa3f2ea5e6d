"""Moves that a party makes from the overview: what the page of each asks, says and tells, and whose it is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agreements.drafting.drafts import take_back
from agreements.life import timers
from agreements.life.machine import MOVES, Who
from agreements.models import Agreement, Party, Renewal, RequestState, RoundState
from agreements.negotiating.versions import reopen
from agreements.policies import can_draw_up_agreement, can_give_notice, can_negotiate, can_steer_signing
from agreements.running.course import give_notice, has_objection, notice_ends_on, object_to_renewal
from agreements.signing.forms import OpenForm, ReasonForm
from agreements.signing.rounds import cancel, open_round, recall
from common.forms import WordsForm

if TYPE_CHECKING:
    from members.models import User


class CancelForm(ReasonForm, WordsForm):
    asked = _("we call it off")
    field_order = ["reason", "words"]


class NoticeForm(ReasonForm, WordsForm):
    asked = _("we give notice")
    field_order = ["reason", "words"]


@dataclass(frozen=True, slots=True)
class MovePage:
    """``act`` takes the agreement, the party, who acts and what was typed; ``fits``: what the state alone does not
    tell."""

    title: str | Promise
    text: str | Promise
    done: str | Promise
    icon: str
    form: type[forms.Form]
    may: Callable[["User", Agreement, Party], bool]
    act: Callable[[Agreement, Party, "User", dict[str, Any]], object]
    fits: Callable[[Agreement], bool] = lambda agreement: True
    kind: str = ""
    tells_signatories: bool = False

    def is_offered(self, move: str, user: "User", agreement: Agreement, party: Party) -> bool:
        return agreement.state in MOVES[move].before and self.may(user, agreement, party) and self.fits(agreement)


def _is_unsigned(agreement: Agreement) -> bool:
    return not agreement.rounds.filter(state=RoundState.OPEN, requests__state=RequestState.SIGNED).exists()


def _can_be_objected_to(agreement: Agreement) -> bool:
    if agreement.renewal != Renewal.AUTOMATIC or agreement.ends_on is None or agreement.is_dependent:
        return False
    if has_objection(agreement):
        return False
    return timezone.localdate() <= timers.last_day_to_object(agreement, agreement.ends_on)


MOVE_PAGES = {
    "take_back": MovePage(
        _("Take back from the review"),
        _("It is a draft again, and is sent for review anew once it is changed."),
        _("The draft can be changed again."),
        "undo-2",
        ReasonForm,
        lambda user, agreement, party: (
            party.organisation_id == agreement.initiator_id and can_draw_up_agreement(user, agreement.initiator)
        ),
        lambda agreement, party, by, typed: take_back(agreement, by=by, reason=typed["reason"]),
    ),
    "open": MovePage(
        _("Open the signing"),
        _(
            "Each signatory is asked by letter to sign exactly the version that all have accepted. Until somebody has "
            "signed you can recall it; then a party can only decline."
        ),
        _("The signing is open. The signatories have been asked."),
        "signature",
        OpenForm,
        lambda user, agreement, party: can_steer_signing(user, agreement),
        lambda agreement, party, by, typed: open_round(agreement, by=by, days=typed["days"]),
        kind="primary",
        tells_signatories=True,
    ),
    "reopen": MovePage(
        _("Negotiate anew"),
        _("The acceptances are void: each party accepts anew once the text is settled."),
        _("The negotiation is taken up again."),
        "undo-2",
        ReasonForm,
        lambda user, agreement, party: can_negotiate(user, party),
        lambda agreement, party, by, typed: reopen(agreement, party=party, by=by, reason=typed["reason"]),
    ),
    "recall": MovePage(
        _("Recall the signing"),
        _("Possible until somebody has signed. The text is negotiated anew, and each party accepts anew."),
        _("The signing is recalled."),
        "undo-2",
        ReasonForm,
        lambda user, agreement, party: can_steer_signing(user, agreement),
        lambda agreement, party, by, typed: recall(agreement, by=by, reason=typed["reason"]),
        fits=_is_unsigned,
    ),
    "object": MovePage(
        _("Object to the renewal"),
        _("It ends on its last day, for all parties."),
        _("The objection is there. The agreement ends on its last day."),
        "ban",
        ReasonForm,
        lambda user, agreement, party: can_negotiate(user, party),
        lambda agreement, party, by, typed: object_to_renewal(agreement, party=party, by=by, reason=typed["reason"]),
        fits=_can_be_objected_to,
    ),
    "notice": MovePage(
        _("Give notice"),
        _("It ends after the days of notice, for all parties; what is still owed is closed with that day."),
        _("Notice is given. All parties have been told."),
        "door-open",
        NoticeForm,
        lambda user, agreement, party: can_give_notice(user, party),
        lambda agreement, party, by, typed: give_notice(agreement, party=party, by=by, reason=typed["reason"]),
        fits=lambda agreement: not agreement.is_dependent and notice_ends_on(agreement) is None,
        kind="danger",
    ),
    "cancel": MovePage(
        _("Call it off"),
        _("It is not concluded, and cannot be taken up again. All parties are told."),
        _("The agreement is called off."),
        "x",
        CancelForm,
        lambda user, agreement, party: can_steer_signing(user, agreement),
        lambda agreement, party, by, typed: cancel(agreement, who=Who.INITIATOR, by=by, reason=typed["reason"]),
        kind="danger",
    ),
}
