import pytest
from django.test import Client
from django.utils import translation

from members.models import User
from tests.members.accounts import confirmed
from tests.office import enter, superuser


@pytest.fixture
def anna(db: None) -> User:
    return confirmed(email="anna@example.org", first_name="Анна", last_name="Волкова")


@pytest.fixture
def english() -> None:
    """Texts are compared as the code has them; the translation is tested elsewhere."""
    translation.activate("en")


@pytest.fixture
def office(db: None, english: None) -> Client:
    """The browser of a superuser who reads English."""
    client = enter(superuser())
    client.cookies["language"] = "en"
    return client
