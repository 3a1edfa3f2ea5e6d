"""What this app and the accounts hold about a person, and what the erasure makes of it. The person's row remains,
without anything that tells who it was, so that what they did for an organisation stays on record as somebody's."""

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
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.caching import invalidate_public_pages
from common.personal_data import Holder, Person, Record, described, register, told
from members.mentions import forget_in_journal, forget_notifications
from members.models import (
    ApplicationMove,
    ApplicationState,
    Consent,
    DataExport,
    Invitation,
    JoinRequest,
    MembershipApplication,
    Notification,
    NotificationChoice,
    PublicPerson,
    Representative,
    User,
    Who,
)

ERASED_DOMAIN = "erased.invalid"  # a name that nobody can have (RFC 6761, 6.4)
NAMES = ("last_name", "first_name", "patronymic")
PEOPLE_OF_APPLICATION = (
    "contact_name", "contact_position", "contact_phone", "head_name", "head_position", "head_basis",
)  # fmt: skip


def person_of(user: User) -> Person:
    proved = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    return Person(user, frozenset(map(str.lower, proved)), user.date_joined)


def _collect_exports(person: Person) -> Iterator[Record]:
    for export in DataExport.objects.filter(user=person.user):
        yield described(export, "requested_at", "state", "made_at", "expires_at")


def _erase_exports(person: Person) -> int:
    exports = DataExport.objects.filter(user=person.user)
    for export in exports.exclude(file=""):
        transaction.on_commit(partial(export.file.storage.delete, str(export.file.name)))
    return exports.delete()[0]


def _collect_addresses(person: Person) -> Iterator[Record]:
    for address in EmailAddress.objects.filter(user=person.user):
        yield [
            told("email", _("e-mail"), address.email),
            told("verified", _("e-mail confirmed"), address.verified),
            told("primary", _("main address"), address.primary),
        ]


def _erase_addresses(person: Person) -> int:
    return EmailAddress.objects.filter(user=person.user).delete()[0]


def _collect_sessions(person: Person) -> Iterator[Record]:
    for session in UserSession.objects.filter(user=person.user):
        yield [
            told("created_at", _("Logged in"), session.created_at),
            told("last_seen_at", _("Last active"), session.last_seen_at),
            told("ip", _("Network address"), session.ip),
            told("user_agent", _("Device"), session.user_agent),
        ]


def _erase_sessions(person: Person) -> int:
    sessions = [*UserSession.objects.filter(user=person.user)]
    for session in sessions:
        session.end()
    return len(sessions)


def _collect_factors(person: Person) -> Iterator[Record]:
    """Names and dates; what opens the account is nobody's to read."""
    for factor in Authenticator.objects.filter(user=person.user):
        yield [
            told("type", _("kind"), factor.type, factor.get_type_display()),
            told("name", _("Name of the passkey"), factor.wrap().name if factor.type == "webauthn" else ""),
            told("created_at", _("set up"), factor.created_at),
            told("last_used_at", _("last used"), factor.last_used_at),
        ]


def _erase_factors(person: Person) -> int:
    return Authenticator.objects.filter(user=person.user).delete()[0]


def _collect_services(person: Person) -> Iterator[Record]:
    for account in SocialAccount.objects.filter(user=person.user):
        yield [
            told("provider", _("service"), account.provider),
            told("uid", _("your number there"), account.uid),
            told("date_joined", _("connected"), account.date_joined),
            told("last_login", _("last log-in"), account.last_login),
            told("extra_data", _("what it told of you"), account.extra_data),
        ]


def _erase_services(person: Person) -> int:
    return SocialAccount.objects.filter(user=person.user).delete()[0]


def _collect_roles(person: Person) -> Iterator[Record]:
    for role in Representative.objects.filter(user=person.user).select_related("organisation"):
        yield described(role, "organisation", "role", "position", "since", "ended_at")


def _erase_roles(person: Person) -> int:
    """They end, and stay as what somebody did for the organisation then."""
    for role in Representative.objects.active().filter(user=person.user):
        role.ended_at = timezone.now()
        role.save(update_fields=["ended_at"])
    Representative.history.filter(user_id=person.user.pk).update(position="")
    return Representative.objects.filter(user=person.user).update(position="")


