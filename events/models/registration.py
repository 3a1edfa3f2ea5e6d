"""Who comes: a registration is one request for one or more places, a ticket is the place of one person."""

import datetime
import secrets
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Sum
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.models import LONGEST_KEY
from common.one_line import OneLineField
from events.models.event import Event, ReminderKind
from events.models.places import TicketPool
from members.models import Consent, ConsentText, Organisation

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from common.personal_data import Person
    from members.models import User

CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # nothing that is read for something else
CODE_LENGTH = 10


ANSWER_BEFORE = datetime.timedelta(hours=24)  # of the beginning; whoever has a place then can count on it
LEAST_TIME_TO_ANSWER = datetime.timedelta(hours=12)


def new_code() -> str:
    """50 bits: nobody guesses one, and everybody can type it."""
    return "".join(secrets.choice(CODE_LETTERS) for _position in range(CODE_LENGTH))


def new_key() -> str:
    return secrets.token_urlsafe(24)


class RegistrationState(models.TextChoices):
    PENDING = "pending", _("Waits for the organiser")
    CONFIRMED = "confirmed", pgettext_lazy("of a registration", "Has a place")
    WAITING = "waiting", _("On the waiting list")
    OFFERED = "offered", _("A place is offered")
    CANCELLED = "cancelled", pgettext_lazy("of a registration", "Cancelled")
    DECLINED = "declined", pgettext_lazy("of a registration", "Declined by the organiser")
    EXPIRED = "expired", _("The term is over")


HOLDING = (RegistrationState.CONFIRMED, RegistrationState.OFFERED)  # a place
ACTIVE = (*HOLDING, RegistrationState.PENDING, RegistrationState.WAITING)


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def active(self) -> Self:
        return self.filter(state__in=ACTIVE)

    def holding(self) -> Self:
        return self.filter(state__in=HOLDING)

    def queued(self) -> Self:
        """The waiting list, in turn."""
        return self.filter(state=RegistrationState.WAITING).order_by("queue_number")

    def places(self) -> int:
        return self.aggregate(places=Sum("places"))["places"] or 0

    def unproved(self) -> Self:
        """Whose address nobody has shown to be theirs, whose time for that is over, and of whom nobody has come."""
        came = CheckIn.objects.filter(ticket__registration=OuterRef("pk"))
        return self.active().filter(~Exists(came), hold_until__lte=timezone.now())

    def with_late_offers(self) -> Self:
        return self.filter(state=RegistrationState.OFFERED, offer_until__lte=timezone.now())

    def to_decide(self) -> Self:
        """That wait for the organiser, with an address that is known to be theirs."""
        return self.filter(state=RegistrationState.PENDING, hold_until=None)

    def overdue(self) -> Self:
        """That nobody has approved in the term of the event."""
        return self.to_decide().filter(decide_by__lte=timezone.now())

    def to_write_to(self) -> Self:
        """With all at hand that a letter to them says."""
        return self.select_related("event", "user", "organisation")

    def of_person(self, user: "User | AnonymousUser") -> Self:
        """By the account, or by its address where that was shown to be theirs without the account."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(user=user) | Q(user=None, email=user.email, hold_until=None))

    def about(self, person: "Person") -> Self:
        """By the account, or by an address that was shown to be theirs; what is another account's is not."""
        by_address = Q(user=None, email__in=person.addresses, hold_until=None, registered_at__gte=person.since)
        return self.filter(Q(user=person.user) | by_address)

    def visible_to(self, user: "User") -> Self:
        """One's own; those that came from one's organisation; every one to the staff."""
        if user.is_staff and user.is_active:
            return self
        own = Organisation.objects.represented_by(user).values("pk")
        return self.filter(Q(user=user) | Q(organisation__in=own))


