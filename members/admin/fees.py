"""Fees and to whom they are paid; periods and invoices, of which the portal alone writes the rows."""

import datetime
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import F, Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
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
from common.errors import RuleViolated
from members.admin.report_filters import BilledFilter
from members.fees import roubles
from members.invoices import bill_period, cancel_invoice, mark_paid
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
from members.renewals import to_be_renewed

STATE_COLOURS = colours(InvoiceState, {InvoiceState.PAID: "success", InvoiceState.ISSUED: "warning"})


class DayForm(forms.Form):
    day = forms.DateField(label=_("Date"), initial=timezone.localdate, widget=UnfoldAdminSingleDateWidget)


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

    def get_queryset(self, request: HttpRequest) -> QuerySet[MembershipPeriod]:
        return super().get_queryset(request).prefetch_related("invoices")

    @display(description=_("invoices"))
    def invoices(self, period: MembershipPeriod) -> str:
        return invoices_of(period)


def invoices_of(period: MembershipPeriod) -> str:
    return ", ".join(f"{one}: {one.get_state_display()}" for one in period.invoices.all()) or str(_("no fee"))


if TYPE_CHECKING:
    _Admin = HistoryModelAdmin
else:
    _Admin = object


class BillingMixin(_Admin):
    """For the page of a membership: its first period begins here, those that follow by the clock."""

    @action(description=_("Bill a year"), icon="receipt_long", permissions=["change"])
    def bill_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        membership = self.get_object(request, object_id)
        if membership is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        form = DayForm(request.POST or None)
        if not form.is_valid():
            text = _("The year begins on this day. Where a fee is set for it, an invoice is issued at once.")
            return _ask(self, request, _("Bill a year"), form, [membership], text=text)
        self._bill(request, membership, form.cleaned_data["day"])
        return HttpResponseRedirect(reverse("admin:members_membership_change", args=[object_id]))

    def _bill(self, request: HttpRequest, membership: Membership, day: datetime.date) -> None:
        try:
            invoice = bill_period(membership, starts_on=day, by=cast("User", request.user))
        except RuleViolated as error:
            self.message_user(request, error.message, messages.ERROR)
        else:
            told = _("Issued: %(invoice)s.") % {"invoice": invoice} if invoice else _("The year is without a fee.")
            self.message_user(request, told, messages.SUCCESS)


class RenewalFilter(DropdownFilter):
    title = _("renewal")
    parameter_name = "renewal"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [("waits", _("Not renewed, though its time has come"))]

    def queryset(self, request: HttpRequest, memberships: QuerySet) -> QuerySet:
        return memberships.filter(pk__in=to_be_renewed().values("pk")) if self.value() else memberships


