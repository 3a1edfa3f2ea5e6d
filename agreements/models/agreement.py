from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.models import Document, PublicContent
from common.one_line import OneLineField
from common.search import searched
from common.translation import Translated
from members.models import Organisation, Representative
from members.models.certificate import new_code

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from members.models import User
    from members.models.addressed import HasReference


class AgreementKind(models.TextChoices):
    """What each asks besides stands in ``agreements.kinds``."""

    COOPERATION = "cooperation", _("Cooperation")
    MEMBERSHIP = "membership", _("Membership in the association")
    PRACTICE = "practice", _("Practical training")
    TARGETED_TRAINING = "targeted_training", _("Targeted training")
    DEFERRED_EMPLOYMENT = "deferred_employment", _("Deferred employment")
    INTERNSHIP = "internship", _("Internship, use of a laboratory")
    OFFICE_ABROAD = "office_abroad", _("Representative office abroad")


class AgreementState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    REVIEW = "review", pgettext_lazy("agreement", "In review")
    NEGOTIATION = "negotiation", _("Negotiation")
    FROZEN = "frozen", _("Agreed on, not yet signed")
    SIGNING = "signing", _("Being signed")
    CONCLUDED = "concluded", _("Concluded")
    ACTIVE = "active", _("In force")
    EXPIRED = "expired", pgettext_lazy("agreement", "Expired")
    RENEWED = "renewed", pgettext_lazy("agreement", "Renewed")
    TERMINATED = "terminated", pgettext_lazy("agreement", "Terminated")
    CANCELLED = "cancelled", pgettext_lazy("agreement", "Not concluded")


UNCONCLUDED = (
    AgreementState.DRAFT,
    AgreementState.REVIEW,
    AgreementState.NEGOTIATION,
    AgreementState.FROZEN,
    AgreementState.SIGNING,
)
IN_FORCE = (AgreementState.CONCLUDED, AgreementState.ACTIVE)
OVER = (AgreementState.EXPIRED, AgreementState.RENEWED, AgreementState.TERMINATED)
NUMBERED = (*IN_FORCE, *OVER)  # what stands in the register under a number
# By the day of its conclusion, or of the signing that is planned.
LATEST_FIRST = (Coalesce("concluded_on", "planned_on").desc(), F("id").desc())
ENDING_FIRST = (F("ends_on").asc(nulls_last=True), *LATEST_FIRST)

# The part of ``shown`` that an index can know: what nobody else reads is stepped over in none.
IN_REGISTER = Q(is_public=True) & (Q(number__gt="") | Q(planned_on__isnull=False))


class Relation(models.TextChoices):
    """What an agreement is to its parent."""

    AMENDMENT = "amendment", _("Amendment")
    RENEWAL = "renewal", _("Renewal")
    TERMINATION = "termination", _("Agreement on termination")


class Renewal(models.TextChoices):
    NONE = "none", _("Ends on its last day")
    AUTOMATIC = "automatic", _("Renews itself unless a party objects")
    AGREED = "agreed", _("Renewed by a new agreement of the parties")


class SigningOrder(models.TextChoices):
    PARALLEL = "parallel", _("All at the same time")
    IN_TURN = "in_turn", _("One after the other")


class AgreementQuerySet(models.QuerySet["Agreement"]):
    def shown(self) -> Self:
        """In the public register: numbered ones, and those that have been sent to their parties to be signed on a
        certain day. What belongs to one that is not public is not, either."""
        announced = Q(state__in=UNCONCLUDED, planned_on__isnull=False, shared_at__isnull=False)
        public = self.model._base_manager.filter(pk=OuterRef("parent"), is_public=True)
        of_public = Q(parent=None) | Exists(public)  # a join would read all parents, and few have one
        return self.filter(Q(number__gt="") | announced, of_public, is_public=True)

    def searched(self, text: str) -> Self:
        """Those that ``text`` means, best first: word forms, then typos, then any of the words."""
        return searched(self, text, then=LATEST_FIRST)

    def of(self, organisation: Organisation) -> Self:
        """Its own: what it draws up itself, and as a party what has been sent to it."""
        return self._of_any([organisation.pk])

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """To who acts for a party, the draft only to those who draw it up. Others read the register, which shows less;
        the office has its own pages."""
        if not user.is_authenticated:
            return self.none()
        own = Representative.objects.active().filter(user=user).values("organisation")
        return self._of_any(own)

    def _of_any(self, organisations: Any) -> Self:
        """Two ways to them as a union, each by an index: for an OR the database would read all agreements."""
        every = self.model._base_manager.order_by()
        drawn_up = every.filter(initiator__in=organisations).values("pk")
        shared = every.filter(parties__organisation__in=organisations, shared_at__isnull=False).values("pk")
        return self.filter(pk__in=drawn_up.union(shared))

    def locked(self) -> Self:
        return self.select_for_update(of=("self",), no_key=True)


class AgreementManager(models.Manager.from_queryset(AgreementQuerySet)):  # type: ignore[misc]
    def get_queryset(self) -> AgreementQuerySet:
        """The columns of the search are for the database only and never travel."""
        return super().get_queryset().defer("search_vector", "search_text")


