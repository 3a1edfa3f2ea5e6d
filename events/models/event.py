"""What happens, where and when, and who holds it."""

import datetime
import uuid
from typing import TYPE_CHECKING, Any, ClassVar, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.contrib.postgres.indexes import GinIndex, GistIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from common.html import RichTextField
from common.models import PublicContent
from common.one_line import OneLineField
from common.search import searched
from common.times import Precision
from common.translation import Translated
from events.models.addresses import RESERVED, validate_event_slug
from members.models import Audience, Direction, Organisation, Region
from members.models.organisation import WebsiteField
from members.models.taxonomy import validate_time_zone
from projects.models import Project
from technoparks.models import Technopark

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from members.models import User
    from members.models.addressed import HasSlug


class EventKind(models.TextChoices):
    FORUM = "forum", _("Forum")
    STRATEGIC_SESSION = "strategic_session", _("Strategic session")
    PROJECT_CAMP = "project_camp", _("Project camp")
    OPEN_DAY = "open_day", _("Open day")
    WEBINAR = "webinar", _("Webinar")
    COMPETITION = "competition", _("Competition")
    BOARD_SESSION = "board_session", _("Board session")


class EventFormat(models.TextChoices):
    IN_PERSON = "in_person", _("In person")
    ONLINE = "online", _("Online")
    HYBRID = "hybrid", _("In person and online")


class EventState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    MODERATION = "moderation", _("Waits for the association")
    PUBLISHED = "published", pgettext_lazy("of an event", "Published")
    POSTPONED = "postponed", pgettext_lazy("of an event", "Postponed")
    CANCELLED = "cancelled", pgettext_lazy("of an event", "Cancelled")
    HELD = "held", pgettext_lazy("of an event", "Held")
    ARCHIVED = "archived", pgettext_lazy("of an event", "In the archive")


EXACT = (Precision.TIME, Precision.DAY)


class ReminderKind(models.TextChoices):
    WEEK = "week", _("A week before")
    THREE_DAYS = "three", _("Three days before")
    DAY = "day", _("A day before")
    HOURS = "hours", _("Three hours before")


class RegistrationWay(models.TextChoices):
    NONE = "none", _("Nobody registers")
    HERE = "here", _("Here")
    ELSEWHERE = "elsewhere", _("On another site")


class WaitingRule(models.TextChoices):
    """The published rule of a waiting list."""

    STRICT = "strict", _("Strictly in turn")
    FIRST_FITTING = "first_fitting", _("The first whom the free places are enough for")


PUBLIC_STATES = (
    EventState.PUBLISHED,
    EventState.POSTPONED,
    EventState.CANCELLED,
    EventState.HELD,
    EventState.ARCHIVED,
)
AWAITED = (EventState.PUBLISHED, EventState.POSTPONED)
NOT_HELD = (*AWAITED, EventState.CANCELLED)
OVER = (EventState.HELD, EventState.ARCHIVED)
HAPPENED = (EventState.PUBLISHED, *OVER)  # or will

LATEST_FIRST = (F("starts_at").desc(nulls_last=True), "-pk")  # as the index has it
FAR = datetime.datetime(9999, 1, 1, tzinfo=datetime.UTC)


def known_end(of: str = "") -> Coalesce:
    """From when on terms run, so that each begins: the end of an event; of one without a date the last change."""
    return Coalesce(f"{of}ends_at", f"{of}updated_at")


def usual_reminders() -> list[str]:
    return [ReminderKind.WEEK.value, ReminderKind.DAY.value]


class EventSeries(PublicContent):
    """What recurs: each of its events has a page of its own."""

    name = OneLineField(_("name"), max_length=200)
    name_en = OneLineField(_("name in English"), max_length=200, blank=True)
    slug = models.SlugField(_("address"), max_length=80, unique=True)
    about = RichTextField(_("description"), blank=True)
    about_en = RichTextField(_("description in English"), blank=True)

    title: ClassVar = Translated("name")
    description: ClassVar = Translated("about")
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("series of events")
        verbose_name_plural = _("series of events")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.title


