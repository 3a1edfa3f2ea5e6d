"""A list of pupils as teachers have it: pasted, or in a table. It is checked row by row before anything is kept."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import tablib
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from common.tables import MAX_BYTES, Csv, Xlsx
from common.text import fold
from common.uploads import ZIP_SIGN
from events.models import ACTIVE, Event, Ticket
from events.registering.registrations import Guest
from members.models import Organisation

SEPARATORS = re.compile(r"[\t;,]")
LONGEST = {field.name: field.max_length or 0 for field in Ticket._meta.fields if field.name in ("name", "grade")}
# What teachers call their columns.
NAMES = {"фио", "ф.и.о.", "имя", "фамилия", "отчество", "фамилия имя", "фамилия и имя", "ученик", "ученица", "участник",
         "name", "last name", "first name", "surname", "pupil"}  # fmt: skip
GRADES = {"класс", "группа", "курс", "grade", "class"}


@dataclass(slots=True)
class Row:
    """``number``: of its line, from 1."""

    number: int
    guest: Guest
    problems: list[str] = field(default_factory=list)


def rows_of(text: str) -> list[Row]:
    """A line a person: the name, and after a comma, a semicolon or a tab the class. Empty lines are no rows."""
    return [Row(number, _guest(line)) for number, line in enumerate(text.splitlines(), start=1) if line.strip(" \t;,")]


def _guest(line: str) -> Guest:
    name, *rest = [" ".join(part.split()) for part in SEPARATORS.split(line)]
    return Guest(name, next(filter(None, rest), ""))


def check(rows: Sequence[Row], *, event: Event, organisation: Organisation) -> bool:
    """Note by each row what is wrong with it; whether all are right. One query."""
    active = Ticket.objects.standing().filter(
        registration__event=event, registration__organisation=organisation, registration__state__in=ACTIVE
    )
    registered = {_identity(Guest(name, grade)) for name, grade in active.values_list("name", "grade")}
    first: dict[tuple[str, str], int] = {}
    for row in rows:
        row.problems = _problems(row.guest)
        identity = _identity(row.guest)
        if not row.guest.name:
            continue
        if identity in registered:
            row.problems.append(_("is registered for this event already"))
        if identity in first:
            text = _("is in the list already, in line %(number)d: add a patronymic if these are two people")
            row.problems.append(text % {"number": first[identity]})
        first.setdefault(identity, row.number)
    return not any(row.problems for row in rows)


def _problems(guest: Guest) -> list[str]:
    found = [] if guest.name else [_("has no name")]
    text = _("is longer than %(number)d characters")
    for name, longest in LONGEST.items():
        if len(getattr(guest, name)) > longest:
            found.append(text % {"number": longest})
    return found


def _identity(guest: Guest) -> tuple[str, str]:
    return fold(guest.name), fold(guest.grade)


def text_of_table(upload: UploadedFile) -> str:
    """The rows of a table as they would have been pasted. Raises ValidationError for what is no table."""
    if (upload.size or 0) > MAX_BYTES:
        raise ValidationError(_("The table is larger than 5 MB."))
    content = upload.read()
    try:
        dataset = (Xlsx() if content.startswith(ZIP_SIGN) else Csv()).create_dataset(content)
    except Exception as error:  # whatever the libraries say of a file that is none
        raise ValidationError(_("This is no table: choose a file of the type XLSX or CSV.")) from error
    return "\n".join(_lines(dataset))


def _lines(dataset: tablib.Dataset) -> Iterable[str]:
    """By the headings, where they are ones that we know; else the first row is a pupil as all others."""
    headings = [fold(str(heading)) for heading in dataset.headers]
    names = [place for place, heading in enumerate(headings) if heading in NAMES]
    grades = [place for place, heading in enumerate(headings) if heading in GRADES]
    if not names:
        yield "\t".join(dataset.headers)
        yield from ("\t".join(row) for row in dataset)
        return
    for row in dataset:
        name = " ".join(row[place] for place in names if row[place])
        yield "\t".join([name, *(row[place] for place in grades)])
