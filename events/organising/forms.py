"""Forms by which organisers describe an event."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import DescriptionForm, OnceForm, Section, WordsForm
from common.images import ACCEPTED_FORMATS
from common.marks import RichTextFormField
from events.life.place_times import PlaceTimesForm, check_year, clocks, typed_at
from events.models import Event, EventKind, EventState, RegistrationWay, ReminderKind
from events.models.event import usual_reminders
from events.organising.drafts import Repetition
from events.organising.rules import CHECKED
from events.public.covers import CoverFields
from members.models import Audience, Organisation
from projects.organising.access import projects_of

MINUTES = "%Y-%m-%dT%H:%M"  # of <input type="datetime-local">


class ClockInput(forms.DateTimeInput):
    """A day and a time in the browser's own control; seconds are nobody's concern."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format=MINUTES)


class EventForm(DescriptionForm, PlaceTimesForm):
    """All that is said of an event. Published, it is without what the association has checked."""

    audience = forms.MultipleChoiceField(
        label=_("Audience"),
        choices=Audience,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: everybody"),
    )
    time_zone = forms.ChoiceField(label=_("Time zone of the place"))
    remind = forms.MultipleChoiceField(
        label=_("Remind those who come"),
        choices=ReminderKind,
        initial=usual_reminders,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("By e-mail, those who had registered earlier than that. None chosen: nobody is reminded"),
    )

    class Meta:
        model = Event
        fields = [
            "kind", "name", "name_en", "summary", "summary_en", "about", "about_en",
            "audience", "grade_from", "grade_to", "directions",
            "time_zone", "starts_at", "ends_at", "precision",
            "format", "region", "city", "city_en", "venue", "venue_en", "technopark", "online_link", "project",
            "registration", "registration_site", "opens_at", "closes_at", "waiting_rule", "offer_hours",
            "approval_days", "remind", "asks_to_confirm", "silence_frees", "hours_a_day",
        ]  # fmt: skip
        field_classes = {"about": RichTextFormField, "about_en": RichTextFormField}
        widgets = {
            "directions": forms.CheckboxSelectMultiple,
            "format": forms.RadioSelect,
            "registration": forms.RadioSelect,
            "waiting_rule": forms.RadioSelect,
            **dict.fromkeys(("starts_at", "ends_at", "opens_at", "closes_at"), ClockInput),
        }

    SECTIONS: ClassVar[list[Section]] = [
        (
            "what",
            _("What it is"),
            "",
            ("kind", "name", "summary", "about", "project"),
        ),
        (
            "whom",
            _("For whom"),
            _("People look for events by this; nobody is turned away by it."),
            ("audience", "grade_from", "grade_to", "directions"),
        ),
        (
            "when",
            _("When"),
            _("To another day the programme moves along. Who is registered is told what it was and what it is."),
            ("time_zone", "starts_at", "ends_at", "precision"),
        ),
        (
            "where",
            _("Where"),
            "",
            ("format", "region", "city", "venue", "technopark", "online_link"),
        ),
        (
            "registration",
            _("Registration"),
            _("How many places there are, and what is asked of who comes, stands on the page of the places."),
            (
                "registration", "registration_site", "opens_at", "closes_at", "approval_days", "waiting_rule",
                "offer_hours", "remind", "asks_to_confirm", "silence_frees", "hours_a_day",
            ),
        ),
        (
            "english",
            _("In English"),
            _("For those who read the portal in English; what is empty they read in Russian."),
            ("name_en", "summary_en", "about_en", "city_en", "venue_en"),
        ),
    ]  # fmt: skip

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and self.instance.state != EventState.DRAFT:
            for name in CHECKED:
                del self.fields[name]
        fields: Any = self.fields
        if "kind" in fields and self.instance.kind != EventKind.BOARD_SESSION:  # those are the association's own
            fields["kind"].choices = [one for one in EventKind.choices if one[0] != EventKind.BOARD_SESSION]
        fields["project"].queryset = projects_of(organisation)
        fields["summary"].help_text = _("For lists and letters; without it the event cannot be sent to the association")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("silence_frees") and not data.get("asks_to_confirm"):
            self.add_error("silence_frees", _("Who is not asked cannot lose the place by silence: ask them as well."))
        if data.get("registration") == RegistrationWay.ELSEWHERE and not data.get("registration_site"):
            self.add_error("registration_site", _("Name the site on which people register."))
        return data

    def _get_validation_exclusions(self) -> set[str]:
        """What is said beside its field is not said twice."""
        told = {"registration_site"} if "registration_site" in self.errors else set()
        return super()._get_validation_exclusions() | told  # type: ignore[misc]  # Django's, not in its stubs


class CoverForm(CoverFields, forms.ModelForm):
    """Apart from the rest: a browser forgets a file that was chosen, so no mistake elsewhere may cost it."""

    field_order = ["new_cover", "no_cover", "cover_alt", "cover_alt_en"]
    instance: Event

    class Meta:
        model = Event
        fields = ["cover_alt", "cover_alt_en"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_cover"].widget.attrs["accept"] = ",".join(f"image/{one.lower()}" for one in ACCEPTED_FORMATS)
        if not self.instance.cover:
            del self.fields["no_cover"]

    @property
    def typed(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.changed_data}


class RepeatForm(OnceForm):
    name = forms.CharField(label=_("Name"), max_length=200)
    starts_at = forms.DateTimeField(label=_("Begins"), widget=ClockInput, validators=[check_year])
    in_series = forms.BooleanField(
        label=_("Both belong to one series"),
        required=False,
        initial=True,
        help_text=_("Their pages lead to each other"),
    )

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        self.event = event
        super().__init__(*args, **{"initial": {"name": event.name}, **kwargs})
        [clock] = [label for zone, label in clocks(event.time_zone) if zone == event.time_zone]
        self.fields["starts_at"].help_text = clock

    @property
    def repetition(self) -> Repetition:
        data = self.cleaned_data
        starts_at = typed_at(data["starts_at"], self.event.zone)
        return Repetition(data["name"], starts_at or data["starts_at"], data["in_series"])


class HeadcountForm(forms.Form):
    headcount = forms.IntegerField(label=_("How many came"), min_value=1, max_value=1_000_000)
    headcount_is_least = forms.BooleanField(
        label=_("This many or more"), required=False, help_text=_("Where nobody counted exactly")
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("The reason"),
        max_length=500,
        help_text=_("Everybody who is registered reads it, and it stands on the page of the event"),
        widget=forms.Textarea({"rows": 3}),
    )


class CancellationForm(ReasonForm, WordsForm):
    asked = _("we cancel the event")
    field_order = ["reason", "words"]
