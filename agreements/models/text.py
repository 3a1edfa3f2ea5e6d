from typing import Any, ClassVar
from uuid import uuid4

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agreements.models.agreement import Agreement, AgreementKind
from agreements.models.party import Party
from common.one_line import OneLineField
from common.private_files import private_storage
from common.translation import Translated
from members.models import Organisation

is_sha256 = RegexValidator(r"^[0-9a-f]{64}$")


def new_file_name(file: Any, name: str) -> str:
    """Of ours; of the name that the file came with nothing but our own ending."""
    return f"agreements/{uuid4()}.{name.rpartition('.')[2]}"


class AgreementTemplate(models.Model):
    """From which a draft of its kind starts; what has been drawn up from it does not follow its changes."""

    kind = models.CharField(_("kind"), max_length=20, choices=AgreementKind)
    title = models.CharField(_("title"), max_length=150)
    title_en = models.CharField(_("title in English"), max_length=150, blank=True)
    text = models.TextField(
        _("text"),
        help_text=_(
            "A line that begins with # is a heading, each paragraph after it a numbered clause, a line that begins "
            "with - a point of the clause. {subject} and the like are filled in for each agreement."
        ),
    )
    text_en = models.TextField(_("text in English"), blank=True)
    needs_office = models.BooleanField(_("the association reviews it as well"), default=False)
    is_offered = models.BooleanField(_("offered"), default=True)
    position = models.PositiveSmallIntegerField(pgettext_lazy("in an order", "position"), default=0)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    name: ClassVar = Translated("title")

    objects: ClassVar[models.Manager["AgreementTemplate"]] = models.Manager()

    class Meta:
        verbose_name = _("template of agreements")
        verbose_name_plural = _("templates of agreements")
        ordering = ["kind", "position", "pk"]

    def __str__(self) -> str:
        return self.title


class Version(models.Model):
    """What the parties read, accept and sign; never changed afterwards. ``content`` is the whole of it in one form
    (agreements.terms), ``sha256`` the hash of its bytes."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="versions", verbose_name=_("agreement"))
    number = models.PositiveSmallIntegerField(_("number"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name=_("proposed by"))
    at = models.DateTimeField(_("time"), default=timezone.now)
    note = models.TextField(_("what is new"), blank=True)
    amendment = models.OneToOneField(
        Agreement,
        models.PROTECT,
        null=True,
        related_name="amended_version",
        verbose_name=_("amendment that brought it"),
        help_text=_("Of the terms in force; it was accepted and signed there"),
    )
    terms = models.JSONField(_("terms"))
    content = models.TextField(_("content"))
    sha256 = models.CharField("SHA-256", max_length=64, validators=[is_sha256])

    objects: ClassVar[models.Manager["Version"]] = models.Manager()

    class Meta:
        verbose_name = pgettext_lazy("of an agreement", "version")
        verbose_name_plural = pgettext_lazy("of an agreement", "versions")
        ordering = ["agreement", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "number"],
                name="version_number",
                violation_error_message=_("This version is there already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.agreement} v{self.number}"


class VersionReading(models.Model):
    """That a person has had this version before them: by it each of them sees what has changed since."""

    version = models.ForeignKey(
        Version, models.CASCADE, related_name="readings", verbose_name=pgettext_lazy("of an agreement", "version")
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person"))
    at = models.DateTimeField(_("last looked at"), default=timezone.now)

    objects: ClassVar[models.Manager["VersionReading"]] = models.Manager()

    class Meta:
        verbose_name = _("reading of a version")
        verbose_name_plural = _("readings of versions")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "user"],
                name="reading_once",
                violation_error_message=_("This version was read already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.version}: {self.user}"


class AgreementFile(models.Model):
    """A document that belongs to the text: an annex, or what the draft was started from."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="files", verbose_name=_("agreement"))
    title = OneLineField(_("title"), max_length=150)
    file = models.FileField(_("file"), upload_to=new_file_name, storage=private_storage, max_length=100)
    content_type = models.CharField(_("type"), max_length=80)
    size = models.PositiveIntegerField(_("size, bytes"))
    sha256 = models.CharField("SHA-256", max_length=64, validators=[is_sha256])
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("time"), default=timezone.now)

    class Meta:
        verbose_name = _("document of an agreement")
        verbose_name_plural = _("documents of agreements")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "sha256"],
                name="agreement_file_once",
                violation_error_message=_("This document is attached already."),
            )
        ]

    def __str__(self) -> str:
        return self.title


class ClauseComment(models.Model):
    """A remark on one clause, which keeps its key through the versions; "" is the agreement as a whole."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="comments", verbose_name=_("agreement"))
    version = models.ForeignKey(
        Version, models.CASCADE, related_name="comments", verbose_name=pgettext_lazy("of an agreement", "version")
    )
    clause = models.CharField(_("clause"), max_length=8, blank=True)
    party = models.ForeignKey(
        Party, models.CASCADE, null=True, related_name="+", verbose_name=pgettext_lazy("of an agreement", "party")
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("time"), default=timezone.now)
    text = models.TextField(_("text"), max_length=2000)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("settled by")
    )

    class Meta:
        verbose_name = _("remark on a clause")
        verbose_name_plural = _("remarks on clauses")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text[:60]


class Verdict(models.TextChoices):
    APPROVED = "approved", pgettext_lazy("agreement", "Approved")
    RETURNED = "returned", pgettext_lazy("agreement", "Returned")


class Approval(models.Model):
    """The task of one reviewer before a draft goes to the other parties. Without an approver it is the office's."""

    version = models.ForeignKey(
        Version, models.CASCADE, related_name="approvals", verbose_name=pgettext_lazy("of an agreement", "version")
    )
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+", verbose_name=_("reviewer")
    )
    verdict = models.CharField(_("verdict"), max_length=8, choices=Verdict, blank=True)
    reason = models.TextField(pgettext_lazy("of an agreement", "reason"), blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("time"), null=True)

    objects: ClassVar[models.Manager["Approval"]] = models.Manager()

    class Meta:
        verbose_name = _("review of an agreement")
        verbose_name_plural = _("reviews of agreements")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "approver"],
                nulls_distinct=False,
                name="approval_once",
                violation_error_message=_("This reviewer is asked already."),
            ),
            models.CheckConstraint(
                condition=Q(verdict="", at=None) | ~Q(verdict="") & Q(at__isnull=False),
                name="approval_has_time",
                violation_error_message=_("A verdict has a time."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version}: {self.approver or _('office')}"
