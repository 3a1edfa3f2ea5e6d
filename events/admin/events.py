"""Events. Their state moves only by events.life.moves, one row of history per move."""

from functools import partial
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.db.models import ManyToManyField, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesCheckboxFilter,
    DropdownFilter,
    RangeDateTimeFilter,
)
from unfold.decorators import action, display
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
)

from common.admin import Decision, HistoryModelAdmin, MoveInline, colours, save_columns, since_last_move
from common.admin.single import SingleAction, after_question
from common.text import slug_of
from events.admin.messages import MessageInline, MessagesMixin
from events.admin.places import PoolInline, UnderLock
from events.admin.programme import MaterialInline, QuestionInline, SessionInline, SigningInline, TrackInline
from events.admin.reports import ReportMixin, report_actions
from events.life.changes import change_event
from events.life.moves import EVENT_MOVES, Who, move_event, possible_moves
from events.life.place_times import PlaceTimesForm
from events.models import Event, EventMove, EventOrganiser, EventSeries, EventState, ReminderKind, TicketPool
from events.models.event import usual_reminders
from events.public.covers import WIDTHS, CoverFields, cover_url, remove_cover
from events.registering.registrations import remove_pool, set_capacity
from members.models import Audience, User

STATE_COLOURS = colours(
    EventState,
    {
        EventState.MODERATION: "warning",
        EventState.PUBLISHED: "success",
        EventState.POSTPONED: "warning",
        EventState.CANCELLED: "danger",
        EventState.HELD: "info",
    },
)
TOLD = _("Everybody who is registered is told by e-mail, with the reason.")
# What the page of each move asks, says and tells.
MOVES: dict[str, tuple[str | Promise, str | Promise]] = {
    "publish": (_("Publish"), _("Everybody can read its page; people register if it takes registrations.")),
    "return": (_("Return to the organiser"), _("It is a draft again. The organiser reads why.")),
    "postpone": (_("Postpone"), TOLD),
    "resume": (_("Resume"), _("Everybody who is registered is told of the time and the place.")),
    "cancel": (_("Cancel the event"), TOLD),
    "hold": (_("Mark as held"), _("It stays on the public site, among what is over.")),
    "archive": (_("Put into the archive"), _("Its page stays; nothing is changed there any more.")),
}


class WhenFilter(DropdownFilter):
    title = _("when")
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [("upcoming", _("Upcoming")), ("past", _("Past"))]

    def queryset(self, request: HttpRequest, events: Any) -> Any:
        match self.value():
            case "upcoming":
                return events.upcoming(states=(*EventState.values,))
            case "past":
                return events.past()
        return events


class EventForm(CoverFields, PlaceTimesForm):
    audience = forms.MultipleChoiceField(
        label=_("Audience"),
        choices=Audience,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("Empty: everybody"),
    )
    remind = forms.MultipleChoiceField(
        label=_("Remind those who come"),
        choices=ReminderKind,
        initial=usual_reminders,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("Empty: never"),
    )
    time_zone = forms.ChoiceField(label=_("Time zone of the place"), widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:  # it is not, to those who may only look
            self.fields["slug"].required = False
            self.fields["slug"].help_text = _("Left empty, it is made of the name")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if "slug" in self.fields and "slug" not in self.errors and not data.get("slug"):
            data["slug"] = slug_of(data.get("name", ""))
            if not data["slug"] and data.get("name"):
                self.add_error("slug", _("The name has no letters to make an address of. Please write one."))
        return data


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("The reason"), max_length=500, help_text=_("People read it"), widget=UnfoldAdminTextareaWidget
    )


class OrganiserInline(StackedInline):
    model = EventOrganiser
    extra = 0
    tab = True
    fields = [("organisation", "position")]
    autocomplete_fields = ["organisation"]


class EventMoveInline(MoveInline):
    model = EventMove


@admin.register(EventSeries)
class EventSeriesAdmin(HistoryModelAdmin):
    view_on_site = False
    list_display = ["name", "slug"]
    search_fields = ["name", "name_en"]
    prepopulated_fields = {"slug": ["name_en"]}
    fields = [("name", "name_en"), "slug", "about", "about_en"]


