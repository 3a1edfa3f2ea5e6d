"""Pools of places and their quotas. How many places there are moves by the service alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.admin import StackedInline

from common.admin import ModelAdmin, save_columns
from common.errors import RuleViolated
from events.life.place_times import limit_years
from events.models import Event, Quota, TicketPool
from events.registering.places import FreePlaces, locked_event
from events.registering.registrations import (
    check_capacity,
    check_promises,
    remove_pool,
    set_capacity,
    settle_places,
)


class UnderLock(admin.ModelAdmin):
    """What is sent is checked and written under the lock of the event, under which its places are counted and its parts
    removed: what the form says beside a field holds as it is saved."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        with transaction.atomic():
            if request.method == "POST" and object_id and (record := self.get_object(request, unquote(object_id))):
                locked_event(record if isinstance(record, Event) else record.event)
            return super().changeform_view(request, object_id, form_url, extra_context)


@contextmanager
def told_in_form() -> Iterator[None]:
    """What a rule forbids."""
    try:
        yield
    except RuleViolated as error:
        raise forms.ValidationError(error.message) from error


class PoolForm(forms.ModelForm):
    def clean_capacity(self) -> int | None:
        capacity: int | None = self.cleaned_data["capacity"]
        if self.instance.pk and "capacity" in self.changed_data:
            with told_in_form():
                check_capacity(self.instance, capacity)
        return capacity


class PoolInlineForm(PoolForm):
    """Where quotas are not in reach: they stand on the page of the pool."""

    def clean_capacity(self) -> int | None:
        capacity = super().clean_capacity()
        if self.instance.pk and "capacity" in self.changed_data:
            with told_in_form():
                check_promises(FreePlaces.of(TicketPool(pk=self.instance.pk, capacity=capacity)))
        return capacity


class QuotaForm(forms.ModelForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limit_years(self, ["returns_at"])


class QuotaFormSet(forms.BaseInlineFormSet):
    def clean(self) -> None:
        """Together with what is taken they fit into the places of the pool, as many as are typed above."""
        super().clean()
        if any(self.errors):
            return
        kept = [
            form.instance for form in self.forms if form.instance.organisation_id and form not in self.deleted_forms
        ]
        promised = {quota.organisation_id: quota.places for quota in kept if quota.returns_at > timezone.now()}
        with told_in_form():
            check_promises(FreePlaces.if_promised(self.instance, promised))


class PoolInline(StackedInline):
    model = TicketPool
    form = PoolInlineForm
    extra = 0
    tab = True
    show_change_link = True  # to its quotas
    fields = [("name", "name_en"), ("kind", "capacity"), ("needs_approval", "takes_groups"), "position"]


class QuotaInline(StackedInline):
    model = Quota
    form = QuotaForm
    formset = QuotaFormSet
    extra = 0
    fields = [("organisation", "places"), "returns_at"]
    autocomplete_fields = ["organisation"]


@admin.register(TicketPool)
class TicketPoolAdmin(UnderLock, ModelAdmin):
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
        if not change:
            super().save_model(request, obj, form, change)
        elif others := [name for name in form.changed_data if name != "capacity"]:
            save_columns(obj, others)

    def save_formset(self, request: HttpRequest, form: forms.ModelForm, formset: Any, change: bool) -> None:
        """The quotas first, and the places into which they fit; what is left free is offered at once."""
        super().save_formset(request, form, formset, change)
        if change and "capacity" in form.changed_data:
            set_capacity(form.instance, capacity=form.instance.capacity)
        elif formset.has_changed():
            settle_places(form.instance)

    def delete_model(self, request: HttpRequest, obj: TicketPool) -> None:
        remove_pool(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[TicketPool]) -> None:
        for pool in queryset.order_by("event_id", "pk"):
            remove_pool(pool)

    def get_queryset(self, request: HttpRequest) -> QuerySet[TicketPool]:
        return super().get_queryset(request).select_related("event")
