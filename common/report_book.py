"""A report as a spreadsheet: what is counted on the first sheet, then each table on one of its own."""

import datetime
import io
from collections.abc import Iterable
from decimal import Decimal

import openpyxl
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from common.exports import neutral
from common.report_tables import Cell, Section, Table

BOLD = Font(bold=True)
LONGEST_TITLE = 31  # of a sheet


def book_of(sections: list[Section], about: Iterable[tuple[str | Promise, str]]) -> bytes:
    """``about``: what was asked for, as names and values."""
    book = openpyxl.Workbook()
    first = book.active
    first.title = _("What is counted")
    for name, value in [*about, *((section.title, str(section.note)) for section in sections)]:
        first.append([neutral(name), neutral(value)])
        first.cell(first.max_row, 1).font = BOLD
        first.cell(first.max_row, 2).alignment = Alignment(wrap_text=True, vertical="top")
    first.column_dimensions["A"].width, first.column_dimensions["B"].width = 32, 100
    for section in sections:
        for table in section.tables:
            title = table.title if len(section.tables) > 1 else section.title
            _write(book.create_sheet(str(title)[:LONGEST_TITLE]), table)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _write(sheet: "openpyxl.worksheet.worksheet.Worksheet", table: Table) -> None:
    sheet.append([neutral(head) for head in (table.first, *table.heads)])
    for row, line in enumerate(table.lines, start=2):
        sheet.append([neutral(line.label), *(cell.value for cell in line.cells)])
        for column, cell in enumerate(line.cells, start=2):  # of a whole row openpyxl would look through all others
            sheet.cell(row, column).number_format = _format(cell)
    for written in sheet[1]:
        written.font = BOLD
    sheet.freeze_panes = "B2"
    sheet.column_dimensions["A"].width = 36
    for number in range(len(table.heads)):
        sheet.column_dimensions[get_column_letter(number + 2)].width = 18


def _format(cell: Cell) -> str:
    match cell.value:
        case datetime.date():
            return "DD.MM.YYYY"
        case Decimal():
            return "0.0%" if cell.is_share else "#,##0.00"
    return "#,##0"
