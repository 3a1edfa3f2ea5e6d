import datetime
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from common.days import PAST
from common.models import PublicContent
from common.translation import Translated

if TYPE_CHECKING:
    from members.models.addressed import HasOrganisation


class Tier(models.TextChoices):
    FOUNDER = "founder", _("Founder")
    FULL = "full", _("Full member")
    ASSOCIATE = "associate", _("Associate member")
    PARTNER = "partner", _("Partner")


WISHED_TIERS = (Tier.FULL, Tier.ASSOCIATE, Tier.PARTNER)  # founders there are already
MEMBER_TIERS = (Tier.FOUNDER, Tier.FULL, Tier.ASSOCIATE)  # a partner is no member


class MembershipStatus(models.TextChoices):
    ACTIVE = "active", _("Active")
    GRACE = "grace", _("Active, the fee is overdue")
    LAPSED = "lapsed", _("Lapsed: the fee was not paid")
    SUSPENDED = "suspended", _("Suspended")
    LEFT = "left", _("Left of its own will")
    EXCLUDED = "excluded", _("Excluded by the board")
    ENDED = "ended", _("Ended")  # of memberships from before these reasons were told apart


COUNTING = (MembershipStatus.ACTIVE, MembershipStatus.GRACE)
ON_THE_ROLL = (*COUNTING, MembershipStatus.SUSPENDED)  # whatever has not ended
OVER = (MembershipStatus.LAPSED, MembershipStatus.LEFT, MembershipStatus.EXCLUDED, MembershipStatus.ENDED)


class MembershipQuerySet(models.QuerySet["Membership"]):
    def running(self) -> Self:
        """Those that count today; a membership in grace does."""
        return self.filter(status__in=COUNTING)

    def locked(self) -> Self:
        """Until the end of the transaction, each with its organisation, which is not."""
        return self.select_for_update(of=["self"]).select_related("organisation")

    def with_status_on(self, day: datetime.date, name: str = "status_then") -> Self:
        """With ``status_then``: that of the last move until the end of ``day``, None before the first one."""
        return self.annotate(**{name: Subquery(_last_move(OuterRef("pk"), day).values("status")[:1])})

    def with_tier_on(self, day: datetime.date) -> Self:
        """With ``tier_then``: that of the register at the end of ``day``; before its history, the oldest known."""
        rows = Membership.history.filter(id=OuterRef("pk"))
        then = rows.filter(history_date__lt=end_of(day)).order_by("-history_date", "-history_id").values("tier")[:1]
        oldest = rows.order_by("history_date", "history_id").values("tier")[:1]
        return self.annotate(tier_then=Coalesce(Subquery(then), Subquery(oldest), F("tier")))

    def as_of(self, day: datetime.date) -> Self:
        """Those that counted at the end of ``day``."""
        return self.with_status_on(day).filter(Q(status_then__in=COUNTING))


def _last_move(membership: "Membership | OuterRef", day: datetime.date) -> "QuerySet[MembershipStatusChange]":
    return MembershipStatusChange.objects.filter(membership=membership, on__lte=day).order_by("-on", "-pk")


def end_of(day: datetime.date) -> datetime.datetime:
    """The first moment after it, here."""
    return timezone.make_aware(datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time()))


def status_on(membership: "Membership", day: datetime.date) -> str | None:
    """At the end of ``day``; None before its first move."""
    return _last_move(membership, day).values_list("status", flat=True).first()


class Membership(PublicContent):
    """An organisation's standing in the association over a period; a person never has one."""

    organisation = models.ForeignKey(
        "members.Organisation", models.CASCADE, related_name="memberships", verbose_name=_("organisation")
    )
    tier = models.CharField(_("tier"), max_length=10, choices=Tier)
    status = models.CharField(
        _("status"), max_length=10, choices=MembershipStatus, default=MembershipStatus.ACTIVE, editable=False
    )
    started_on = models.DateField(
        _("since"), null=True, blank=True, validators=PAST, help_text=_("Empty where it is not known")
    )
    ended_on = models.DateField(_("until"), null=True, blank=True, editable=False)
    note = models.CharField(_("note"), max_length=300, blank=True)
    note_en = models.CharField(_("note in English"), max_length=300, blank=True)

    remark: ClassVar = Translated("note")

    objects: ClassVar = MembershipQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["-started_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"],
                condition=~Q(status__in=OVER),
                name="membership_one_at_a_time",
                violation_error_message=_("This organisation already has a membership that has not ended."),
            ),
            models.CheckConstraint(
                condition=Q(started_on=None) | Q(ended_on=None) | Q(ended_on__gte=models.F("started_on")),
                name="membership_ends_after_start",
                violation_error_message=_("A membership cannot end before it starts."),
            ),
        ]
        indexes = [
            models.Index(fields=["tier", "organisation"], condition=Q(status__in=COUNTING), name="membership_running")
        ]

    def __str__(self) -> str:
        return f"{self.organisation} — {self.get_tier_display()}"

    @property
    def is_running(self) -> bool:
        return self.status in COUNTING

    @property
    def is_over(self) -> bool:
        return self.status in OVER

    if TYPE_CHECKING:

        def get_absolute_url(self: HasOrganisation) -> str:
            """Where the organisation's own people see it; only the roof knows the page (ABSOLUTE_URL_OVERRIDES)."""


class MembershipStatusChangeQuerySet(models.QuerySet["MembershipStatusChange"]):
    def resuming(self) -> Self:
        """Those that ended a suspension, the last first."""
        earlier = Q(on__lt=OuterRef("on")) | Q(on=OuterRef("on"), pk__lt=OuterRef("pk"))
        before = MembershipStatusChange.objects.filter(earlier, membership=OuterRef("membership"))
        last = Subquery(before.order_by("-on", "-pk").values("status")[:1])
        return self.alias(before=last).filter(before=MembershipStatus.SUSPENDED).order_by("-on", "-pk")


class MembershipStatusChange(models.Model):
    """One move of a membership from one status to another; never changed afterwards."""

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="changes", verbose_name=_("membership"))
    status = models.CharField(_("status"), max_length=10, choices=MembershipStatus)
    on = models.DateField(_("date"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("entered by"),
        help_text=_("Nobody: the clock of the portal"),
    )
    reason = models.CharField(_("reason"), max_length=300)
    protocol = models.CharField(_("protocol of the board"), max_length=50, blank=True, db_default="")
    protocol_on = models.DateField(_("day of the protocol"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("entered"), auto_now_add=True)

    objects: ClassVar = MembershipStatusChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of status")
        verbose_name_plural = _("changes of status")
        ordering = ["on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status=MembershipStatus.EXCLUDED) | (~Q(protocol="") & Q(protocol_on__isnull=False)),
                name="membership_excluded_by_protocol",
                violation_error_message=_("Only the board excludes: name its protocol and the day."),
            )
        ]
        # The status of every membership on a day is read from the index alone.
        indexes = [models.Index(fields=["membership", "on", "id"], include=["status"], name="membership_status_on")]

    def __str__(self) -> str:
        return f"{date_format(self.on)} — {self.get_status_display()}"
