import datetime
from collections.abc import Collection
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Coalesce, Lower, Replace, TruncDate
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords
from stdnum.ru import inn as inn_number
from stdnum.ru import ogrn as ogrn_number

from common.html import RichTextField
from common.models import PublicContent
from common.one_line import OneLineField
from common.search import searched
from common.translation import Translated
from members.models.membership import Tier
from members.models.standing import Standing, standing_of
from members.models.taxonomy import Direction, Region

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from members.models.addressed import HasSlug
    from members.models.user import User


class Kind(models.TextChoices):
    SCHOOL = "school", _("School")
    COLLEGE = "college", _("College")
    UNIVERSITY = "university", _("University")
    COMPANY = "company", _("Company")
    RESEARCH_INSTITUTE = "research_institute", _("Research institute")
    NONPROFIT = "nonprofit", _("Foundation or non-profit")
    AUTHORITY = "authority", _("Public authority")
    TECHNOPARK_OPERATOR = "technopark_operator", _("Technopark operator")
    CONSORTIUM = "consortium", _("Cluster or consortium")


def validate_inn(number: str) -> None:
    """10 digits of a legal person or 12 of a sole trader, with right check digits (order ММВ-7-6/435@)."""
    if inn_number.compact(number) != number or not inn_number.is_valid(number):
        raise ValidationError(_("This INN has a mistake: its check digits do not agree."), code="inn")


def validate_ogrn(number: str) -> None:
    """13 digits of a legal person or 15 of a sole trader, with a right check digit (order 165н)."""
    if ogrn_number.compact(number) != number or not ogrn_number.is_valid(number):
        raise ValidationError(_("This OGRN has a mistake: its check digit does not agree."), code="ogrn")


class NumberField(models.CharField):
    """A number of a register: whatever spaces and digits of other scripts were typed, it is kept in plain digits."""

    def to_python(self, value: Any) -> Any:
        return inn_number.compact(value) if isinstance(value, str) else value

    def formfield(self, **kwargs: Any) -> Any:
        """Spaces do not count for the length, which the model checks."""
        return super().formfield(**{**kwargs, "max_length": None})


class WebsiteField(models.URLField):
    """An address typed without its scheme is taken for https."""

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{**kwargs, "assume_scheme": "https"})


PROFILE_HOLDS = datetime.timedelta(days=365)  # then its people are asked to confirm it

