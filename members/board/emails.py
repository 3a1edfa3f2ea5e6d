"""Letters about decisions of the board."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from common.addresses import absolute, without_language
from common.mail.letters import Letter, compose
from common.mail.purposes import Purpose, register
from members.models import BoardSession, Membership, MembershipApplication

WELCOME = register(Purpose("membership_welcome", _("Welcome to new members"), resend=True))


def member_welcomed(application: MembershipApplication, *, membership: Membership, session: BoardSession) -> Letter:
    """To whoever has applied; people of an organisation that is known already hear of it as well."""
    organisation = membership.organisation
    with override(application.language):
        context = {
            "organisation": organisation,
            "membership": membership,
            "session": session,
            "certificate": membership.certificates.standing().first(),
            "has_account": application.applicant is not None,
            "page": absolute(without_language(organisation.get_absolute_url())),
            "dashboard": absolute(without_language(membership.get_absolute_url())),
            "site": settings.SITE_ADDRESS,
        }
        key = f"welcome {membership.pk}"
        return compose("members/member_welcomed", to=application.email, purpose=WELCOME, context=context, key=key)
