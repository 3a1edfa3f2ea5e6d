"""The second factor of the association's staff: who needs one, who has one, which session has passed it."""

from typing import TYPE_CHECKING

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa.models import Authenticator
from allauth.usersessions.internal.flows.sessions import end_other_sessions
from django.conf import settings
from django.http import HttpRequest

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from members.models import User


def is_exempt_demo_login(user: "User | AnonymousUser") -> bool:
    """A demo log-in that may try the office without a telephone at hand; there are none in production."""
    return user.is_authenticated and user.email in settings.DEMO_LOGINS_WITHOUT_SECOND_FACTOR


def needs_second_factor(user: "User | AnonymousUser") -> bool:
    return user.is_staff and not is_exempt_demo_login(user)


def has_second_factor(user: "User | AnonymousUser") -> bool:
    """Recovery codes alone are none: they are for the day when the real one is lost."""
    return Authenticator.objects.filter(user_id=user.pk).exclude(type=Authenticator.Type.RECOVERY_CODES).exists()


def has_passed_second_factor(request: HttpRequest) -> bool:
    """In this session, not in another one of the same person.

    A session that began before the person had a second factor is thus as good as none.
    """
    return any(record["method"] == "mfa" for record in get_authentication_records(request, request.user))


def count_new_factor_as_passed(
    request: HttpRequest, user: "User", authenticator: Authenticator, **kwargs: object
) -> None:
    """Receiver of allauth's ``authenticator_added``: who has just set one up need not show it at once.

    Their other sessions began with less and end.
    """
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)
        end_other_sessions(request, user)
