"""What runs and is kept by itself: terms by the clock, published heads of the history, accessions to the rules."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesCheckboxFilter, DropdownFilter

from agreements.models import ChainHead, RulesAccession, Timer
from common.admin import ModelAdmin, ReadOnly


class DoneFilter(DropdownFilter):
    title = _("state")
    parameter_name = "done"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [("no", _("Still to come")), ("yes", _("Over"))]

    def queryset(self, request: HttpRequest, timers: Any) -> Any:
        match self.value():
            case "no":
                return timers.waiting()
            case "yes":
                return timers.exclude(done_at=None)
        return timers


@admin.register(Timer)
class TimerAdmin(ReadOnly, ModelAdmin):
    list_display = ["kind", "agreement", "step", "due_at", "done_at"]
    list_filter = [DoneFilter, ("kind", ChoicesCheckboxFilter)]
    list_select_related = ["agreement"]
    search_fields = ["agreement__number", "agreement__subject"]
    fields = ["agreement", ("kind", "step", "subject"), ("due_at", "done_at")]


@admin.register(ChainHead)
class ChainHeadAdmin(ReadOnly, ModelAdmin):
    list_display = ["day", "sequence", "sha256", "published_at"]
    search_fields = ["sha256"]
    fields = ["day", "sequence", "sha256", "published_at"]


@admin.register(RulesAccession)
class RulesAccessionAdmin(ReadOnly, ModelAdmin):
    holds_personal_data = True
    list_display = ["organisation", "edition", "name", "at", "left_at"]
    list_filter = [("organisation", AutocompleteSelectFilter)]
    list_select_related = ["organisation"]
    search_fields = ["organisation__name", "organisation__inn", "name"]
    fields = ["organisation", ("edition", "text_sha256"), ("name", "position", "by"), ("at", "left_at")]

    def person_in(self, record: Any) -> Any:
        return record.by
