"""What is asked for most costs as many queries for one booking as for three."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from technoparks.booking.free import Wish, next_free
from technoparks.models import Lab
from tests.factories.technoparks import EquipmentFactory, LabFactory, booked, hour

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[1, 3])
def lab(request: pytest.FixtureRequest) -> Lab:
    """With as many bookings in each of the next days."""
    lab = LabFactory(technopark__slug="park", slug="lab")
    printer = EquipmentFactory(lab=lab)
    for day in range(1, request.param + 1):
        for starts in range(9, 9 + request.param):
            booked(lab, starts, starts + 1, days=day, people=2, equipment=(printer.pk,))
    return Lab.objects.select_related("technopark").get(pk=lab.pk)


def test_the_week_of_a_lab(lab: Lab, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    Client().get(lab.get_absolute_url())
    with django_assert_num_queries(6):
        Client().get(lab.get_absolute_url())


def test_the_times_that_are_free(lab: Lab, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(4):
        Client().get(f"/api/v1/labs/{lab.pk}/free/", {"people": "3"})


def test_the_next_free_time(lab: Lab, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    printers = tuple(lab.equipment.values_list("pk", flat=True))
    with django_assert_num_queries(4):
        next_free(lab, Wish(3, equipment=printers), after=hour(9, 1), minutes=60)
