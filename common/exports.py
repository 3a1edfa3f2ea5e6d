"""Tables for spreadsheets."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from numbers import Number

from django.http import StreamingHttpResponse
from django.utils.translation import get_language

# What XML 1.0 cannot hold, and so no spreadsheet either: controls above all, which people paste without seeing them.
UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Where the separator of the reader's spreadsheet is the other one, cells begin within ours. Quotes do not hold them: as
# that program reads, they stand in the middle of a cell.
SECOND_START = re.compile(r"""([,;\r\n]"*)(?=[=+\-@＝＋－＠])""")


def neutral(value: object) -> str:
    """Text that a spreadsheet can hold, and shows instead of computing (OWASP, “CSV injection”)."""
    text = UNWRITABLE.sub("", str(value))
    return f"'{text}" if text.startswith(FORMULA_STARTS) and not isinstance(value, Number) else text


def _cell(value: object) -> str:
    return SECOND_START.sub(r"\1'", neutral(value))


class _Echo:
    def write(self, line: str) -> str:
        return line


def csv_response(name: str, header: Sequence[object], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """A streamed CSV that a double click opens rightly: UTF-8 with its mark, and the separator that a
    spreadsheet of the reader's language expects."""
    writer = csv.writer(_Echo(), delimiter=";" if get_language() == "ru" else ",")

    def lines() -> Iterator[str]:
        yield "\ufeff" + writer.writerow(map(_cell, header))
        for row in rows:
            yield writer.writerow(map(_cell, row))

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
