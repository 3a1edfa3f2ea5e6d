"""The API of technoparks keeps to its own schema, whatever is sent."""

import datetime
from typing import Any

import pytest
from django.core.cache import cache as counters
from django.db import transaction
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from members.models import Role
from technoparks.models import Booking, OpeningException, PupilYear
from tests.events.test_api_schema import CHECKS, DESCRIBED, SCHEMA, sent_by
from tests.factories.members import RepresentativeFactory
from tests.factories.technoparks import (
    EquipmentFactory,
    InstructionFactory,
    LabFactory,
    booked,
    guest,
    hour,
    inducted,
    out,
)

pytestmark = pytest.mark.django_db
OURS = (
    "/api/v1/technoparks/",
    "/api/v1/labs/",
    "/api/v1/my/bookings/",
    "/api/v1/my/outages/",
    "/api/v1/my/inductions/",
)
OPERATIONS = [(path, method) for path, ways in DESCRIBED["paths"].items() for method in ways if path.startswith(OURS)]


def world(client: Client, path: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What stands in addresses, and what may be sent by its field. ``client`` acts for the host and for the guest."""
    is_of_outage, is_at_its_time = "/outages/" in path, path.endswith("/check-in/")
    lab = LabFactory(technopark__slug="park", needs_approval=True)
    machine = EquipmentFactory(lab=lab)
    OpeningException.objects.create(lab=lab, day=hour(0, 3).date())
    PupilYear.objects.create(technopark=lab.technopark, year=2024, planned=500)
    school, teacher = guest(Role.HEAD, slug="lyceum")
    RepresentativeFactory(organisation=lab.technopark.host, user=teacher, role=Role.HEAD)
    booking = booked(lab, by=(school, teacher), equipment=(machine.pk,))
    if is_at_its_time:
        now = timezone.now()
        span = (now, now + datetime.timedelta(hours=1))
        Booking.objects.filter(pk=booking.pk).update(span=span, blocked=span, state="confirmed", decide_by=None)
    inducted(teacher, InstructionFactory(technopark=lab.technopark))
    broken = EquipmentFactory(lab=lab)
    outage = out(broken, hour(8), hour(9), by=teacher)
    client.force_login(teacher)
    sent = {
        "lab": [lab.pk],
        "organisation": ["lyceum"],
        "kind": ["class"],
        "starts_at": [hour(10).isoformat(), hour(12).isoformat()],
        "ends_at": [hour(13).isoformat()],
        "people": [1, 4],
        "youngest": [None, 12],
        "equipment": [broken.pk, machine.pk] if is_of_outage else [[], [machine.pk]],
        "reason": ["Ремонт"],
        "choices": [[], [{"booking": booking.pk, "fate": "without"}]],
    }
    if is_of_outage:
        sent |= {"kind": ["breakdown", "maintenance"]}
    return {"slug": "park", "labs": lab.pk, "bookings": booking.pk, "outages": outage.pk}, sent


@pytest.mark.parametrize(("path", "method"), OPERATIONS, ids=[f"{method} {path}" for path, method in OPERATIONS])
def test_whatever_is_sent_the_answer_is_in_the_schema(client: Client, path: str, method: str) -> None:
    keys, sent = world(client, path)
    whose = next((name for name in ("labs", "outages") if f"/{name}/" in path), "bookings")
    known = {"slug": keys["slug"], "id": keys[whose]}
    named = {name: value for name, value in known.items() if f"{{{name}}}" in path}
    cases = SCHEMA[path][method].as_strategy(path_parameters=named or None)
    seen = set()

    @given(case=cases, data=st.data())
    @examples(
        max_examples=25,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Any, data: Any) -> None:
        for field in sorted({*case.body} & {*sent}) if isinstance(case.body, dict) else ():
            if data.draw(st.integers(0, 9)):
                case.body[field] = data.draw(st.sampled_from(sent[field]))
        counters.clear()
        with transaction.atomic():
            answer = sent_by(client, case)
            case.validate_response(answer, checks=CHECKS)
            seen.add(answer.status_code)
            transaction.set_rollback(True)

    ask()
    assert seen & {200, 201}, seen