@admin.register(Event)
class EventAdmin(UnderLock, MessagesMixin, ReportMixin, HistoryModelAdmin):
    form = EventForm
    list_display = ["title_and_kind", "starts_at", "city", "format", "state_label"]
    list_filter = [
        ("state", ChoicesCheckboxFilter),
        ("kind", ChoicesCheckboxFilter),
        WhenFilter,
        ("format", ChoicesCheckboxFilter),
        ("starts_at", RangeDateTimeFilter),
        ("organisers", AutocompleteSelectFilter),
    ]
    search_fields = ["name", "name_en", "city", "slug"]
    search_help_text = _("Name, city, address")
    ordering = ["-starts_at", "-pk"]
    autocomplete_fields = ["region", "technopark", "project"]
    formfield_overrides = {
        **HistoryModelAdmin.formfield_overrides,
        ManyToManyField: {"widget": UnfoldAdminCheckboxSelectMultipleWidget},
    }
    readonly_fields = ["state", "cover_now"]
    inlines = [
        OrganiserInline,
        PoolInline,
        QuestionInline,
        TrackInline,
        SessionInline,
        SigningInline,
        MaterialInline,
        MessageInline,
        EventMoveInline,
    ]
    actions_detail = [*(f"{move}_this" for move in MOVES), "write_this", "stop_this", "report_this"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("kind", "state"),
                    ("name", "name_en"),
                    ("summary", "summary_en"),
                    "slug",
                    "series",
                    ("time_zone", "precision"),
                    "starts_at",
                    "ends_at",
                    ("format", "region"),
                    ("city", "city_en"),
                    ("venue", "venue_en"),
                    ("technopark", "project"),
                    "online_link",
                ]
            },
        ),
        (_("Description"), {"fields": ["about", "about_en"], "classes": ["tab"]}),
        (
            _("Cover"),
            {"fields": ["cover_now", "new_cover", "no_cover", ("cover_alt", "cover_alt_en")], "classes": ["tab"]},
        ),
        (
            _("Registration"),
            {
                "fields": [
                    ("registration", "registration_site"),
                    "opens_at",
                    "closes_at",
                    ("waiting_rule", "offer_hours"),
                    "approval_days",
                    "remind",
                    ("asks_to_confirm", "silence_frees"),
                ],
                "classes": ["tab"],
            },
        ),
        (
            _("For whom"),
            {"fields": ["audience", ("grade_from", "grade_to"), "directions"], "classes": ["tab"]},
        ),
        (_("Afterwards"), {"fields": [("headcount", "headcount_is_least")], "classes": ["tab"]}),
    ]

    @display(description=_("event"), ordering="name", header=True)
    def title_and_kind(self, event: Event) -> list[str]:
        return [event.title, event.get_kind_display()]

    @display(description=_("state"), ordering="state", label=STATE_COLOURS)
    def state_label(self, event: Event) -> tuple[str, str]:
        return event.state, event.get_state_display()

    def save_model(self, request: HttpRequest, obj: Event, form: forms.ModelForm, change: bool) -> None:
        if change and form.changed_data:
            change_event(obj, names=form.changed_data, by=cast("User", request.user))
        elif not change:
            super().save_model(request, obj, form, change)
        form.save_cover(obj)  # type: ignore[attr-defined]

    def delete_model(self, request: HttpRequest, obj: Event) -> None:
        remove_cover(obj)
        super().delete_model(request, obj)

    @display(description=_("cover now"))
    def cover_now(self, event: Event) -> str:
        return (
            format_html('<img src="{}" alt="" width="240">', cover_url(str(event.cover), WIDTHS[0]))
            if event.cover
            else ""
        )

    def has_delete_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        """What others have read stays on record: it is cancelled, and not deleted."""
        return super().has_delete_permission(request, obj) and not (obj and obj.moves.exists())

    def save_formset(self, request: HttpRequest, form: forms.ModelForm, formset: Any, change: bool) -> None:
        if formset.model is not TicketPool:
            super().save_formset(request, form, formset, change)
            return
        formset.save(commit=False)
        for pool in formset.deleted_objects:
            remove_pool(pool)
        for pool, names in formset.changed_objects:
            if others := [name for name in names if name != "capacity"]:
                save_columns(pool, others)
            if "capacity" in names:
                set_capacity(pool, capacity=pool.capacity)
        for pool in formset.new_objects:
            pool.save()

    # --- Moves --------------------------------------------------------------------------------------------------

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list:
        """Only where its state leads."""
        event = self.get_object(request, object_id)
        possible = {f"{move}_this" for move in possible_moves(event, who=Who.STAFF)} if event else set()
        possible |= self.message_actions(event) | report_actions(event) if event else set()
        return [
            one
            for one in super().get_actions_detail(request, object_id)
            if one.method.original_function_name in possible
        ]

    @action(description=MOVES["publish"][0], icon="public", permissions=["change"])
    def publish_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._move(request, object_id, "publish")

    @action(description=MOVES["return"][0], icon="undo", permissions=["change"])
    def return_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._move(request, object_id, "return")

    @action(description=MOVES["postpone"][0], icon="schedule", permissions=["change"])
    def postpone_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._move(request, object_id, "postpone")

    @action(description=MOVES["resume"][0], icon="play_arrow", permissions=["change"])
    def resume_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._move(request, object_id, "resume")

    @action(description=MOVES["cancel"][0], icon="event_busy", permissions=["change"])
    def cancel_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._move(request, object_id, "cancel")

    @action(description=MOVES["hold"][0], icon="event_available", permissions=["change"])
    def hold_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._move(request, object_id, "hold")

    @action(description=MOVES["archive"][0], icon="archive", permissions=["change"])
    def archive_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._move(request, object_id, "archive")

    def _move(self, request: HttpRequest, object_id: str, move: str) -> HttpResponse:
        title, text = MOVES[move]
        do = partial(move_event, move=move, who=Who.STAFF, by=cast("User", request.user))
        single = SingleAction(
            title,
            lambda event, data: do(event, **data).get_state_display(),
            _("The state now: %(done)s"),
            text,
            form=ReasonForm if EVENT_MOVES[move].needs_reason else forms.Form,
            variant="danger" if move == "cancel" else "",
        )
        return after_question(self, request, object_id, single)


def _in_moderation() -> QuerySet[Event]:
    return since_last_move(Event.objects.filter(state=EventState.MODERATION))


IN_MODERATION = Decision(_("Events: publish?"), "event", _in_moderation, "state__exact=moderation")
