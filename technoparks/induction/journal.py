"""The journal of inductions, as schools keep it on paper: in the columns of ГОСТ 12.0.004-2015, appendix А. What the
portal knows is filled in; places for signatures by hand are left free."""

import datetime
from typing import Any

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from common.documents import typeset
from common.errors import RuleViolated
from technoparks.models import Induction, Technopark

TEMPLATE = "pdf/technoparks/induction_journal.typ"
MOST_ROWS = 5000


def journal(technopark: Technopark, *, first: datetime.date, last: datetime.date) -> bytes:
    """PDF, in Russian. Raises RuleViolated for more than MOST_ROWS inductions."""
    return typeset(TEMPLATE, entries(technopark, first=first, last=last), at=timezone.now())


def entries(technopark: Technopark, *, first: datetime.date, last: datetime.date) -> dict[str, Any]:
    """Those completed from ``first`` to ``last``, as the template wants them; what was revoked stays, and says so."""
    completed = Induction.objects.filter(
        version__instruction__technopark=technopark, completed_on__range=(first, last)
    ).select_related("version__instruction", "person", "signed_by")
    if completed.count() > MOST_ROWS:
        text = _("More than %(number)d inductions: print a shorter time.")
        raise RuleViolated(text % {"number": MOST_ROWS}, code="too_many")
    with translation.override("ru"):
        rows = [_row(number, one) for number, one in enumerate(completed.order_by("completed_on", "pk"), 1)]
        return {
            "technopark": technopark.title,
            "host": technopark.host.name,
            "from": date_format(first),
            "to": date_format(last),
            "rows": rows,
        }


def _row(number: int, induction: Induction) -> dict[str, Any]:
    version, revoked = induction.version, induction.revoked_at
    completed = induction.completed_on or datetime.date.min  # only completed ones are asked for
    return {
        "number": number,
        "day": date_format(completed, "SHORT_DATE_FORMAT"),
        "person": str(induction.person),
        "kind": induction.get_kind_display(),
        "instruction": f"{version.instruction.title}, редакция {version.number}",
        "quiz": f"{induction.right} из {induction.asked}" if induction.asked else "—",
        "signed_by": str(induction.signed_by) if induction.signed_by else "—",
        "until": date_format(induction.valid_until, "SHORT_DATE_FORMAT") if induction.valid_until else "без срока",
        "revoked": f"{date_format(timezone.localtime(revoked), 'SHORT_DATE_FORMAT')}: {induction.reason}"
        if revoked
        else "",
    }
