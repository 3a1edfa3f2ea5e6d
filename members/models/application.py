from typing import TYPE_CHECKING, Any, ClassVar, Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from common.one_line import OneLineField, one_line
from common.private_files import private_storage
from members.models.joining import Question
from members.models.membership import Tier
from members.models.organisation import Kind

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from members.models.user import User


class ApplicationState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", pgettext_lazy("application", "Submitted")
    IN_REVIEW = "in_review", _("In review")
    RETURNED = "returned", _("Returned with remarks")
    ON_AGENDA = "on_agenda", _("On the agenda of the board")
    ACCEPTED = "accepted", pgettext_lazy("application", "Accepted")
    DECLINED = "declined", pgettext_lazy("application", "Declined")
    MEMBER = "member", pgettext_lazy("application", "Member")
    WITHDRAWN = "withdrawn", pgettext_lazy("application", "Withdrawn")


EDITABLE = (ApplicationState.DRAFT, ApplicationState.RETURNED)
# An organisation has one of these at most; a draft binds nobody.
PENDING = (
    ApplicationState.SUBMITTED,
    ApplicationState.IN_REVIEW,
    ApplicationState.RETURNED,
    ApplicationState.ON_AGENDA,
    ApplicationState.ACCEPTED,
)


NEXT: dict[str, str | Promise] = {
    ApplicationState.DRAFT: _("Fill in the steps and submit the application. It is kept as you type."),
    ApplicationState.SUBMITTED: _("The office takes the application up and checks it."),
    ApplicationState.IN_REVIEW: _(
        "The office reads the application. It returns it with remarks, or puts it before the board."
    ),
    ApplicationState.RETURNED: _(
        "Correct what the remarks point out and submit the application again. "
        "What nobody works on is withdrawn when its term ends."
    ),
    ApplicationState.ON_AGENDA: _("The board decides at its next session. You get a letter with the decision."),
    ApplicationState.ACCEPTED: _("The membership is being drawn up. A letter tells how to go on."),
    ApplicationState.DECLINED: _("You may apply again once the reason no longer holds."),
    ApplicationState.MEMBER: _("Welcome! The organisation has a page in the directory and a dashboard."),
    ApplicationState.WITHDRAWN: _("Nothing is decided on it any more. You may apply anew at any time."),
}


class MembershipApplicationQuerySet(models.QuerySet["MembershipApplication"]):
    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """One's own, and all to staff who may see them. Whoever holds its link needs no account."""
        if user.is_staff and user.has_perm("members.view_membershipapplication"):
            return self
        return self.filter(applicant=user) if user.is_authenticated else self.none()

    def pending(self) -> Self:
        return self.filter(state__in=PENDING)

    def overdue(self) -> Self:
        """Whose step should have been done before today by whoever's turn it is."""
        return self.filter(due_on__lt=timezone.localdate())


