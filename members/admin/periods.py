"""Years of membership, for reading: what ran out and what was renewed."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesCheckboxFilter, RelatedDropdownFilter
from unfold.decorators import display

from common.admin import ModelAdmin, ReadOnly
from members.admin.fees import invoices_of
from members.admin.report_filters import RanOutFilter
from members.models import MembershipPeriod, Organisation


@admin.register(MembershipPeriod)
class MembershipPeriodAdmin(ReadOnly, ModelAdmin):
    list_display = ["organisation", "starts_on", "ends_on", "invoices_of_it"]
    list_filter = [
        RanOutFilter,
        ("membership__organisation__kind", ChoicesCheckboxFilter),
        ("membership__organisation__region", RelatedDropdownFilter),
    ]
    list_select_related = ["membership__organisation"]
    search_fields = ["membership__organisation__short_name", "membership__organisation__name"]
    fields = ["membership", ("starts_on", "ends_on"), "invoices_of_it"]
    readonly_fields = ["invoices_of_it"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[MembershipPeriod]:
        return super().get_queryset(request).prefetch_related("invoices")

    @display(description=_("organisation"), ordering="membership__organisation__short_name")
    def organisation(self, period: MembershipPeriod) -> Organisation:
        return period.membership.organisation

    @display(description=_("invoices"))
    def invoices_of_it(self, period: MembershipPeriod) -> str:
        return invoices_of(period)