class Agreement(PublicContent):
    """Between two or more organisations. What is agreed on stands in its versions; the columns here repeat the newest
    for lists, and the moves of its state stand in its history."""

    kind = models.CharField(_("kind"), max_length=20, choices=AgreementKind)
    relation = models.CharField(_("what it is to the other agreement"), max_length=12, choices=Relation, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("to the agreement")
    )
    initiator = models.ForeignKey(
        Organisation, models.PROTECT, related_name="initiated_agreements", verbose_name=_("drawn up by")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("author")
    )
    organisations = models.ManyToManyField(
        Organisation, through="agreements.Party", related_name="agreements", verbose_name=_("parties")
    )
    state = models.CharField(
        _("state"), max_length=12, choices=AgreementState, default=AgreementState.DRAFT, editable=False
    )
    is_public = models.BooleanField(_("in the public register"), default=True)
    # The terms as they were last written: agreements.terms says in which shape.
    terms = models.JSONField(_("terms"), default=dict, editable=False)
    subject = OneLineField(pgettext_lazy("of an agreement", "subject"), max_length=300)
    subject_en = OneLineField(_("subject in English"), max_length=300, blank=True)
    starts_on = models.DateField(_("in force from"), null=True, blank=True, help_text=_("Empty: from its conclusion"))
    ends_on = models.DateField(_("in force until"), null=True, blank=True, help_text=_("Empty: without a term"))
    renewal = models.CharField(_("renewal"), max_length=10, choices=Renewal, default=Renewal.NONE)
    notice_days = models.PositiveSmallIntegerField(_("days of notice"), default=30)
    signing_order = models.CharField(
        _("order of signing"), max_length=10, choices=SigningOrder, default=SigningOrder.PARALLEL
    )
    planned_on = models.DateField(_("planned to be signed on"), null=True, blank=True)
    planned_at = OneLineField(_("planned to be signed at"), max_length=200, blank=True)

    shared_at = models.DateTimeField(_("sent to the parties"), null=True, blank=True, editable=False)
    number = models.CharField(_("number"), max_length=20, blank=True, editable=False, help_text="2026-0007")
    own_number = OneLineField(_("number given by the parties"), max_length=60, blank=True)
    concluded_on = models.DateField(_("concluded on"), null=True, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True, editable=False)
    is_entered = models.BooleanField(_("entered from paper"), default=False, editable=False)
    code = models.CharField(_("code"), max_length=19, unique=True, default=new_code, editable=False)
    package = models.OneToOneField(
        Document, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("package")
    )
    created_at = models.DateTimeField(_("begun"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    # Filled by the database (migration 0003), for the rows and the search of the register.
    party_cards = models.JSONField(default=list, db_default=[], editable=False)  # [{"slug", "kind", "name", "name_en"}]
    region_codes = ArrayField(models.CharField(max_length=6), default=list, db_default=[], editable=False)
    search_vector = SearchVectorField(null=True, editable=False)
    search_text = models.TextField(default="", db_default="", editable=False)

    title: ClassVar = Translated("subject")

    objects: ClassVar[AgreementManager] = AgreementManager()

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        ordering = ["-pk"]
        permissions = [
            ("approve_agreement", _("Can review agreements before they go to the parties")),
            ("register_agreement", _("Can confirm signatures on paper and enter agreements of the past")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["number"],
                condition=~Q(number=""),
                name="agreement_number",
                violation_error_message=_("Another agreement has this number."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=NUMBERED, concluded_on__isnull=False) & ~Q(number="")
                | Q(number="", concluded_on=None) & ~Q(state__in=NUMBERED),
                name="agreement_concluded_has_number",
                violation_error_message=_("A concluded agreement has a number and a day, and no other has."),
            ),
            models.CheckConstraint(
                condition=Q(parent=None, relation="") | Q(parent__isnull=False) & ~Q(relation=""),
                name="agreement_relation_has_parent",
                violation_error_message=_("Say to which agreement it belongs, and how."),
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="agreement_ends_after_start",
                violation_error_message=_("It ends before it begins."),
            ),
            models.CheckConstraint(
                condition=~Q(renewal=Renewal.AUTOMATIC) | Q(ends_on__isnull=False),
                name="agreement_renewal_has_term",
                violation_error_message=_("What renews itself has a last day."),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "ends_on"], name="agreement_state"),
            models.Index(*LATEST_FIRST, condition=IN_REGISTER, name="agreement_shown"),
            models.Index(
                F("ends_on").asc(nulls_last=True), *LATEST_FIRST, condition=IN_REGISTER, name="agreement_ending"
            ),
            GinIndex(fields=["search_vector"], name="agreement_search"),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="agreement_similar"),
        ]

    def __str__(self) -> str:
        return f"№ {self.number}" if self.number else self.subject

    if TYPE_CHECKING:

        def get_absolute_url(self: HasReference) -> str:
            """In the public register; only the roof knows the page (ABSOLUTE_URL_OVERRIDES)."""

    @property
    def reference(self) -> str:
        """By which the register addresses it: its number, or a name for what is only planned."""
        return self.number or f"planned-{self.pk}"

    @property
    def is_unconcluded(self) -> bool:
        return self.state in UNCONCLUDED

    @property
    def is_dependent(self) -> bool:
        """What changes or ends another one has no term of its own, and is over with it."""
        return self.relation in (Relation.AMENDMENT, Relation.TERMINATION)

    @property
    def newest_version(self) -> Any:
        return self.versions.order_by("-number").first()
