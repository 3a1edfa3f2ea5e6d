"""A table of agreements on paper: what it would do is shown first, then all of it is done or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from agreements.entering.entries import Identity, PaperAgreement, enter_agreement, known
from agreements.entering.forms import PaperForm, form_of_row
from agreements.models import Agreement
from common.tables import table_of
from common.text import fold
from members.models import User
from members.organisations.resources import NO, YES

MOST_ROWS = 300
COLUMNS: dict[str, str | Promise] = {
    "kind": pgettext_lazy("of agreements", "Kind, by its code or in words"),
    "parties": gettext_lazy("INN or addresses on the portal, separated by semicolons; first who drew it up"),
    "subject": gettext_lazy("What it is about"),
    "subject_en": gettext_lazy("The same in English; may be empty"),
    "own_number": gettext_lazy("Number that the parties gave it; may be empty"),
    "concluded_on": gettext_lazy("Day on which it was concluded, as 01.09.2025"),
    "starts_on": gettext_lazy("First day in force; empty: that of its conclusion"),
    "ends_on": gettext_lazy("Last day in force; empty: without a term"),
    "is_public": gettext_lazy("In the public register: 1 or 0, yes or no; empty: no"),
    "obligations": gettext_lazy("One in a line: kind | place of the party | what | how much | by which day"),
}


@dataclass(slots=True)
class Row:
    """``number`` as the spreadsheet counts. Without problems it has an ``entry``, and ``there`` where that is known."""

    number: int
    cells: dict[str, str]
    entry: PaperAgreement | None = None
    there: Agreement | None = None
    problems: list[str] = field(default_factory=list)


def read_table(file_name: str, content: bytes) -> list[dict[str, str]]:
    """Its rows by our names of the columns. Raises ValidationError for one that will not do."""
    table = table_of(file_name, content)
    names = {fold(heading): heading for heading in COLUMNS}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            names |= {fold(str(PaperForm.base_fields[name].label)): name for name in COLUMNS}
    headings = [names.get(fold(heading), "") for heading in table.headers]
    if strangers := [heading for heading, name in zip(table.headers, headings, strict=True) if not name]:
        raise ValidationError(_("Unknown headings: %(names)s.") % {"names": ", ".join(strangers)})
    if len({*headings}) < len(headings):
        raise ValidationError(_("A heading stands there twice."))
    if not 1 <= len(table) <= MOST_ROWS:
        raise ValidationError(_("From 1 to %(number)d rows.") % {"number": MOST_ROWS})
    return [dict(zip(headings, line, strict=True)) for line in table]


def looked_at(lines: Sequence[dict[str, str]]) -> list[Row]:
    """What each would do; nothing is written."""
    rows = [_understood(number, cells) for number, cells in enumerate(lines, 2) if any(cells.values())]
    there = known({row.entry.concluded_on for row in rows if row.entry})
    seen: dict[Identity, int] = {}
    for row in rows:
        if row.entry is None:
            continue
        row.there = there.get(row.entry.identity)
        first = seen.setdefault(row.entry.identity, row.number)
        if first != row.number:
            row.problems = [_("The same stands in row %(row)d of the table.") % {"row": first}]
    return rows


def _understood(number: int, cells: dict[str, str]) -> Row:
    row = Row(number, cells)
    said = fold(cells.get("is_public", ""))
    if said not in ("", *YES, *NO):
        row.problems = [_("“%(value)s” is neither yes nor no.") % {"value": said}]
    form = form_of_row({**cells, "is_public": "on" if said in YES else ""})
    if form.is_valid():
        row.entry = form.entry
    row.problems += [
        f"{form.fields[name].label if name in form.fields else ''}: {text}"
        for name, texts in form.errors.items()
        for text in texts
    ]
    return row


@transaction.atomic
def enter_table(rows: Sequence[Row], *, by: User) -> list[Agreement]:
    """Those that are new, in the order of the table; it has no mistakes."""
    entered = [enter_agreement(row.entry, by=by) for row in rows if row.entry and not row.problems]
    return [agreement for agreement, is_new in entered if is_new]
