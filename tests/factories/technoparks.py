"""Technoparks with labs that are open each day, and bookings in them."""

import datetime
from typing import Any
from zoneinfo import ZoneInfo

import factory
from django.core.files.base import ContentFile
from django.utils import timezone

from common.uploads import checked_document
from members.models import Kind, Organisation, Role, User
from technoparks.booking.bookings import Asked, book
from technoparks.documents import attach_document
from technoparks.models import (
    BookedFor,
    Booking,
    Equipment,
    EquipmentClass,
    EquipmentDocument,
    Induction,
    Instruction,
    InstructionVersion,
    Lab,
    OpeningHours,
    Outage,
    OutageKind,
    StatusChange,
    Technopark,
)
from technoparks.outage.outages import declare_outage
from tests.factories.members import ModelFactory, OrganisationFactory, RepresentativeFactory

MOSCOW = ZoneInfo("Europe/Moscow")


class TechnoparkFactory(ModelFactory[Technopark]):
    """Published, and open since long ago."""

    class Meta:
        model = Technopark
        skip_postgeneration_save = True

    host = factory.SubFactory(OrganisationFactory, kind=Kind.TECHNOPARK_OPERATOR)
    name = factory.Sequence(lambda n: f"Технопарк № {n}")
    slug = factory.Sequence(lambda n: f"park-{n}")
    is_published = True

    @factory.post_generation
    def since(self: Any, create: bool, on: datetime.date | None, **_more: Any) -> None:
        StatusChange.objects.create(technopark=self, status="open", on=on or datetime.date(2023, 9, 1))


class LabFactory(ModelFactory[Lab]):
    """Ten seats, open daily from 8 to 20, holidays as well; nobody has to approve."""

    class Meta:
        model = Lab
        skip_postgeneration_save = True

    technopark = factory.SubFactory(TechnoparkFactory)
    name = factory.Sequence(lambda n: f"Лаборатория № {n}")
    slug = factory.Sequence(lambda n: f"lab-{n}")
    seats = 10
    needs_approval = False
    keeps_holidays = False

    @factory.post_generation
    def hours(self: Any, create: bool, hours: tuple[int, int] | None, **_more: Any) -> None:
        opens, closes = hours or (8, 20)
        OpeningHours.objects.bulk_create(
            OpeningHours(lab=self, weekday=day, opens=datetime.time(opens), closes=datetime.time(closes))
            for day in range(7)
        )


class EquipmentClassFactory(ModelFactory[EquipmentClass]):
    class Meta:
        model = EquipmentClass

    name = factory.Sequence(lambda n: f"3D-принтер {n}")


class EquipmentFactory(ModelFactory[Equipment]):
    class Meta:
        model = Equipment

    lab = factory.SubFactory(LabFactory)
    kind = factory.SubFactory(EquipmentClassFactory)
    name = factory.Sequence(lambda n: f"Принтер № {n}")


QUESTIONS: list[dict[str, Any]] = [
    {"text": "Что надеть перед работой?", "options": ["Очки", "Шарф"], "right": [0]},
    {
        "text": "Что делать при запахе гари?",
        "options": ["Нажать «Стоп»", "Открыть окно", "Позвать мастера"],
        "right": [0, 2],
    },
]
RIGHT = [[0], [0, 2]]


class InstructionFactory(ModelFactory[Instruction]):
    """With a text and two questions; needed in the ``labs`` that are given, and no practice."""

    class Meta:
        model = Instruction
        skip_postgeneration_save = True

    technopark = factory.SubFactory(TechnoparkFactory)
    name = factory.Sequence(lambda n: f"Работа на станке № {n}")
    needs_practice = False

    @factory.post_generation
    def text(self: Any, create: bool, given: str | None, **_more: Any) -> None:
        text = given or "<p>Наденьте очки.</p>"
        InstructionVersion.objects.create(instruction=self, number=1, text=text, questions=QUESTIONS)

    @factory.post_generation
    def labs(self: Any, create: bool, labs: list[Lab] | None, **_more: Any) -> None:
        self.labs.set(labs or [])

    @factory.post_generation
    def machines(self: Any, create: bool, machines: list[EquipmentClass] | None, **_more: Any) -> None:
        self.machines.set(machines or [])


def inducted(person: User, instruction: Instruction, **columns: Any) -> Induction:
    """Since a month ago."""
    day = timezone.localdate() - datetime.timedelta(days=30)
    known = {"kind": instruction.kind, "right": 2, "asked": 2, "completed_on": day, "used_on": day, **columns}
    return Induction.objects.create(version=instruction.versions.latest("number"), person=person, **known)


def guest(role: str = Role.TEACHER, **columns: Any) -> tuple[Organisation, User]:
    """A school, and somebody who acts for it."""
    school = OrganisationFactory(**columns)
    return school, RepresentativeFactory(organisation=school, role=role).user


def manager(lab: Lab) -> User:
    """Of the host of the lab."""
    return RepresentativeFactory(organisation=lab.technopark.host, role=Role.COORDINATOR).user


def hour(number: int, days: int = 7, zone: ZoneInfo = MOSCOW) -> datetime.datetime:
    """At so many hours of the day in so many days."""
    day = timezone.localdate() + datetime.timedelta(days=days)
    return datetime.datetime.combine(day, datetime.time(number), zone)


def asked(people: int = 1, **more: Any) -> Asked:
    return Asked(**{"title": "8 «Б», робототехника", "kind": BookedFor.CLASS, "people": people, **more})


def booked(lab: Lab, starts: int = 10, ends: int = 11, *, days: int = 7, by: Any = None, **wish: Any) -> Booking:
    """From hour to hour, by a new guest or by ``by``: an organisation and its person."""
    school, teacher = by or guest()
    times: dict[str, Any] = {"starts": hour(starts, days), "ends": hour(ends, days)}
    return book(lab, organisation=school, by=teacher, asked=asked(**wish), **times)


def responsible(booking: Booking) -> User:
    """Who has booked it."""
    assert booking.person
    return booking.person


def out(
    machine: Equipment, starts: datetime.datetime | None = None, ends: datetime.datetime | None = None, **more: Any
) -> Outage:
    """Of a breakdown, from now on or from ``starts``, declared by a manager of the host."""
    told = {"kind": OutageKind.BREAKDOWN, "reason": "Не греется сопло", "choices": {}, **more}
    by = told.pop("by", None) or manager(machine.lab)
    return declare_outage(machine, starts=starts, ends=ends, by=by, **told)


def documented(machine: Equipment, title: str = "Паспорт", *, is_public: bool = False) -> EquipmentDocument:
    """With a PDF of these words."""
    document = checked_document(ContentFile(b"%PDF-1.7 " + title.encode(), name="паспорт.pdf"))
    return attach_document(machine, document=document, title=title, is_public=is_public)
