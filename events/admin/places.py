"""Pools of places and their quotas. How many places there are moves by the service alone."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import StackedInline

from common.admin import ModelAdmin, save_columns
from common.errors import RuleViolated
from events.models import Quota, TicketPool
from events.registering.registrations import check_capacity, offer_what_is_free, set_capacity


class PoolForm(forms.ModelForm):
    def clean_capacity(self) -> int | None:
        """Told beside the field; the service asks again under the lock."""
        capacity = self.cleaned_data["capacity"]
        if self.instance.pk:
            try:
                check_capacity(self.instance, capacity)
            except RuleViolated as error:
                raise forms.ValidationError(error.message) from error
        return capacity


def save_pool(request: HttpRequest, pool: TicketPool, names: Iterable[str]) -> None:
    """Where somebody has taken a place since the form was checked, the capacity stays, and the reader is told."""
    if others := [name for name in names if name != "capacity"]:
        save_columns(pool, others)
    if "capacity" in names:
        try:
            set_capacity(pool, capacity=pool.capacity)
        except RuleViolated as error:
            messages.error(request, error.message)


class PoolInline(StackedInline):
    model = TicketPool
    form = PoolForm
    extra = 0
    tab = True
    show_change_link = True  # to its quotas
    fields = [("name", "name_en"), ("kind", "capacity"), ("needs_approval", "takes_groups"), "position"]


class QuotaInline(StackedInline):
    model = Quota
    extra = 0
    fields = [("organisation", "places"), "returns_at"]
    autocomplete_fields = ["organisation"]


@admin.register(TicketPool)
class TicketPoolAdmin(ModelAdmin):
    form = PoolForm
    list_display = ["name", "event", "kind", "capacity"]
    list_select_related = ["event"]
    search_fields = ["name", "event__name"]
    fields: ClassVar[Any] = ["event", *PoolInline.fields]
    autocomplete_fields = ["event"]
    inlines = [QuotaInline]

    def get_readonly_fields(self, request: HttpRequest, obj: TicketPool | None = None) -> list[str]:
        """Those who have a place of it have one at its event."""
        return ["event"] if obj else []

    def save_model(self, request: HttpRequest, obj: TicketPool, form: forms.ModelForm, change: bool) -> None:
        if change:
            save_pool(request, obj, form.changed_data)
        else:
            super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: forms.ModelForm, formset: Any, change: bool) -> None:
        """What a smaller quota leaves free is offered at once."""
        super().save_formset(request, form, formset, change)
        offer_what_is_free(form.instance)

    def get_queryset(self, request: HttpRequest) -> QuerySet[TicketPool]:
        return super().get_queryset(request).select_related("event")