FILLED_BY_DATABASE = ["sort_name", "sort_name_en", "tier", "direction_slugs", "search_vector", "search_text"]


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def published(self) -> Self:
        return self.filter(is_published=True)

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Published ones; besides, its own to a representative and every one to the staff."""
        if user.is_staff and user.is_active:
            return self
        if user.is_authenticated:
            own = self.model.objects.represented_by(user).values("pk")
            return self.filter(Q(is_published=True) | Q(pk__in=own))
        return self.published()

    def represented_by(self, user: "User") -> Self:
        return self.filter(representatives__user=user, representatives__ended_at=None)

    def unconfirmed_since(self, day: datetime.date) -> Self:
        """Of whose profile nobody has said after that day that it holds; a new one did when it was entered."""
        entered_on = TruncDate("created_at")
        return self.alias(held_on=Coalesce("profile_confirmed_on", entered_on)).filter(held_on__lte=day)

    def numbered(self, *, inn: str, ogrn: str) -> Self:
        """Those that have one of these numbers; none where neither is given."""
        given = [Q(**{name: number}) for name, number in (("inn", inn), ("ogrn", ogrn)) if number]
        return self.filter(reduce(or_, given)) if given else self.none()

    def searched(self, text: str) -> Self:
        """Those that ``text`` means, best first: word forms, then typos, then any of the words."""
        return searched(self, text, then=("sort_name", "pk"))


class OrganisationManager(models.Manager.from_queryset(OrganisationQuerySet)):  # type: ignore[misc]
    def get_queryset(self) -> OrganisationQuerySet:
        """The columns of the search are for the database only and never travel."""
        return super().get_queryset().defer("search_vector", "search_text")


class Organisation(PublicContent):
    """A legal person in the directory: a member, an applicant or a partner."""

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    name = models.CharField(_("full name"), max_length=300)
    name_en = models.CharField(_("full name in English"), max_length=300, blank=True)
    short_name = OneLineField(_("short name"), max_length=80, help_text=_("For lists and pictures"))
    short_name_en = OneLineField(_("short name in English"), max_length=80, blank=True)
    slug = models.SlugField(_("address"), max_length=80, unique=True)
    inn = NumberField(_("INN"), max_length=12, blank=True, validators=[validate_inn])
    ogrn = NumberField(_("OGRN"), max_length=15, blank=True, validators=[validate_ogrn])
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="organisations", verbose_name=_("region")
    )
    city = models.CharField(_("city"), max_length=100, blank=True)
    city_en = models.CharField(_("city in English"), max_length=100, blank=True)
    directions = models.ManyToManyField(
        Direction, blank=True, related_name="organisations", verbose_name=_("directions")
    )
    about = RichTextField(_("description"), blank=True)
    about_en = RichTextField(_("description in English"), blank=True)
    website = WebsiteField(_("website"), blank=True)
    logo = models.ImageField(_("logo"), upload_to="logos", blank=True, editable=False)
    consortium = models.ForeignKey(
        "self",
        models.PROTECT,  # its members stand in the association through it, now and on each past day
        null=True,
        blank=True,
        related_name="sub_members",
        verbose_name=_("part of the cluster or consortium"),
        limit_choices_to={"kind": Kind.CONSORTIUM},
    )
    is_association = models.BooleanField(_("the association itself"), default=False)
    is_published = models.BooleanField(_("published"), default=False)
    profile_confirmed_on = models.DateField(_("profile confirmed on"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    sort_name = models.GeneratedField(
        expression=Replace(Replace(Lower("short_name"), Value("«"), Value("")), Value("ё"), Value("е")),
        output_field=models.CharField(max_length=80),
        db_persist=True,
    )
    sort_name_en = models.GeneratedField(
        expression=Lower(Case(When(short_name_en="", then="short_name"), default="short_name_en")),
        output_field=models.CharField(max_length=80),
        db_persist=True,
    )
    # From here on filled by triggers (migration 0002), whoever writes: one row is all that the directory reads.
    tier = models.CharField(
        _("tier"),
        max_length=10,
        choices=Tier,
        blank=True,
        default="",
        editable=False,
        help_text=_("Of the running membership"),
    )
    direction_slugs = ArrayField(models.SlugField(), default=list, editable=False)
    search_vector = SearchVectorField(null=True, editable=False)
    search_text = models.TextField(default="", editable=False)

    title: ClassVar = Translated("short_name")
    full_title: ClassVar = Translated("name")
    place: ClassVar = Translated("city")
    description: ClassVar = Translated("about")

    objects: ClassVar[OrganisationManager] = OrganisationManager()
    history = HistoricalRecords(m2m_fields=["directions"], excluded_fields=[*FILLED_BY_DATABASE, "updated_at"])

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["sort_name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["inn"],
                condition=~Q(inn=""),
                name="organisation_inn_unique",
                violation_error_message=_("An organisation with this INN is already here."),
            ),
            models.UniqueConstraint(
                fields=["ogrn"],
                condition=~Q(ogrn=""),
                name="organisation_ogrn_unique",
                violation_error_message=_("An organisation with this OGRN is already here."),
            ),
            models.UniqueConstraint(
                fields=["is_association"],
                condition=Q(is_association=True),
                name="organisation_one_association",
                violation_error_message=_("Another organisation is already marked as the association."),
            ),
            models.CheckConstraint(
                condition=~Q(consortium=models.F("pk")),
                name="organisation_not_its_own_part",
                violation_error_message=_("An organisation cannot be a part of itself."),
            ),
            models.CheckConstraint(
                condition=~Q(slug=""),
                name="organisation_slug_given",
                violation_error_message=_("An organisation needs an address of its own."),
            ),
        ]
        indexes = [
            GinIndex(fields=["search_vector"], name="organisation_search"),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="organisation_similar"),
            models.Index(fields=["sort_name", "id"], condition=Q(is_published=True), name="organisation_public_list"),
            models.Index(
                fields=["sort_name_en", "id"], condition=Q(is_published=True), name="organisation_public_list_en"
            ),
            models.Index(
                fields=["kind", "region", "tier"], condition=Q(is_published=True), name="organisation_public_counts"
            ),
            GinIndex(fields=["direction_slugs"], name="organisation_directions"),
        ]

    def __str__(self) -> str:
        return self.title

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        """Besides each field by itself, that consortia make no circle and stay consortia.

        Not in ``clean``, as forms without these fields could not show what that finds.
        """
        errors: dict[str, Any] = {}
        try:
            super().clean_fields(exclude)
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        for name, find in (("consortium", self._mistake_of_consortium), ("kind", self._mistake_of_kind)):
            if name not in (exclude or ()) and name not in errors and (mistake := find()):
                errors[name] = [mistake]
        if errors:
            raise ValidationError(errors)

    def _mistake_of_consortium(self) -> ValidationError | None:
        above = {self.pk}
        whole = self.consortium
        while whole and whole.pk not in above:
            above.add(whole.pk)
            whole = whole.consortium
        if whole is None:
            return None
        params = {"name": self.consortium}
        return ValidationError(_("“%(name)s” is itself a part of this one."), code="circle", params=params)

    def _mistake_of_kind(self) -> ValidationError | None:
        if self.pk and not self.is_consortium and self.sub_members.exists():
            return ValidationError(_("It has members, so it remains a cluster or consortium."), code="has_members")
        return None

    @property
    def profile_confirm_by(self) -> datetime.date:
        """The day by which its people are to say that the profile still holds."""
        held_on = self.profile_confirmed_on or localtime(self.created_at).date()
        return held_on + PROFILE_HOLDS

    @property
    def is_consortium(self) -> bool:
        return self.kind == Kind.CONSORTIUM

    @property
    def standing(self) -> Standing | None:
        """Today; ``standing_of`` tells that of a past day."""
        return standing_of(self)

    if TYPE_CHECKING:

        def get_absolute_url(self: HasSlug) -> str:
            """Which page shows it only the roof knows (ABSOLUTE_URL_OVERRIDES); it asks for the slug alone."""
