"""Teams that answer a challenge: who is in one, the terms that each has accepted, and the company's answer."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from common.html import RichTextField
from common.models import PublicContent
from common.one_line import OneLineField
from common.translation import Translated
from members.models import Organisation
from projects.models.challenge import Challenge, RightsHolder, TeamKind
from projects.models.move import StateMove

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from members.models import User


class ChallengeTerms(models.Model):
    """The terms of a challenge as they stood when somebody accepted them; another wording is another row."""

    challenge = models.ForeignKey(Challenge, models.CASCADE, related_name="accepted_terms", verbose_name=_("challenge"))
    fingerprint = models.CharField(_("fingerprint"), max_length=64)  # SHA-256 of what follows, in hex
    rights = models.CharField(_("exclusive right to the result"), max_length=7, choices=RightsHolder)
    needs_nda = models.BooleanField(_("a non-disclosure agreement is signed"))
    reward = OneLineField(_("what the teams get"), max_length=300, blank=True)
    reward_en = OneLineField(_("what the teams get, in English"), max_length=300, blank=True)
    mentor_hours = models.PositiveSmallIntegerField(_("hours of a mentor for each team"), null=True, blank=True)
    terms = RichTextField(_("terms"))
    terms_en = RichTextField(_("terms in English"), blank=True)
    first_accepted_at = models.DateTimeField(_("first accepted"), default=timezone.now)

    conditions: ClassVar = Translated("terms")
    prize: ClassVar = Translated("reward")

    class Meta:
        verbose_name = _("accepted terms of a challenge")
        verbose_name_plural = _("accepted terms of challenges")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["challenge", "fingerprint"], name="challenge_terms_once"),
        ]

    def __str__(self) -> str:
        return f"{self.challenge}: {self.fingerprint[:8]}"


class TeamState(models.TextChoices):
    GATHERING = "gathering", pgettext_lazy("of a team", "Being assembled")
    APPLIED = "applied", pgettext_lazy("of a team", "Waits for the company")
    ACCEPTED = "accepted", pgettext_lazy("of a team", "Accepted")
    FINISHED = "finished", pgettext_lazy("of a team", "Has finished")
    DECLINED = "declined", pgettext_lazy("of a team", "Declined")
    WITHDRAWN = "withdrawn", pgettext_lazy("of a team", "Withdrawn")
    CALLED_OFF = "called_off", pgettext_lazy("of a team", "The challenge is withdrawn")


class Award(models.TextChoices):
    WINNER = "winner", pgettext_lazy("of a team", "Winner")
    PRIZE = "prize", pgettext_lazy("of a team", "Prize winner")
    SPECIAL = "special", pgettext_lazy("of a team", "Special prize of the company")


TEAMS_AT_WORK = (TeamState.ACCEPTED, TeamState.FINISHED)
ACTIVE_TEAM_STATES = (TeamState.GATHERING, TeamState.APPLIED, TeamState.ACCEPTED)


class TeamQuerySet(models.QuerySet["Team"]):
    def active(self) -> Self:
        return self.filter(state__in=ACTIVE_TEAM_STATES)

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Those who act for an organisation of the team; those of the company once it is sent to them; the staff."""
        if user.is_staff and user.is_active:
            return self
        if not user.is_authenticated:
            return self.none()
        own = Organisation.objects.represented_by(user).values("pk")
        among = TeamParticipant.objects.taking_part().filter(organisation__in=own).values("team")
        sent = Q(applied_at__isnull=False, challenge__company__in=own)
        return self.filter(Q(pk__in=among) | sent)

    def at_work(self) -> Self:
        """That the company has accepted, and that stayed."""
        return self.filter(state__in=TEAMS_AT_WORK)

    def overdue(self) -> Self:
        """Which the company has not answered within the term."""
        return self.filter(state=TeamState.APPLIED, answer_by__lt=timezone.localdate())


