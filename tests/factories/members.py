"""People and organisations."""

import datetime
import hashlib
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import factory
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.utils import timezone
from factory.django import DjangoModelFactory

from common.models import Document, DocumentState
from members.models import (
    AssociationRequisites,
    BoardSession,
    Direction,
    Fee,
    Invitation,
    Invoice,
    JoinRequest,
    Kind,
    Membership,
    MembershipApplication,
    MembershipCertificate,
    MembershipImport,
    MembershipPeriod,
    Notification,
    OfficeReport,
    OfficeStatus,
    Organisation,
    Partnership,
    ProfileChange,
    PublicationBasis,
    PublicPerson,
    Region,
    Representative,
    RepresentativeOffice,
    Role,
    Tier,
    User,
)
from members.models.office import OfficeStatusChange

Row = TypeVar("Row")


class ModelFactory(DjangoModelFactory[Row]):
    class Meta:
        abstract = True

    if TYPE_CHECKING:

        def __new__(cls, **fields: Any) -> Row:  # type: ignore[misc]
            """A call makes a row, which factory_boy's metaclass does not tell."""


def valid_inn(number: int) -> str:
    """An INN of a legal person: nine digits and the check digit of order ММВ-7-6/435@."""
    digits = f"{770000000 + number:09}"
    weights = (2, 4, 10, 3, 5, 9, 4, 6, 8)
    return digits + str(sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=True)) % 11 % 10)


def valid_ogrn(number: int) -> str:
    """An OGRN of a legal person: twelve digits and the check digit of order 165н."""
    digits = f"{102770000000 + number:012}"
    return digits + str(int(digits) % 11 % 10)


