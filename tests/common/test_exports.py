import csv
import io
from collections.abc import Iterator

import pytest
from django.http import StreamingHttpResponse
from django.utils import translation

from common.exports import FORMULA_STARTS, csv_response


def text_of(response: StreamingHttpResponse) -> str:
    return response.getvalue().decode()


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        pytest.param("=HYPERLINK(1)", "'=HYPERLINK(1)", id="equals"),
        pytest.param("+7 495", "'+7 495", id="plus"),
        pytest.param("-1+1", "'-1+1", id="minus"),
        pytest.param("@SUM(A1)", "'@SUM(A1)", id="at"),
        pytest.param("\t=1", "'\t=1", id="tab"),
        pytest.param("\r=1", "'\r'=1", id="carriage return"),
        pytest.param("\n=1", "'\n'=1", id="line feed"),
        pytest.param("＝1", "'＝1", id="full-width equals"),
        pytest.param("Лицей = школа", "Лицей = школа", id="equals inside"),
        pytest.param("", "", id="empty"),
        pytest.param("а\x01б\ufffe\x1b", "аб", id="what no spreadsheet can hold"),
        pytest.param("\x07=1", "'=1", id="equals behind a control"),
        pytest.param(-5, "-5", id="a number is no formula"),
        pytest.param(12.5, "12.5", id="a fraction is no formula"),
    ],
)
def test_a_formula_is_neutralised(value: object, shown: str) -> None:
    text = text_of(csv_response("table", ["head"], [[value]])).removeprefix("\ufeff")
    assert [*csv.reader(io.StringIO(text, newline=""), delimiter=";")] == [["head"], [shown]]


@pytest.mark.parametrize("answer", ["а{}=1+1{}б", "а{}{}=1+1", 'а{}"=1+1{}б', "а\n=1+1{}{}", "а\r\n@SUM(1){}{}"])
@pytest.mark.parametrize(("language", "other"), [("ru", ","), ("en", ";")])
def test_no_formula_begins_where_a_spreadsheet_of_another_language_reads(
    answer: str, language: str, other: str
) -> None:
    answer = answer.format(other, other)
    with translation.override(language):
        text = text_of(csv_response("table", ["head"], [[answer, answer, "б"], [answer, answer, "б"]]))
    cells = [cell for line in csv.reader(io.StringIO(text, newline=""), delimiter=other) for cell in line]
    assert [cell for cell in cells if cell.startswith(FORMULA_STARTS)] == []


def test_a_formula_in_the_header_is_neutralised() -> None:
    assert text_of(csv_response("table", ["=1"], [])) == "\ufeff'=1\r\n"


@pytest.mark.parametrize(("language", "line"), [("ru", 'a;"b;c"\r\n'), ("en", "a,b;c\r\n")])
def test_the_separator_is_the_one_a_spreadsheet_of_the_language_expects(language: str, line: str) -> None:
    with translation.override(language):
        response = csv_response("table", ["head"], [["a", "b;c"]])
    assert text_of(response) == f"\ufeffhead\r\n{line}"


def test_a_file_is_downloaded_under_its_name() -> None:
    response = csv_response("organisations", ["head"], [])
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="organisations.csv"'


def test_rows_are_made_while_the_file_is_sent() -> None:
    made: list[int] = []

    def rows() -> Iterator[list[int]]:
        for number in range(3):
            made.append(number)
            yield [number]

    lines = iter(csv_response("table", ["head"], rows()))
    assert (next(lines), made) == ("\ufeffhead\r\n".encode(), [])
    assert (next(lines), made) == (b"0\r\n", [0])
    assert [*lines] == [b"1\r\n", b"2\r\n"]
