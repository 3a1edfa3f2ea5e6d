"""Technoparks: what they are, since when they are open, how many pupils and sites they have."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import ManyToManyField, QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import StackedInline
from unfold.contrib.filters.admin import AutocompleteSelectFilter, BooleanRadioFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldBooleanWidget

from common.admin import HistoryModelAdmin, colours
from members.models import User
from technoparks.admin.usage import UsageMixin
from technoparks.models import PupilYear, SiteCount, SiteStatus, StatusChange, Technopark
from technoparks.opening.changes import after_closing, call_off_after

STATUS_COLOURS = {
    **colours(SiteStatus, {SiteStatus.PLANNED: "info", SiteStatus.OPEN: "success", SiteStatus.CLOSED: "danger"}),
    "": None,
}


class StatusChangeForm(forms.ModelForm):
    """Nobody closes a technopark over the heads of those who have booked there."""

    calls_off = forms.BooleanField(
        label=_("call off what is booked from that day on"),
        required=False,
        help_text=_("Of what closes: whoever has booked is told, with the note as the reason"),
        widget=UnfoldBooleanWidget,
    )

    class Meta:
        model = StatusChange
        fields = ["status", "on", "precision", "note", "note_en"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        park, on = self.instance.technopark_id and self.instance.technopark, data.get("on")
        closes = data.get("status") == SiteStatus.CLOSED and not data.get("calls_off")
        number = len(after_closing(park, on=on)) if park and on and closes else 0
        if number:
            text = ngettext(
                "%(number)d booking lies after that day: call it off, or choose a later day.",
                "%(number)d bookings lie after that day: call them off, or choose a later day.",
                number,
            )
            self.add_error("calls_off", text % {"number": number})
        return data


class StatusChangeInline(StackedInline):
    model = StatusChange
    form = StatusChangeForm
    extra = 0
    tab = True
    fields = [("status", "on", "precision"), ("note", "note_en"), "calls_off"]


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

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        [closings] = [one for one in formsets if one.model is StatusChange]
        for one in closings.forms:
            data = getattr(one, "cleaned_data", {})
            if data.get("calls_off") and data.get("status") == SiteStatus.CLOSED and not data.get("DELETE"):
                self._call_off(request, one.instance)

    def _call_off(self, request: HttpRequest, closing: StatusChange) -> None:
        reason = closing.note or _("The technopark is closed from %(day)s on.") % {"day": date_format(closing.on)}
        by = cast("User", request.user)
        number = call_off_after(closing.technopark, on=closing.on, reason=reason, by=by)
        text = ngettext("%(number)d booking is called off.", "%(number)d bookings are called off.", number)
        messages.success(request, text % {"number": number})

    @display(description=_("technopark"), ordering="name", header=True)
    def title_and_host(self, technopark: Technopark) -> list[str]:
        return [technopark.title, technopark.host.title]

    @display(description=_("status"), label=STATUS_COLOURS)
    def status_label(self, technopark: Technopark) -> tuple[str, str]:
        return technopark.status or "", str(SiteStatus(technopark.status).label) if technopark.status else "—"
