"""Three years after a booking nobody knows here any more who was responsible for it; who is erased goes at once."""

import datetime

import pytest
from django.utils import timezone

from common.models import OutgoingMail
from common.personal_data import HOLDERS
from members.models import Notification, Role, User
from members.personal_data import person_of
from members.personal_data.erasure import erase_person
from technoparks import retention
from technoparks.booking.bookings import cancel, decline
from technoparks.booking.moves import Who
from technoparks.models import Booking, BookingMove, Outage
from technoparks.outage.outages import end_outage
from technoparks.retention import KEPT_FOR, forget_bookings, forget_outages
from tests.factories.members import RepresentativeFactory, UserFactory
from tests.factories.technoparks import EquipmentFactory, LabFactory, booked, guest, manager, out, responsible

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture
def booking() -> Booking:
    """Cancelled by the host with a reason."""
    booking = booked(LabFactory())
    return cancel(booking, who=Who.HOST, by=manager(booking.lab), reason="Иванова заболела")


def ended(booking: Booking, ago: datetime.timedelta) -> None:
    ends = timezone.now() - ago
    span = (ends - datetime.timedelta(hours=1), ends)
    Booking.objects.filter(pk=booking.pk).update(span=span, blocked=span)


def people() -> list[object]:
    """Whom the tables name, and their words."""
    moves = BookingMove.objects.values_list("by", "reason")
    return [one for row in [*Booking.objects.values_list("person"), *moves] for one in row if one]


def test_after_three_years_nobody_is_named_and_the_booking_stands(booking: Booking) -> None:
    ended(booking, KEPT_FOR + DAY)
    recent = booked(LabFactory())
    ended(recent, KEPT_FOR - DAY)
    assert (forget_bookings(), forget_bookings()) == (1, 0)
    assert people() == [recent.person_id, recent.person_id]
    booking.refresh_from_db()
    assert (booking.state, booking.organisation_id is None, booking.hours) == ("cancelled", False, 1)
    assert [move.action for move in booking.moves.all()] == ["book", "cancel"]


def test_many_are_forgotten_in_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    for _number in range(3):
        ended(booked(LabFactory()), KEPT_FOR + DAY)
    Booking.objects.filter(pk=booked(LabFactory()).pk).update(person=None)
    assert forget_bookings() == 3
    assert len(people()) == 1


def test_a_copy_names_the_bookings_that_one_is_responsible_for(booking: Booking) -> None:
    booked(LabFactory())
    assert isinstance(booking.person, User)
    [record] = HOLDERS["lab_bookings"].collect(person_of(booking.person))
    told = {entry.key: entry.value for entry in record}
    assert (told["title"], told["state"], told["starts_at"]) == (booking.title, "cancelled", booking.starts_at)


def test_who_is_erased_is_in_no_booking_and_those_stay_with_the_organisation() -> None:
    school, teacher = guest()
    lab = LabFactory(needs_approval=True)
    first, second = booked(lab, by=(school, teacher)), booked(lab, by=(school, teacher))
    head = RepresentativeFactory(organisation=school, role=Role.HEAD).user
    other = booked(lab)
    decline(first, by=manager(lab), reason="Иванова заболела")
    decline(other, by=manager(lab), reason="Ремонт")
    assert len(heard(head)) == 1
    head.representations.update(ended_at=timezone.now())
    erase_person(teacher, by=UserFactory(), reason="Запрос")
    second.refresh_from_db()
    assert (second.person, second.organisation, second.state) == (None, school, "pending")
    assert [*BookingMove.objects.exclude(reason="").values_list("booking", flat=True)] == [other.pk]
    [letter] = heard(head)
    assert ("Иванова" in letter, "Бронирование отклонено" in letter) == (False, True)
    assert "Ремонт" in heard(responsible(other))[0]
    assert not OutgoingMail.objects.filter(text__contains="Иванова").exists()


def heard(person: User) -> list[str]:
    """Of bookings that were declined."""
    told = Notification.objects.filter(user=person, key__contains=" decline ")
    return [f"{one.title} {one.text}" for one in told]


def test_three_years_after_an_outage_nobody_knows_who_noted_it() -> None:
    first, second = (out(EquipmentFactory()) for _number in range(2))
    for one, age in ((first, KEPT_FOR + DAY), (second, KEPT_FOR - DAY)):
        end_outage(one, by=manager(one.equipment.lab))
        ends = timezone.now() - age
        Outage.objects.filter(pk=one.pk).update(span=(ends - DAY, ends))
    third = out(EquipmentFactory())
    assert (forget_outages(), forget_outages()) == (1, 0)
    named = Outage.objects.exclude(declared_by=None).order_by("pk")
    assert [*named] == [second, third]
    assert Outage.objects.get(pk=first.pk).reason == "Не греется сопло"
