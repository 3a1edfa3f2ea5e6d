"""The page of an organisation."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from members.models import Kind, Organisation
from tests.factories.members import (
    MembershipFactory,
    OfficeFactory,
    OrganisationFactory,
    PublicPersonFactory,
    RegionFactory,
)

pytestmark = pytest.mark.django_db


def read(address: str) -> str:
    return Client().get(address).content.decode()


def filled(kind: Kind, rows: int) -> Organisation:
    """With ``rows`` of everything that its page shows."""
    whole = OrganisationFactory(kind=Kind.CONSORTIUM)
    organisation = OrganisationFactory(
        kind=kind, region=RegionFactory(), consortium=whole, directions=["robotics", "space", "energy"][:rows]
    )
    MembershipFactory(organisation=organisation)
    for number in range(rows):
        PublicPersonFactory(organisation=organisation, name=f"Человек {number}")
        OfficeFactory(organisation=organisation, country=("CN", "MN", "BY")[number])
        OrganisationFactory(consortium=organisation, region=RegionFactory(code=f"RU-{number}"))
    return organisation


@pytest.mark.parametrize(
    ("kind", "queries"),
    [
        pytest.param(
            Kind.SCHOOL,
            9,
            id="itself, people, memberships, events, projects, challenges, agreements, technoparks, what it is part of",
        ),
        pytest.param(Kind.CONSORTIUM, 12, id="and its parts, and its offices with their turns"),
    ],
)
@pytest.mark.parametrize("rows", [1, 3])
def test_the_number_of_queries_does_not_grow_with_the_rows(kind: Kind, queries: int, rows: int) -> None:
    read("/organisations/")  # the directions are at hand from then on
    organisation = filled(kind, rows)
    with CaptureQueriesContext(connection) as asked:
        read(organisation.get_absolute_url())
    assert len(asked) == queries


def test_a_whole_that_is_not_published_is_not_named_by_its_parts() -> None:
    whole = OrganisationFactory(kind=Kind.CONSORTIUM, short_name="Тайный кластер", is_published=False)
    part = OrganisationFactory(consortium=whole)
    assert "Тайный кластер" not in read(part.get_absolute_url())
    whole.is_published = True
    whole.save()
    assert "Тайный кластер" in Client().get(part.get_absolute_url(), {"fresh": "1"}).content.decode()


def test_the_description_for_search_engines_is_plain_words() -> None:
    organisation = OrganisationFactory(about="<p>Наука &amp; <b>бизнес</b></p>")
    assert "Наука &amp; бизнес" in read(organisation.get_absolute_url()).partition("</head>")[0]
