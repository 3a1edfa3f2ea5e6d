"""The admin site as its staff see it."""

import time

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import Permission
from django.test import Client

from members.models import User
from tests.factories.members import UserFactory


def enter(user: User) -> Client:
    """A browser in which ``user`` has passed the second factor."""
    TOTP.activate(user, generate_totp_secret())
    client = Client()
    client.force_login(user)
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "mfa", "at": time.time()}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client


def superuser() -> User:
    return UserFactory(is_staff=True, is_superuser=True)


def editor() -> User:
    """Staff with the rights of migration 0004."""
    return UserFactory(is_staff=True, groups=["editors"])


def staff_with(*permissions: str) -> User:
    """``staff_with("members.view_organisation")``"""
    user = UserFactory(is_staff=True)
    for app, codename in (name.split(".") for name in permissions):
        user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    return user