class OverdueFilter(DropdownFilter):
    title = _("overdue")
    parameter_name = "overdue"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [("yes", _("Overdue"))]

    def queryset(self, request: HttpRequest, invoices: QuerySet) -> QuerySet:
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
    actions = ["pay", "cancel"]
    actions_detail = ["pay_this", "cancel_this"]

    def has_mark_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm("members.change_invoice")

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list:
        invoice = self.get_object(request, object_id)
        is_open = invoice is not None and invoice.state == InvoiceState.ISSUED
        return super().get_actions_detail(request, object_id) if is_open else []

    @display(description=_("amount"), ordering="amount")
    def sum(self, invoice: Invoice) -> str:
        return roubles(invoice.amount)

    @display(description=_("state"), ordering="state", label=STATE_COLOURS)
    def state_label(self, invoice: Invoice) -> tuple[str, str]:
        return invoice.state, invoice.get_state_display()

    @display(description="PDF")
    def pdf(self, invoice: Invoice) -> str:
        if not invoice.document.is_made:
            return invoice.document.get_state_display()
        address = reverse("members:invoice_file", args=[invoice.number])
        return format_html('<a href="{}">{}</a>', address, _("Download"))

    @action(description=_("Mark as paid"), permissions=["mark"])
    def pay(self, request: HttpRequest, invoices: QuerySet[Invoice]) -> HttpResponse | None:
        form = PaymentForm(request.POST if "day" in request.POST else None)
        if not form.is_valid():
            text = _("A membership in grace is active again, as is one that lapsed less than a year ago.")
            return _ask(self, request, _("Mark as paid"), form, invoices, text=text, name="pay")
        day, staff, number = form.cleaned_data["day"], cast("User", request.user), 0
        for invoice in invoices.select_related("period__membership"):
            try:
                mark_paid(invoice, paid_on=day, by=staff)
                number += 1
            except RuleViolated as error:
                self.message_user(request, f"{invoice}: {error.message}", messages.ERROR)
        if number:
            told = ngettext("%(number)d invoice is paid.", "%(number)d invoices are paid.", number)
            self.message_user(request, told % {"number": number}, messages.SUCCESS)
        return None

    @action(description=_("Cancel invoices"), permissions=["mark"])
    def cancel(self, request: HttpRequest, invoices: QuerySet[Invoice]) -> HttpResponse | None:
        if "sure" not in request.POST:
            text = _("Nothing is owed for them any more. The heads are told.")
            return _ask(self, request, _("Cancel invoices"), None, invoices, text=text, name="cancel")
        self._cancel(request, invoices.select_related("period__membership"))
        return None

    @action(description=_("Mark as paid"), icon="paid", permissions=["mark"])
    def pay_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._on_one(request, object_id, "pay")

    @action(description=_("Cancel"), icon="cancel", permissions=["mark"])
    def cancel_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._on_one(request, object_id, "cancel")

    def _on_one(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        invoice = self.get_object(request, object_id)
        if invoice is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        done = getattr(self, name)(request, Invoice.objects.filter(pk=invoice.pk))
        return done or HttpResponseRedirect(reverse("admin:members_invoice_change", args=[object_id]))

    def _cancel(self, request: HttpRequest, invoices: QuerySet[Invoice]) -> None:
        for invoice in invoices:
            try:
                cancel_invoice(invoice, by=cast("User", request.user))
            except RuleViolated as error:
                self.message_user(request, error.message, messages.ERROR)
            else:
                self.message_user(request, _("Cancelled: %(invoice)s.") % {"invoice": invoice}, messages.SUCCESS)


def _ask(
    tended: Any,
    request: HttpRequest,
    title: str | Promise,
    form: forms.Form | None,
    records: Iterable[Model],
    *,
    text: str | Promise,
    name: str = "",
) -> HttpResponse:
    """What will be done, to what, and from which day; ``name``: the action of a list that asks."""
    context = {
        **tended.admin_site.each_context(request),
        "title": title,
        "opts": tended.opts,
        "form": form,
        "records": [(record.pk, _words(record)) for record in records],
        "text": text,
        "back": reverse(f"admin:{tended.opts.app_label}_{tended.opts.model_name}_changelist"),
        "name": name,
    }
    return TemplateResponse(request, "admin/members/fee_action.html", context)


def _words(record: Model) -> str:
    if isinstance(record, Invoice):
        return f"{record} — {record.payer} — {roubles(record.amount)}"
    return str(record)


def _not_renewed() -> QuerySet[Membership]:
    """The clock has tried and could not: no fee is set for them, or nobody has entered the bank details."""
    return to_be_renewed().select_related("organisation").annotate(waits_since=F("time_ends_on"))


def _overdue() -> QuerySet[Invoice]:
    overdue = Invoice.objects.unpaid_after(timezone.localdate()).select_related("organisation")
    return overdue.annotate(waits_since=F("due_on")).order_by("due_on", "pk")


NOT_RENEWED = Decision(_("Not renewed: set the fee or the bank details"), "event_busy", _not_renewed, "renewal=waits")
OVERDUE = Decision(_("Invoices that are overdue"), "receipt_long", _overdue, "overdue=yes")
