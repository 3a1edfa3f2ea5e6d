import pytest

from members.models import User
from tests.members.accounts import confirmed


@pytest.fixture
def anna(db: None) -> User:
    return confirmed(email="anna@example.org", first_name="Анна", last_name="Волкова")
