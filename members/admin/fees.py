"""Fees and to whom they are paid; periods and invoices, of which the portal alone writes the rows."""

import datetime
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.db.models import F, Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesCheckboxFilter,
    DropdownFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSingleDateWidget

from common.admin import Decision, HistoryModelAdmin, ModelAdmin, ReadOnly, ReadOnlyInline, colours
from common.admin.documents import pdf_of
from common.admin.mass import MassAction, after_preview, on_one
from common.days import PLAUSIBLE
from common.documents import make_again
from common.errors import RuleViolated
from members.admin.certificates import MAKE_AGAIN
from members.admin.report_filters import BilledFilter
from members.membership.fees import roubles
from members.membership.invoices import can_be_sent_again, cancel_invoice, mark_paid, send_again, unheard, with_sending
from members.membership.renewals import left_behind, to_be_renewed
from members.models import (
    AssociationRequisites,
    Fee,
    FeeReduction,
    Invoice,
    InvoiceState,
    Membership,
    MembershipPeriod,
    User,
)

STATE_COLOURS = colours(InvoiceState, {InvoiceState.PAID: "success", InvoiceState.ISSUED: "warning"})


class DayForm(forms.Form):
    day = forms.DateField(
        label=_("Date"), initial=timezone.localdate, widget=UnfoldAdminSingleDateWidget, validators=PLAUSIBLE
    )


class PaymentForm(DayForm):
    def clean_day(self) -> datetime.date:
        day = self.cleaned_data["day"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("What lies ahead has not been paid yet."))
        return day


@admin.register(Fee)
class FeeAdmin(HistoryModelAdmin):
    list_display = ["tier", "kind_or_all", "amount", "exempt", "valid_from", "note"]
    list_filter = [("tier", ChoicesCheckboxFilter), ("kind", ChoicesCheckboxFilter)]
    fields = [("tier", "kind"), ("amount", "exempt"), ("valid_from", "note")]

    @display(description=_("kind of organisation"), ordering="kind")
    def kind_or_all(self, fee: Fee) -> str:
        return fee.get_kind_display() or str(_("all kinds"))


@admin.register(AssociationRequisites)
class AssociationRequisitesAdmin(HistoryModelAdmin):
    """One row, which invoices copy: a change holds for those that are yet to come."""

    list_display = ["name", "inn", "account", "bank", "bic"]
    fields = ["name", ("inn", "kpp"), "account", "bank", ("bic", "correspondent_account")]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """To the row that is there. The right to add is asked on every page, and costs no query."""
        entered = self.has_add_permission(request) and AssociationRequisites.objects.first()
        if entered:
            return HttpResponseRedirect(reverse("admin:members_associationrequisites_change", args=[entered.pk]))
        return super().add_view(request, form_url, extra_context)


class FeeReductionInline(TabularInline):
    model = FeeReduction
    extra = 0
    tab = True
    fields = ["percent", "basis", "valid_from", "valid_until"]


