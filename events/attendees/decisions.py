"""What an organiser decides on one or many registrations: first a look at what would come of it, then each alone."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy, pgettext_lazy

from common.errors import RuleViolated
from events.models import Event, Registration, RegistrationState
from events.registrations import approve, cancel_registration, decline, foreseen_approvals
from members.models import User

State = RegistrationState
AT_ONCE = 200  # each is a transaction of its own, and somebody waits for the answer


@dataclass(frozen=True, slots=True)
class Decision:
    """``refusal`` says why it is not for a registration, ``outcomes`` what would come of those it is for."""

    title: str | Promise
    do: Callable[[Registration, User, str], object]
    refusal: Callable[[Registration], str]
    outcomes: Callable[[Event, Sequence[Registration]], dict[int, str]]
    told: Any  # ngettext_lazy, by ``number``
    text: str | Promise
    needs_reason: bool = True


@dataclass(frozen=True, slots=True)
class Foreseen:
    possible: list[tuple[Registration, str]]
    left_out: list[tuple[Registration, str]]

    @property
    def places(self) -> int:
        return sum(one.places for one, _outcome in self.possible)


@dataclass(slots=True)
class Done:
    number: int = 0
    refused: list[tuple[Registration, str]] = field(default_factory=list)


def foresee(event: Event, chosen: Iterable[Registration], decision: Decision) -> Foreseen:
    judged = [(one, decision.refusal(one)) for one in chosen]
    possible = [one for one, refusal in judged if not refusal]
    outcomes = decision.outcomes(event, possible)
    return Foreseen(
        [(one, outcomes[one.pk]) for one in possible], [(one, refusal) for one, refusal in judged if refusal]
    )


def decide(chosen: Iterable[Registration], decision: Decision, *, by: User, reason: str) -> Done:
    """One after another; what a rule forbids meanwhile is told and stops nothing. Repeated, it changes nothing."""
    done = Done()
    for one in chosen:
        try:
            decision.do(one, by, reason)
            done.number += 1
        except RuleViolated as error:
            done.refused.append((one, error.message))
    return done


def _waits_for_nothing(registration: Registration) -> str:
    return "" if registration.state == State.PENDING else _("It does not wait for approval.")


def _has_ended(registration: Registration) -> str:
    return "" if registration.is_active else _("It has ended already.")


def _after_approval(event: Event, pending: Sequence[Registration]) -> dict[int, str]:
    foreseen = foreseen_approvals(event, pending)
    return {
        key: _("gets a place") if one.holds_place else _("goes on the waiting list") for key, one in foreseen.items()
    }


def _after_decline(event: Event, pending: Sequence[Registration]) -> dict[int, str]:
    return {one.pk: _("is told, with the reason") for one in pending}


def _after_cancellation(event: Event, active: Sequence[Registration]) -> dict[int, str]:
    held, others = _("loses the place"), _("is taken off the list")
    return {one.pk: held if one.holds_place else others for one in active}


DECISIONS = {
    "approve": Decision(
        gettext_lazy("Approve"),
        lambda one, by, reason: approve(one, by=by),
        _waits_for_nothing,
        _after_approval,
        ngettext_lazy("%(number)d registration is approved.", "%(number)d registrations are approved.", "number"),
        gettext_lazy("In the order in which they came. Each of them gets a letter."),
        needs_reason=False,
    ),
    "decline": Decision(
        gettext_lazy("Decline"),
        lambda one, by, reason: decline(one, by=by, reason=reason),
        _waits_for_nothing,
        _after_decline,
        ngettext_lazy("%(number)d registration is declined.", "%(number)d registrations are declined.", "number"),
        gettext_lazy(
            "Each of them gets a letter with the reason. It cannot be undone: they would have to register anew."
        ),
    ),
    "cancel": Decision(
        pgettext_lazy("of a registration", "Cancel"),
        lambda one, by, reason: cancel_registration(one, by=by, reason=reason),
        _has_ended,
        _after_cancellation,
        ngettext_lazy("%(number)d registration is cancelled.", "%(number)d registrations are cancelled.", "number"),
        gettext_lazy(
            "Each of them gets a letter with the reason. Places that come free are offered to those who wait."
        ),
    ),
}
