"""The technoparks of the stories, as a newcomer sees them."""

import datetime

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from common.recounts import recount
from technoparks.models import (
    Booking,
    Equipment,
    Lab,
    OpeningException,
    OpeningHours,
    Outage,
    PupilYear,
    SiteCount,
    StatusChange,
    Technopark,
)
from technoparks.outage.story import story_of

pytestmark = pytest.mark.django_db
MODELS = (Technopark, Lab, Equipment, OpeningHours, OpeningException, StatusChange, PupilYear, SiteCount)


def test_the_stories_are_told_once_and_every_page_of_them_opens() -> None:
    for _time in range(2):
        call_command("demo")
        assert [model.objects.count() for model in MODELS] == [3, 6, 12, 30, 1, 3, 1, 2]
    assert not Booking.objects.exists()
    assert not Outage.objects.exists()
    pages: list[Technopark | Lab] = [*Technopark.objects.all(), *Lab.objects.select_related("technopark")]
    for one in pages:
        assert Client().get(one.get_absolute_url()).status_code == 200


def test_planned_and_actual_are_told_apart() -> None:
    call_command("demo")
    own = Technopark.objects.get(slug="dolgoprudny")
    assert [(str(one.on), one.precision, one.status) for one in own.status_changes.all()] == [
        ("2023-01-01", "year", "planned"),
        ("2023-09-01", "day", "open"),
    ]
    assert (own.labs_in_all, own.pupils_planned, own.host.slug) == (58, 10_000, "ashk")
    assert [(one.period, one.planned, one.actual) for one in own.pupil_years.all()] == [("2023/24", 10_000, 13_000)]
    network = Technopark.objects.get(is_network=True)
    assert (network.pupils_planned, network.directions.count()) == (1000, 13)
    assert [(one.actual, one.planned, one.regions) for one in network.site_counts.all()] == [
        (24, None, 19),
        (None, 50, None),
    ]
    assert Technopark.objects.with_status().get(slug="moscow").status == "planned"


def test_a_fortnight_is_busy_with_every_kind_of_booking(settings: Settings) -> None:
    settings.DEBUG = True
    for _time in range(2):
        call_command("demo")
    bookings = Booking.objects.filter(series__cohort=None)
    assert {*bookings.ahead().values_list("state", flat=True)} == {"pending", "confirmed"}
    over = bookings.filter(span__endswith__lt=timezone.now())
    assert {*over.values_list("state", flat=True)} == {"used", "missed", "cancelled", "declined", "expired"}
    assert bookings.filter(is_whole=True).exists()
    assert bookings.filter(series__isnull=False).count() >= 8
    assert bookings.exclude(equipment_times=None).exists()
    assert bookings.values("lab").distinct().count() == 6
    soon = bookings.filter(span__startswith__lt=timezone.now() + datetime.timedelta(days=16))
    assert soon.count() >= 18
    number = bookings.count()
    call_command("demo")
    assert bookings.count() == number


def test_an_arm_is_out_of_order_and_maintenance_of_a_printer_has_moved_a_booking(settings: Settings) -> None:
    settings.DEBUG = True
    for _time in range(2):
        call_command("demo")
    arm, printer = Outage.objects.order_by("pk")
    assert (arm.equipment.number, arm.is_on, arm.ends_at) == ("Р-102", True, None)
    assert (printer.equipment.number, printer.has_begun, printer.kind) == ("П-203", False, "maintenance")
    [chapter] = story_of(printer)
    assert (chapter.move.booking.title, str(chapter.fate)) == ("Макет спутника для конкурса", "Принтер № 1")
    assert [one for one in recount() if one.record.startswith("technoparks.")] == []
