"""Letters to people with an account. Those of django-allauth have their templates in ``account`` and ``mfa``."""

from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from common.addresses import absolute, without_language
from common.mail.letters import Letter, compose
from common.mail.purposes import Purpose, register
from members.models import DataExport, ErasureAct, Invitation, Notification, User

PERSONAL_DATA = register(Purpose("personal_data", _("Personal data")))
FAREWELL = register(Purpose("farewell", _("Farewell to who was erased"), is_secret=True, is_last=True))
# Its link opens an account for the address, so nobody else may read it.
INVITATION = register(Purpose("invitation", _("Invitations to act for an organisation"), resend=True, is_secret=True))
IN_ONE_LETTER = 20  # notifications; the rest is counted


def notification_made(reader: User, *, notification: Notification, purpose: Purpose) -> Letter:
    with override(reader.language):
        return compose(
            "members/notification_made",
            to=reader.email,
            purpose=purpose,
            context={"notification": notification, "site": settings.SITE_ADDRESS},
            key=key_of(notification),
        )


def key_of(notification: Notification) -> str:
    """Of the letter that tells of it at once."""
    return f"notice {notification.user_id} {notification.key}"


def notifications_gathered(
    reader: User, *, notifications: Sequence[Notification], purpose: Purpose, key: str
) -> Letter:
    with override(reader.language):
        context = {
            "number": len(notifications),
            "notifications": notifications[:IN_ONE_LETTER],
            "others": len(notifications[IN_ONE_LETTER:]),
            "list": absolute(without_language(reverse("members:account_notifications"))),
            "site": settings.SITE_ADDRESS,
        }
        return compose("members/notifications_gathered", to=reader.email, purpose=purpose, context=context, key=key)


def data_export_ready(export: DataExport) -> Letter:
    """Without the file and without anything that is in it."""
    context = {"address": absolute(without_language(reverse("members:account_data"))), "export": export}
    key = f"data export {export.key}"
    template = "members/data_export_ready"
    return compose(template, to=export.user.email, purpose=PERSONAL_DATA, context=context, key=key)


def farewell(user: User, *, act: ErasureAct) -> Letter:
    """The last letter: it goes, and then nothing remains of whom it went to."""
    context = {"act": act, "office": settings.OFFICE_EMAIL}
    return compose("members/person_erased", to=user.email, purpose=FAREWELL, context=context)


def invitation_sent(invitation: Invitation, *, token: str) -> Letter:
    """It names the organisation, which the association has checked, and nothing that people write themselves: it goes
    to strangers."""
    with override(invitation.language):
        return compose(
            "members/invitation_sent",
            to=invitation.email,
            purpose=INVITATION,
            context={
                "invitation": invitation,
                "address": absolute(without_language(reverse("members:invitation", args=[token]))),
                "site": settings.SITE_ADDRESS,
            },
            key=f"invitation {invitation.pk} {invitation.expires_at.isoformat()}",
        )
