from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agreements.models.agreement import Agreement, SigningOrder
from agreements.models.party import Party, SigningWay
from agreements.models.text import Version, is_sha256, new_file_name
from common.private_files import private_storage
from members.models import Organisation

if TYPE_CHECKING:
    from members.models.addressed import HasCode


class RoundState(models.TextChoices):
    OPEN = "open", pgettext_lazy("signing", "Open")
    COMPLETED = "completed", pgettext_lazy("signing", "Completed")
    VOID = "void", pgettext_lazy("signing", "Void")


class SigningRound(models.Model):
    """One attempt to sign a version. A void one stays on record with its reason."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="rounds", verbose_name=_("agreement"))
    version = models.ForeignKey(
        Version, models.PROTECT, related_name="rounds", verbose_name=pgettext_lazy("of an agreement", "version")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    order = models.CharField(_("order of signing"), max_length=10, choices=SigningOrder)
    state = models.CharField(_("state"), max_length=9, choices=RoundState, default=RoundState.OPEN)
    opened_at = models.DateTimeField(_("opened"), default=timezone.now)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("opened by")
    )
    closes_at = models.DateTimeField(_("deadline"))
    closed_at = models.DateTimeField(_("closed"), null=True)

    class Meta:
        verbose_name = _("signing round")
        verbose_name_plural = _("signing rounds")
        ordering = ["agreement", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement"],
                condition=Q(state=RoundState.OPEN),
                name="round_one_open",
                violation_error_message=_("It is being signed already."),
            ),
            models.UniqueConstraint(
                fields=["agreement", "number"],
                name="round_number",
                violation_error_message=_("This round is there already."),
            ),
            models.CheckConstraint(
                condition=Q(state=RoundState.OPEN, closed_at=None)
                | ~Q(state=RoundState.OPEN) & Q(closed_at__isnull=False),
                name="round_closed_has_time",
                violation_error_message=_("What is closed has a time."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement} №{self.number}"

    if TYPE_CHECKING:

        def get_absolute_url(self: HasCode) -> str:
            """Where anybody sees what it has proven; only the roof knows the page (ABSOLUTE_URL_OVERRIDES)."""

    @property
    def code(self) -> str:
        return self.agreement.code


class RequestState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("signing", "Its turn has not come")
    ASKED = "asked", pgettext_lazy("signing", "Asked to sign")
    SENT = "sent", pgettext_lazy("signing", "Copy sent, to be checked")
    SEEN = "seen", pgettext_lazy("signing", "Seen, to be confirmed")
    SIGNED = "signed", pgettext_lazy("signing", "Signed")
    DECLINED = "declined", pgettext_lazy("signing", "Declined")


TO_SIGN = (RequestState.ASKED, RequestState.SENT, RequestState.SEEN)


class SigningRequest(models.Model):
    """The part of one party in a round."""

    round = models.ForeignKey(SigningRound, models.CASCADE, related_name="requests", verbose_name=_("signing round"))
    party = models.ForeignKey(
        Party, models.PROTECT, related_name="requests", verbose_name=pgettext_lazy("of an agreement", "party")
    )
    turn = models.PositiveSmallIntegerField(_("turn"))
    way = models.CharField(_("way of signing"), max_length=10, choices=SigningWay)
    state = models.CharField(_("state"), max_length=8, choices=RequestState, default=RequestState.WAITING)
    asked_at = models.DateTimeField(pgettext_lazy("signing", "asked"), null=True)

    objects: ClassVar[models.Manager["SigningRequest"]] = models.Manager()

    class Meta:
        verbose_name = _("request to sign")
        verbose_name_plural = _("requests to sign")
        ordering = ["round", "turn", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "party"],
                name="request_once",
                violation_error_message=_("The party is asked already."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=TO_SIGN) | Q(asked_at__isnull=False),
                name="request_asked_has_time",
                violation_error_message=_("Who is asked was asked at a time."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party}: {self.get_state_display()}"


class Signature(models.Model):
    """That somebody has signed for a party, and what is known of it: no more is claimed than was checked (63-ФЗ).

    ``evidence`` holds what belongs to the way: of a code its hash, channel and address; of a .sig file what the
    certificate says and which checks were made; of an operator its name, the identifier and the status there.
    """

    request = models.OneToOneField(
        SigningRequest, models.PROTECT, related_name="signature", verbose_name=_("request to sign")
    )
    way = models.CharField(_("way of signing"), max_length=10, choices=SigningWay)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    name = models.CharField(_("signatory"), max_length=150)
    position = models.CharField(_("position"), max_length=200)
    ground = models.CharField(_("acts on the ground of"), max_length=300)
    content_sha256 = models.CharField(_("SHA-256 of what is signed"), max_length=64, validators=[is_sha256])
    at = models.DateTimeField(_("time"), default=timezone.now)
    evidence = models.JSONField(_("evidence"), default=dict)
    file = models.FileField(_("file"), upload_to=new_file_name, storage=private_storage, max_length=100, blank=True)
    file_sha256 = models.CharField(_("SHA-256 of the file"), max_length=64, blank=True)
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("original seen by")
    )
    seen_at = models.DateTimeField(_("original seen"), null=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("confirmed by")
    )
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)

    class Meta:
        verbose_name = pgettext_lazy("of an agreement", "signature")
        verbose_name_plural = pgettext_lazy("of an agreement", "signatures")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(file="", file_sha256="") | ~Q(file="") & ~Q(file_sha256=""),
                name="signature_file_has_hash",
                violation_error_message=_("A file has its hash."),
            ),
            models.CheckConstraint(
                condition=~Q(confirmed_by=models.F("seen_by")) | Q(confirmed_by=None),
                name="signature_second_pair_of_eyes",
                violation_error_message=_("Who has seen the original does not confirm it: another person does."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} — {self.get_way_display()}"


class SigningCode(models.Model):
    """A one-time code as it was sent; the code itself is nowhere."""

    request = models.ForeignKey(SigningRequest, models.CASCADE, related_name="codes", verbose_name=_("request to sign"))
    code_hash = models.CharField(_("hash of the code"), max_length=128)
    content_sha256 = models.CharField(_("SHA-256 of what is signed"), max_length=64, validators=[is_sha256])
    address = models.EmailField(_("sent to"))
    sent_at = models.DateTimeField(_("sent"), default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    used_at = models.DateTimeField(_("used"), null=True)

    class Meta:
        verbose_name = _("code for signing")
        verbose_name_plural = _("codes for signing")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.request} {self.sent_at:%Y-%m-%d %H:%M}"


class RulesAccession(models.Model):
    """That an organisation has joined the rules of signing by code (63-ФЗ, ст. 9 ч. 2): without it no code is sent."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="rules_accessions", verbose_name=_("organisation")
    )
    edition = models.CharField(_("edition of the rules"), max_length=10, help_text="2026-11")
    text_sha256 = models.CharField(_("SHA-256 of the rules"), max_length=64, validators=[is_sha256])
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    name = models.CharField(_("name at that time"), max_length=150)
    position = models.CharField(_("position"), max_length=200, blank=True)
    at = models.DateTimeField(_("time"), default=timezone.now)
    left_at = models.DateTimeField(pgettext_lazy("rules of signing", "left"), null=True, blank=True)

    class Meta:
        verbose_name = _("accession to the rules of signing")
        verbose_name_plural = _("accessions to the rules of signing")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "edition"],
                condition=Q(left_at=None),
                name="accession_once",
                violation_error_message=_("The organisation has joined these rules already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation}, {self.edition}"