class PeriodInline(ReadOnlyInline):
    model = MembershipPeriod
    fields = ["starts_on", "ends_on", "invoices"]
    readonly_fields = fields

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A period is a part of its membership."""
        return request.user.has_perm("members.view_membership")

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """Whoever may not read invoices sees the years alone."""
        return self.fields if request.user.has_perm("members.view_invoice") else ["starts_on", "ends_on"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[MembershipPeriod]:
        return super().get_queryset(request).prefetch_related("invoices")

    @display(description=_("invoices"))
    def invoices(self, period: MembershipPeriod) -> str:
        return invoices_of(period)


def invoices_of(period: MembershipPeriod) -> str:
    return ", ".join(f"{one}: {one.get_state_display()}" for one in period.invoices.all()) or str(_("no fee"))


class RenewalFilter(DropdownFilter):
    title = _("renewal")
    parameter_name = "renewal"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [
            ("waits", _("Not renewed, though its time has come")),
            ("behind", _("Its status has not followed the overdue fee")),
        ]

    def queryset(self, request: HttpRequest, memberships: QuerySet) -> QuerySet:
        asked = {"waits": to_be_renewed, "behind": left_behind}.get(self.value() or "")
        return memberships.filter(pk__in=asked().values("pk")) if asked else memberships


class OverdueFilter(DropdownFilter):
    title = _("overdue")
    parameter_name = "overdue"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [("yes", _("Overdue")), ("unheard", _("Due, and nobody would read of it"))]

    def queryset(self, request: HttpRequest, invoices: QuerySet) -> QuerySet:
        if self.value() == "unheard":
            return invoices.filter(pk__in=unheard().values("pk"))
        return invoices.unpaid_after(timezone.localdate()) if self.value() else invoices  # type: ignore[attr-defined]


@admin.register(Invoice)
class InvoiceAdmin(ReadOnly, ModelAdmin):
    list_display = ["number", "organisation", "sum", "issued_on", "due_on", "state_label", "paid_on", "pdf"]
    list_filter = [
        ("state", ChoicesCheckboxFilter),
        OverdueFilter,
        BilledFilter,
        ("organisation", AutocompleteSelectFilter),
        ("organisation__kind", ChoicesCheckboxFilter),
        ("organisation__region", RelatedDropdownFilter),
    ]
    list_select_related = ["organisation", "document"]
    search_fields = ["number", "payer", "payer_inn", "organisation__short_name"]
    fields = [
        ("number", "organisation"),
        ("period", "sum"),
        ("issued_on", "due_on"),
        ("payer", "payer_inn"),
        ("state", "marked_by"),
        ("paid_on", "cancelled_on"),
        "pdf",
    ]
    readonly_fields = ["sum", "pdf"]
    actions = ["pay", "send_again", "make_again", "cancel"]
    actions_detail = ["pay_this", "make_again_this", "cancel_this"]

    def has_mark_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm("members.change_invoice")

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list:
        invoice = self.get_object(request, object_id)
        possible = {"pay_this", "cancel_this"} if invoice and invoice.state == InvoiceState.ISSUED else set()
        if invoice and invoice.document.has_failed:
            possible.add("make_again_this")
        offered = super().get_actions_detail(request, object_id)
        return [one for one in offered if one.method.original_function_name in possible]

    @display(description=_("amount"), ordering="amount")
    def sum(self, invoice: Invoice) -> str:
        return roubles(invoice.amount)

    @display(description=_("state"), ordering="state", label=STATE_COLOURS)
    def state_label(self, invoice: Invoice) -> tuple[str, str]:
        return invoice.state, invoice.get_state_display()

    @display(description="PDF")
    def pdf(self, invoice: Invoice) -> str | Promise:
        return pdf_of(invoice.document, reverse("members:invoice_file", args=[invoice.number]))

    @action(description=_("Mark as paid"), permissions=["mark"])
    def pay(self, request: HttpRequest, invoices: QuerySet[Invoice]) -> HttpResponse | None:
        staff = cast("User", request.user)
        mass = MassAction(
            "pay",
            _("Mark as paid"),
            _("A membership in grace is active again, as is one that lapsed less than a year ago."),
            lambda row, data: mark_paid(row, paid_on=data["day"], by=staff),
            ngettext_lazy("%(number)d invoice is paid.", "%(number)d invoices are paid.", "number"),
            check=_check_open,
            words=invoice_words,
            form=PaymentForm,
        )
        return after_preview(self, request, invoices.select_related("period__membership"), mass)

    @action(description=_("Cancel invoices"), permissions=["mark"])
    def cancel(self, request: HttpRequest, invoices: QuerySet[Invoice]) -> HttpResponse | None:
        staff = cast("User", request.user)
        mass = MassAction(
            "cancel",
            _("Cancel invoices"),
            _("The heads are told. A membership whose fee was overdue is active again unless another one is."),
            lambda row, data: cancel_invoice(row, by=staff),
            ngettext_lazy("%(number)d invoice is cancelled.", "%(number)d invoices are cancelled.", "number"),
            check=_check_open,
            words=invoice_words,
        )
        return after_preview(self, request, invoices.select_related("period__membership"), mass)

    @action(description=_("Send again"), permissions=["mark"])
    def send_again(self, request: HttpRequest, invoices: QuerySet[Invoice]) -> HttpResponse | None:
        mass = MassAction(
            "send_again",
            _("Send invoices again"),
            _("Heads and coordinators are told of them once more, as on the day of issue."),
            lambda row, data: send_again(row),
            ngettext_lazy("%(number)d invoice is sent.", "%(number)d invoices are sent.", "number"),
            check=can_be_sent_again,
            words=invoice_words,
        )
        return after_preview(self, request, with_sending(invoices), mass)

    @action(description=MAKE_AGAIN, permissions=["mark"])
    def make_again(self, request: HttpRequest, invoices: QuerySet[Invoice]) -> HttpResponse | None:
        mass = MassAction(
            "make_again",
            MAKE_AGAIN,
            _("The portal tries at once, and not at the time of the next try. The number stays as it is."),
            lambda row, data: make_again(row.document),
            ngettext_lazy("%(number)d PDF is being made.", "%(number)d PDFs are being made.", "number"),
            check=_check_failed,
            words=invoice_words,
        )
        return after_preview(self, request, invoices.select_related("document"), mass)

    @action(description=_("Mark as paid"), icon="paid", permissions=["mark"])
    def pay_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return on_one(self, request, object_id, self.pay)

    @action(description=_("Cancel the invoice"), icon="cancel", permissions=["mark"])
    def cancel_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return on_one(self, request, object_id, self.cancel)

    @action(description=MAKE_AGAIN, icon="refresh", permissions=["mark"])
    def make_again_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return on_one(self, request, object_id, self.make_again)


def _check_open(invoice: Invoice) -> None:
    if invoice.state != InvoiceState.ISSUED:
        raise RuleViolated(invoice.get_state_display(), code="not_open")


def _check_failed(invoice: Invoice) -> None:
    if not invoice.document.has_failed:
        raise RuleViolated(gettext("Its PDF: %(state)s.") % {"state": invoice.document.get_state_display()})


def invoice_words(invoice: Invoice) -> str:
    return f"{invoice} — {invoice.payer} — {roubles(invoice.amount)}"


def _not_renewed() -> QuerySet[Membership]:
    """The clock has tried and could not: no fee is set for them, or nobody has entered the bank details."""
    return to_be_renewed().select_related("organisation").annotate(waits_since=F("time_ends_on"))


def _left_behind() -> QuerySet[Membership]:
    return left_behind().select_related("organisation")


def _overdue() -> QuerySet[Invoice]:
    overdue = Invoice.objects.unpaid_after(timezone.localdate()).select_related("organisation")
    return overdue.annotate(waits_since=F("due_on")).order_by("due_on", "pk")


def _unheard() -> QuerySet[Invoice]:
    return unheard().select_related("organisation").annotate(waits_since=F("due_on")).order_by("due_on", "pk")


NOT_RENEWED = Decision(
    _("Not renewed: set the fee or the bank details, or bill what is over"),
    "event_busy",
    _not_renewed,
    "renewal=waits",
)
LEFT_BEHIND = Decision(
    _("The fee is overdue, but the status does not follow: check the days"),
    "sync_problem",
    _left_behind,
    "renewal=behind",
)
OVERDUE = Decision(_("Invoices that are overdue"), "receipt_long", _overdue, "overdue=yes")
UNHEARD = Decision(
    _("A fee is due, and the organisation has nobody who reads of it: find its head"),
    "person_search",
    _unheard,
    "overdue=unheard",
)