class MembershipApplication(models.Model):
    """That an organisation wants to join: what was typed, what was submitted, and where it stands."""

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    organisation = models.ForeignKey(
        "members.Organisation",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="applications",
        verbose_name=_("organisation in the directory"),
    )
    email = models.EmailField(_("e-mail"), blank=True)
    confirmed_at = models.DateTimeField(_("e-mail confirmed"), null=True, blank=True)
    applicant = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="applications",
        verbose_name=_("account of the applicant"),
    )
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, default="ru")
    tier = models.CharField(_("tier asked for"), max_length=10, choices=Tier, default=Tier.FULL)
    data = models.JSONField(_("as it was typed"), default=dict, blank=True)
    answers = models.JSONField(_("as it was submitted"), default=list, blank=True)
    # Of what was typed, for lists and for finding duplicates.
    name = OneLineField(_("full name"), max_length=300, blank=True)
    short_name = OneLineField(_("short name"), max_length=80, blank=True)
    inn = models.CharField(_("INN"), max_length=12, blank=True)
    ogrn = models.CharField(_("OGRN"), max_length=15, blank=True)
    number = models.CharField(_("number"), max_length=20, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=ApplicationState, default=ApplicationState.DRAFT, editable=False
    )
    due_on = models.DateField(
        pgettext_lazy("application", "due by"), null=True, blank=True, help_text=_("The term of its present step")
    )
    escalated_at = models.DateTimeField(_("escalated"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("applicant reminded"), null=True, blank=True)
    consent = models.ForeignKey(
        "members.Consent", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("consent")
    )
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    created_at = models.DateTimeField(_("begun"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects: ClassVar = MembershipApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application for membership")
        verbose_name_plural = _("applications for membership")
        ordering = ["-created_at", "-pk"]
        permissions = [("decide_application", _("Can review applications for membership"))]
        constraints = [
            models.UniqueConstraint(
                fields=["number"],
                condition=~Q(number=""),
                name="application_number",
                violation_error_message=_("Another application has this number."),
            ),
            models.UniqueConstraint(
                fields=["inn"],
                condition=Q(state__in=PENDING) & ~Q(inn=""),
                name="application_one_at_a_time",
                violation_error_message=_("An application of an organisation with this INN is under way already."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=(ApplicationState.DRAFT, ApplicationState.WITHDRAWN)) | ~Q(number=""),
                name="application_submitted_has_a_number",
                violation_error_message=_("What was submitted has a number."),
            ),
        ]
        indexes = [models.Index(fields=["state", "due_on"], name="application_queue")]

    def __str__(self) -> str:
        return " ".join(filter(None, (self.number, self.title)))

    @property
    def title(self) -> str:
        return self.short_name or self.name or self.get_kind_display()

    @property
    def is_editable(self) -> bool:
        return self.state in EDITABLE

    @property
    def is_overdue(self) -> bool:
        return self.due_on is not None and self.due_on < timezone.localdate()

    @property
    def contact(self) -> str:
        """The name of whom one talks to, as far as it was typed."""
        return one_line(self.typed("contact_name"))

    def typed(self, name: str) -> str:
        return next(iter(self.data.get(name, ())), "")

    @property
    def next(self) -> str | Promise:
        """What comes now, to its applicant."""
        return NEXT[self.state]

    def remarks(self) -> list[tuple[str, str, str]]:
        """What is to be mended: the step, the label of the field and the words; empty unless it was returned."""
        last = self.moves.last() if self.state == ApplicationState.RETURNED else None
        label = "label_en" if get_language() == "en" else "label"
        told = last.remarks if last else {}
        return [(one["step"], one[label], told[one["name"]]) for one in self.answers if one["name"] in told]


class Who(models.TextChoices):
    """In which role somebody moves an application."""

    APPLICANT = "applicant", _("Applicant")
    STAFF = "staff", _("Office of the association")
    BOARD = "board", _("Board")
    TIMER = "timer", _("Portal, as the term is over")


class ApplicationMove(models.Model):
    """One turn of an application; never changed afterwards."""

    application = models.ForeignKey(
        MembershipApplication, models.CASCADE, related_name="moves", verbose_name=_("application for membership")
    )
    action = models.CharField(_("action"), max_length=20)
    source = models.CharField(pgettext_lazy("a state", "from"), max_length=10, choices=ApplicationState)
    target = models.CharField(pgettext_lazy("a state", "to"), max_length=10, choices=ApplicationState)
    who = models.CharField(_("who"), max_length=9, choices=Who)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    who_named = models.CharField(_("name at that time"), max_length=300, blank=True)
    at = models.DateTimeField(_("time"), default=timezone.now)
    reason = models.TextField(_("reason"), blank=True)
    remarks = models.JSONField(_("remarks"), default=dict, blank=True)

    class Meta:
        verbose_name = _("turn of an application")
        verbose_name_plural = _("turns of applications")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.get_source_display()} → {self.get_target_display()}"


def new_file_name(file: Any, name: str) -> str:
    """Of ours; of the name that the file came with nothing but our own ending."""
    return f"applications/{uuid4()}.{name.rpartition('.')[2]}"


class ApplicationFile(models.Model):
    """A document that an applicant has attached, as it was checked and stored."""

    application = models.ForeignKey(
        MembershipApplication, models.CASCADE, related_name="files", verbose_name=_("application for membership")
    )
    question = models.ForeignKey(Question, models.PROTECT, related_name="files", verbose_name=_("question"))
    file = models.FileField(_("file"), upload_to=new_file_name, storage=private_storage, max_length=100)
    original_name = models.CharField(_("name"), max_length=150)
    content_type = models.CharField(_("type"), max_length=80)
    size = models.PositiveIntegerField(_("size, bytes"))
    sha256 = models.CharField("SHA-256", max_length=64)
    uploaded_at = models.DateTimeField(_("uploaded"), auto_now_add=True)

    class Meta:
        verbose_name = _("document of an application")
        verbose_name_plural = _("documents of applications")
        ordering = ["question__position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "question", "sha256"],
                name="application_file_once",
                violation_error_message=_("This document is attached already."),
            )
        ]

    def __str__(self) -> str:
        return self.original_name
