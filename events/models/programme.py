"""What is on at an event: sessions in parallel tracks, talks with their speakers, materials afterwards."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.models import PublicContent
from common.one_line import OneLineField
from common.translation import Translated
from events.models.event import Event
from members.models import Organisation, PublicPerson
from members.models.organisation import WebsiteField


class Track(PublicContent):
    """What runs beside others at the same time, mostly in a room of its own."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="tracks", verbose_name=_("event"))
    name = OneLineField(_("name"), max_length=100)
    name_en = OneLineField(_("name in English"), max_length=100, blank=True)
    room = OneLineField(_("room"), max_length=100, blank=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    title: ClassVar = Translated("name")

    class Meta:
        verbose_name = _("track")
        verbose_name_plural = _("tracks")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "name"],
                name="track_once",
                violation_error_message=_("This track is already there."),
            )
        ]

    def __str__(self) -> str:
        return self.title


class Session(PublicContent):
    """A part of the programme; without a track it is for all, as an opening or a break."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="sessions", verbose_name=_("event"))
    track = models.ForeignKey(
        Track, models.SET_NULL, null=True, blank=True, related_name="sessions", verbose_name=_("track")
    )
    name = OneLineField(_("name"), max_length=200)
    name_en = OneLineField(_("name in English"), max_length=200, blank=True)
    about = models.TextField(_("description"), max_length=2000, blank=True)
    about_en = models.TextField(_("description in English"), max_length=2000, blank=True)
    starts_at = models.DateTimeField(_("begins"), null=True, blank=True, help_text=_("Empty where it is not known"))
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    is_break = models.BooleanField(pgettext_lazy("in a programme", "break"), default=False)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    title: ClassVar = Translated("name")
    description: ClassVar = Translated("about")

    class Meta:
        verbose_name = pgettext_lazy("of an event", "session")
        verbose_name_plural = pgettext_lazy("of an event", "sessions")
        ordering = [F("starts_at").asc(nulls_last=True), "position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at=None, ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name="session_ends_after_it_begins",
                violation_error_message=_("A session ends after it begins: give both times, or neither."),
            )
        ]

    def __str__(self) -> str:
        return self.title


class Talk(PublicContent):
    session = models.ForeignKey(
        Session, models.CASCADE, related_name="talks", verbose_name=pgettext_lazy("of an event", "session")
    )
    name = OneLineField(_("name"), max_length=250)
    name_en = OneLineField(_("name in English"), max_length=250, blank=True)
    speakers = models.ManyToManyField(
        PublicPerson, blank=True, related_name="talks", verbose_name=_("speakers"), help_text=_("In public roles")
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    title: ClassVar = Translated("name")

    class Meta:
        verbose_name = _("talk")
        verbose_name_plural = _("talks")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.title


class EventMaterial(PublicContent):
    """A recording, slides, photographs: what remains of an event, at an address elsewhere."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="materials", verbose_name=_("event"))
    talk = models.ForeignKey(
        Talk, models.SET_NULL, null=True, blank=True, related_name="materials", verbose_name=_("talk")
    )
    name = OneLineField(_("name"), max_length=200)
    name_en = OneLineField(_("name in English"), max_length=200, blank=True)
    link = WebsiteField(_("address"))
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    title: ClassVar = Translated("name")

    class Meta:
        verbose_name = _("material")
        verbose_name_plural = _("materials")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.title


class PlannedSigning(PublicContent):
    """An agreement that is to be signed at an event."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="signings", verbose_name=_("event"))
    parties = models.ManyToManyField(Organisation, related_name="+", verbose_name=_("parties"))
    subject = OneLineField(_("subject"), max_length=300, blank=True)
    subject_en = OneLineField(_("subject in English"), max_length=300, blank=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    matter: ClassVar = Translated("subject")

    class Meta:
        verbose_name = _("agreement to be signed")
        verbose_name_plural = _("agreements to be signed")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.matter or str(self._meta.verbose_name)
