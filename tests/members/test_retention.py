"""Where somebody was logged in is forgotten when it is over."""

import datetime

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from members.personal_data.retention import forget_sessions
from tests.members.accounts import confirmed, log_in

pytestmark = pytest.mark.django_db
FORTNIGHT = datetime.timedelta(days=14)


def test_a_session_that_is_over_is_forgotten_and_one_that_lasts_stays() -> None:
    with time_machine.travel(timezone.now() - FORTNIGHT - datetime.timedelta(hours=1), tick=False):
        log_in(Client(), confirmed(email="old@example.org"))
    log_in(Client(), confirmed(email="new@example.org"))
    assert (Session.objects.count(), UserSession.objects.count()) == (2, 2)
    forget_sessions()
    assert (Session.objects.count(), UserSession.objects.get().user.email) == (1, "new@example.org")
