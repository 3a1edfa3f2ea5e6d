"""Moves of a booking: what the page of each asks, says and tells, and whose it is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from members.models import Organisation
from technoparks.booking.bookings import EARLY, approve, cancel, check_in, decline, move_series, take_over
from technoparks.booking.moves import MOVES, Who
from technoparks.desk.forms import ReasonForm
from technoparks.models import Booking
from technoparks.policies import (
    can_cancel_booking,
    can_cancel_series,
    can_check_in_booking,
    can_decide_booking,
    can_take_over_booking,
)

if TYPE_CHECKING:
    from members.models import User


@dataclass(frozen=True, slots=True)
class MovePage:
    """``act`` takes the booking, who acts and what was typed. ``of_host``: offered to the host, else to the guest."""

    action: str
    title: str | Promise
    text: str | Promise
    done: str | Promise
    icon: str
    of_host: bool
    may: Callable[["User", Booking], bool]
    act: Callable[[Booking, "User", dict[str, Any]], object]
    form: type[forms.Form] = forms.Form
    kind: str = ""
    fits: Callable[[Booking], bool] = lambda booking: True

    def is_theirs(self, user: "User", booking: Booking, organisation: Organisation) -> bool:
        """In the dashboard of the side that it belongs to; where host and guest are one, it is both."""
        side = booking.lab.technopark.host_id if self.of_host else booking.organisation_id
        return side == organisation.pk and self.may(user, booking)

    def is_possible(self, booking: Booking) -> bool:
        return booking.state in MOVES[self.action].before and not booking.is_over and self.fits(booking)


def _is_of_series(booking: Booking) -> bool:
    return booking.series_id is not None


def _is_to_check_in(booking: Booking) -> bool:
    return booking.released_at is not None and timezone.now() >= booking.starts_at - EARLY


MOVE_PAGES = {
    "approve": MovePage(
        "approve",
        pgettext_lazy("booking", "Approve"),
        _("The guest gets a letter. The time is theirs."),
        _("The booking is approved."),
        "check",
        True,
        can_decide_booking,
        lambda booking, by, typed: approve(booking, by=by),
        kind="primary",
    ),
    "approve_all": MovePage(
        "approve",
        _("Approve the whole series"),
        _("All its times that still wait. The guest gets one letter."),
        _("The series is approved."),
        "check",
        True,
        can_decide_booking,
        lambda booking, by, typed: move_series(booking, "approve", who=Who.HOST, by=by),
        kind="primary",
        fits=_is_of_series,
    ),
    "decline_all": MovePage(
        "decline",
        _("Decline the whole series"),
        _("All its times that still wait. The guest gets one letter with the reason."),
        _("The series is declined."),
        "x",
        True,
        can_decide_booking,
        lambda booking, by, typed: move_series(booking, "decline", who=Who.HOST, by=by, reason=typed["reason"]),
        form=ReasonForm,
        kind="danger",
        fits=_is_of_series,
    ),
    "cancel_all": MovePage(
        "cancel",
        _("Cancel what is left of the series"),
        _("All its times to come. The host is told, and they are free for others."),
        _("What was left of the series is cancelled."),
        "x",
        False,
        can_cancel_series,
        lambda booking, by, typed: move_series(booking, "cancel", who=Who.GUEST, by=by),
        kind="danger",
        fits=lambda booking: _is_of_series(booking) and not booking.has_begun,
    ),
    "decline": MovePage(
        "decline",
        pgettext_lazy("booking", "Decline"),
        _("The guest gets a letter with the reason. The time is free again."),
        _("The booking is declined."),
        "x",
        True,
        can_decide_booking,
        lambda booking, by, typed: decline(booking, by=by, reason=typed["reason"]),
        form=ReasonForm,
        kind="danger",
    ),
    "check_in": MovePage(
        "check_in",
        _("We are here"),
        _("From 15 minutes before the time until its end."),
        _("Checked in. Have a good lesson!"),
        "door-open",
        False,
        can_check_in_booking,
        lambda booking, by, typed: check_in(booking, who=Who.GUEST, by=by),
        kind="primary",
        fits=_is_to_check_in,
    ),
    "check_in_guests": MovePage(
        "check_in",
        _("The guests are here"),
        _("From 15 minutes before the time until its end. The time stays theirs."),
        _("Checked in."),
        "door-open",
        True,
        can_check_in_booking,
        lambda booking, by, typed: check_in(booking, who=Who.HOST, by=by),
        kind="primary",
        fits=lambda booking: booking.organisation_id != booking.lab.technopark.host_id and _is_to_check_in(booking),
    ),
    "take_over": MovePage(
        "take_over",
        _("Take it over"),
        _("You are responsible for it from now on, and need the inductions of the laboratory."),
        _("You are responsible for this booking now."),
        "user-check",
        False,
        can_take_over_booking,
        lambda booking, by, typed: take_over(booking, by=by),
        fits=lambda booking: not booking.has_begun,
    ),
    "cancel": MovePage(
        "cancel",
        _("Cancel the booking"),
        _("The host is told, and the time is free for others."),
        _("The booking is cancelled."),
        "x",
        False,
        can_cancel_booking,
        lambda booking, by, typed: cancel(booking, who=Who.GUEST, by=by),
        kind="danger",
        fits=lambda booking: not booking.has_begun,
    ),
    "call_off": MovePage(
        "cancel",
        _("Call it off for the host"),
        _("The guest gets a letter with the reason. The time is free again."),
        _("The booking is cancelled."),
        "ban",
        True,
        can_decide_booking,
        lambda booking, by, typed: cancel(booking, who=Who.HOST, by=by, reason=typed["reason"]),
        form=ReasonForm,
        kind="danger",
    ),
}
