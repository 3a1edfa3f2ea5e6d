"""The registered as a table for a spreadsheet: a row for each person, those of a group one under another."""

import datetime
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from typing import IO

import openpyxl
from django.db.models import Func, Prefetch, TextField
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from common.exports import neutral
from events.models import CheckIn, Event, Registration, Ticket
from events.models.registration import RegistrationQuerySet

AT_ONCE = 500  # registrations read in one portion
BOLD = Font(bold=True)
WIDTH = 22


class Table:
    """``header`` and ``rows``; the rows are read as they are written, and never all at once."""

    def __init__(self, event: Event, meant: RegistrationQuerySet) -> None:
        self.event = event
        self.questions = _questions(event, meant)
        check_ins = Prefetch("check_ins", CheckIn.objects.order_by("at"))
        tickets = Prefetch("tickets", Ticket.objects.standing().prefetch_related(check_ins))
        self.registrations = meant.select_related("pool", "organisation").prefetch_related(tickets)

    @property
    def header(self) -> list[str]:
        return [
            pgettext("of a person", "Name"),
            _("Class"),
            _("Group"),
            _("Who registered it"),
            _("E-mail"),
            _("Organisation"),
            _("Places"),
            _("State"),
            _("Registered"),
            _("Noted at the entrance"),
            *self.questions,
        ]

    @property
    def rows(self) -> Iterator[list[str]]:
        for one in self.registrations.iterator(chunk_size=AT_ONCE):
            for ticket in one.tickets.all():
                yield self._row(one, ticket)

    def _row(self, one: Registration, ticket: Ticket) -> list[str]:
        return [
            ticket.name,
            ticket.grade,
            one.group,
            one.name if one.is_group else "",
            one.email,
            one.organisation.title if one.organisation else "",
            one.pool.title,
            one.get_state_display(),
            self._moment(one.registered_at),
            "; ".join(self._moment(entry.at) for entry in ticket.check_ins.all()),
            *(str(one.answers.get(question, "")) for question in self.questions),
        ]

    def _moment(self, moment: datetime.datetime) -> str:
        """By the clock of the place; sorts as text."""
        return f"{moment.astimezone(self.event.zone):%Y-%m-%d %H:%M}"


def _questions(event: Event, meant: RegistrationQuerySet) -> list[str]:
    """Those of the event in its order, then what was asked once and has been answered."""
    asked = [*event.questions.values_list("label", flat=True)]
    keys = Func("answers", function="jsonb_object_keys", output_field=TextField())
    answered = {*meant.order_by().values_list(keys, flat=True).distinct()}
    return [*asked, *sorted(answered - {*asked})]


def written_xlsx(header: Sequence[str], rows: Iterable[Sequence[str]]) -> IO[bytes]:
    """Row by row into a file that is gone when it is closed."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(_("Registered"))
    sheet.freeze_panes = "B2"
    for number in range(len(header)):
        sheet.column_dimensions[openpyxl.utils.get_column_letter(number + 1)].width = WIDTH
    heads = [WriteOnlyCell(sheet, neutral(head)) for head in header]
    for head in heads:
        head.font = BOLD
    sheet.append(heads)
    for row in rows:
        sheet.append([neutral(cell) for cell in row])
    written = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the response
    book.save(written)
    written.seek(0)
    return written
