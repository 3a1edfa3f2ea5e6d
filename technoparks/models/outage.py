"""Outages: when a machine is out of order, or taken out for maintenance."""

import datetime
from typing import ClassVar, Self, cast

from django.conf import settings
from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from common.models import PublicContent
from common.one_line import OneLineField
from common.times import Precision, moment_said, times_of, when
from technoparks.models.lab import Equipment


class OutageKind(models.TextChoices):
    BREAKDOWN = "breakdown", pgettext_lazy("outage", "Breakdown")
    MAINTENANCE = "maintenance", pgettext_lazy("outage", "Planned maintenance")


class OutageQuerySet(models.QuerySet["Outage"]):
    def standing(self) -> Self:
        """Without those that were called off before they began."""
        return self.filter(Q(ended_at=None) | Q(ended_at__gt=F("span__startswith")))

    def ahead(self, at: datetime.datetime | None = None) -> Self:
        """To come or going on."""
        lasts = Q(span__endswith=None) | Q(span__endswith__gt=at or timezone.now())
        return self.standing().filter(lasts).order_by("span", "pk")

    def going_on(self, at: datetime.datetime | None = None) -> Self:
        return self.standing().filter(span__contains=at or timezone.now())


class Outage(PublicContent):
    """Its machine is kept from bookings by a row of EquipmentTime with the same span. One that was called off before it
    began keeps the span that was planned, and keeps nobody out."""

    equipment = models.ForeignKey(
        Equipment, models.PROTECT, related_name="outages", verbose_name=gettext_lazy("equipment")
    )
    span = DateTimeRangeField(pgettext_lazy("outage", "time"))
    kind = models.CharField(pgettext_lazy("outage", "kind"), max_length=11, choices=OutageKind)
    reason = OneLineField(pgettext_lazy("outage", "what is wrong"), max_length=200)
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=gettext_lazy("declared by")
    )
    declared_at = models.DateTimeField(gettext_lazy("declared"), default=timezone.now)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=gettext_lazy("ended by")
    )
    ended_at = models.DateTimeField(pgettext_lazy("outage", "ended"), null=True)

    objects: ClassVar[models.Manager["Outage"]] = models.Manager.from_queryset(OutageQuerySet)()

    class Meta:
        verbose_name = gettext_lazy("outage")
        verbose_name_plural = gettext_lazy("outages")
        ordering = ["-span", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(span__startswith__isnull=False, span__isempty=False), name="outage_has_beginning"
            )
        ]

    def __str__(self) -> str:
        return f"{self.equipment}: {self.get_kind_display()}"

    def get_absolute_url(self) -> str:
        """For the host."""
        return reverse("technoparks:dashboard_outage", args=[self.equipment.lab.technopark.host.slug, self.pk])

    @property
    def starts_at(self) -> datetime.datetime:
        return cast("datetime.datetime", self.span.lower)

    @property
    def ends_at(self) -> datetime.datetime | None:
        """None: until further notice."""
        return self.span.upper

    precision = Precision.TIME  # it has_times, as a booking

    @property
    def time_zone(self) -> str:
        return self.equipment.lab.technopark.time_zone

    @property
    def said(self) -> str:
        """«26 ноября, четверг, 10:00–19:00 по Москве», «23 ноября, 15:40 по Москве — 25 ноября, 18:00 по Москве»."""
        local = times_of(self).local
        if local and local[0].date() == local[1].date():
            return when(self, today=timezone.localdate())
        starts = moment_said(self.starts_at, self)
        if self.ends_at is None:
            return _("From %(starts)s until further notice") % {"starts": starts}
        return _("From %(starts)s until %(ends)s") % {"starts": starts, "ends": moment_said(self.ends_at, self)}

    @property
    def till_said(self) -> str:
        """Of what is going on, within a sentence: «не работает до 25 ноября, 18:00 по Москве»."""
        is_planned = self.kind == OutageKind.MAINTENANCE
        if self.ends_at is None:
            return _("on maintenance until further notice") if is_planned else _("out of order until further notice")
        text = _("on maintenance until %(moment)s") if is_planned else _("out of order until %(moment)s")
        return text % {"moment": moment_said(self.ends_at, self)}

    @property
    def is_off(self) -> bool:
        """Called off before it began."""
        return self.ended_at is not None and self.ended_at <= self.starts_at

    @property
    def has_begun(self) -> bool:
        return not self.is_off and self.starts_at <= timezone.now()

    @property
    def is_over(self) -> bool:
        return self.is_off or (self.ends_at is not None and self.ends_at <= timezone.now())

    @property
    def is_on(self) -> bool:
        return self.has_begun and not self.is_over

    @property
    def waits_for_end(self) -> bool:
        """Going on or to come; or maintenance that nobody has said to be done."""
        return self.ended_at is None and (not self.is_over or self.kind == OutageKind.MAINTENANCE)


def with_outages(machines: "QuerySet[Equipment]") -> "QuerySet[Equipment]":
    """``outages_ahead`` of each, to come or going on: of one query."""
    ahead = Prefetch("outages", Outage.objects.ahead(), to_attr="outages_ahead")
    return machines.prefetch_related(ahead)  # type: ignore[no-redef]


def is_out() -> Exists:
    """A condition of machines: out of order now."""
    return Exists(Outage.objects.going_on().filter(equipment=OuterRef("pk")))
