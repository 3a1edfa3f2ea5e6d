"""Labs, their hours and rules, and what stands in them."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.admin import StackedInline, TabularInline
from unfold.contrib.filters.admin import AutocompleteSelectFilter, BooleanRadioFilter, ChoicesCheckboxFilter
from unfold.decorators import display

from common.admin import HistoryModelAdmin, ModelAdmin, colours
from technoparks.models import Equipment, EquipmentClass, EquipmentStatus, Lab, OpeningException, OpeningHours

STATUS_COLOURS = colours(EquipmentStatus, {EquipmentStatus.WORKING: "success", EquipmentStatus.DOWN: "danger"})


class OpeningHoursInline(TabularInline):
    model = OpeningHours
    extra = 0
    tab = True


class OpeningExceptionInline(StackedInline):
    model = OpeningException
    extra = 0
    tab = True
    fields = [("day", "opens", "closes"), ("reason", "reason_en")]


class EquipmentInline(StackedInline):
    model = Equipment
    extra = 0
    tab = True
    fields = [
        ("kind", "number"),
        ("name", "name_en"),
        ("status", "is_bookable"),
        ("maintenance_days", "maintained_on"),
    ]
    autocomplete_fields = ["kind"]


@admin.register(Lab)
class LabAdmin(HistoryModelAdmin):
    """What is booked stays as it is, whatever the rules are now."""

    list_display = ["title_and_technopark", "direction", "seats", "is_bookable", "needs_approval", "is_published"]
    list_filter = [
        ("technopark", AutocompleteSelectFilter),
        ("direction", AutocompleteSelectFilter),
        ("is_bookable", BooleanRadioFilter),
        ("is_published", BooleanRadioFilter),
    ]
    list_select_related = ["technopark", "direction"]
    search_fields = ["name", "name_en", "technopark__name", "technopark__city"]
    search_help_text = _("Name; name or city of the technopark")
    autocomplete_fields = ["technopark", "direction"]
    prepopulated_fields = {"slug": ["name_en"]}
    inlines = [OpeningHoursInline, OpeningExceptionInline, EquipmentInline]

    def get_readonly_fields(self, request: HttpRequest, obj: Lab | None = None) -> list[str]:
        """Its bookings are read and decided on by the host of the technopark, so it stays there."""
        return [*super().get_readonly_fields(request, obj), *(["technopark"] if obj else [])]

    fieldsets = [
        (
            None,
            {
                "fields": [
                    "technopark",
                    ("name", "name_en"),
                    ("slug", "is_published"),
                    ("direction", "seats"),
                    "keeps_holidays",
                ]
            },
        ),
        (_("Description"), {"fields": ["about", "about_en"], "classes": ["tab"]}),
        (
            _("Rules of booking"),
            {
                "fields": [
                    ("is_bookable", "by_seats", "is_for_members"),
                    ("needs_approval", "approval_hours"),
                    ("step_minutes", "buffer_minutes"),
                    ("shortest_minutes", "longest_minutes"),
                    ("days_ahead", "notice_hours"),
                    ("least_age", "needs_supervisor"),
                    "check_in_minutes",
                ],
                "classes": ["tab"],
            },
        ),
    ]

    @display(description=_("laboratory"), ordering="name", header=True)
    def title_and_technopark(self, lab: Lab) -> list[str]:
        return [lab.title, lab.technopark.title]


@admin.register(EquipmentClass)
class EquipmentClassAdmin(ModelAdmin):
    list_display = ["name", "name_en"]
    search_fields = ["name", "name_en"]
    fields = [("name", "name_en")]


@admin.register(Equipment)
class EquipmentAdmin(ModelAdmin):
    list_display = ["title_and_number", "kind", "lab", "status_label", "is_bookable", "maintained_on"]
    list_filter = [
        ("status", ChoicesCheckboxFilter),
        ("kind", AutocompleteSelectFilter),
        ("lab", AutocompleteSelectFilter),
        ("lab__technopark", AutocompleteSelectFilter),
    ]
    list_select_related = ["kind", "lab"]
    search_fields = ["name", "name_en", "number", "kind__name"]
    search_help_text = _("Name, inventory number, class")
    autocomplete_fields = ["lab", "kind"]
    fields = ["lab", *EquipmentInline.fields]

    def get_readonly_fields(self, request: HttpRequest, obj: Equipment | None = None) -> list[str]:
        """Whoever has booked it comes to its laboratory."""
        return ["lab"] if obj else []

    @display(description=_("equipment"), ordering="name", header=True)
    def title_and_number(self, equipment: Equipment) -> list[str]:
        return [equipment.title, equipment.number]

    @display(description=pgettext_lazy("equipment", "status"), ordering="status", label=STATUS_COLOURS)
    def status_label(self, equipment: Equipment) -> tuple[str, str]:
        return equipment.status, equipment.get_status_display()
