from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import ExtractYear
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext_lazy

from common.days import PLAUSIBLE
from common.models import Document
from common.one_line import OneLineField
from members.models.application import ApplicationState, MembershipApplication
from members.models.membership import OVER, Membership, Tier


class BoardSessionQuerySet(models.QuerySet["BoardSession"]):
    def planned(self) -> Self:
        """Those that can still take something on their agenda, soonest first."""
        return self.filter(closed_at=None).order_by("held_on", "pk")


class BoardSession(models.Model):
    """A session of the association's board, which decides on memberships. Closed, it is never changed."""

    held_on = models.DateField(_("date"), validators=PLAUSIBLE)
    place = OneLineField(_("place"), max_length=200, blank=True, help_text=_("Or “by correspondence”"))
    seats = models.PositiveSmallIntegerField(_("members of the board"), help_text=_("All of them, present or not"))
    present = models.PositiveSmallIntegerField(_("present"), null=True, blank=True)
    chair = OneLineField(_("chair"), max_length=150, blank=True)
    secretary = OneLineField(_("secretary"), max_length=150, blank=True)
    protocol_number = OneLineField(_("number of the protocol"), max_length=20, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("closed by"),
    )
    protocol = models.OneToOneField(
        Document, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("protocol")
    )

    objects: ClassVar = BoardSessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("session of the board")
        verbose_name_plural = _("sessions of the board")
        ordering = ["-held_on", "-pk"]
        permissions = [("close_boardsession", _("Can close a session of the board, which carries its decisions out"))]
        constraints = [
            models.UniqueConstraint(
                ExtractYear("held_on"),
                "protocol_number",
                condition=~Q(protocol_number=""),
                name="board_protocol_number",
                violation_error_message=_("Another protocol of this year has this number."),
            ),
            models.CheckConstraint(
                condition=Q(present=None) | Q(present__lte=F("seats")),
                name="board_present_are_members",
                violation_error_message=_("No more can be present than the board has members."),
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | (~Q(protocol_number="") & Q(present__isnull=False)),
                name="board_closed_has_protocol",
                violation_error_message=_("A closed session has a protocol."),
            ),
        ]

    def __str__(self) -> str:
        day = date_format(self.held_on)
        if not self.protocol_number:
            return _("Session of %(day)s") % {"day": day}
        return _("Minutes no. %(number)s of %(day)s") % {"number": self.protocol_number, "day": day}

    def said_in(self, language: str) -> str:
        with override(language):
            return str(self)

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None

    @property
    def has_quorum(self) -> bool:
        """More than half of the board is present (7-FZ, art. 29 p. 4)."""
        return self.present is not None and self.present * 2 > self.seats

    @property
    def is_ahead(self) -> bool:
        return self.held_on > timezone.localdate()


class Outcome(models.TextChoices):
    ACCEPTED = "accepted", pgettext_lazy("decision", "Accepted")
    DECLINED = "declined", pgettext_lazy("decision", "Declined")
    EXCLUDED = "excluded", pgettext_lazy("decision", "Excluded")
    KEPT = "kept", pgettext_lazy("decision", "Stays a member")
    POSTPONED = "postponed", pgettext_lazy("decision", "Postponed")


# Undecided ones on which nobody votes: the application was withdrawn, or the membership has ended otherwise.
GONE = Q(outcome="") & (Q(application__state=ApplicationState.WITHDRAWN) | Q(membership__status__in=OVER))


class AgendaItemQuerySet(models.QuerySet["AgendaItem"]):
    def gone(self) -> Self:
        return self.filter(GONE)

    def on_it(self) -> Self:
        return self.exclude(pk__in=AgendaItem.objects.gone().values("pk"))

    def with_matter(self) -> Self:
        return self.select_related("application", "membership__organisation")


class AgendaItem(models.Model):
    """An application, or the exclusion of a member, before the board: what was put to the vote, and how it voted."""

    session = models.ForeignKey(BoardSession, models.PROTECT, related_name="items", verbose_name=_("session"))
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    application = models.ForeignKey(
        MembershipApplication, models.PROTECT, null=True, related_name="agenda_items", verbose_name=_("application")
    )
    membership = models.ForeignKey(
        Membership,
        models.PROTECT,
        null=True,
        related_name="agenda_items",
        verbose_name=_("membership to be ended by exclusion"),
    )
    grounds = models.CharField(_("grounds of the exclusion"), max_length=300, blank=True, db_default="")
    told_on = models.DateField(_("organisation told"), null=True, editable=False)
    told_of = models.DateField(_("day of the session it was told of"), null=True, editable=False)
    told_place = models.CharField(
        _("place of the session it was told of"), max_length=200, blank=True, db_default="", editable=False
    )
    times_told = models.PositiveSmallIntegerField(_("times told"), default=0, db_default=0, editable=False)
    paper_notice_on = models.DateField(_("notice handed over on paper"), null=True, editable=False)
    tier = models.CharField(_("tier put to the vote"), max_length=10, choices=Tier)
    votes_for = models.PositiveSmallIntegerField(_("for"), null=True, blank=True)
    votes_against = models.PositiveSmallIntegerField(_("against"), null=True, blank=True)
    abstained = models.PositiveSmallIntegerField(_("abstained"), null=True, blank=True)
    is_postponed = models.BooleanField(_("postponed"), default=False)
    reason = models.CharField(
        _("reason"),
        max_length=500,
        blank=True,
        help_text=_("Why it was declined or postponed; the applicant reads it"),
    )
    outcome = models.CharField(
        _("decision"),
        max_length=9,
        choices=Outcome,
        blank=True,
        editable=False,
        help_text=_("Once the session is closed"),
    )

    objects: ClassVar = AgendaItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("item of the agenda")
        verbose_name_plural = _("agenda")
        ordering = ["session", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(outcome=""),
                name="agenda_one_at_a_time",
                violation_error_message=_("This application is on an agenda already."),
            ),
            models.UniqueConstraint(
                fields=["session", "application"],
                name="agenda_once_a_session",
                violation_error_message=_("This application is on the agenda already."),
            ),
            models.UniqueConstraint(
                fields=["membership"],
                condition=Q(outcome=""),
                name="agenda_one_exclusion_at_a_time",
                violation_error_message=_("This exclusion is on an agenda already."),
            ),
            models.CheckConstraint(
                condition=Q(application__isnull=False, membership=None)
                | (Q(application=None, membership__isnull=False) & ~Q(grounds="")),
                name="agenda_application_or_exclusion",
                violation_error_message=_("An item is an application, or an exclusion with its grounds."),
            ),
        ]

    def __str__(self) -> str:
        if self.is_exclusion:
            return _("Exclusion: %(organisation)s") % {"organisation": self.organisation}
        return str(self.application)

    @property
    def is_exclusion(self) -> bool:
        return self.membership_id is not None

    @property
    def organisation(self) -> str:
        """That which is to be excluded."""
        return self.membership.organisation.title if self.membership else ""

    @property
    def votes(self) -> int | None:
        """Given in all; None until all three numbers are there."""
        given = (self.votes_for, self.votes_against, self.abstained)
        return None if None in given else sum(number or 0 for number in given)

    @property
    def decision(self) -> Outcome:
        """What the votes mean: a majority of those present carries the motion (7-FZ, art. 29 p. 4)."""
        if self.is_postponed:
            return Outcome.POSTPONED
        carried, lost = (Outcome.EXCLUDED, Outcome.KEPT) if self.is_exclusion else (Outcome.ACCEPTED, Outcome.DECLINED)
        return carried if (self.votes_for or 0) * 2 > (self.session.present or 0) else lost
