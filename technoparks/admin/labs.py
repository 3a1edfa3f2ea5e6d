"""Labs, their hours and rules, and what stands in them."""

from collections import defaultdict
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy
from unfold.admin import StackedInline, TabularInline
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    BooleanRadioFilter,
    ChoicesCheckboxFilter,
    DropdownFilter,
)
from unfold.decorators import action, display

from common.admin import HistoryModelAdmin, ModelAdmin, colours
from common.admin.single import after_question
from common.forms import DocumentField
from common.uploads import CheckedDocument
from members.models import User
from technoparks.admin.outages import DECLARE, declaring
from technoparks.desk.lab_forms import HeldMachineForm
from technoparks.documents import MOST
from technoparks.models import (
    Equipment,
    EquipmentClass,
    EquipmentDocument,
    EquipmentStatus,
    Lab,
    OpeningException,
    OpeningHours,
    Outage,
    is_out,
    with_outages,
)
from technoparks.opening.hits import outside
from technoparks.opening.words import check_apart

STATUS_COLOURS = {**colours(EquipmentStatus, {EquipmentStatus.WORKING: "success"}), "down": "danger"}


class OpeningHoursFormSet(forms.BaseInlineFormSet):
    def clean(self) -> None:
        """Those that are typed are told apart from each other; the database knows but what stands."""
        super().clean()
        days = defaultdict(list)
        for form in self.forms:
            typed = form.cleaned_data if form.is_valid() else {}
            if {"weekday", "opens", "closes"} <= typed.keys() and not typed.get("DELETE"):
                days[typed["weekday"]].append((typed["opens"], typed["closes"]))
        for hours in days.values():
            check_apart(hours)


class OpeningHoursInline(TabularInline):
    model = OpeningHours
    formset = OpeningHoursFormSet
    extra = 0
    tab = True


class OpeningExceptionInline(StackedInline):
    model = OpeningException
    extra = 0
    tab = True
    fields = [("day", "opens", "closes"), ("reason", "reason_en")]


class EquipmentInline(StackedInline):
    model = Equipment
    form = HeldMachineForm
    extra = 0
    tab = True
    fields = [
        ("kind", "number"),
        ("name", "name_en"),
        ("status", "is_bookable"),
        ("maintenance_days", "maintained_on"),
    ]
    autocomplete_fields = ["kind"]


class DocumentForm(forms.ModelForm):
    """A new one comes with its file; of one that stands the file stays."""

    document = DocumentField(label=_("Document"), help_text=_("PDF, DOCX, JPEG or PNG, up to 10 MB"))

    class Meta:
        model = EquipmentDocument
        fields = ["title", "is_public"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stands = self.instance.pk is not None
        self.fields["document"].disabled, self.fields["document"].required = stands, not stands

    def clean_document(self) -> CheckedDocument | None:
        document: CheckedDocument | None = self.cleaned_data["document"]
        known = EquipmentDocument.objects.filter(equipment=self.instance.equipment_id)
        if document and known.filter(sha256=document.sha256).exists():
            raise ValidationError(_("This document is attached already."), code="known")
        return document

    def save(self, commit: bool = True) -> Any:
        document = self.cleaned_data["document"]
        for name in ("file", "content_type", "size", "sha256") if document else ():
            setattr(self.instance, name, getattr(document, name))
        return super().save(commit)


class EquipmentDocumentInline(StackedInline):
    model = EquipmentDocument
    form = DocumentForm
    extra = 0
    max_num = MOST
    tab = True
    fields = [("title", "is_public"), ("document", "link")]
    readonly_fields = ["link"]

    @display(description=_("file"))
    def link(self, document: EquipmentDocument) -> str:
        if document.pk is None:
            return "—"
        size = filesizeformat(document.size)
        return format_html('<a href="{}">{}, {}</a>', document.get_absolute_url(), document.title, size)


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

    def get_readonly_fields(self, request: HttpRequest, obj: Lab | None = None) -> list[str]:
        """Its bookings are read and decided on by the host of the technopark, so it stays there."""
        return [*super().get_readonly_fields(request, obj), *(["technopark"] if obj else [])]

    def save_model(self, request: HttpRequest, lab: Lab, form: Any, change: bool) -> None:
        form.outside = outside(lab) if change else set()
        super().save_model(request, lab, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """What is booked stays, so whoever changes the hours hears which bookings the host has to decide on."""
        super().save_related(request, form, formsets, change)
        if number := len(outside(form.instance) - form.outside):
            text = ngettext(
                "%(number)d booking lies outside the new hours and stands as it was. The host should know of it.",
                "%(number)d bookings lie outside the new hours and stand as they were. The host should know of them.",
                number,
            )
            messages.warning(request, text % {"number": number})

    @display(description=_("laboratory"), ordering="name", header=True)
    def title_and_technopark(self, lab: Lab) -> list[str]:
        return [lab.title, lab.technopark.title]


@admin.register(EquipmentClass)
class EquipmentClassAdmin(ModelAdmin):
    list_display = ["name", "name_en"]
    search_fields = ["name", "name_en"]
    fields = [("name", "name_en")]


class OutFilter(DropdownFilter):
    title = _("out of order")
    parameter_name = "out"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [("now", _("Now")), ("ahead", _("Now or later"))]

    def queryset(self, request: HttpRequest, machines: Any) -> Any:
        match self.value():
            case "now":
                return machines.filter(is_out())
            case "ahead":
                return machines.filter(Exists(Outage.objects.ahead().filter(equipment=OuterRef("pk"))))
        return machines


@admin.register(Equipment)
class EquipmentAdmin(ModelAdmin):
    form = HeldMachineForm
    list_display = ["title_and_number", "kind", "lab", "status_label", "is_bookable", "maintained_on"]
    list_filter = [
        ("status", ChoicesCheckboxFilter),
        OutFilter,
        ("kind", AutocompleteSelectFilter),
        ("lab", AutocompleteSelectFilter),
        ("lab__technopark", AutocompleteSelectFilter),
    ]
    list_select_related = ["kind", "lab"]
    search_fields = ["name", "name_en", "number", "kind__name"]
    search_help_text = _("Name, inventory number, class")
    autocomplete_fields = ["lab", "kind"]
    fields = ["lab", *EquipmentInline.fields]
    inlines = [EquipmentDocumentInline]
    actions_detail = ["declare_outage_this"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Equipment]:
        return with_outages(super().get_queryset(request).select_related("lab", "kind"))

    def get_readonly_fields(self, request: HttpRequest, obj: Equipment | None = None) -> list[str]:
        """Whoever has booked it comes to its laboratory."""
        return ["lab"] if obj else []

    @display(description=_("equipment"), ordering="name", header=True)
    def title_and_number(self, equipment: Equipment) -> list[str]:
        return [equipment.title, equipment.number]

    @display(description=pgettext_lazy("equipment", "status"), ordering="status", label=STATUS_COLOURS)
    def status_label(self, equipment: Equipment) -> tuple[str, str]:
        if equipment.outage:
            return "down", str(equipment.outage.get_kind_display())
        return equipment.status, equipment.get_status_display()

    def has_declare_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return request.user.has_perm("technoparks.add_outage")

    @action(description=DECLARE, icon="build", permissions=["declare"])
    def declare_outage_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return after_question(self, request, object_id, declaring(cast("User", request.user)))
