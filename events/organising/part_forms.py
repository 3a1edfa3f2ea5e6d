"""Forms of what an event consists of: places, quotas, questions, tracks, sessions, talks, signings, materials."""

import datetime
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import RuleViolated
from common.forms import OnceForm
from events.life.place_times import SESSION_ENDS, check_end, limit_years, shown_at, typed_at
from events.models import (
    Event,
    EventMaterial,
    PlannedSigning,
    Quota,
    RegistrationQuestion,
    Session,
    Talk,
    TicketPool,
    Track,
)
from events.organising.forms import ClockInput
from events.registering.registrations import check_capacity
from members.models import Organisation


class PartForm(OnceForm, forms.ModelForm):
    """Of a part of ``event``, whose clock its times are typed by."""

    CLOCKED: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        self.event = event
        super().__init__(*args, **kwargs)
        for name in self.CLOCKED:
            self.initial[name] = shown_at(getattr(self.instance, name), event.zone)
        limit_years(self, self.CLOCKED)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        return data | {name: typed_at(data.get(name), self.event.zone) for name in self.CLOCKED if name in data}

    @property
    def names(self) -> list[str]:
        """Of the fields that stand in the row."""
        return [name for name in self.fields if name != "request_key"]


class PoolForm(PartForm):
    class Meta:
        model = TicketPool
        fields = ["kind", "name", "name_en", "capacity", "needs_approval", "takes_groups"]

    def clean_capacity(self) -> int | None:
        """Told beside the field; the service asks again under the lock."""
        capacity: int | None = self.cleaned_data["capacity"]
        if self.instance.pk:
            try:
                check_capacity(self.instance, capacity)
            except RuleViolated as error:
                raise forms.ValidationError(error.message) from error
        return capacity


class QuotaForm(PartForm):
    CLOCKED = ("returns_at",)
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("Organisation"), empty_label=None, widget=forms.RadioSelect
    )

    class Meta:
        model = Quota
        fields = ["organisation", "places", "returns_at"]
        widgets = {"returns_at": ClockInput}

    def __init__(self, *args: Any, found: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        if self.instance.pk:
            del fields["organisation"]
        else:
            fields["organisation"].queryset = found
        fields["returns_at"].help_text = _("What the organisation has not taken by then is everybody’s")

    def clean_returns_at(self) -> datetime.datetime:
        """By the clock of the reader still; ``clean`` reads it by that of the place."""
        typed: datetime.datetime = self.cleaned_data["returns_at"]
        returns_at = typed_at(typed, self.event.zone)
        if returns_at and returns_at <= timezone.now():
            raise forms.ValidationError(_("This is over already."))
        if returns_at and self.event.starts_at and returns_at > self.event.starts_at:
            raise forms.ValidationError(_("By the beginning of the event at the latest, or places stay empty."))
        return typed


class QuestionForm(PartForm):
    class Meta:
        model = RegistrationQuestion
        fields = ["label", "label_en", "type", "choices", "choices_en", "is_required"]
        widgets = {
            "type": forms.RadioSelect,
            "choices": forms.Textarea({"rows": 4}),
            "choices_en": forms.Textarea({"rows": 4}),
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        lines, english = ([*filter(str.strip, data.get(name, "").splitlines())] for name in ("choices", "choices_en"))
        if data.get("type") != RegistrationQuestion.Type.CHOICE:
            return data
        if len(lines) < 2:
            self.add_error("choices", _("Two choices at least, one a line."))
        if english and len(english) != len(lines):
            self.add_error("choices_en", _("As many lines as there are choices, in the same order, or none."))
        return data


class TrackForm(PartForm):
    class Meta:
        model = Track
        fields = ["name", "name_en", "room"]


class SessionForm(PartForm):
    CLOCKED = ("starts_at", "ends_at")

    class Meta:
        model = Session
        fields = ["name", "name_en", "starts_at", "ends_at", "track", "is_break", "about", "about_en"]
        widgets = {
            "starts_at": ClockInput,
            "ends_at": ClockInput,
            "about": forms.Textarea({"rows": 4}),
            "about_en": forms.Textarea({"rows": 4}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tracks: Any = self.fields["track"]
        tracks.queryset, tracks.empty_label = self.event.tracks.all(), _("None: for all")
        if not self.instance.pk and self.event.starts_at:
            first = self.event.sessions.filter(ends_at__isnull=False).order_by("-ends_at").first()
            self.initial["starts_at"] = shown_at(first.ends_at if first else self.event.starts_at, self.event.zone)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        check_end(self, data, SESSION_ENDS)
        return data


class TalkForm(PartForm):
    class Meta:
        model = Talk
        fields = ["name", "name_en"]


class SigningForm(PartForm):
    """Who signs is chosen on a page of its own."""

    class Meta:
        model = PlannedSigning
        fields = ["subject", "subject_en"]
        labels = {"subject": _("What it is about"), "subject_en": _("What it is about, in English")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["subject"].required = True  # by which it is known here


class MaterialForm(PartForm):
    class Meta:
        model = EventMaterial
        fields = ["name", "name_en", "link", "talk"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        talks: Any = self.fields["talk"]
        talks.queryset, talks.empty_label = Talk.objects.filter(session__event=self.event), _("Of the whole event")
