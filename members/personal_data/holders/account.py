"""The account: its person, addresses, sessions and ways to log in; what it was told, and what it did in the office."""

import secrets
from collections.abc import Iterator
from functools import partial
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.personal_data import Person, Record, described, told
from members.models import DataExport, Notification, NotificationChoice, Representative, User
from members.personal_data.mentions import forget_notifications

ERASED_DOMAIN = "erased.invalid"  # a name that nobody can have (RFC 6761, 6.4)
NAMES = ("last_name", "first_name", "patronymic")


def collect_account(person: Person) -> Iterator[Record]:
    yield described(
        person.user, "email", *NAMES, "language", "time_zone", "date_joined", "last_login", "is_staff", "is_active"
    )


def erase_account(person: Person) -> int:
    """Before the history, which a change of groups writes to. Nobody can have signed up with the new address."""
    user = person.user
    user.set_unusable_password()
    user.is_staff = user.is_superuser = user.is_active = False
    user.last_login, user.erased_at = None, timezone.now()
    user.email = f"{secrets.token_hex(16)}@{ERASED_DOMAIN}"
    user.last_name = user.first_name = user.patronymic = user.time_zone = ""
    user.save()
    user.groups.clear()
    user.user_permissions.clear()
    return 1


def collect_addresses(person: Person) -> Iterator[Record]:
    for address in EmailAddress.objects.filter(user=person.user):
        yield [
            told("email", _("e-mail"), address.email),
            told("verified", _("e-mail confirmed"), address.verified),
            told("primary", _("main address"), address.primary),
        ]


def erase_addresses(person: Person) -> int:
    return EmailAddress.objects.filter(user=person.user).delete()[0]


def collect_sessions(person: Person) -> Iterator[Record]:
    for session in UserSession.objects.filter(user=person.user):
        yield [
            told("created_at", _("Logged in"), session.created_at),
            told("last_seen_at", _("Last active"), session.last_seen_at),
            told("ip", _("Network address"), session.ip),
            told("user_agent", _("Device"), session.user_agent),
        ]


def erase_sessions(person: Person) -> int:
    sessions = [*UserSession.objects.filter(user=person.user)]
    for session in sessions:
        session.end()
    return len(sessions)


def collect_factors(person: Person) -> Iterator[Record]:
    """Names and dates; what opens the account is nobody's to read."""
    for factor in Authenticator.objects.filter(user=person.user):
        yield [
            told("type", _("kind"), factor.type, factor.get_type_display()),
            told("name", _("Name of the passkey"), factor.wrap().name if factor.type == "webauthn" else ""),
            told("created_at", _("set up"), factor.created_at),
            told("last_used_at", _("last used"), factor.last_used_at),
        ]


def erase_factors(person: Person) -> int:
    return Authenticator.objects.filter(user=person.user).delete()[0]


def collect_services(person: Person) -> Iterator[Record]:
    for account in SocialAccount.objects.filter(user=person.user):
        yield [
            told("provider", _("service"), account.provider),
            told("uid", _("your number there"), account.uid),
            told("date_joined", _("connected"), account.date_joined),
            told("last_login", _("last log-in"), account.last_login),
            told("extra_data", _("what it told of you"), account.extra_data),
        ]


def erase_services(person: Person) -> int:
    return SocialAccount.objects.filter(user=person.user).delete()[0]


def collect_notifications(person: Person) -> Iterator[Record]:
    for choice in NotificationChoice.objects.filter(user=person.user):
        yield described(choice, "topic", "how")
    for notification in Notification.objects.filter(user=person.user):
        yield described(notification, "title", "text", "created_at", "read_at", "mailed_at")


def erase_notifications(person: Person) -> int:
    NotificationChoice.objects.filter(user=person.user).delete()
    return forget_notifications(person.user)


def collect_exports(person: Person) -> Iterator[Record]:
    for export in DataExport.objects.filter(user=person.user):
        yield described(export, "requested_at", "state", "made_at", "expires_at")


def erase_exports(person: Person) -> int:
    exports = DataExport.objects.filter(user=person.user)
    for export in exports.exclude(file=""):
        transaction.on_commit(partial(export.file.storage.delete, str(export.file.name)))
    return exports.delete()[0]


def collect_actions(person: Person) -> Iterator[Record]:
    """When and on what kind of record; whom it was about is not theirs to take away."""
    for entry in LogEntry.objects.filter(user=person.user).select_related("content_type"):
        yield [
            told("at", _("time"), entry.action_time),
            told("what", _("what was done"), entry.get_action_flag_display()),
            told("record", _("kind of record"), str(entry.content_type)),
        ]


def collect_history(person: Person) -> Iterator[Record]:
    for row in User.history.filter(id=person.user.pk):
        yield [*_of_history(row), *described(row, "email", *NAMES, "language", "time_zone", "is_active")]
    for row in Representative.history.filter(user_id=person.user.pk).select_related("organisation"):
        yield [*_of_history(row), *described(row, "organisation", "role", "position", "ended_at")]


def _of_history(row: Any) -> Record:
    return [
        told("history_date", _("time"), row.history_date),
        told("history_type", _("what was done"), row.get_history_type_display()),
    ]


def erase_history(person: Person) -> int:
    nothing = dict.fromkeys((*NAMES, "time_zone"), "")
    return User.history.filter(id=person.user.pk).update(email=person.user.email, **nothing)
