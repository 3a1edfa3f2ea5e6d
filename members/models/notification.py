"""What the portal has told a person, and how they want to be told."""

import datetime
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.addresses import absolute, here

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from members.models.user import User

WAITING = Q(in_digest=True, mailed_at=None, read_at=None)


class How(models.TextChoices):
    AT_ONCE = "at_once", _("At once")
    DIGEST = "digest", _("In a daily letter")
    NEVER = "never", _("No letters")


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, user: "User | AnonymousUser") -> Self:
        return self.filter(user_id=user.pk)

    def unread(self) -> Self:
        return self.filter(read_at=None)

    def waiting(self, *, until: datetime.datetime) -> Self:
        """For the daily letter. What was read on the portal meanwhile is no news."""
        return self.filter(WAITING, created_at__lt=until)

    def mark_read(self) -> int:
        return self.unread().update(read_at=timezone.now())


class Notification(models.Model):
    """In the words and the language in which the person was told; changed only once who it is ``about`` is erased."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications", verbose_name=_("person")
    )
    about = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("about whom")
    )
    topic = models.CharField(_("topic"), max_length=40)
    key = models.CharField(_("key"), max_length=150)
    title = models.CharField(_("title"), max_length=500)
    text = models.TextField(_("text"), blank=True)
    link = models.CharField(_("link"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    read_at = models.DateTimeField(_("read"), null=True)
    in_digest = models.BooleanField(_("for the daily letter"), default=False)
    mailed_at = models.DateTimeField(_("mailed"), null=True)

    objects: ClassVar = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "key"],
                name="notification_once",
                violation_error_message=_("This person has been told of it already."),
            ),
            models.CheckConstraint(
                condition=Q(link="") | (Q(link__startswith="/") & ~Q(link__startswith="//")),
                name="notification_link_is_ours",
                violation_error_message=_("A notification leads to a page of the portal only."),
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-id"], name="notification_list"),
            models.Index(fields=["user"], condition=Q(read_at=None), name="notification_unread"),
            models.Index(fields=["user", "id"], condition=WAITING, name="notification_waiting"),
            models.Index(fields=["created_at"], name="notification_age"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def address(self) -> str:
        """Of what it tells of, in the reader's language; "" where there is nothing to see."""
        return here(self.link) if self.link else ""

    @property
    def absolute_address(self) -> str:
        return absolute(self.link) if self.link else ""


class NotificationChoice(models.Model):
    """How a person wants to hear of a topic, where they have said so."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notification_choices", verbose_name=_("person")
    )
    topic = models.CharField(_("topic"), max_length=40)
    how = models.CharField(_("how"), max_length=10, choices=How)
    before = models.CharField(
        _("before"), max_length=10, choices=How, blank=True, help_text=_("What the link of a letter has changed")
    )

    class Meta:
        verbose_name = _("choice of notifications")
        verbose_name_plural = _("choices of notifications")
        ordering = ["user", "topic"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "topic"],
                name="notification_choice_once",
                violation_error_message=_("This person has chosen for this topic already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.topic}: {self.get_how_display()}"