class UserFactory(ModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person-{n}@example.org")
    last_name = factory.Sequence(lambda n: f"Фамильева-{n}")
    first_name = "Анна"
    password = factory.django.Password("Сложный-пароль-1")

    @factory.post_generation
    def groups(self, create: bool, names: Any, **kwargs: Any) -> None:
        """``groups=["editors"]``"""
        if names:
            self.groups.set(Group.objects.filter(name__in=names))


class RegionFactory(ModelFactory[Region]):
    """A region of the first migration by its code; a code unknown there makes a new one off the map."""

    class Meta:
        model = Region
        django_get_or_create = ("code",)

    code = "RU-MOS"
    name = factory.LazyAttribute(lambda region: f"Область {region.code}")
    name_en = factory.LazyAttribute(lambda region: f"Region {region.code}")
    abbreviation = "ОБЛ"
    abbreviation_en = "OBL"
    time_zone = "Europe/Moscow"


class DirectionFactory(ModelFactory[Direction]):
    """A direction of the first migration by its slug; a slug unknown there makes a new one."""

    class Meta:
        model = Direction
        django_get_or_create = ("slug",)

    slug = "robotics"
    name = factory.LazyAttribute(lambda direction: f"Направление {direction.slug}")
    name_en = factory.LazyAttribute(lambda direction: f"Direction {direction.slug}")
    position = factory.Sequence(lambda n: 100 + n)


class OrganisationFactory(ModelFactory[Organisation]):
    class Meta:
        model = Organisation
        skip_postgeneration_save = True

    kind = Kind.SCHOOL
    name = factory.LazyAttribute(lambda organisation: f"Муниципальное учреждение «{organisation.short_name}»")
    short_name = factory.Sequence(lambda n: f"Учреждение {n:03}")
    slug = factory.Sequence(lambda n: f"organisation-{n}")
    inn = factory.Sequence(valid_inn)
    ogrn = factory.Sequence(valid_ogrn)
    is_published = True

    @factory.post_generation
    def directions(self, create: bool, slugs: Any, **kwargs: Any) -> None:
        """``directions=["robotics"]``"""
        for slug in slugs or ():
            self.directions.add(DirectionFactory(slug=slug))

    @factory.post_generation
    def tier(self, create: bool, tier: Any, **kwargs: Any) -> None:
        """``tier=Tier.FULL`` gives it a running membership."""
        if tier:
            MembershipFactory(organisation=self, tier=tier)


class MembershipFactory(ModelFactory[Membership]):
    class Meta:
        model = Membership

    organisation = factory.SubFactory(OrganisationFactory)
    tier = Tier.FULL


class DocumentFactory(ModelFactory[Document]):
    """``made=b"…"`` gives it a file."""

    class Meta:
        model = Document
        skip_postgeneration_save = True

    template = "pdf/members/membership_certificate.typ"
    data: Any = {}

    @factory.post_generation
    def made(self: Any, create: bool, content: Any, **kwargs: Any) -> None:
        if content:
            self.state, self.sha256, self.made_at = DocumentState.MADE, hashlib.sha256(content).hexdigest(), self.due_at
            self.file.save(f"documents/{self.key}.pdf", ContentFile(content))


class CertificateFactory(ModelFactory[MembershipCertificate]):
    class Meta:
        model = MembershipCertificate

    membership = factory.SubFactory(MembershipFactory)
    organisation = factory.SelfAttribute("membership.organisation")
    number = factory.Sequence(lambda n: f"2020-{n:04}")
    name = factory.SelfAttribute("organisation.name")
    tier = factory.SelfAttribute("membership.tier")
    issued_on = datetime.date(2020, 12, 16)
    document = factory.SubFactory(DocumentFactory, made=b"%PDF-")


class RepresentativeFactory(ModelFactory[Representative]):
    class Meta:
        model = Representative

    organisation = factory.SubFactory(OrganisationFactory)
    user = factory.SubFactory(UserFactory)
    role = Role.VIEWER


class NotificationFactory(ModelFactory[Notification]):
    """One that was told on the portal alone."""

    class Meta:
        model = Notification

    user = factory.SubFactory(UserFactory)
    topic = "membership"
    key = factory.Sequence(lambda n: f"noted {n}")
    title = factory.Sequence(lambda n: f"Событие {n}")


class PublicPersonFactory(ModelFactory[PublicPerson]):
    class Meta:
        model = PublicPerson

    organisation = factory.SubFactory(OrganisationFactory)
    name = factory.Sequence(lambda n: f"Иван Петров-{n}")
    position = "Директор"
    basis = PublicationBasis.SOURCE
    source = "https://example.org/news/1"
    is_published = True


class OfficeFactory(ModelFactory[RepresentativeOffice]):
    class Meta:
        model = RepresentativeOffice
        skip_postgeneration_save = True

    organisation = factory.SubFactory(OrganisationFactory, kind=Kind.CONSORTIUM)
    country = "CN"

    @factory.post_generation
    def status(self: Any, create: bool, status: Any, **kwargs: Any) -> None:
        OfficeStatusChange.objects.create(office=self, position=1, status=status or OfficeStatus.OPEN)


class InvitationFactory(ModelFactory[Invitation]):
    """One that stands, without a letter; ``invitations.invite`` writes one."""

    class Meta:
        model = Invitation

    organisation = factory.SubFactory(OrganisationFactory)
    email = factory.Sequence(lambda n: f"invited-{n}@example.org")
    role = Role.TEACHER


class JoinRequestFactory(ModelFactory[JoinRequest]):
    class Meta:
        model = JoinRequest

    organisation = factory.SubFactory(OrganisationFactory)
    user = factory.SubFactory(UserFactory)
    role = Role.TEACHER


class FeeFactory(ModelFactory[Fee]):
    class Meta:
        model = Fee

    tier = Tier.FULL
    amount = Decimal(12000)
    valid_from = datetime.date(2020, 1, 1)


class RequisitesFactory(ModelFactory[AssociationRequisites]):
    """Of no bank that there is; keys and check digits are right."""

    class Meta:
        model = AssociationRequisites

    name = "Ассоциация школьного кластера"
    inn = "9900000000"
    kpp = "990001001"
    account = "40703810900000000001"
    bank = "Банк «Пример»"
    bic = "040000999"
    correspondent_account = "30101810500000000999"


class PeriodFactory(ModelFactory[MembershipPeriod]):
    class Meta:
        model = MembershipPeriod

    membership = factory.SubFactory(MembershipFactory)
    starts_on = datetime.date(2020, 1, 1)
    ends_on = datetime.date(2020, 12, 31)


class InvoiceFactory(ModelFactory[Invoice]):
    class Meta:
        model = Invoice

    period = factory.SubFactory(PeriodFactory)
    organisation = factory.SelfAttribute("period.membership.organisation")
    number = factory.Sequence(lambda n: f"2020-{n + 5000:04}")
    issued_on = datetime.date(2019, 11, 2)
    due_on = datetime.date(2019, 12, 31)
    amount = Decimal(12000)
    payer = factory.SelfAttribute("organisation.name")
    document = factory.SubFactory(DocumentFactory, made=b"%PDF-")


class ApplicationFactory(ModelFactory[MembershipApplication]):
    """A draft of a company with a confirmed address: all is typed that is asked for, and the charter not attached.

    ``besides``: what stands in other fields, or instead."""

    class Meta:
        model = MembershipApplication

    class Params:
        besides: ClassVar[dict[str, list[str]]] = {}

    kind = Kind.COMPANY
    email = factory.Sequence(lambda n: f"applicant-{n}@example.org")
    confirmed_at = factory.LazyFunction(timezone.now)
    tier = Tier.FULL
    name = factory.LazyAttribute(
        lambda application: f"Общество с ограниченной ответственностью «{application.short_name}»"
    )
    short_name = factory.Sequence(lambda n: f"Предприятие {n:03}")
    inn = factory.Sequence(lambda n: valid_inn(500_000 + n))
    ogrn = factory.Sequence(lambda n: valid_ogrn(500_000 + n))
    data = factory.LazyAttribute(lambda application: all_typed(application) | application.besides)


def all_typed(application: Any) -> dict[str, list[str]]:
    columns = {name: [getattr(application, name)] for name in ("name", "short_name", "inn", "ogrn")}
    return {
        **columns,
        "tier": [application.tier],
        "region": [str(RegionFactory().pk)],
        "city": ["Химки"],
        "contact_name": ["Ольга Контактная"],
        "contact_position": ["менеджер"],
        "contact_phone": ["+7 000 000-00-00"],
        "head_name": ["Пётр Главный"],
        "head_position": ["директор"],
        "head_basis": ["устав"],
        "q-why": ["Ждём инженеров"],
        "q-offers": ["Задачи для команд", "Наставников"],
    }


class ProfileChangeFactory(ModelFactory[ProfileChange]):
    """One that waits; ``with_logo=True`` gives it the file of a logo."""

    class Meta:
        model = ProfileChange
        skip_postgeneration_save = True

    organisation = factory.SubFactory(OrganisationFactory)
    before: Any = {"city": ""}
    after: Any = {"city": "Сургут"}

    @factory.post_generation
    def with_logo(self: Any, create: bool, wanted: Any, **kwargs: Any) -> None:
        if wanted:
            self.new_logo.save("profile-changes/logo.webp", ContentFile(b"RIFF"))


class BoardSessionFactory(ModelFactory[BoardSession]):
    """Five of nine are here, today; nothing is on the agenda yet."""

    class Meta:
        model = BoardSession

    held_on = factory.LazyFunction(timezone.localdate)
    seats = 9
    present = 5
    chair = "Пётр Председатель"
    secretary = "Анна Секретарь"
    protocol_number = "7"


class PartnershipFactory(ModelFactory[Partnership]):
    class Meta:
        model = Partnership

    organisation = factory.SubFactory(OrganisationFactory, kind=Kind.COMPANY)
    with_organisation = factory.SubFactory(OrganisationFactory, kind=Kind.CONSORTIUM)


class OfficeReportFactory(ModelFactory[OfficeReport]):
    """That an office was opened; it waits."""

    class Meta:
        model = OfficeReport

    organisation = factory.SubFactory(OrganisationFactory, kind=Kind.CONSORTIUM)
    kind = "turn"
    data: Any = {
        "country": "CN", "city": "", "city_en": "", "languages": [], "status": "open",
        "since": None, "precision": "day", "note": "", "note_en": "",
    }  # fmt: skip


class MembershipImportFactory(ModelFactory[MembershipImport]):
    """That nobody has looked at yet."""

    class Meta:
        model = MembershipImport

    file_name = "members.csv"
    content = "Вид;Наименование;Категория\nШкола;Лицей № 5;Партнёр\n".encode()
    language = "ru"
    by = factory.SubFactory(UserFactory, is_staff=True, is_superuser=True)
