"""What companies ask teams to solve: the task, for whom it is, what they give for it, and on which terms."""

from typing import TYPE_CHECKING, ClassVar, Self
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, DateField, F, FilteredRelation, Q, When
from django.db.models.functions import Now, TruncDate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from common.html import RichTextField
from common.models import PublicContent
from common.one_line import OneLineField
from common.search import searched
from common.translation import Translated
from members.models import Audience, Direction, Organisation, Region
from projects.models.move import StateMove
from projects.models.project import GRADES

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from members.models import User
    from members.models.addressed import HasSlug

RESERVED_CHALLENGES = ("feeds", "new")  # words of fixed addresses where the slug of a challenge stands


def validate_challenge_slug(slug: str) -> None:
    if slug in RESERVED_CHALLENGES:
        raise ValidationError(_("This address is one of the portal’s own pages. Please choose another."))


class ChallengeState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    REVIEW = "review", pgettext_lazy("of a challenge", "Under review")
    OPEN = "open", pgettext_lazy("of a challenge", "Open for applications")
    WORK = "work", pgettext_lazy("of a challenge", "Teams are at work")
    DEFENCE = "defence", pgettext_lazy("of a challenge", "Judges give scores")
    COMPLETED = "completed", pgettext_lazy("of a challenge", "Result is published")
    CANCELLED = "cancelled", pgettext_lazy("of a challenge", "Withdrawn by the company")


PUBLIC_CHALLENGE_STATES = (
    ChallengeState.OPEN,
    ChallengeState.WORK,
    ChallengeState.DEFENCE,
    ChallengeState.COMPLETED,
    ChallengeState.CANCELLED,
)


class TeamKind(models.TextChoices):
    SCHOOL = "school", _("Team of one school with a teacher")
    MIXED = "mixed", _("Team of several schools")
    RESEARCH = "research", _("Research collective")


class RightsHolder(models.TextChoices):
    """Who holds the exclusive right to what is made (part four of the Civil Code, art. 1228 and 1240: authorship stays
    with the authors whatever is agreed)."""

    AUTHORS = "authors", _("Stays with the authors")
    SHARED = "shared", _("Shared by the authors and the company")
    COMPANY = "company", _("Passes to the company under a contract")


# Teams know who sets it: its company has a page on the portal.
IS_PUBLIC = Q(state__in=PUBLIC_CHALLENGE_STATES, company_card__isnull=False)
TAKES_APPLICATIONS = Q(state=ChallengeState.OPEN, applications_until__gte=TruncDate(Now()))  # by the portal's clock
# Those that teams may join come first, the first to close before the others; then the last to have closed.
SOONEST_FIRST = (
    Case(When(TAKES_APPLICATIONS, then=F("applications_until")), output_field=DateField()).asc(nulls_last=True),
    F("applications_until").desc(nulls_last=True),
    "-pk",
)


