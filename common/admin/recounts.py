"""What does not add up."""

from django.contrib import admin
from django.db.models import F, QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from common.admin.base import Decision, ModelAdmin, ReadOnly
from common.models import Discrepancy


@admin.register(Discrepancy)
class DiscrepancyAdmin(ReadOnly, ModelAdmin):
    """As the last recount has found it; what is put right goes with the next one."""

    list_display = ["title", "record_link", "figures", "found_at", "seen_at"]
    list_display_links = ["title"]
    fields = ["title", "record_link", "figures", "found_at", "seen_at"]
    readonly_fields = ["title", "record_link"]

    @display(description=_("what is wrong"))
    def title(self, discrepancy: Discrepancy) -> str:
        return discrepancy.title

    @display(description=_("record"))
    def record_link(self, discrepancy: Discrepancy) -> SafeString | str:
        """To its page, where the office has one of such records."""
        name = f"admin:{discrepancy.record.replace('.', '_')}_change"
        try:
            url = reverse(name, args=[discrepancy.record_key])
        except NoReverseMatch:
            return discrepancy.record_name
        return format_html('<a href="{}">{}</a>', url, discrepancy.record_name)


def _standing() -> QuerySet[Discrepancy]:
    return Discrepancy.objects.annotate(waits_since=F("found_at")).order_by("found_at", "pk")


DISCREPANCIES = Decision(_("Does not add up"), "rule", _standing, "")