def _invitations_of(person: Person) -> QuerySet[Invitation]:
    of_person = Q(email__in=person.addresses) | Q(accepted_by=person.user)
    return Invitation.objects.filter(of_person).select_related("organisation")


def _collect_invitations(person: Person) -> Iterator[Record]:
    names = ("organisation", "email", "role", "position", "created_at", "expires_at", "accepted_at", "revoked_at")
    for invitation in _invitations_of(person):
        yield described(invitation, *names)


def _erase_invitations(person: Person) -> int:
    return _invitations_of(person).delete()[0]


def _collect_join_requests(person: Person) -> Iterator[Record]:
    for asked in JoinRequest.objects.filter(user=person.user).select_related("organisation"):
        yield described(asked, "organisation", "role", "text", "created_at", "state", "decided_at", "reason")


def _erase_join_requests(person: Person) -> int:
    return JoinRequest.objects.filter(user=person.user).delete()[0]


def _collect_public_roles(person: Person) -> Iterator[Record]:
    names = ("organisation", "name", "name_en", "position", "position_en", "basis", "source", "is_published")
    for role in PublicPerson.objects.filter(user=person.user).select_related("organisation"):
        yield described(role, *names)


def _erase_public_roles(person: Person) -> int:
    invalidate_public_pages()
    return PublicPerson.objects.filter(user=person.user).delete()[0]


def _collect_consents(person: Person) -> Iterator[Record]:
    for consent in Consent.objects.of(person.user).select_related("text"):
        yield described(consent, "text", "item", "words", "words_en", "way", "paper", "given_at", "withdrawn_at")


def _erase_consents(person: Person) -> int:
    """They end, and stay as the proof that the data were processed by right."""
    return (
        Consent.objects.standing()
        .filter(pk__in=Consent.objects.of(person.user).values("pk"))
        .update(withdrawn_at=Greatest(timezone.now(), F("given_at")))
    )


def _collect_notifications(person: Person) -> Iterator[Record]:
    for choice in NotificationChoice.objects.filter(user=person.user):
        yield described(choice, "topic", "how")
    for notification in Notification.objects.filter(user=person.user):
        yield described(notification, "title", "text", "created_at", "read_at", "mailed_at")


def _erase_notifications(person: Person) -> int:
    NotificationChoice.objects.filter(user=person.user).delete()
    return forget_notifications(person.user)


def applications_of(person: Person) -> QuerySet[MembershipApplication]:
    """Theirs by the account, or by an address that was confirmed."""
    by_address = Q(email__in=person.addresses, confirmed_at__isnull=False)
    return MembershipApplication.objects.filter(Q(applicant=person.user) | by_address)


def _collect_applications(person: Person) -> Iterator[Record]:
    for application in applications_of(person):
        record = described(application, "number", "name", "email", "state", "created_at", "submitted_at")
        yield [*record, *(told(name, name, application.typed(name)) for name in PEOPLE_OF_APPLICATION)]


def _erase_applications(person: Person) -> int:
    """Drafts go with their files. Others stay as those of their organisations, without the people that they name."""
    erased = 0
    for application in applications_of(person).select_for_update():
        if application.state == ApplicationState.DRAFT:
            for file in application.files.all():
                transaction.on_commit(partial(file.file.storage.delete, str(file.file.name)))
            application.delete()
        else:
            _forget_people_of(application)
        erased += 1
    return erased + ApplicationMove.objects.filter(by=person.user).exclude(who_named="").update(who_named="")


def _forget_people_of(application: MembershipApplication) -> None:
    application.data = {name: typed for name, typed in application.data.items() if name not in PEOPLE_OF_APPLICATION}
    application.answers = [one for one in application.answers if one["name"] not in PEOPLE_OF_APPLICATION]
    application.email, application.applicant = "", None
    application.save(update_fields=["data", "answers", "email", "applicant"])
    application.moves.filter(who=Who.APPLICANT).update(who_named="")


