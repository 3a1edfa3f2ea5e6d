"""The admin site as its staff see it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import Permission
from django.db import models
from django.db.models.signals import pre_save
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


@contextmanager
def meanwhile(row: models.Model, **changes: object) -> Iterator[None]:
    """Somebody else changes the row after the form has read it and before it is saved."""

    def change(**kwargs: object) -> None:
        type(row)._default_manager.filter(pk=row.pk).update(**changes)

    pre_save.connect(change, sender=type(row))
    try:
        yield
    finally:
        pre_save.disconnect(change, sender=type(row))


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
