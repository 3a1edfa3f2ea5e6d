"""Letters about applications for membership. Those to the applicant hold the address by which one acts for them."""

import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from common.addresses import absolute, without_language
from common.links import link_tokens
from common.mail.letters import Letter, compose
from common.mail.purposes import Priority, Purpose, register
from members.models import ApplicationMove, MembershipApplication, User

LINK = "application"  # purpose of the links that open one
CONFIRM_LINK = "application address"  # of those that confirm its address
CONFIRM_WITHIN = datetime.timedelta(days=14)

ADDRESS = register(
    Purpose("application_address", _("Address of an application"), Priority.AWAITED, is_secret=True, resend=True)
)
APPLICANT = register(Purpose("application", _("Application for membership"), is_secret=True, resend=True))
REVIEWER = register(Purpose("application_review", _("Review of applications"), resend=True))


def token_of(application: MembershipApplication) -> str:
    """What stands in the address that opens it, for whoever has no account."""
    [token] = link_tokens(LINK, subjects=[str(application.pk)]).values()
    return token


def confirmed_by(application: MembershipApplication) -> str:
    """The subject of the link that confirms its address: no other address than that which the letter went to."""
    return f"{application.pk} {application.email}"


def address_to_confirm(application: MembershipApplication) -> Letter:
    """Anybody can have it sent to any address, so nothing of it is what somebody has typed."""
    subject = confirmed_by(application)
    expires_at = timezone.now() + CONFIRM_WITHIN
    [token] = link_tokens(CONFIRM_LINK, subjects=[subject], expires_at=expires_at).values()
    with override(application.language):
        context = {
            "address": absolute(without_language(reverse("members:application_confirm", args=[token]))),
            "kind": application.get_kind_display(),
            "site": settings.SITE_ADDRESS,
        }
        return compose("members/application_address", to=application.email, purpose=ADDRESS, context=context)


def application_moved(application: MembershipApplication, *, move: ApplicationMove, done: str | Promise) -> Letter:
    with override(application.language):
        context = {
            "application": application,
            "move": move,
            "done": done,
            "address": _of_the_applicant(application),
            "office": settings.OFFICE_EMAIL,
        }
        key = f"application move {move.pk}"
        return compose("members/application_moved", to=application.email, purpose=APPLICANT, context=context, key=key)


def application_arrived(application: MembershipApplication, *, move: ApplicationMove, reviewer: User) -> Letter:
    with override(reviewer.language):
        context = {
            "application": application,
            "is_new": move.source == "draft",
            "address": _in_the_office(application),
        }
        key = f"application move {move.pk} to {reviewer.pk}"
        return compose("members/application_arrived", to=reviewer.email, purpose=REVIEWER, context=context, key=key)


def application_overdue(application: MembershipApplication, *, reviewer: User) -> Letter:
    with override(reviewer.language):
        context = {"application": application, "address": _in_the_office(application)}
        key = f"application {application.pk} late since {application.due_on} to {reviewer.pk}"
        return compose("members/application_overdue", to=reviewer.email, purpose=REVIEWER, context=context, key=key)


def application_reminded(application: MembershipApplication) -> Letter:
    """Of remarks that wait, or of a draft that is going to be deleted."""
    with override(application.language):
        context = {"application": application, "address": _of_the_applicant(application), "site": settings.SITE_ADDRESS}
        return compose("members/application_reminded", to=application.email, purpose=APPLICANT, context=context)


def _of_the_applicant(application: MembershipApplication) -> str:
    return absolute(without_language(reverse("members:application_detail", args=[token_of(application)])))


def _in_the_office(application: MembershipApplication) -> str:
    return absolute(without_language(reverse("admin:members_membershipapplication_change", args=[application.pk])))
