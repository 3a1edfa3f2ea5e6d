"""A year after an event nobody knows here any more who was there, and how many they were is known still."""

import datetime

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from cluster_portal.pages.dashboard_registrations import attendance_of
from common.recounts import recount
from events import retention
from events.certificates.services import issue_certificates
from events.door.check_ins import check_in, check_in_group
from events.groups.consents import ask_parents, grant
from events.models import (
    CheckIn,
    Event,
    ParentConsent,
    ParticipantCertificate,
    Registration,
    RegistrationWay,
    Ticket,
    TicketPool,
)
from events.registering.emails import registration_token
from events.registering.registrations import cancel_registration, register_attendee, register_group
from events.retention import KEPT_FOR, forget_registrations
from members.consents.services import text_in_force
from members.models import Consent, Role
from tests.events.people import asked, guests
from tests.factories.events import PoolFactory
from tests.factories.members import RepresentativeFactory, UserFactory

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture
def pool() -> TicketPool:
    """Of an event to which somebody came alone, two came of a class of three, and somebody gave the place back."""
    pool = PoolFactory(event__starts_at=timezone.now() + datetime.timedelta(hours=1), event__slug="forum")
    event, acting = pool.event, RepresentativeFactory(role=Role.HEAD)
    own = asked(1, user=acting.user, organisation=acting.organisation)
    alone = register_attendee(event, pool=pool, asked=own)
    [group] = register_group(event, pool=pool, group="8А", guests=guests(3), asked=own)
    left = register_attendee(event, pool=pool, asked=asked(2, key="k2"))
    cancel_registration(left, by=UserFactory(), reason="Иванова заболела")
    ask_parents(group)
    for one in ParentConsent.objects.all():
        grant(one, parent="Мария Иванова", text=text_in_force("pupil"))
    check_in(event, code=alone.tickets.get().code, by=UserFactory())
    came = [ticket.pk for ticket in group.tickets.all()[:2]]
    check_in_group(event, group=group, tickets=came, by=UserFactory())
    with time_machine.travel(timezone.now() + DAY, tick=False):
        issue_certificates(event, by=UserFactory())
    document = ParticipantCertificate.objects.order_by("pk")[0].document
    assert document
    document.file.save("a.pdf", ContentFile(b"%PDF-"))
    return pool


def a_year_later(pool: TicketPool, and_: datetime.timedelta = DAY) -> time_machine.travel:
    assert pool.event.ends_at
    return time_machine.travel(pool.event.ends_at + KEPT_FOR + and_, tick=False)


def words() -> str:
    """All that the tables say of people."""
    rows = [
        *Registration.objects.values_list("name", "email", "answers", "request_key", "user"),
        *Ticket.objects.values_list("name", "grade"),
        *ParentConsent.objects.values_list("parent", "paper_by"),
        *ParticipantCertificate.objects.values_list("name", "document"),
    ]
    return " ".join(str(value) for row in rows for value in row if value)


def test_who_they_were_goes_and_how_many_they_were_stays(pool: TicketPool) -> None:
    organisation = Registration.objects.exclude(group="")[0].organisation
    assert organisation

    def figures() -> list[object]:
        [over] = attendance_of(organisation).values_list("asked", "came")  # type: ignore[misc]
        registered = Registration.objects.order_by("pk").values_list("organisation", "state", "places", "group")
        return [*over, CheckIn.objects.count(), Consent.objects.count(), *registered]

    with a_year_later(pool):
        before = figures()
        assert (forget_registrations(), forget_registrations()) == (3, 0)
        assert (figures(), words()) == (before, "")
        assert before[:4] == [4, 3, 3, 3]
        moves = [move for one in Registration.objects.all() for move in one.moves.all()]
        assert [(move.target, move.reason, move.by) for move in moves] == [("cancelled", "", None)]
        assert recount() == []


def test_until_then_nothing_goes(pool: TicketPool) -> None:
    before = words()
    with a_year_later(pool, -DAY):
        assert forget_registrations() == 0
    assert words() == before


def test_without_a_date_the_last_change_counts(pool: TicketPool) -> None:
    Event.objects.update(starts_at=None, ends_at=None, registration=RegistrationWay.NONE)
    over_at = Event.objects.get().updated_at + KEPT_FOR
    with time_machine.travel(over_at - DAY, tick=False):
        assert forget_registrations() == 0
    with time_machine.travel(over_at + DAY, tick=False):
        assert forget_registrations() == 3


def test_a_certificate_stays_valid_without_a_name_and_its_paper_is_gone(
    pool: TicketPool, client: Client, django_capture_on_commit_callbacks: pytest.FixtureRequest
) -> None:
    """The consent keeps names for a year; whoever has the paper can show it still."""
    certificate = ParticipantCertificate.objects.order_by("pk")[0]
    assert certificate.document
    storage, name = certificate.document.file.storage, str(certificate.document.file.name)
    assert storage.exists(name)
    with a_year_later(pool), django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        forget_registrations()
    assert not storage.exists(name)
    shown = client.get(f"/verify/{certificate.code}/").content.decode().replace("\xa0", " ")
    assert "Сертификат действителен" in shown
    assert "больше не хранится" in shown
    certificate.refresh_from_db()
    assert (certificate.name, certificate.document, certificate.revoked_at) == ("", None, None)


def test_no_address_of_a_letter_leads_anywhere_then(pool: TicketPool, client: Client) -> None:
    address = f"/events/registrations/{registration_token(Registration.objects.order_by('pk')[0])}/"
    assert client.get(address).status_code == 200
    with a_year_later(pool):
        forget_registrations()
        assert client.get(address).status_code == 404


def test_they_go_in_portions_and_a_job_that_was_killed_goes_on(
    pool: TicketPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    first = [*Registration.objects.order_by("pk")[:2]]
    with a_year_later(pool):
        assert retention._forget_next(first) == 2
        assert [one.forgotten_at is None for one in Registration.objects.order_by("pk")] == [False, False, True]
        assert forget_registrations() == 1
    assert words() == ""
