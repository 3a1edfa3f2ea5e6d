"""What an organisation gives to a project: pledged, delivered, confirmed by whoever has received it."""

from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from agreements.models import Obligation
from common.models import PublicContent
from common.one_line import OneLineField
from common.translation import Translated
from members.models import Organisation
from projects.models.move import StateMove
from projects.models.project import Project

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from members.models import User


class PledgeKind(models.TextChoices):
    MONEY = "money", pgettext_lazy("a pledge", "Money, roubles")
    EQUIPMENT = "equipment", pgettext_lazy("a pledge", "Equipment, pieces")
    HOURS = "hours", pgettext_lazy("a pledge", "Hours of specialists")
    PLACES = "places", pgettext_lazy("a pledge", "Places")


class MoneySource(models.TextChoices):
    OWN = "own", pgettext_lazy("of money", "own funds")
    FEDERAL = "federal", pgettext_lazy("of money", "federal budget")
    REGIONAL = "regional", pgettext_lazy("of money", "regional budget")
    MUNICIPAL = "municipal", pgettext_lazy("of money", "municipal budget")
    GRANT = "grant", pgettext_lazy("of money", "grant")
    DONATION = "donation", pgettext_lazy("of money", "donation")


class PledgeShown(models.TextChoices):
    AMOUNTS = "amounts", pgettext_lazy("a pledge", "With the amount")
    NAME = "name", pgettext_lazy("a pledge", "Only that we help")
    NOT = "not", pgettext_lazy("a pledge", "Not at all")


class PledgeState(models.TextChoices):
    PLEDGED = "pledged", pgettext_lazy("a pledge", "Pledged")
    DELIVERED = "delivered", pgettext_lazy("a pledge", "Waits for the receiver")
    CONFIRMED = "confirmed", pgettext_lazy("a pledge", "Confirmed")
    WITHDRAWN = "withdrawn", pgettext_lazy("a pledge", "Withdrawn")


class PledgeQuerySet(models.QuerySet["Pledge"]):
    def standing(self) -> Self:
        return self.exclude(state=PledgeState.WITHDRAWN)

    def of(self, organisation: Organisation) -> Self:
        """Given by it or to it."""
        return self.filter(Q(donor=organisation) | Q(receiver=organisation))

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """To whoever acts for its donor or its receiver."""
        if not user.is_authenticated:
            return self.none()
        own = Organisation.objects.represented_by(user).values("pk")
        return self.filter(Q(donor__in=own) | Q(receiver__in=own))


class Pledge(PublicContent):
    """``delivered``: how much of ``amount`` has come, as the donor says and, once confirmed, the receiver too."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="pledges", verbose_name=_("project"))
    donor = models.ForeignKey(
        Organisation, models.PROTECT, related_name="pledges", verbose_name=pgettext_lazy("a pledge", "who gives")
    )
    receiver = models.ForeignKey(
        Organisation,
        models.PROTECT,
        related_name="pledges_to_it",
        verbose_name=pgettext_lazy("a pledge", "who receives and confirms"),
    )
    kind = models.CharField(pgettext_lazy("a pledge", "what it is"), max_length=9, choices=PledgeKind)
    source = models.CharField(
        _("where the money comes from"), max_length=9, choices=MoneySource, blank=True, help_text=_("Of money only")
    )
    what = OneLineField(
        pgettext_lazy("a pledge", "for what, or what exactly"),
        max_length=300,
        help_text=_("“Mentors of the team, two hours a week”, “3D printer with a year of filament”"),
    )
    what_en = OneLineField(pgettext_lazy("a pledge", "the same in English"), max_length=300, blank=True)
    amount = models.DecimalField(
        pgettext_lazy("a pledge", "how much"),
        max_digits=14,
        decimal_places=2,
        validators=[MinValueValidator(Decimal("0.01"))],
    )
    due_on = models.DateField(pgettext_lazy("a pledge", "by which day"))
    obligation = models.ForeignKey(
        Obligation,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="pledges",
        verbose_name=_("obligation of an agreement"),
        help_text=_("What is confirmed counts towards it by itself"),
    )
    shown = models.CharField(
        _("how the page of the project thanks for it"), max_length=7, choices=PledgeShown, default=PledgeShown.AMOUNTS
    )
    state = models.CharField(_("state"), max_length=9, choices=PledgeState, default=PledgeState.PLEDGED, editable=False)
    delivered = models.DecimalField(
        _("has been delivered"), max_digits=14, decimal_places=2, null=True, blank=True, editable=False
    )
    delivered_on = models.DateField(_("delivered on"), null=True, blank=True, editable=False)
    note = OneLineField(pgettext_lazy("a pledge", "in the words of the donor"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    title: ClassVar = Translated("what")

    objects: ClassVar[models.Manager["Pledge"]] = models.Manager.from_queryset(PledgeQuerySet)()
    history = HistoricalRecords()

    class Meta:
        verbose_name = pgettext_lazy("noun", "pledge")
        verbose_name_plural = pgettext_lazy("noun", "pledges")
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="pledge_has_an_amount",
                violation_error_message=_("Say how much: more than nothing."),
            ),
            models.CheckConstraint(
                condition=Q(kind=PledgeKind.MONEY) ^ Q(source=""),
                name="pledge_of_money_has_its_source",
                violation_error_message=_("Of money say where it comes from; of other things there is no source."),
            ),
            models.CheckConstraint(
                condition=~Q(donor=F("receiver")),
                name="pledge_is_given_to_another",
                violation_error_message=_("Nobody pledges to themselves."),
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=(PledgeState.DELIVERED, PledgeState.CONFIRMED),
                    delivered__gt=0,
                    delivered_on__isnull=False,
                )
                | Q(state__in=(PledgeState.PLEDGED, PledgeState.WITHDRAWN), delivered=None, delivered_on=None),
                name="pledge_delivered_says_how_much",
            ),
        ]
        indexes = [
            models.Index(fields=["due_on"], condition=Q(state=PledgeState.PLEDGED), name="pledge_due"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_late(self) -> bool:
        return self.state == PledgeState.PLEDGED and self.due_on < timezone.localdate()


class PledgeMove(StateMove):
    pledge = models.ForeignKey(
        Pledge, models.CASCADE, related_name="moves", verbose_name=pgettext_lazy("noun", "pledge")
    )
    source = models.CharField(_("from"), max_length=9, choices=PledgeState)
    target = models.CharField(_("to"), max_length=9, choices=PledgeState)

    class Meta(StateMove.Meta):
        verbose_name = _("move of a pledge")
        verbose_name_plural = _("moves of pledges")