class Team(PublicContent):
    """Of its members nothing is kept but their number: who teaches them knows them. Its moves stand in
    ``projects.life.teams``."""

    challenge = models.ForeignKey(Challenge, models.PROTECT, related_name="teams", verbose_name=_("challenge"))
    kind = models.CharField(_("kind"), max_length=8, choices=TeamKind)
    name = OneLineField(_("name of the team"), max_length=120)
    idea = RichTextField(
        _("how you would go about it"), help_text=_("The company reads it and chooses by it. Name no minors here")
    )
    state = models.CharField(_("state"), max_length=10, choices=TeamState, default=TeamState.GATHERING, editable=False)
    award = models.CharField(
        _("award"), max_length=7, choices=Award, blank=True, default="", db_default="", editable=False
    )
    applied_at = models.DateTimeField(_("sent"), null=True, editable=False)
    answer_by = models.DateField(_("to be answered by"), null=True, editable=False)
    reminded_at = models.DateTimeField(_("company reminded"), null=True, editable=False)
    escalated_at = models.DateTimeField(_("association told"), null=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects: ClassVar[models.Manager["Team"]] = models.Manager.from_queryset(TeamQuerySet)()

    history = HistoricalRecords(excluded_fields=["updated_at"])

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["challenge", "name"],
                condition=Q(state__in=ACTIVE_TEAM_STATES),
                name="team_name_once",
                violation_error_message=_("Another team of this challenge has this name."),
            ),
            models.CheckConstraint(
                condition=~Q(state=TeamState.APPLIED) | Q(applied_at__isnull=False, answer_by__isnull=False),
                name="team_applied_has_a_term",
            ),
        ]
        indexes = [
            models.Index(fields=["answer_by"], condition=Q(state=TeamState.APPLIED), name="team_to_answer"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def people(self) -> int:
        """Of all organisations that have joined."""
        joined = self.participants.filter(state=TeamParticipantState.JOINED)
        return joined.aggregate(number=Sum("people"))["number"] or 0


class TeamParticipantState(models.TextChoices):
    INVITED = "invited", pgettext_lazy("of an organisation in a team", "Invited")
    JOINED = "joined", pgettext_lazy("of an organisation in a team", "Takes part")
    DECLINED = "declined", pgettext_lazy("of an organisation in a team", "Declined")


class TeamParticipantQuerySet(models.QuerySet["TeamParticipant"]):
    def taking_part(self) -> Self:
        """And those who are asked."""
        return self.exclude(state=TeamParticipantState.DECLINED)

    def joined(self) -> Self:
        return self.filter(state=TeamParticipantState.JOINED)


class TeamParticipant(PublicContent):
    """An organisation in a team, with how many people, who answers for them, and the terms it has accepted."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="participants", verbose_name=_("team"))
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="team_links", verbose_name=_("organisation")
    )
    is_lead = models.BooleanField(_("leads the team"), default=False)
    state = models.CharField(
        _("state"), max_length=8, choices=TeamParticipantState, default=TeamParticipantState.INVITED
    )
    people = models.PositiveSmallIntegerField(
        _("people"), default=1, validators=[MinValueValidator(1), MaxValueValidator(50)]
    )
    teacher = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("answers for them"),
    )
    terms = models.ForeignKey(
        ChallengeTerms, models.PROTECT, null=True, related_name="+", verbose_name=_("accepted terms")
    )
    accepted_at = models.DateTimeField(_("accepted"), null=True)

    objects: ClassVar[models.Manager["TeamParticipant"]] = models.Manager.from_queryset(TeamParticipantQuerySet)()

    class Meta:
        verbose_name = _("organisation of a team")
        verbose_name_plural = _("organisations of teams")
        ordering = ["-is_lead", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "organisation"],
                name="team_participant_once",
                violation_error_message=_("This organisation is in the team already."),
            ),
            models.UniqueConstraint(fields=["team"], condition=Q(is_lead=True), name="team_one_lead"),
            models.CheckConstraint(condition=Q(people__gte=1), name="team_participant_has_people"),
            models.CheckConstraint(
                condition=~Q(state=TeamParticipantState.JOINED) | Q(terms__isnull=False, accepted_at__isnull=False),
                name="team_participant_accepts_terms",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.get_state_display()}"


class TeamMove(StateMove):
    team = models.ForeignKey(Team, models.CASCADE, related_name="moves", verbose_name=_("team"))
    source = models.CharField(_("from"), max_length=10, choices=TeamState)
    target = models.CharField(_("to"), max_length=10, choices=TeamState)

    class Meta(StateMove.Meta):
        verbose_name = _("move of a team")
        verbose_name_plural = _("moves of teams")
