"""The API of events keeps to its own schema, whatever is sent: no answer that is not in it, and no fault of ours."""

import datetime
from typing import Any

import pytest
import requests
import schemathesis
from django.core.cache import cache as counters
from django.db import transaction
from django.test import Client
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, assume, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from events.door.check_ins import check_in
from events.models import EventMaterial, PlannedSigning, RegistrationQuestion, Talk
from events.registering.registrations import Asked, Guest, register_attendee, register_group
from members.consents.services import text_in_force
from members.models import Role
from tests.factories.events import EventOrganiserFactory, PoolFactory, SessionFactory
from tests.factories.members import RepresentativeFactory

pytestmark = pytest.mark.django_db
CHECKS: list[Any] = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
OURS = ("/api/v1/events/", "/api/v1/my/groups/", "/api/v1/my/registrations/")
DESCRIBED = SchemaGenerator().get_schema(request=None, public=True)
OPERATIONS = [(path, method) for path, ways in DESCRIBED["paths"].items() for method in ways if path.startswith(OURS)]
SCHEMA = schemathesis.openapi.from_dict(DESCRIBED)


def sent_by(client: Client, case: Any) -> schemathesis.Response:
    """By Django's own client, which stays within the transaction of the test, as whoever is logged in there."""
    asked = requests.Request(**case.as_transport_kwargs(base_url="http://testserver")).prepare()
    headers = {name: str(value) for name, value in asked.headers.items() if name not in ("Content-Length", "Cookie")}
    body, kind = asked.body or b"", headers.pop("Content-Type", "application/json")
    assume("%00" not in asked.path_url)  # which the portal refuses before the API hears of it
    told = client.generic(str(asked.method), asked.path_url, body, kind, headers=headers)
    heard = {name: [value] for name, value in told.headers.items()}
    return schemathesis.Response(told.status_code, heard, told.content, asked, elapsed=0, verify=True)


def world(client: Client) -> tuple[dict[str, Any], dict[str, Any]]:
    """What stands in addresses, and what may be sent by its field. ``client`` is that of a teacher of the organiser."""
    acts = RepresentativeFactory(role=Role.TEACHER, organisation__slug="lyceum")
    begins = timezone.now() + datetime.timedelta(hours=3)
    pool = PoolFactory(name="Очно", capacity=4, event__slug="forum", event__starts_at=begins)
    EventOrganiserFactory(event=pool.event, organisation=acts.organisation)
    talk = Talk.objects.create(session=SessionFactory(event=pool.event), name="О свете")
    EventMaterial.objects.create(event=pool.event, name="Слайды", link="https://example.org/", talk=talk)
    EventMaterial.objects.create(event=pool.event, name="Фотографии", link="https://example.org/")
    PlannedSigning.objects.create(event=pool.event, subject="О классе").parties.add(acts.organisation)
    RegistrationQuestion.objects.create(event=pool.event, label="Размер", choices="S\nM", type="choice")
    asks = Asked("Учитель", acts.user.email, acts.user, acts.organisation)
    single = register_attendee(pool.event, pool=pool, asked=asks)
    people = [Guest("Белова Анна", "8А"), Guest("Семёнов Пётр", "8А")]
    [group] = register_group(pool.event, pool=pool, group="8А", guests=people, asked=asks)
    ticket = group.tickets.all()[0]
    check_in(pool.event, code=ticket.code, by=acts.user)
    client.force_login(acts.user)
    sent = {
        "event": ["forum"],
        "pool": ["Очно"],
        "organisation": ["lyceum"],
        "consent": [text_in_force("registration").version],
        "answers": [{}, {"Размер": "S"}],
        "code": [ticket.code, group.group_code, single.tickets.get().code],
        "tickets": [[ticket.pk]],
        "words": ["Белова"],
        "group": ["8Б"],
        "guests": [[{"name": "Новый Ученик"}]],
    }
    keys = {"groups": group.pk, "registrations": single.pk, "ticket": ticket.pk}
    return keys, sent


@pytest.mark.parametrize(("path", "method"), OPERATIONS, ids=[f"{method} {path}" for path, method in OPERATIONS])
def test_whatever_is_sent_the_answer_is_in_the_schema(client: Client, path: str, method: str) -> None:
    keys, sent = world(client)
    known = {"slug": "forum", "id": keys["groups" if "groups" in path else "registrations"], "ticket": keys["ticket"]}
    named = {name: value for name, value in known.items() if f"{{{name}}}" in path}
    cases = SCHEMA[path][method].as_strategy(path_parameters=named or None)
    seen = set()

    @given(case=cases, data=st.data())
    @examples(
        max_examples=10,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Any, data: Any) -> None:
        for field in sorted({*case.body} & {*sent}) if isinstance(case.body, dict) else ():
            if data.draw(st.integers(0, 5)):
                case.body[field] = data.draw(st.sampled_from(sent[field]))
        counters.clear()
        with transaction.atomic():
            answer = sent_by(client, case)
            case.validate_response(answer, checks=CHECKS)
            seen.add(answer.status_code)
            transaction.set_rollback(True)

    ask()
    assert seen & {200, 201}, seen
