"""What people have agreed to: the texts by version, and who agreed to which of them when (152-FZ, art. 9 and 10.1)."""

from collections.abc import Callable
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.html import RichTextField
from common.models import PublicContent
from common.translation import Translated

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from members.models.user import User


class ConsentPurpose(models.TextChoices):
    """Each has a text of its own: a consent is a separate document (152-FZ, art. 9, part 1, since 2025-09-01)."""

    ACCOUNT = "account", _("Processing of personal data for an account")
    PUBLICATION = "publication", _("Publication of personal data of a person in a public role")
    NEWS = "news", _("News and invitations by e-mail")
    APPLICATION = "application", _("Processing of personal data in an application for membership")
    REGISTRATION = "registration", _("Processing of personal data in a registration for an event")
    PUPIL = "pupil", _("Processing of personal data of a pupil who takes part in an event")
    LEARNER = "learner", _("Processing of personal data of a child who learns in a group of a technopark")
    LEARNING = "learning", _("Processing of my personal data as a learner in a group of a technopark")


class ConsentTextQuerySet(models.QuerySet["ConsentText"]):
    def begun(self) -> Self:
        """Whose day has come: until then a text is a draft of the office."""
        return self.filter(in_force_from__lte=timezone.localdate())

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        return self if user.is_staff and user.is_active else self.begun()

    def in_force(self) -> Self:
        """Of each purpose the newest one whose day has come."""
        begun = self.begun()
        return self.filter(pk__in=begun.order_by("purpose", "-version").distinct("purpose").values("pk"))


class ConsentText(PublicContent):
    """One version of a text. Once somebody has agreed to it a trigger keeps it as it is (migration 0011)."""

    purpose = models.CharField(_("purpose"), max_length=12, choices=ConsentPurpose)
    version = models.PositiveSmallIntegerField(_("version"), editable=False)
    text = RichTextField(_("text"))
    text_en = RichTextField(_("text in English"))
    in_force_from = models.DateField(_("in force from"), default=timezone.localdate)

    words: ClassVar = Translated("text")

    objects: ClassVar = ConsentTextQuerySet.as_manager()

    class Meta:
        verbose_name = _("text of a consent")
        verbose_name_plural = _("texts of consents")
        ordering = ["purpose", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["purpose", "version"],
                name="consent_text_version",
                violation_error_message=_("There is already a text with this version."),
            )
        ]

    def __str__(self) -> str:
        return _("%(purpose)s, version %(version)s") % {
            "purpose": self.get_purpose_display(),
            "version": self.version,
        }


class PublicItem(models.TextChoices):
    """What is published of a person in a public role, each item by a consent of its own (152-FZ, art. 10.1)."""

    NAME = "name", pgettext_lazy("of a person", "Name")
    POSITION = "position", _("Position")


class ConsentWay(models.TextChoices):
    PAGE = "page", _("On a page of the portal")
    PAPER = "paper", _("On paper")


def _to_words(item: str, said: Callable[[str], Any]) -> Q:
    return Q(item=item, words=said(item), words_en=said(f"{item}_en"))


class ConsentQuerySet(models.QuerySet["Consent"]):
    def standing(self) -> Self:
        return self.filter(withdrawn_at=None)

    def holding(self) -> Self:
        """Standing, and to what the public role still says: other words need another consent."""
        same = (_to_words(item, lambda field: F(f"public_person__{field}")) for item in PublicItem.values)
        return self.standing().filter(reduce(or_, same))

    def holding_of_outer(self, item: str) -> Self:
        """The same for one item of the public role in the query around, as pages ask in each of their rows."""
        return self.standing().filter(_to_words(item, OuterRef), public_person=OuterRef("pk"))

    def of_purpose(self, purpose: str) -> Self:
        return self.filter(text__purpose=purpose)

    def of(self, user: "User") -> Self:
        """Theirs, and what was agreed to on paper for a public role of theirs."""
        return self.filter(Q(user=user) | Q(public_person__user=user)).distinct()


class Consent(models.Model):
    """That a person agreed to one version of a text, and until when. Never changed but for its end; kept as the proof.

    A publication has a row for each item. Who agreed on paper may have no account.
    """

    text = models.ForeignKey(ConsentText, models.PROTECT, related_name="consents", verbose_name=_("text"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="consents",
        verbose_name=_("person"),
    )
    public_person = models.ForeignKey(
        "members.PublicPerson",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="consents",
        verbose_name=_("person in a public role"),
    )
    item = models.CharField(_("item"), max_length=10, choices=PublicItem, blank=True)
    # A trigger empties them when the public role is taken out (migration 0013).
    words = models.CharField(_("words agreed to"), max_length=200, blank=True, db_default="")
    words_en = models.CharField(_("words agreed to in English"), max_length=200, blank=True, db_default="")
    way = models.CharField(_("how"), max_length=5, choices=ConsentWay, default=ConsentWay.PAGE)
    paper = models.CharField(_("paper"), max_length=200, blank=True, help_text=_("Where it is kept: folder and sheet"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("entered by")
    )
    given_at = models.DateTimeField(_("given"), default=timezone.now)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    objects: ClassVar = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["-given_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "text"],
                condition=Q(withdrawn_at=None, item=""),
                name="consent_once_a_text",
                violation_error_message=_("This consent stands already."),
            ),
            models.UniqueConstraint(
                fields=["public_person", "item"],
                condition=Q(withdrawn_at=None) & ~Q(item=""),
                name="consent_once_an_item",
                violation_error_message=_("This consent stands already."),
            ),
            models.CheckConstraint(
                condition=Q(way=ConsentWay.PAGE) | ~Q(paper=""),
                name="consent_on_paper_says_where_it_is",
                violation_error_message=_("A consent on paper needs the place where it is kept."),
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=models.F("given_at")),
                name="consent_given_before_withdrawn",
                violation_error_message=_("A consent cannot be withdrawn before it is given."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.text} — {self.get_item_display()}" if self.item else str(self.text)