class Registration(models.Model):
    """A request for places in one pool. Its ``key`` stands, signed, in the address by which whoever has no account
    acts for it. The moves are in ``events.registering.registrations``; the lock of all of them is that of the event."""

    key = models.CharField(max_length=40, unique=True, default=new_key, editable=False)
    event = models.ForeignKey(Event, models.PROTECT, related_name="registrations", verbose_name=_("event"))
    pool = models.ForeignKey(TicketPool, models.PROTECT, related_name="registrations", verbose_name=_("pool of places"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="registrations",
        verbose_name=_("account"),
    )
    organisation = models.ForeignKey(
        Organisation, models.SET_NULL, null=True, blank=True, related_name="registrations", verbose_name=_("comes from")
    )
    name = OneLineField(pgettext_lazy("of a person", "name"), max_length=150)
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, default="ru")
    group = OneLineField(_("group"), max_length=100, blank=True, help_text=_("As “8А”; empty for a single person"))
    part_of = models.ForeignKey(
        "self",
        models.CASCADE,
        null=True,
        editable=False,
        related_name="parts",
        verbose_name=_("rest of the group"),
        help_text=_("Of a group that could not come in whole"),
    )
    at_the_door = models.BooleanField(
        _("came without having registered"), default=False, db_default=False, editable=False
    )
    places = models.PositiveSmallIntegerField(_("places"), default=1)
    answers = models.JSONField(_("answers"), default=dict, blank=True)
    request_key = models.CharField(max_length=LONGEST_KEY, blank=True, editable=False)
    consent_text = models.ForeignKey(
        ConsentText,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("consent"),
        help_text=_("The version that was agreed to as the registration was made"),
    )
    group_code = models.CharField(
        _("code of the group"), max_length=CODE_LENGTH, blank=True, default="", db_default="", editable=False
    )

    state = models.CharField(_("state"), max_length=9, choices=RegistrationState)
    queue_number = models.PositiveIntegerField(_("number in the queue"), null=True, editable=False)
    registered_at = models.DateTimeField(_("registered"), default=timezone.now)
    decide_by = models.DateTimeField(_("to be approved by"), null=True, editable=False)
    hold_until = models.DateTimeField(_("address to be confirmed by"), null=True, editable=False)
    offer_until = models.DateTimeField(_("offer to be accepted by"), null=True, editable=False)
    asked_at = models.DateTimeField(_("asked whether they will come"), null=True, editable=False)
    coming_at = models.DateTimeField(_("said that they will come"), null=True, editable=False)
    forgotten_at = models.DateTimeField(
        _("data deleted"), null=True, editable=False, help_text=_("That somebody was registered remains, and not who")
    )

    objects: ClassVar = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        ordering = ["-registered_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                F("event"),
                Lower("email"),
                condition=Q(state__in=ACTIVE, group="") & ~Q(email=""),
                name="registration_one_active",
                violation_error_message=_("Somebody with this address is registered already."),
            ),
            models.UniqueConstraint(
                fields=["event", "user"],
                condition=Q(state__in=ACTIVE, group=""),
                name="registration_one_active_of_user",
                violation_error_message=_("This person is registered already."),
            ),
            models.UniqueConstraint(
                fields=["event", "request_key"], condition=~Q(request_key=""), name="registration_once"
            ),
            models.UniqueConstraint(
                fields=["pool", "queue_number"],
                condition=Q(state=RegistrationState.WAITING),
                name="registration_one_turn",
            ),
            models.UniqueConstraint(fields=["group_code"], condition=~Q(group_code=""), name="registration_group_code"),
            models.CheckConstraint(
                condition=~Q(state=RegistrationState.WAITING) | Q(queue_number__isnull=False),
                name="registration_waiting_has_turn",
            ),
            models.CheckConstraint(
                condition=~Q(state=RegistrationState.OFFERED) | Q(offer_until__isnull=False),
                name="registration_offer_has_term",
            ),
            models.CheckConstraint(condition=Q(places__gte=1), name="registration_of_somebody"),
        ]
        indexes = [
            models.Index(
                fields=["pool", "organisation"],
                include=["places"],
                condition=Q(state__in=HOLDING),
                name="registration_holding",
            ),
            models.Index(
                fields=["hold_until"],
                condition=Q(state__in=ACTIVE, hold_until__isnull=False),
                name="registration_unproved",
            ),
            models.Index(
                fields=["offer_until"], condition=Q(state=RegistrationState.OFFERED), name="registration_offers"
            ),
            models.Index(fields=["pool", "-queue_number"], name="registration_queue"),
            models.Index(
                fields=["event", "decide_by"],
                condition=Q(state=RegistrationState.PENDING, hold_until=None),
                name="registration_to_decide",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} — {self.group or self.name}"

    @property
    def is_group(self) -> bool:
        return bool(self.group)

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE

    @property
    def holds_place(self) -> bool:
        return self.state in HOLDING

    @property
    def is_proved(self) -> bool:
        """Whether somebody has shown that the address is theirs."""
        return self.hold_until is None

    @property
    def is_admitted(self) -> bool:
        """Whose ticket opens the door, and who may see the online link."""
        return self.state == RegistrationState.CONFIRMED and self.is_proved

    @property
    def proof_is_late(self) -> bool:
        """Nobody has shown in time that the address is theirs; who came meanwhile is no typing error. One query of what
        is late."""
        is_late = self.hold_until is not None and self.hold_until <= timezone.now()
        return is_late and not CheckIn.objects.filter(ticket__registration=self).exists()

    @property
    def answer_by(self) -> datetime.datetime | None:
        """When the place is given away unless they say that they come; None where silence changes nothing: by the rule
        of the event, or as they were asked too late to be held to it."""
        starts_at = self.event.starts_at
        if not (self.event.silence_frees and self.asked_at and starts_at) or self.coming_at:
            return None
        answer_by = starts_at - ANSWER_BEFORE
        return answer_by if self.asked_at <= answer_by - LEAST_TIME_TO_ANSWER else None

    @property
    def offer_is_late(self) -> bool:
        return self.offer_until is not None and self.offer_until <= timezone.now()

    @property
    def turn(self) -> int | None:
        """The place on the waiting list, from 1; None for who is not on it. One query."""
        if self.state != RegistrationState.WAITING:
            return None
        queued = Registration.objects.queued().filter(pool_id=self.pool_id, queue_number__lte=self.queue_number)
        return queued.count()


class TicketQuerySet(models.QuerySet["Ticket"]):
    def standing(self) -> Self:
        return self.filter(removed_at=None)

    def admitting(self) -> Self:
        """With which one comes in: of a confirmed place."""
        return self.standing().filter(registration__state=RegistrationState.CONFIRMED)

    def came(self) -> Self:
        """Whose entrance was noted, on any day."""
        return self.filter(Exists(CheckIn.objects.filter(ticket=OuterRef("pk"))))

    def not_come(self) -> Self:
        return self.filter(~Exists(CheckIn.objects.filter(ticket=OuterRef("pk"))))


class Ticket(models.Model):
    """The place of one person. Of a pupil it holds a name and a grade, or a code of the school's own, and no more."""

    registration = models.ForeignKey(
        Registration, models.CASCADE, related_name="tickets", verbose_name=_("registration")
    )
    code = models.CharField(_("code"), max_length=CODE_LENGTH, unique=True, default=new_code, editable=False)
    name = OneLineField(pgettext_lazy("of a person", "name"), max_length=150)
    grade = OneLineField(_("class"), max_length=20, blank=True)
    is_adult = models.BooleanField(_("18 or older"), default=False, db_default=False, editable=False)
    removed_at = models.DateTimeField(_("taken off"), null=True, editable=False)

    objects: ClassVar = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def asked_parent(self) -> "ParentConsent | None":
        """None where no parent was asked, or a new person has come in place of another."""
        return getattr(self, "parent_consent", None)

    @property
    def consent_state(self) -> str:
        """Of a pupil: what a parent has said; of an adult nobody is asked."""
        if self.is_adult:
            return "adult"
        return self.asked_parent.state if self.asked_parent else "unasked"

    def get_consent_state_display(self) -> str:
        if self.is_adult:
            return str(_("18 or older"))
        return self.asked_parent.get_state_display() if self.asked_parent else str(_("not asked for"))

    @property
    def lacks_consent(self) -> bool:
        """Whether a parent is still to agree: of a pupil, who is one of a group and under 18."""
        return self.registration.is_group and self.consent_state in ("unasked", "asked")

    @property
    def is_refused(self) -> bool:
        """By a parent: who it was is deleted, and the place waits for another pupil."""
        return self.consent_state == "refused"


class ParentConsent(models.Model):
    """What a parent has said of one pupil of a group, by the link that the teacher has handed over, or on a paper that
    the school keeps. Of the parent it holds the name that makes the consent somebody's, and no address."""

    ticket = models.OneToOneField(Ticket, models.CASCADE, related_name="parent_consent", verbose_name=_("ticket"))
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    consent = models.ForeignKey(
        Consent, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("consent")
    )
    parent = OneLineField(_("parent"), max_length=150, blank=True)
    refused_at = models.DateTimeField(_("refused"), null=True)
    paper_at = models.DateTimeField(_("noted that the school has it on paper"), null=True, editable=False)
    paper_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("noted by"),
    )

    class Meta:
        verbose_name = _("consent of a parent")
        verbose_name_plural = _("consents of parents")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.ticket} — {self.get_state_display()}"

    @property
    def state(self) -> str:
        if self.consent_id:
            return "granted"
        if self.refused_at:
            return "refused"
        return "paper" if self.paper_at else "asked"

    def get_state_display(self) -> str:
        said = {
            "granted": _("consent given"),
            "refused": _("refused"),
            "paper": _("consent on paper"),
            "asked": _("not answered yet"),
        }
        return str(said[self.state])