class EventQuerySet(models.QuerySet["Event"]):
    def public(self) -> Self:
        return self.filter(state__in=PUBLIC_STATES)

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Public ones; besides, its own to an organiser's representative and every one to the staff."""
        if user.is_staff and user.is_active:
            return self
        if user.is_authenticated:
            return self.filter(
                Q(state__in=PUBLIC_STATES) | Q(pk__in=self.model.objects.organised_by(user).values("pk"))
            )
        return self.public()

    def organised_by(self, user: "User") -> Self:
        """Whose organisers ``user`` acts for."""
        own = Organisation.objects.represented_by(user).values("pk")
        shared = EventOrganiser.objects.filter(organisation__in=own).values("event")
        return self.filter(pk__in=shared)

    def upcoming(self, at: datetime.datetime | None = None, *, states: tuple[str, ...] = AWAITED) -> Self:
        """Not over yet, and not called off; the soonest first. Those without a date come last."""
        # Not as ``ends_at >= … OR ends_at IS NULL``: PostgreSQL then takes few rows for probable, and sorts all of them
        # instead of reading the first by the index on the beginning.
        awaited = self.alias(over_at=Coalesce("ends_at", Value(FAR))).filter(over_at__gte=at or timezone.now())
        return awaited.filter(state__in=states).soonest_first()

    def past(self, at: datetime.datetime | None = None) -> Self:
        """Over or held, the latest first."""
        return self.filter(Q(ends_at__lt=at or timezone.now()) | Q(state__in=OVER)).latest_first()

    def soonest_first(self) -> Self:
        return self.order_by(F("starts_at").asc(nulls_last=True), "pk")

    def latest_first(self) -> Self:
        return self.order_by(*LATEST_FIRST)

    def on(self, days: DateRange) -> Self:
        """On one of these days; where no more than a month or a year is known, all of it within them."""
        exact = Q(days__overlap=days, precision__in=EXACT)
        return self.filter(exact | Q(days__contained_by=days))

    def searched(self, text: str) -> Self:
        """Those that ``text`` means, best first: word forms, then typos, then any of the words."""
        return searched(self, text, then=LATEST_FIRST)


class EventManager(models.Manager.from_queryset(EventQuerySet)):  # type: ignore[misc]
    def get_queryset(self) -> EventQuerySet:
        """The columns of the search are for the database only and never travel."""
        return super().get_queryset().defer("search_vector", "search_text")


