"""Letters to people about their data."""

from django.conf import settings
from django.urls import get_script_prefix, reverse
from django.utils.translation import gettext_lazy as _

from common.mail.letters import Letter, compose
from common.mail.purposes import Purpose, register
from members.models import DataExport, ErasureAct, User

PERSONAL_DATA = register(Purpose("personal_data", _("Personal data")))
FAREWELL = register(Purpose("farewell", _("Farewell to who was erased"), is_secret=True, is_last=True))


def data_export_ready(export: DataExport) -> Letter:
    """Without the file and without anything that is in it."""
    context = {"address": _absolute("members:account_data"), "export": export}
    key = f"data export {export.key}"
    template = "members/data_export_ready"
    return compose(template, to=export.user.email, purpose=PERSONAL_DATA, context=context, key=key)


def farewell(user: User, *, act: ErasureAct) -> Letter:
    """The last letter: it goes, and then nothing remains of whom it went to."""
    context = {"act": act, "office": settings.OFFICE_EMAIL}
    return compose("members/person_erased", to=user.email, purpose=FAREWELL, context=context)


def _absolute(name: str) -> str:
    return f"{settings.SITE_ADDRESS}/{reverse(name).removeprefix(get_script_prefix())}"
