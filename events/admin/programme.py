"""What is on at an event: sessions with their talks."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.functional import cached_property
from unfold.admin import StackedInline

from common.admin import ModelAdmin
from events.admin.places import UnderLock
from events.life.place_times import SESSION_ENDS, check_end, limit_years, shown_at, typed_at
from events.models import Event, EventMaterial, PlannedSigning, RegistrationQuestion, Session, Talk, Track


class SessionForm(forms.ModelForm):
    """By the clock of the event."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("starts_at", "ends_at"):
            self.initial[name] = self.event and shown_at(getattr(self.instance, name), self.event.zone)
        limit_years(self, ("starts_at", "ends_at"))
        if "track" in self.fields:
            tracks: Any = self.fields["track"]
            tracks.queryset = self.event.tracks.all() if self.event else Track.objects.none()

    @cached_property
    def event(self) -> Event | None:
        return self.instance.event if self.instance.event_id else None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if event := self.event or data.get("event"):
            data |= {name: typed_at(data.get(name), event.zone) for name in ("starts_at", "ends_at") if name in data}
        check_end(self, data, SESSION_ENDS)
        return data


class SessionFormSet(forms.BaseInlineFormSet):
    def _construct_form(self, i: int, **kwargs: Any) -> forms.ModelForm:
        """A new row knows its event from the beginning: its clock and its tracks."""
        if i >= self.initial_form_count():
            kwargs["instance"] = Session(event=self.instance)
        return super()._construct_form(i, **kwargs)  # type: ignore[misc]


class SessionInline(StackedInline):
    model = Session
    form = SessionForm
    formset = SessionFormSet
    extra = 0
    tab = True
    show_change_link = True  # to its talks
    fields = [("name", "name_en"), "starts_at", "ends_at", ("track", "is_break"), "position"]


class TrackInline(StackedInline):
    model = Track
    extra = 0
    tab = True
    fields = [("name", "name_en"), ("room", "position")]


class QuestionInline(StackedInline):
    model = RegistrationQuestion
    extra = 0
    tab = True
    fields = [("label", "label_en"), ("type", "is_required"), ("choices", "choices_en"), "position"]


class SigningInline(StackedInline):
    model = PlannedSigning
    extra = 0
    tab = True
    fields = [("subject", "subject_en"), "parties", "position"]
    autocomplete_fields = ["parties"]


class MaterialInline(StackedInline):
    model = EventMaterial
    extra = 0
    tab = True
    fields = [("name", "name_en"), ("link", "position")]


class TalkInline(StackedInline):
    model = Talk
    extra = 0
    fields = [("name", "name_en"), "speakers", "position"]
    autocomplete_fields = ["speakers"]


@admin.register(Session)
class SessionAdmin(UnderLock, ModelAdmin):
    form = SessionForm
    list_display = ["name", "event", "starts_at"]
    list_select_related = ["event"]
    search_fields = ["name", "event__name"]
    autocomplete_fields = ["event"]
    fields: ClassVar[Any] = ["event", *SessionInline.fields, "about", "about_en"]
    inlines = [TalkInline]

    def get_readonly_fields(self, request: HttpRequest, obj: Session | None = None) -> list[str]:
        return ["event"] if obj else []
