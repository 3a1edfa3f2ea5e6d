"""Fixed addresses under /events/ and the addresses of events never meet."""

import pytest
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import IntegrityError
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import LocalePrefixPattern

from events.models.addresses import RESERVED
from tests.factories.events import EventFactory
from tests.members.test_admin import errors_of, fields_of, page


def fixed(under: str) -> set[str]:
    """What stands right under it, word for word, on every page that the portal has."""
    addresses = routes(get_resolver(), "")
    return {address.removeprefix(under).partition("/")[0] for address in addresses if address.startswith(under)}


def routes(resolver: URLResolver, above: str) -> list[str]:
    found = []
    for one in resolver.url_patterns:
        address = above if isinstance(one.pattern, LocalePrefixPattern) else above + str(one.pattern)
        found += [address] if isinstance(one, URLPattern) else routes(one, address)
    return found


def is_slug(word: str) -> bool:
    try:
        validate_slug(word)
    except ValidationError:
        return False
    return True


def test_every_fixed_address_under_events_is_one_that_no_event_can_have() -> None:
    """Names in angle brackets, empty ones and those with a dot are none."""
    assert {word for word in fixed("events/") if is_slug(word)} == {*RESERVED}


@pytest.mark.django_db
def test_the_database_holds_no_event_at_a_fixed_address() -> None:
    with pytest.raises(IntegrityError, match="event_slug_is_free"):
        EventFactory(slug="registrations")


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "slug"), [("Calendar", ""), ("Форум", "consents")])
def test_whoever_enters_an_event_is_told_so_beside_the_field(
    office: Client, english: None, name: str, slug: str
) -> None:
    url = page("events_event_add")
    given = {"name": name, "kind": "forum", "slug": slug}
    assert errors_of(office.post(url, fields_of(office, url) | given)) == [
        "slug: This address is one of the portal’s own pages. Please choose another."
    ]