class EventReminder(models.Model):
    """That those who come were reminded of an event by one of the rules; moved, it is told of anew."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="reminders", verbose_name=_("event"))
    kind = models.CharField(_("rule"), max_length=5, choices=ReminderKind)
    starts_at = models.DateTimeField(_("begins"))
    sent_at = models.DateTimeField(_("sent"), default=timezone.now)

    class Meta:
        verbose_name = _("reminder of an event")
        verbose_name_plural = _("reminders of events")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["event", "kind", "starts_at"], name="event_reminder_once")]

    def __str__(self) -> str:
        return f"{self.event} — {self.get_kind_display()}"


class RegistrationMove(models.Model):
    """One move of a registration after it was made: who, when, why. Whoever holds its link has no name here."""

    registration = models.ForeignKey(Registration, models.CASCADE, related_name="moves", verbose_name=_("registration"))
    source = models.CharField(_("from"), max_length=9, choices=RegistrationState)
    target = models.CharField(_("to"), max_length=9, choices=RegistrationState)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by whom")
    )
    at = models.DateTimeField(_("when"), default=timezone.now)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("move of a registration")
        verbose_name_plural = _("moves of registrations")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_source_display()} → {self.get_target_display()}"


class CheckIn(models.Model):
    """A person has come, on one day of the event. The first scan makes it; every other is told of it."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="check_ins", verbose_name=_("ticket"))
    day = models.DateField(_("day"), help_text=_("By the clock of the place"))
    at = models.DateTimeField(_("when"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by whom")
    )
    gate = OneLineField(_("entrance"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("check-in")
        verbose_name_plural = _("check-ins")
        ordering = ["at", "pk"]
        constraints = [models.UniqueConstraint(fields=["ticket", "day"], name="check_in_once_a_day")]

    def __str__(self) -> str:
        return f"{self.ticket} {self.day:%Y-%m-%d}"


def day_of(event: Event, moment: datetime.datetime) -> datetime.date:
    """By the clock of the place."""
    return moment.astimezone(event.zone).date()
