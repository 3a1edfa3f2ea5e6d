from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, Q, Value, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from common.models import PublicContent
from common.translation import Translated
from members.models.consent import Consent, PublicItem


class PublicationBasis(models.TextChoices):
    CONSENT = "consent", _("The person's consent to publication")
    SOURCE = "source", _("A public source")


class PublicPersonQuerySet(models.QuerySet["PublicPerson"]):
    def shown(self) -> Self:
        """On public pages now, with ``shows_position``: by a public source, or item by item as the person agreed
        and as long as it says what they agreed to."""
        by_source = Q(basis=PublicationBasis.SOURCE)
        name = Exists(Consent.objects.holding_of_outer(PublicItem.NAME))
        position = Exists(Consent.objects.holding_of_outer(PublicItem.POSITION))
        return self.filter(by_source | name, is_published=True).annotate(
            shows_position=Case(When(by_source, Value(True)), default=position)
        )


class PublicPerson(PublicContent):
    """A person shown on the page of an organisation in a public role; never with contacts."""

    organisation = models.ForeignKey(
        "members.Organisation", models.CASCADE, related_name="public_people", verbose_name=_("organisation")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="public_roles",
        verbose_name=_("account"),
        help_text=_("Whoever has one decides in it what is published"),
    )
    name = models.CharField(pgettext_lazy("of a person", "name"), max_length=150)
    name_en = models.CharField(pgettext_lazy("of a person", "name in English"), max_length=150, blank=True)
    position = models.CharField(_("position"), max_length=200)
    position_en = models.CharField(_("position in English"), max_length=200, blank=True)
    basis = models.CharField(
        _("basis of the publication"),
        max_length=7,
        choices=PublicationBasis,
        default=PublicationBasis.CONSENT,
        db_default=PublicationBasis.CONSENT,
        help_text=_("152-FZ, art. 6 and 10.1: without a consent to the name the person is not shown"),
    )
    source = models.CharField(
        _("public source"),
        max_length=300,
        blank=True,
        db_default="",
        help_text=_("The address of the page, or the name and the day of the publication"),
    )
    is_published = models.BooleanField(
        _("published"), default=False, help_text=_("The decision of the office; the basis is asked besides")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    title: ClassVar = Translated("name")
    role: ClassVar = Translated("position")

    objects: ClassVar = PublicPersonQuerySet.as_manager()
    history = HistoricalRecords(cascade_delete_history=True)  # whoever is taken out leaves no name behind

    class Meta:
        verbose_name = _("person in a public role")
        verbose_name_plural = _("people in public roles")
        ordering = ["order", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"],
                name="public_person_once",
                violation_error_message=_("This person is already listed."),
            ),
            models.CheckConstraint(
                condition=Q(basis=PublicationBasis.CONSENT) | ~Q(source=""),
                name="public_person_source_named",
                violation_error_message=_("Name the public source."),
            ),
        ]

    def __str__(self) -> str:
        return self.title
