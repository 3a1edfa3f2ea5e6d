"""What organisations do together: who takes part and as what, how it goes, and what has come of it."""

from typing import TYPE_CHECKING, Any, ClassVar, Self
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from agreements.models import Agreement
from common.html import RichTextField
from common.models import PublicContent
from common.one_line import OneLineField
from common.private_files import forget_file, private_storage
from common.search import searched
from common.times import Precision
from common.translation import Translated
from members.models import Audience, Direction, Organisation, Region
from members.models.organisation import WebsiteField
from projects.models.move import StateMove
from technoparks.models import Lab

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from members.models import User
    from members.models.addressed import HasSlug

RESERVED = ("feeds", "new")  # words of fixed addresses where the slug of a project stands
GRADES = [MinValueValidator(1), MaxValueValidator(11)]


def validate_project_slug(slug: str) -> None:
    if slug in RESERVED:
        raise ValidationError(_("This address is one of the portal’s own pages. Please choose another."))


def new_file_name(result: Any, name: str) -> str:
    """Of ours; of the name that the file came with nothing but our own ending."""
    return f"results/{uuid4()}.{name.rpartition('.')[2]}"


class ProjectKind(models.TextChoices):
    JOINT = "joint", _("Joint project")
    ROADMAP = "roadmap", _("Roadmap of a cluster")
    RESEARCH = "research", _("Research team for a call")
    ENTERPRISE = "enterprise", _("Enterprise of pupils")
    PROGRAMME = "programme", pgettext_lazy("of projects", "Programme")


class ProjectState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    MODERATION = "moderation", _("Waits for the association")
    RUNNING = "running", pgettext_lazy("of a project", "Running")
    PAUSED = "paused", pgettext_lazy("of a project", "Paused")
    COMPLETED = "completed", pgettext_lazy("of a project", "Completed")
    STOPPED = "stopped", pgettext_lazy("of a project", "Stopped")


PUBLIC_STATES = (ProjectState.RUNNING, ProjectState.PAUSED, ProjectState.COMPLETED, ProjectState.STOPPED)
LATEST_FIRST = (F("starts_on").desc(nulls_last=True), "-pk")  # as the index has it


class ProjectQuerySet(models.QuerySet["Project"]):
    def public(self) -> Self:
        return self.filter(state__in=PUBLIC_STATES)

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Public ones; besides, its own to a participant's representative and every one to the staff."""
        if user.is_staff and user.is_active:
            return self
        if user.is_authenticated:
            own = Organisation.objects.represented_by(user).values("pk")
            shared = ProjectParticipant.objects.filter(organisation__in=own).values("project")
            return self.filter(Q(state__in=PUBLIC_STATES) | Q(pk__in=shared))
        return self.public()

    def latest_first(self) -> Self:
        return self.order_by(*LATEST_FIRST)

    def searched(self, text: str) -> Self:
        """Those that ``text`` means, best first: word forms, then typos, then any of the words."""
        return searched(self, text, then=LATEST_FIRST)


class ProjectManager(models.Manager.from_queryset(ProjectQuerySet)):  # type: ignore[misc]
    def get_queryset(self) -> ProjectQuerySet:
        """The columns of the search are for the database only and never travel."""
        return super().get_queryset().defer("search_vector", "search_text")