class ChallengeQuerySet(models.QuerySet["Challenge"]):
    def public(self) -> Self:
        return self.filter(IS_PUBLIC)

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Public ones; besides, its own to a representative of the company, what the association looks through to the
        experts that it has asked, and every one to the staff."""
        if user.is_staff and user.is_active:
            return self
        if user.is_authenticated:
            own = Organisation.objects.represented_by(user).values("pk")
            # At most one row for each challenge: an expert is asked once.
            asked = FilteredRelation("reviews", condition=Q(reviews__expert=user, reviews__declined_at=None))
            is_expert = Q(state=ChallengeState.REVIEW, own_review__isnull=False)
            return self.alias(own_review=asked).filter(IS_PUBLIC | Q(company__in=own) | is_expert)
        return self.public()

    def taking_applications(self) -> Self:
        return self.public().filter(TAKES_APPLICATIONS)

    def soonest_first(self) -> Self:
        return self.order_by(*SOONEST_FIRST)

    def searched(self, text: str) -> Self:
        """Those that ``text`` means, best first: word forms, then typos, then any of the words."""
        return searched(self, text, then=SOONEST_FIRST)


class ChallengeManager(models.Manager.from_queryset(ChallengeQuerySet)):  # type: ignore[misc]
    def get_queryset(self) -> ChallengeQuerySet:
        """The columns of the search are for the database only and never travel."""
        return super().get_queryset().defer("search_vector", "search_text")


class Challenge(PublicContent):
    """Its moves stand in ``projects.life.challenges``."""

    company = models.ForeignKey(Organisation, models.PROTECT, related_name="challenges", verbose_name=_("company"))
    name = OneLineField(_("name"), max_length=200)
    name_en = OneLineField(_("name in English"), max_length=200, blank=True)
    slug = models.SlugField(_("address"), max_length=80, unique=True, validators=[validate_challenge_slug])
    summary = OneLineField(_("in one sentence"), max_length=300, blank=True, help_text=_("For lists and letters"))
    summary_en = OneLineField(_("in one sentence, in English"), max_length=300, blank=True)
    about = RichTextField(_("the task"), blank=True)
    about_en = RichTextField(_("the task in English"), blank=True)
    directions = models.ManyToManyField(Direction, blank=True, related_name="challenges", verbose_name=_("directions"))
    audience = ArrayField(
        models.CharField(max_length=12, choices=Audience),
        default=list,
        blank=True,
        verbose_name=_("audience"),
        help_text=_("Empty: everybody"),
    )
    grade_from = models.PositiveSmallIntegerField(_("from grade"), null=True, blank=True, validators=GRADES)
    grade_to = models.PositiveSmallIntegerField(_("to grade"), null=True, blank=True, validators=GRADES)
    region = models.ForeignKey(
        Region,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="challenges",
        verbose_name=_("region"),
        help_text=_("Empty: teams of any region"),
    )
    team_kinds = ArrayField(
        models.CharField(max_length=8, choices=TeamKind), default=list, blank=True, verbose_name=_("who may apply")
    )
    places = models.PositiveSmallIntegerField(
        _("places for teams"), default=5, validators=[MinValueValidator(1), MaxValueValidator(200)]
    )
    members_from = models.PositiveSmallIntegerField(
        _("members of a team, from"), default=2, validators=[MinValueValidator(1), MaxValueValidator(50)]
    )
    members_to = models.PositiveSmallIntegerField(
        _("members of a team, to"), default=6, validators=[MinValueValidator(1), MaxValueValidator(50)]
    )
    reward = OneLineField(_("what the teams get"), max_length=300, blank=True)
    reward_en = OneLineField(_("what the teams get, in English"), max_length=300, blank=True)
    mentor_hours = models.PositiveSmallIntegerField(
        _("hours of a mentor for each team"), null=True, blank=True, validators=[MaxValueValidator(1000)]
    )
    rights = models.CharField(_("exclusive right to the result"), max_length=7, choices=RightsHolder, blank=True)
    needs_nda = models.BooleanField(
        _("a non-disclosure agreement is signed"), default=False, help_text=_("By adults; for minors by their parents")
    )
    terms = RichTextField(
        _("terms"), blank=True, help_text=_("On rights and secrets; a team reads them before it applies")
    )
    terms_en = RichTextField(_("terms in English"), blank=True)
    applications_until = models.DateField(_("applications until"), null=True, blank=True)
    starts_on = models.DateField(_("work begins"), null=True, blank=True)
    ends_on = models.DateField(_("work ends"), null=True, blank=True)
    outcome = RichTextField(_("what has come of it"), blank=True, default="", db_default="")
    outcome_en = RichTextField(_("what has come of it, in English"), blank=True, default="", db_default="")
    state = models.CharField(
        _("state"), max_length=9, choices=ChallengeState, default=ChallengeState.DRAFT, editable=False
    )
    uid = models.UUIDField(default=uuid4, unique=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    # Filled by a trigger (migration 0007), whoever writes: one row is all that a list reads.
    direction_slugs = ArrayField(models.SlugField(), default=list, db_default=[], editable=False)
    company_card = models.JSONField(null=True, editable=False)  # {"slug", "kind", "name", "name_en"}; null: unpublished
    search_vector = SearchVectorField(null=True, editable=False)
    search_text = models.TextField(default="", db_default="", editable=False)

    title: ClassVar = Translated("name")
    lead: ClassVar = Translated("summary")
    description: ClassVar = Translated("about")
    prize: ClassVar = Translated("reward")
    conditions: ClassVar = Translated("terms")
    result: ClassVar = Translated("outcome")

    objects: ClassVar[ChallengeManager] = ChallengeManager()
    history = HistoricalRecords(
        m2m_fields=["directions"],
        excluded_fields=["direction_slugs", "company_card", "search_vector", "search_text", "updated_at"],
    )

    class Meta:
        verbose_name = _("challenge")
        verbose_name_plural = _("challenges")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(grade_from=None) | Q(grade_to=None) | Q(grade_to__gte=F("grade_from")),
                name="challenge_grades_ascend",
                violation_error_message=_("The last grade is not below the first."),
            ),
            models.CheckConstraint(
                condition=Q(members_to__gte=F("members_from"), members_from__gte=1),
                name="challenge_team_sizes_ascend",
                violation_error_message=_("The largest team is not smaller than the smallest."),
            ),
            models.CheckConstraint(
                condition=Q(places__gte=1),
                name="challenge_has_a_place",
                violation_error_message=_("At least one team finds a place."),
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(applications_until=None) | Q(starts_on__gt=F("applications_until")),
                name="challenge_begins_after_applications",
                violation_error_message=_("The work begins after the last day for applications."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(starts_on__isnull=False, ends_on__gte=F("starts_on")),
                name="challenge_ends_after_it_begins",
                violation_error_message=_("The work ends after it begins: give both days, or the first one only."),
            ),
            models.CheckConstraint(condition=~Q(slug__in=RESERVED_CHALLENGES), name="challenge_slug_is_free"),
        ]
        indexes = [
            models.Index(
                fields=["applications_until", "id"], condition=Q(state=ChallengeState.OPEN), name="challenge_open"
            ),
            GinIndex(fields=["search_vector"], name="challenge_search"),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="challenge_similar"),
            GinIndex(fields=["direction_slugs"], name="challenge_directions"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_public(self) -> bool:
        return self.state in PUBLIC_CHALLENGE_STATES and self.company_card is not None

    @property
    def takes_applications(self) -> bool:
        return (
            self.state == ChallengeState.OPEN
            and self.applications_until is not None
            and self.applications_until >= timezone.localdate()
        )

    if TYPE_CHECKING:

        def get_absolute_url(self: HasSlug) -> str:
            """The page of the challenge; set at the roof (ABSOLUTE_URL_OVERRIDES)."""


class ChallengeMove(StateMove):
    challenge = models.ForeignKey(Challenge, models.CASCADE, related_name="moves", verbose_name=_("challenge"))
    source = models.CharField(_("from"), max_length=9, choices=ChallengeState)
    target = models.CharField(_("to"), max_length=9, choices=ChallengeState)

    class Meta(StateMove.Meta):
        verbose_name = _("move of a challenge")
        verbose_name_plural = _("moves of challenges")
