"""Years of membership billed, and what is open reminded of: on the list of memberships and on the page of one."""

from functools import partial
from typing import TYPE_CHECKING, cast

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from common.admin import HistoryModelAdmin
from common.admin.mass import MassAction, after_preview, on_one
from members.admin.fees import DayForm, invoice_words
from members.membership.fees import roubles
from members.membership.invoices import bill_period
from members.membership.renewals import (
    bill_next_period,
    next_period,
    remind,
    to_remind_of,
    with_next_year,
    with_reminders,
)
from members.models import Membership, User

BILLED = ngettext_lazy(
    "%(number)d membership is billed for a year.", "%(number)d memberships are billed for a year.", "number"
)

if TYPE_CHECKING:
    _Admin = HistoryModelAdmin
else:
    _Admin = object


class BillingMixin(_Admin):
    """For the page of a membership: its first period begins here, those that follow by the clock."""

    @action(description=_("Bill a year"), icon="receipt_long", permissions=["change"])
    def bill_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        staff = cast("User", request.user)
        mass = MassAction(
            "",
            _("Bill a year"),
            _("The year begins on this day. Where a fee is set for it, an invoice is issued at once."),
            lambda row, data: bill_period(row, starts_on=data["day"], by=staff),
            BILLED,
            form=DayForm,
        )
        return on_one(self, request, object_id, partial(after_preview, self, mass=mass))

    @action(description=_("Bill the next year"), permissions=["change"])
    def bill_next(self, request: HttpRequest, memberships: QuerySet[Membership]) -> HttpResponse | None:
        staff = cast("User", request.user)
        mass = MassAction(
            "bill_next",
            _("Bill the next year"),
            _("Sooner than the portal would by itself. The heads are told of the invoices."),
            lambda row, data: bill_next_period(row, by=staff),
            BILLED,
            words=_words_of_next,
        )
        return after_preview(self, request, with_next_year(memberships), mass)

    @action(description=_("Remind of the fee"), permissions=["change"])
    def remind(self, request: HttpRequest, memberships: QuerySet[Membership]) -> HttpResponse | None:
        mass = MassAction(
            "remind",
            _("Remind of the fee"),
            _("Heads and coordinators read how the oldest open invoice stands. The portal's own reminders go on."),
            lambda row, data: remind(row),
            ngettext_lazy("%(number)d organisation is reminded.", "%(number)d organisations are reminded.", "number"),
            words=lambda row: f"{row}: {invoice_words(to_remind_of(row))}",
        )
        return after_preview(self, request, with_reminders(memberships), mass)


def _words_of_next(membership: Membership) -> str:
    """Raises RuleViolated where there is none, so that the preview asks once."""
    starts_on, amount = next_period(membership)
    told = {"membership": membership, "day": date_format(starts_on), "amount": roubles(amount)}
    return gettext("%(membership)s: from %(day)s, %(amount)s") % told