class Project(PublicContent):
    """Joint work of several organisations. Its moves stand in ``projects.life.projects``."""

    kind = models.CharField(_("kind"), max_length=10, choices=ProjectKind)
    name = OneLineField(_("name"), max_length=200)
    name_en = OneLineField(_("name in English"), max_length=200, blank=True)
    slug = models.SlugField(_("address"), max_length=80, unique=True, validators=[validate_project_slug])
    summary = OneLineField(_("in one sentence"), max_length=300, blank=True, help_text=_("For lists and letters"))
    summary_en = OneLineField(_("in one sentence, in English"), max_length=300, blank=True)
    about = RichTextField(_("description"), blank=True)
    about_en = RichTextField(_("description in English"), blank=True)
    participants = models.ManyToManyField(
        Organisation, through="ProjectParticipant", related_name="projects", verbose_name=_("participants")
    )
    directions = models.ManyToManyField(Direction, blank=True, related_name="projects", verbose_name=_("directions"))
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
        Region, models.PROTECT, null=True, blank=True, related_name="projects", verbose_name=_("region")
    )
    starts_on = models.DateField(_("begins"), null=True, blank=True)
    ends_on = models.DateField(_("ends"), null=True, blank=True)
    precision = models.CharField(_("known to the"), max_length=5, choices=Precision.choices[1:], default=Precision.DAY)
    agreements = models.ManyToManyField(
        Agreement,
        blank=True,
        related_name="projects",
        verbose_name=_("agreements it rests on"),
        help_text=_("Public ones are named on its page"),
    )
    labs = models.ManyToManyField(Lab, blank=True, related_name="projects", verbose_name=_("laboratories it uses"))
    state = models.CharField(
        _("state"), max_length=10, choices=ProjectState, default=ProjectState.DRAFT, editable=False
    )
    uid = models.UUIDField(default=uuid4, unique=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    # Filled by a trigger (migration 0002), whoever writes: one row is all that a list reads.
    direction_slugs = ArrayField(models.SlugField(), default=list, editable=False)
    participant_cards = models.JSONField(default=list, editable=False)  # [{"slug", "kind", "name", "name_en", "role"}]
    search_vector = SearchVectorField(null=True, editable=False)
    search_text = models.TextField(default="", editable=False)

    title: ClassVar = Translated("name")
    lead: ClassVar = Translated("summary")
    description: ClassVar = Translated("about")

    objects: ClassVar[ProjectManager] = ProjectManager()
    history = HistoricalRecords(
        m2m_fields=["directions", "agreements", "labs"],
        excluded_fields=["direction_slugs", "participant_cards", "search_vector", "search_text", "updated_at"],
    )

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(starts_on__isnull=False, ends_on__gte=F("starts_on")),
                name="project_ends_after_it_begins",
                violation_error_message=_("A project ends after it begins: give both days, or the first one only."),
            ),
            models.CheckConstraint(
                condition=Q(grade_from=None) | Q(grade_to=None) | Q(grade_to__gte=F("grade_from")),
                name="project_grades_ascend",
                violation_error_message=_("The last grade is not below the first."),
            ),
            models.CheckConstraint(condition=~Q(slug__in=RESERVED), name="project_slug_is_free"),
        ]
        indexes = [
            models.Index(
                F("starts_on").desc(nulls_last=True),
                F("id").desc(),
                condition=Q(state__in=PUBLIC_STATES),
                name="project_latest",
            ),
            GinIndex(fields=["search_vector"], name="project_search"),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="project_similar"),
            GinIndex(fields=["direction_slugs"], name="project_directions"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_public(self) -> bool:
        return self.state in PUBLIC_STATES

    if TYPE_CHECKING:

        def get_absolute_url(self: HasSlug) -> str:
            """The page of the project; set at the roof (ABSOLUTE_URL_OVERRIDES)."""


class ParticipantRole(models.TextChoices):
    LEAD = "lead", pgettext_lazy("of a project", "Lead")
    CUSTOMER = "customer", pgettext_lazy("of a project", "Customer")
    PARTNER = "partner", pgettext_lazy("of a project", "Partner")
    MENTOR = "mentor", pgettext_lazy("of a project", "Mentor")


class ProjectParticipant(PublicContent):
    """An organisation in a project. The lead answers for it; a customer may be its mentor as well."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="participant_links", verbose_name=_("project"))
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="project_links", verbose_name=_("organisation")
    )
    role = models.CharField(_("role"), max_length=8, choices=ParticipantRole, default=ParticipantRole.PARTNER)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "organisation", "role"],
                name="project_participant_once",
                violation_error_message=_("This organisation has this role already."),
            ),
            models.UniqueConstraint(
                fields=["project"],
                condition=Q(role=ParticipantRole.LEAD),
                name="project_one_lead",
                violation_error_message=_("A project has one lead."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.get_role_display()}"


class ProjectMove(StateMove):
    project = models.ForeignKey(Project, models.CASCADE, related_name="moves", verbose_name=_("project"))
    source = models.CharField(_("from"), max_length=10, choices=ProjectState)
    target = models.CharField(_("to"), max_length=10, choices=ProjectState)

    class Meta(StateMove.Meta):
        verbose_name = _("move of a project")
        verbose_name_plural = _("moves of projects")


class ProjectUpdate(PublicContent):
    """How it goes, told by the participants."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="updates", verbose_name=_("project"))
    on = models.DateField(pgettext_lazy("of an update", "day"), default=timezone.localdate)
    name = OneLineField(_("headline"), max_length=200)
    name_en = OneLineField(_("headline in English"), max_length=200, blank=True)
    about = RichTextField(_("text"), blank=True)
    about_en = RichTextField(_("text in English"), blank=True)

    title: ClassVar = Translated("name")
    description: ClassVar = Translated("about")

    class Meta:
        verbose_name = _("update of a project")
        verbose_name_plural = _("updates of projects")
        ordering = ["-on", "-pk"]

    def __str__(self) -> str:
        return self.title


class ResultQuerySet(models.QuerySet["ProjectResult"]):
    def visible_to(self, user: "User | AnonymousUser") -> Self:
        return self.filter(project__in=Project.objects.visible_to(user).values("pk"))


class ProjectResult(PublicContent):
    """What has come of a project: a file or a picture kept here, or something at an address elsewhere."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="results", verbose_name=_("project"))
    name = OneLineField(_("name"), max_length=200)
    name_en = OneLineField(_("name in English"), max_length=200, blank=True)
    link = WebsiteField(_("address"), blank=True)
    file = models.FileField(_("file"), upload_to=new_file_name, storage=private_storage, max_length=100, blank=True)
    content_type = models.CharField(_("type"), max_length=80, blank=True, editable=False)
    size = models.PositiveIntegerField(_("size, bytes"), null=True, editable=False)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    title: ClassVar = Translated("name")

    objects: ClassVar[models.Manager["ProjectResult"]] = models.Manager.from_queryset(ResultQuerySet)()

    class Meta:
        verbose_name = _("result of a project")
        verbose_name_plural = _("results of projects")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(file="") ^ Q(link=""),
                name="project_result_is_one",
                violation_error_message=_("Attach a file, or give an address: one of the two."),
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_picture(self) -> bool:
        return self.content_type.startswith("image/")

    @property
    def url(self) -> str:
        return self.link or reverse("projects:project_result", args=[self.project.slug, self.pk])

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """Its file goes with the commit."""
        if self.file:
            forget_file(self.file)
        return super().delete(*args, **kwargs)
