"""What this app and the accounts hold about a person, and what the erasure makes of it. The person's row remains,
without anything that tells who it was, so that what they did for an organisation stays on record as somebody's."""

from allauth.account.models import EmailAddress
from django.utils.translation import gettext_lazy as _

from common.personal_data import Holder, Person, register
from members.models import User
from members.personal_data.holders import account, applications, organisations, publication
from members.personal_data.holders.applications import applications_of
from members.personal_data.mentions import forget_in_journal

__all__ = ["applications_of", "person_of"]


def person_of(user: User) -> Person:
    proved = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    return Person(user, frozenset(map(str.lower, proved)), user.date_joined)


for _holder in (
    # First, while the records are there that the journal names.
    Holder("actions", _("What you did in the office"), ("admin.LogEntry",), account.collect_actions, forget_in_journal),
    Holder(
        "addresses",
        _("E-mail addresses"),
        ("account.EmailAddress",),
        account.collect_addresses,
        account.erase_addresses,
    ),
    Holder(
        "sessions",
        _("Where you are logged in"),
        ("usersessions.UserSession",),
        account.collect_sessions,
        account.erase_sessions,
    ),
    Holder(
        "second_factors", _("Second factors"), ("mfa.Authenticator",), account.collect_factors, account.erase_factors
    ),
    Holder(
        "services",
        _("Other services"),
        ("socialaccount.SocialAccount",),
        account.collect_services,
        account.erase_services,
    ),
    Holder(
        "roles",
        _("Roles in organisations"),
        ("members.Representative",),
        organisations.collect_roles,
        organisations.erase_roles,
    ),
    Holder(
        "invitations",
        _("Invitations to you"),
        ("members.Invitation",),
        organisations.collect_invitations,
        organisations.erase_invitations,
    ),
    Holder(
        "join_requests",
        _("Requests to act for organisations"),
        ("members.JoinRequest",),
        organisations.collect_join_requests,
        organisations.erase_join_requests,
    ),
    Holder(
        "applications",
        _("Applications for membership"),
        ("members.MembershipApplication", "members.ApplicationMove"),
        applications.collect_applications,
        applications.erase_applications,
    ),
    # Before the public roles, by which those on paper are found.
    Holder("consents", _("Consents"), ("members.Consent",), publication.collect_consents, publication.erase_consents),
    Holder(
        "public_roles",
        _("What is published of you"),
        ("members.PublicPerson", "members.HistoricalPublicPerson"),
        publication.collect_public_roles,
        publication.erase_public_roles,
    ),
    Holder(
        "notifications",
        _("What the portal has told you"),
        ("members.Notification", "members.NotificationChoice"),
        account.collect_notifications,
        account.erase_notifications,
    ),
    Holder(
        "exports", _("Copies of your data"), ("members.DataExport",), account.collect_exports, account.erase_exports
    ),
    Holder("account", _("Account"), ("members.User",), account.collect_account, account.erase_account),
    Holder(
        "history",
        _("History of your records"),
        ("members.HistoricalUser", "members.HistoricalRepresentative"),
        account.collect_history,
        account.erase_history,
    ),
):
    register(_holder)