def _collect_actions(person: Person) -> Iterator[Record]:
    """When and on what kind of record; whom it was about is not theirs to take away."""
    for entry in LogEntry.objects.filter(user=person.user).select_related("content_type"):
        yield [
            told("at", _("time"), entry.action_time),
            told("what", _("what was done"), entry.get_action_flag_display()),
            told("record", _("kind of record"), str(entry.content_type)),
        ]


def _collect_history(person: Person) -> Iterator[Record]:
    for row in User.history.filter(id=person.user.pk):
        yield [*_of_history(row), *described(row, "email", *NAMES, "language", "is_active")]
    for row in Representative.history.filter(user_id=person.user.pk).select_related("organisation"):
        yield [*_of_history(row), *described(row, "organisation", "role", "position", "ended_at")]


def _of_history(row: Any) -> Record:
    return [
        told("history_date", _("time"), row.history_date),
        told("history_type", _("what was done"), row.get_history_type_display()),
    ]


def _erase_history(person: Person) -> int:
    names = dict.fromkeys(NAMES, "")
    return User.history.filter(id=person.user.pk).update(email=person.user.email, **names)


def _collect_account(person: Person) -> Iterator[Record]:
    yield described(person.user, "email", *NAMES, "language", "date_joined", "last_login", "is_staff", "is_active")


def _erase_account(person: Person) -> int:
    """Before the history, which a change of groups writes to. Nobody can have signed up with the new address."""
    user = person.user
    user.set_unusable_password()
    user.is_staff = user.is_superuser = user.is_active = False
    user.last_login, user.erased_at = None, timezone.now()
    user.email = f"{secrets.token_hex(16)}@{ERASED_DOMAIN}"
    user.last_name = user.first_name = user.patronymic = ""
    user.save()
    user.groups.clear()
    user.user_permissions.clear()
    return 1


for _holder in (
    # First, while the records are there that the journal names.
    Holder("actions", _("What you did in the office"), ("admin.LogEntry",), _collect_actions, forget_in_journal),
    Holder("addresses", _("E-mail addresses"), ("account.EmailAddress",), _collect_addresses, _erase_addresses),
    Holder(
        "sessions",
        _("Where you are logged in"),
        ("usersessions.UserSession",),
        _collect_sessions,
        _erase_sessions,
    ),
    Holder("second_factors", _("Second factors"), ("mfa.Authenticator",), _collect_factors, _erase_factors),
    Holder("services", _("Other services"), ("socialaccount.SocialAccount",), _collect_services, _erase_services),
    Holder("roles", _("Roles in organisations"), ("members.Representative",), _collect_roles, _erase_roles),
    Holder("invitations", _("Invitations to you"), ("members.Invitation",), _collect_invitations, _erase_invitations),
    Holder(
        "join_requests",
        _("Requests to act for organisations"),
        ("members.JoinRequest",),
        _collect_join_requests,
        _erase_join_requests,
    ),
    Holder(
        "applications",
        _("Applications for membership"),
        ("members.MembershipApplication", "members.ApplicationMove"),
        _collect_applications,
        _erase_applications,
    ),
    # Before the public roles, by which those on paper are found.
    Holder("consents", _("Consents"), ("members.Consent",), _collect_consents, _erase_consents),
    Holder(
        "public_roles",
        _("What is published of you"),
        ("members.PublicPerson", "members.HistoricalPublicPerson"),
        _collect_public_roles,
        _erase_public_roles,
    ),
    Holder(
        "notifications",
        _("What the portal has told you"),
        ("members.Notification", "members.NotificationChoice"),
        _collect_notifications,
        _erase_notifications,
    ),
    Holder("exports", _("Copies of your data"), ("members.DataExport",), _collect_exports, _erase_exports),
    Holder("account", _("Account"), ("members.User",), _collect_account, _erase_account),
    Holder(
        "history",
        _("History of your records"),
        ("members.HistoricalUser", "members.HistoricalRepresentative"),
        _collect_history,
        _erase_history,
    ),
):
    register(_holder)
