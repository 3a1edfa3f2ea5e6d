"""Technoparks: what they are, since when they are open, how many pupils and sites they have."""

from django.contrib import admin
from django.db.models import ManyToManyField, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline
from unfold.contrib.filters.admin import AutocompleteSelectFilter, BooleanRadioFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from common.admin import HistoryModelAdmin, colours
from technoparks.admin.usage import UsageMixin
from technoparks.models import PupilYear, SiteCount, SiteStatus, StatusChange, Technopark

STATUS_COLOURS = {
    **colours(SiteStatus, {SiteStatus.PLANNED: "info", SiteStatus.OPEN: "success", SiteStatus.CLOSED: "danger"}),
    "": None,
}


class StatusChangeInline(StackedInline):
    model = StatusChange
    extra = 0
    tab = True
    fields = [("status", "on", "precision"), ("note", "note_en")]


class PupilYearInline(StackedInline):
    model = PupilYear
    extra = 0
    tab = True
    fields = [("year", "is_school_year"), ("planned", "actual")]


class SiteCountInline(StackedInline):
    model = SiteCount
    extra = 0
    tab = True
    fields = [("on", "planned", "actual", "regions"), ("note", "note_en")]


@admin.register(Technopark)
class TechnoparkAdmin(UsageMixin, HistoryModelAdmin):
    actions_list = ["open_usage"]
    list_display = ["title_and_host", "region", "city", "status_label", "is_network", "is_published"]
    list_filter = [
        ("region", AutocompleteSelectFilter),
        ("host", AutocompleteSelectFilter),
        ("is_network", BooleanRadioFilter),
        ("is_published", BooleanRadioFilter),
    ]
    list_select_related = ["host", "region"]
    search_fields = ["name", "name_en", "city", "slug", "host__short_name"]
    search_help_text = _("Name, city, address, host")
    autocomplete_fields = ["host", "network", "region"]
    prepopulated_fields = {"slug": ["name_en"]}
    formfield_overrides = {
        **HistoryModelAdmin.formfield_overrides,
        ManyToManyField: {"widget": UnfoldAdminCheckboxSelectMultipleWidget},
    }
    inlines = [StatusChangeInline, PupilYearInline, SiteCountInline]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("name", "name_en"),
                    ("slug", "is_published"),
                    "host",
                    ("is_network", "network"),
                    ("region", "time_zone"),
                    ("city", "city_en"),
                    ("address", "address_en"),
                    "directions",
                ]
            },
        ),
        (_("Description"), {"fields": ["about", "about_en"], "classes": ["tab"]}),
        (
            _("Figures and grounds"),
            {"fields": [("labs_in_all", "pupils_planned"), "basis", "programme"], "classes": ["tab"]},
        ),
        (_("Hours of guests"), {"fields": [("guest_hours", "person_hours")], "classes": ["tab"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Technopark]:
        return super().get_queryset(request).with_status()  # type: ignore[attr-defined]

    @display(description=_("technopark"), ordering="name", header=True)
    def title_and_host(self, technopark: Technopark) -> list[str]:
        return [technopark.title, technopark.host.title]

    @display(description=_("status"), label=STATUS_COLOURS)
    def status_label(self, technopark: Technopark) -> tuple[str, str]:
        return technopark.status or "", str(SiteStatus(technopark.status).label) if technopark.status else "—"
