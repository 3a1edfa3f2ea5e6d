"""Spreadsheets that people upload and download, as formats of django-import-export."""

import codecs
import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import PurePath

import openpyxl
import tablib
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from import_export.formats import base_formats

from common.exports import FORMULA_STARTS, neutral

MAX_BYTES = 5 * 1024 * 1024
MAX_UNPACKED_BYTES = 100 * 1024 * 1024
MAX_STYLES_BYTES = 2 * 1024 * 1024  # all of them are read at once, each as an object
MAX_ROWS = 5_000
MAX_COLUMNS = 100


class Csv(base_formats.CSV):
    """Read in the encodings and with the separators that spreadsheets write; bytes on both sides."""

    def is_binary(self) -> bool:
        return True

    def get_read_mode(self) -> str:
        return "rb"

    def create_dataset(self, in_stream: bytes, **kwargs: object) -> tablib.Dataset:
        text = _decoded(in_stream)
        heading = text.partition("\n")[0]
        separator = max(";,\t", key=heading.count)
        try:
            return _dataset(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
        except csv.Error as error:
            raise ValidationError(_("The CSV is broken: a quotation mark is left open or misplaced.")) from error

    def export_data(self, dataset: tablib.Dataset, **kwargs: object) -> bytes:
        _neutralise(dataset)
        text = dataset.export("csv", delimiter=";" if get_language() == "ru" else ",")
        return codecs.BOM_UTF8 + text.encode()


class Xlsx(base_formats.XLSX):
    def create_dataset(self, in_stream: bytes) -> tablib.Dataset:
        with zipfile.ZipFile(io.BytesIO(in_stream)) as package:
            parts = package.infolist()
            if any(part.file_size > MAX_STYLES_BYTES for part in parts if part.filename.lower().endswith("styles.xml")):
                raise ValidationError(_("The table has too many formats. Copy its values into a new one."))
            if sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
                raise ValidationError(_("Unpacked, the table is larger than 100 MB."))
        book = openpyxl.load_workbook(io.BytesIO(in_stream), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # or each row would be filled up to the width that the file claims
        return _dataset(sheet.iter_rows(values_only=True))

    def export_data(self, dataset: tablib.Dataset, **kwargs: object) -> bytes:
        _neutralise(dataset)
        return super().export_data(dataset, **kwargs)


FORMATS: dict[str, type[Csv | Xlsx]] = {".xlsx": Xlsx, ".csv": Csv}


def unreadable() -> ValidationError:
    return ValidationError(_("The file cannot be read. Save the table anew as XLSX or CSV."))


def table_of(file_name: str, content: bytes) -> tablib.Dataset:
    """Raises ValidationError for a file that will not do."""
    try:
        return FORMATS[PurePath(file_name).suffix.lower()]().create_dataset(content)
    except ValidationError:
        raise
    except Exception as error:  # whatever the libraries say of a file that is none
        raise unreadable() from error


def _decoded(content: bytes) -> str:
    """UTF-8, else what a Russian Windows writes; the preview lets a person see whether that was right."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            return content.decode("cp1251")
        except UnicodeDecodeError as error:
            raise ValidationError(_("The encoding is unknown. Save the table as XLSX or as CSV in UTF-8.")) from error


def _dataset(rows: Iterable[Sequence[object]]) -> tablib.Dataset:
    """Cells as text under the headings of the first row; empty rows at the end are no rows."""
    lines = iter(rows)
    headings = _cells(next(lines, ()))
    while headings and not headings[-1]:
        headings.pop()
    if not headings:
        raise ValidationError(_("The first row must hold the headings of the columns."))
    dataset = tablib.Dataset(headers=headings)
    empty = 0
    for number, line in enumerate(lines, start=1):
        if number > MAX_ROWS:
            text = _("More than %(limit)d rows: divide the table, and delete its empty rows.")
            raise ValidationError(text % {"limit": MAX_ROWS})
        cells = _cells(line)
        if not any(cells):
            empty += 1
            continue
        if any(cells[len(headings) :]):
            raise ValidationError(_("Row %(row)d has more cells than there are headings.") % {"row": number + 1})
        for _blank in range(empty):
            dataset.append([""] * len(headings))
        empty = 0
        dataset.append([*cells, *[""] * len(headings)][: len(headings)])
    return dataset


def _cells(line: Sequence[object]) -> list[str]:
    if len(line) > MAX_COLUMNS:
        text = _("More than %(limit)d columns: delete those that are empty or of no use here.")
        raise ValidationError(text % {"limit": MAX_COLUMNS})
    return [_text(cell) for cell in line]


def _text(cell: object) -> str:
    """What a person sees in the cell: 7701.0 is a number that the spreadsheet made of 7701."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = str(cell).strip()
    if "\0" in text:
        raise ValidationError(_("The table holds null characters. Save it as XLSX or as CSV in UTF-8."))
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_STARTS) else text


def _neutralise(dataset: tablib.Dataset) -> None:
    rows = [[neutral(cell) for cell in row] for row in dataset]
    headers = dataset.headers
    dataset.wipe()
    dataset.headers = headers
    dataset.extend(rows)