class Event(PublicContent):
    """A forum, a camp, a webinar … Its moves stand in ``events.life.moves``."""

    kind = models.CharField(_("kind"), max_length=20, choices=EventKind)
    name = OneLineField(_("name"), max_length=200)
    name_en = OneLineField(_("name in English"), max_length=200, blank=True)
    slug = models.SlugField(_("address"), max_length=80, unique=True, validators=[validate_event_slug])
    summary = OneLineField(_("in one sentence"), max_length=300, blank=True, help_text=_("For lists and letters"))
    summary_en = OneLineField(_("in one sentence, in English"), max_length=300, blank=True)
    about = RichTextField(_("description"), blank=True)
    about_en = RichTextField(_("description in English"), blank=True)
    cover = models.ImageField(_("cover"), upload_to="covers", blank=True, editable=False)
    cover_alt = OneLineField(
        _("what the cover shows"), max_length=200, blank=True, db_default="", help_text=_("For those who cannot see it")
    )
    cover_alt_en = OneLineField(_("what the cover shows, in English"), max_length=200, blank=True, db_default="")
    series = models.ForeignKey(
        EventSeries, models.SET_NULL, null=True, blank=True, related_name="events", verbose_name=_("series")
    )
    organisers = models.ManyToManyField(
        Organisation, through="EventOrganiser", related_name="organised_events", verbose_name=_("organisers")
    )
    directions = models.ManyToManyField(Direction, blank=True, related_name="events", verbose_name=_("directions"))
    audience = ArrayField(
        models.CharField(max_length=12, choices=Audience),
        default=list,
        blank=True,
        verbose_name=_("audience"),
        help_text=_("Empty: everybody"),
    )
    grade_from = models.PositiveSmallIntegerField(
        _("from grade"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(11)]
    )
    grade_to = models.PositiveSmallIntegerField(
        _("to grade"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(11)]
    )

    starts_at = models.DateTimeField(_("begins"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    precision = models.CharField(_("known to the"), max_length=5, choices=Precision, default=Precision.TIME)
    time_zone = models.CharField(
        _("time zone of the place"), max_length=40, default=settings.TIME_ZONE, validators=[validate_time_zone]
    )
    format = models.CharField(_("format"), max_length=10, choices=EventFormat, default=EventFormat.IN_PERSON)
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="events", verbose_name=_("region")
    )
    city = OneLineField(_("city"), max_length=100, blank=True)
    city_en = OneLineField(_("city in English"), max_length=100, blank=True)
    venue = OneLineField(_("place"), max_length=200, blank=True, help_text=_("Building and address"))
    venue_en = OneLineField(_("place in English"), max_length=200, blank=True)
    technopark = models.ForeignKey(
        Technopark,
        models.PROTECT,
        null=True,
        blank=True,
        limit_choices_to={"is_network": False, "is_published": True},
        related_name="+",
        verbose_name=_("technopark"),
        help_text=_("If it is held in one: its page names the event"),
    )
    project = models.ForeignKey(
        Project,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="events",
        verbose_name=_("project"),
        help_text=_("If it is a part of one: its page names the event"),
    )
    online_link = WebsiteField(
        _("link for those who take part online"), blank=True, help_text=_("Only those who are admitted see it")
    )

    state = models.CharField(_("state"), max_length=10, choices=EventState, default=EventState.DRAFT, editable=False)
    registration = models.CharField(
        _("registration"), max_length=9, choices=RegistrationWay, default=RegistrationWay.NONE
    )
    registration_site = WebsiteField(_("site of the registration"), blank=True)
    opens_at = models.DateTimeField(_("registration opens"), null=True, blank=True, help_text=_("Empty: at once"))
    closes_at = models.DateTimeField(
        _("registration closes"), null=True, blank=True, help_text=_("Empty: when the event begins")
    )
    waiting_rule = models.CharField(
        _("rule of the waiting list"), max_length=13, choices=WaitingRule, default=WaitingRule.STRICT
    )
    offer_hours = models.PositiveSmallIntegerField(
        _("hours to accept a place that came free"), default=24, validators=[MinValueValidator(1)]
    )
    approval_days = models.PositiveSmallIntegerField(
        _("days for the organiser to approve"), default=3, validators=[MinValueValidator(1)]
    )
    asks_to_confirm = models.BooleanField(
        _("ask 48 hours before whether they will come"), default=False, db_default=False
    )
    silence_frees = models.BooleanField(_("who does not answer loses the place"), default=False, db_default=False)
    remind = ArrayField(
        models.CharField(max_length=5, choices=ReminderKind),
        default=usual_reminders,
        db_default=usual_reminders(),
        blank=True,
        verbose_name=_("remind those who come"),
        help_text=_("Empty: never"),
    )
    hours_a_day = models.PositiveSmallIntegerField(
        _("hours of a day, for certificates"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(24)],
        help_text=_("Empty: by the programme"),
    )
    headcount = models.PositiveIntegerField(
        _("how many came"), null=True, blank=True, help_text=_("Where registration was elsewhere")
    )
    headcount_is_least = models.BooleanField(_("this many or more"), default=False)

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sequence = models.PositiveIntegerField(default=0, editable=False)  # of iCalendar, raised by the trigger
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    # Filled by triggers (migrations 0002 and 0003), whoever writes: one row is all that a list reads. So is
    # ``sequence``, raised whenever time, place or state changes.
    # By the clock of the place, as far as known; django-stubs know no range that may be absent.
    days = DateRangeField(null=True, editable=False)  # type: ignore[misc]
    direction_slugs = ArrayField(models.SlugField(), default=list, editable=False)
    organiser_cards = models.JSONField(default=list, editable=False)  # [{"slug", "kind", "name", "name_en"}]
    search_vector = SearchVectorField(null=True, editable=False)
    search_text = models.TextField(default="", editable=False)

    title: ClassVar = Translated("name")
    lead: ClassVar = Translated("summary")
    description: ClassVar = Translated("about")
    town: ClassVar = Translated("city")
    place: ClassVar = Translated("venue")
    cover_text: ClassVar = Translated("cover_alt")

    objects: ClassVar[EventManager] = EventManager()
    history = HistoricalRecords(
        m2m_fields=["directions"],
        excluded_fields=["days", "direction_slugs", "organiser_cards", "search_vector", "search_text", "updated_at"],
    )

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at=None, ends_at=None)
                | Q(starts_at__isnull=False, ends_at__isnull=False, ends_at__gte=F("starts_at")),
                name="event_ends_after_it_begins",
                violation_error_message=_("An event ends after it begins: give both times, or neither."),
            ),
            models.CheckConstraint(
                condition=Q(grade_from=None) | Q(grade_to=None) | Q(grade_to__gte=F("grade_from")),
                name="event_grades_ascend",
                violation_error_message=_("The last grade is not below the first."),
            ),
            models.CheckConstraint(
                condition=~Q(registration=RegistrationWay.HERE) | Q(starts_at__isnull=False, precision=Precision.TIME),
                name="event_registration_needs_time",
                violation_error_message=_("Registration needs the time of the event."),
            ),
            models.CheckConstraint(
                condition=~Q(registration=RegistrationWay.ELSEWHERE) | ~Q(registration_site=""),
                name="event_registration_site_given",
                violation_error_message=_("Name the site on which people register."),
            ),
            models.CheckConstraint(
                condition=Q(closes_at=None) | Q(opens_at=None) | Q(closes_at__gt=F("opens_at")),
                name="event_registration_closes_after_it_opens",
                violation_error_message=_("Registration closes after it opens."),
            ),
            models.CheckConstraint(condition=~Q(slug__in=RESERVED), name="event_slug_is_free"),
        ]
        indexes = [
            models.Index(fields=["starts_at", "id"], condition=Q(state__in=NOT_HELD), name="event_awaited"),
            models.Index(
                F("starts_at").desc(nulls_last=True),
                F("id").desc(),
                condition=Q(state__in=PUBLIC_STATES),
                name="event_latest",
            ),
            GistIndex(fields=["days"], name="event_days"),
            models.Index(fields=["ends_at"], condition=Q(state__in=PUBLIC_STATES), name="event_public_end"),
            GinIndex(fields=["search_vector"], name="event_search"),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="event_similar"),
            GinIndex(fields=["direction_slugs"], name="event_directions"),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """With the number that the trigger has given."""
        super().save(*args, **kwargs)
        self.refresh_from_db(fields=["sequence"])

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def is_public(self) -> bool:
        return self.state in PUBLIC_STATES

    @property
    def has_begun(self) -> bool:
        return self.starts_at is not None and self.starts_at <= timezone.now()

    @property
    def is_over(self) -> bool:
        return self.state in OVER or (self.ends_at is not None and self.ends_at < timezone.now())

    @property
    def registration_closes_at(self) -> datetime.datetime | None:
        return self.closes_at or self.starts_at

    @property
    def takes_registrations(self) -> bool:
        """Whether anybody may register at this moment."""
        now = timezone.now()
        closes_at = self.registration_closes_at
        return (
            self.state == EventState.PUBLISHED
            and self.registration == RegistrationWay.HERE
            and (self.opens_at is None or self.opens_at <= now)
            and closes_at is not None
            and now < closes_at
        )

    if TYPE_CHECKING:

        def get_absolute_url(self: HasSlug) -> str:
            """The page of the event; set at the roof (ABSOLUTE_URL_OVERRIDES)."""


class EventOrganiser(PublicContent):
    """An organisation that holds an event; the first of them answers for it."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="organiser_links", verbose_name=_("event"))
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name=_("organisation"))
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("organiser")
        verbose_name_plural = _("organisers")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "organisation"],
                name="event_organiser_once",
                violation_error_message=_("This organiser is already there."),
            )
        ]

    def __str__(self) -> str:
        return str(self.organisation)


class EventMove(models.Model):
    """One move of an event from state to state: who, when, why."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="moves", verbose_name=_("event"))
    source = models.CharField(_("from"), max_length=10, choices=EventState)
    target = models.CharField(_("to"), max_length=10, choices=EventState)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by whom")
    )
    at = models.DateTimeField(_("when"), default=timezone.now)
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("move of an event")
        verbose_name_plural = _("moves of events")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_source_display()} → {self.get_target_display()}"
