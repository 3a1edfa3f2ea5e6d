"""The letter with the one-time code: nothing of it is kept but the code's hash."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from agreements.models import Agreement, Party
from common.mail.letters import Letter, compose
from common.mail.purposes import Priority, Purpose, register
from members.models import User

SIGNING_CODE = register(Purpose("signing_code", _("Codes for signing"), Priority.AWAITED, is_secret=True))


def signing_code_sent(person: User, *, agreement: Agreement, party: Party, code: str, sha256: str) -> Letter:
    with override(person.language):
        return compose(
            "agreements/signing_code_sent",
            to=person.email,
            purpose=SIGNING_CODE,
            context={
                "agreement": agreement,
                "party": party.organisation,
                "code": code,
                "sha256": sha256,
                "site": settings.SITE_ADDRESS,
            },
        )
