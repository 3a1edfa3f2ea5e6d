"""Organisations out to a spreadsheet and back: what is written, what is refused, and in which words."""

import codecs
import csv
import io
from collections.abc import Sequence
from typing import Any

import openpyxl
import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from common import tables
from common.caching import STAMP_KEY
from members.models import Kind, Organisation
from members.organisations.resources import OrganisationResource
from tests.factories.members import DirectionFactory, OrganisationFactory, RegionFactory, valid_inn
from tests.office import editor, enter, meanwhile, staff_with

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

LIST = "/admin/members/organisation/"
IMPORT = f"{LIST}import/"
CONFIRM = f"{LIST}process_import/"
XLSX, CSV = "0", "1"


def xlsx(*rows: Sequence[object]) -> SimpleUploadedFile:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return SimpleUploadedFile("table.xlsx", content.getvalue())


def xlsx_with(cell: str) -> SimpleUploadedFile:
    """Few bytes that mean many cells."""
    book = openpyxl.Workbook()
    book.active["A1"], book.active[cell] = "slug", "x"
    content = io.BytesIO()
    book.save(content)
    return SimpleUploadedFile("table.xlsx", content.getvalue())


def csv_file(*rows: Sequence[object], separator: str = ",", encoding: str = "utf-8") -> SimpleUploadedFile:
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows(rows)
    return SimpleUploadedFile("table.csv", text.getvalue().encode(encoding))


def preview(client: Client, file: SimpleUploadedFile) -> Any:
    response = client.post(IMPORT, {"import_file": file, "resource": "0", "format": ""})
    assert response.status_code == 200
    return response


def confirm(client: Client, response: Any) -> list[str]:
    answer = client.post(CONFIRM, response.context["confirm_form"].initial, follow=True)
    return [str(message) for message in answer.context["messages"]]


def mistakes(response: Any) -> list[tuple[int, str, str]]:
    """Row of the spreadsheet, column, message."""
    return [(one["row"], one["column"], one["text"]) for one in response.context["result"].found()["mistakes"]]


def refusal(response: Any) -> list[str]:
    """Why the file as a whole was refused."""
    if form_errors := response.context["form"].errors:
        return form_errors["import_file"]
    return response.context["result"].found()["refused"]


def exported(client: Client, file_format: str, query: str = "") -> list[list[object]]:
    response = client.post(f"{LIST}export/{query}", {"format": file_format})
    if file_format == CSV:
        assert response.content.startswith(codecs.BOM_UTF8)
        text = response.content.decode("utf-8-sig")
        return [*csv.reader(io.StringIO(text), delimiter=";" if ";" in text.partition("\n")[0] else ",")]
    return [[*row] for row in openpyxl.load_workbook(io.BytesIO(response.content)).active.iter_rows(values_only=True)]


NEW = ["kind", "short_name", "name"]
TOO_LONG = "More than 5000 rows: divide the table, and delete its empty rows."
LYCEUM = ["school", "Лицей № 5", "Муниципальный лицей № 5"]


# --- Export ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file_format", [XLSX, CSV], ids=["xlsx", "csv"])
def test_every_column_is_exported(office: Client, file_format: str) -> None:
    one = OrganisationFactory(
        short_name="Лицей", name="Лицей № 5", region=RegionFactory(), city="Долгопрудный", directions=["robotics"]
    )
    assert exported(office, file_format) == [
        [*OrganisationResource.COLUMNS],
        [one.slug, "school", "Лицей", *blank(file_format), "Лицей № 5", *blank(file_format), one.inn, one.ogrn,
         "RU-MOS", "Долгопрудный", *blank(file_format), "robotics", *blank(file_format), "1"],
    ]  # fmt: skip


def blank(file_format: str) -> list[str | None]:
    return [None if file_format == XLSX else ""]


@pytest.mark.parametrize("file_format", [XLSX, CSV], ids=["xlsx", "csv"])
@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_no_cell_is_a_formula(office: Client, file_format: str, start: str) -> None:
    OrganisationFactory(short_name=f'{start}HYPERLINK("https://example.org")')
    response = office.post(f"{LIST}export/", {"format": file_format})
    cell = f'\'{start}HYPERLINK("https://example.org")'
    assert exported(office, file_format)[1][2] == cell
    if file_format == XLSX:
        sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
        assert "f" not in {cell.data_type for row in sheet for cell in row}


def test_export_keeps_to_the_filters_of_the_list(office: Client) -> None:
    OrganisationFactory(short_name="Школа")
    OrganisationFactory(short_name="Колледж", kind=Kind.COLLEGE)
    assert f"{LIST}export/?kind__exact=college" in office.get(f"{LIST}?kind__exact=college").content.decode()
    assert [row[2] for row in exported(office, XLSX, "?kind__exact=college")[1:]] == ["Колледж"]
    assert [row[2] for row in exported(office, CSV, "?q=школ")[1:]] == ["Школа"]


def test_russians_get_the_separator_of_their_spreadsheets(office: Client) -> None:
    office.cookies["language"] = "ru"
    assert b"slug;kind;" in office.post(f"{LIST}export/", {"format": CSV}).content


@pytest.mark.parametrize("file_format", [XLSX, CSV], ids=["xlsx", "csv"])
def test_what_was_exported_changes_nothing_when_imported(office: Client, file_format: str) -> None:
    OrganisationFactory(short_name="@дома", region=RegionFactory(), directions=["robotics"])
    OrganisationFactory(inn="", ogrn="", is_published=False)
    response = office.post(f"{LIST}export/", {"format": file_format})
    file = SimpleUploadedFile(f"table.{'csv' if file_format == CSV else 'xlsx'}", response.content)
    result = preview(office, file).context["result"]
    assert (result.totals["skip"], result.has_validation_errors()) == (2, False)


# --- Import ----------------------------------------------------------------------------------------------------


def test_nothing_is_written_before_the_confirmation(office: Client) -> None:
    response = preview(office, xlsx(NEW, LYCEUM))
    assert response.context["result"].totals["new"] == 1
    assert not Organisation.objects.exists()
    assert confirm(office, response) == ["Import finished: 1 new, 0 updated, 0 deleted and 0 skipped organisations."]
    assert Organisation.objects.get().slug == "litsey-5"


def test_a_confirmed_import_leaves_history_and_makes_public_pages_old(
    office: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    old = OrganisationFactory(city="Тверь")
    Organisation.history.all().delete()
    response = preview(office, xlsx(["slug", "city"], [old.slug, "Пермь"]))
    cache.set(STAMP_KEY, "old")
    with django_capture_on_commit_callbacks(execute=True):
        confirm(office, response)
    row = old.history.get()
    assert (row.city, row.history_user.is_superuser, row.history_change_reason) == (
        "Пермь", True, "Import of table.xlsx",
    )  # fmt: skip
    assert cache.get(STAMP_KEY) != "old"


@pytest.mark.parametrize("key", ["slug", "inn"])
def test_a_row_finds_its_organisation_and_leaves_other_columns_alone(office: Client, key: str) -> None:
    known = OrganisationFactory(city="Тверь", website="https://example.org/", region=RegionFactory())
    confirm(office, preview(office, xlsx([key, "city"], [getattr(known, key), "Пермь"])))
    after = Organisation.objects.get()
    assert (after.slug, after.city, after.website, after.region) == (
        known.slug, "Пермь", known.website, known.region,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        ("kind", "college", "college"),
        ("kind", "Колледж", "college"),
        ("kind", "COLLEGE", "college"),
        ("region", "RU-MOS", "RU-MOS"),
        ("region", "московская область", "RU-MOS"),
        ("region", "", None),
        ("directions", "robotics, Робоквантум", ["robotics"]),
        ("is_published", "да", True),
        ("is_published", "0", False),
        ("inn", 7707083893, "7707083893"),
        ("inn", 7707083893.0, "7707083893"),
        ("inn", "7707 083893", "7707083893"),
        ("inn", "７７０７０８３８９３", "7707083893"),
        ("ogrn", 1027700132195, "1027700132195"),
        ("ogrn", "1 027 700 132 195", "1027700132195"),
        ("city", "  Пермь ", "Пермь"),
    ],
)
def test_cells_are_understood_as_people_write_them(office: Client, column: str, cell: object, value: object) -> None:
    DirectionFactory(slug="robotics", name="Робоквантум")
    known = OrganisationFactory()
    response = preview(office, xlsx(["slug", column], [known.slug, cell]))
    assert mistakes(response) == []
    confirm(office, response)
    after = Organisation.objects.get()
    found = getattr(after, column)
    if column == "region":
        found = found and found.code
    if column == "directions":
        found = [direction.slug for direction in found.all()]
    assert found == value


def test_a_zero_that_a_spreadsheet_dropped_is_put_back(office: Client) -> None:
    known = OrganisationFactory(inn="0105000103")
    confirm(office, preview(office, xlsx(["inn", "city"], [105000103, "Майкоп"])))
    known.refresh_from_db()
    assert known.city == "Майкоп"


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        ({"inn": "7707083894"}, "inn", "This INN has a mistake: its check digits do not agree."),
        ({"inn": valid_inn(1)}, "inn", "“Занятая” has the same."),
        ({"slug": "", "short_name": "Занятая"}, "slug", "“Занятая” has the same."),
        ({"ogrn": "1"}, "ogrn", "This OGRN has a mistake: its check digit does not agree."),
        ({"region": "RU-ZZZ"}, "region", "There is no region “RU-ZZZ”."),
        ({"kind": "гимназия"}, "kind", "There is no kind “гимназия”."),
        ({"kind": ""}, "kind", "This field cannot be blank."),
        ({"directions": "robotics; алхимия"}, "directions", "There is no direction “алхимия”."),
        ({"is_published": "может быть"}, "is_published", "“может быть” is neither yes nor no."),
        ({"website": "сайт"}, "website", "Enter a valid URL."),
        ({"short_name": "О" * 81}, "short_name", "Ensure this value has at most 80 characters (it has 81)."),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_mistakes_are_told_by_row_and_column(office: Client, row: dict[str, str], column: str, message: str) -> None:
    OrganisationFactory(inn=valid_inn(1), slug="zanyataya", short_name="Занятая")
    DirectionFactory(slug="robotics")
    complete = dict(zip(NEW, LYCEUM, strict=True)) | {"slug": "new"} | row
    response = preview(office, xlsx([*complete], [*complete.values()]))
    assert mistakes(response) == [(2, column, message)]
    assert "confirm_form" not in response.context


def test_one_wrong_row_and_nothing_is_imported(office: Client) -> None:
    response = preview(office, xlsx([*NEW, "inn"], [*LYCEUM, valid_inn(5)], ["school", "Вторая", "Вторая", "123"]))
    assert [row for row, _column, _message in mistakes(response)] == [3]
    assert "Nothing is imported: 1 row has mistakes." in response.content.decode()
    assert not Organisation.objects.exists()


def test_what_went_wrong_after_the_preview_undoes_the_whole_import(office: Client) -> None:
    response = preview(
        office, xlsx([*NEW, "inn"], [*LYCEUM, valid_inn(5)], ["school", "Вторая", "Вторая", valid_inn(6)])
    )
    OrganisationFactory(slug="vtoraya")
    assert confirm(office, response) == [
        "Nothing was imported: since the preview the data have changed. Please check the table again."
    ]
    assert Organisation.objects.count() == 1


@pytest.mark.parametrize("column", ["inn", "ogrn"])
def test_a_number_with_spaces_is_known_to_be_taken(office: Client, column: str) -> None:
    taken = getattr(OrganisationFactory(short_name="Занятая"), column)
    response = preview(office, xlsx(["slug", *NEW, column], ["new", *LYCEUM, f"{taken[:4]} {taken[4:]}"]))
    assert mistakes(response) == [(2, column, "“Занятая” has the same.")]


def test_an_import_leaves_what_changed_meanwhile(office: Client) -> None:
    known = OrganisationFactory()
    response = preview(office, xlsx(["slug", "city"], [known.slug, "Пермь"]))
    with meanwhile(known, logo="logos/new.webp", name="Новое имя"):
        confirm(office, response)
    known.refresh_from_db()
    assert (known.city, known.logo.name, known.name) == ("Пермь", "logos/new.webp", "Новое имя")


def test_two_rows_for_one_organisation_are_told(office: Client) -> None:
    inn = valid_inn(5)
    response = preview(office, xlsx([*NEW, "inn"], [*LYCEUM, inn], ["school", "Вторая", "Вторая", inn]))
    assert mistakes(response) == [(3, "inn", "The same stands in row 2 of the table.")]


def test_imported_again_the_same_table_adds_nothing(office: Client) -> None:
    confirm(office, preview(office, xlsx(NEW, LYCEUM)))
    response = preview(office, xlsx(NEW, LYCEUM))
    assert [column for _row, column, _message in mistakes(response)] == ["slug"]


def test_mistakes_are_told_in_the_language_of_the_reader(office: Client) -> None:
    office.cookies["language"] = "ru"
    response = preview(office, xlsx(["slug", *NEW], ["new", "", *LYCEUM[1:]]))
    assert mistakes(response) == [(2, "kind", "Это поле не может быть пустым.")]


# --- Files -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("separator", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
def test_csv_is_read_as_spreadsheets_write_it(office: Client, separator: str, encoding: str) -> None:
    confirm(office, preview(office, csv_file(NEW, LYCEUM, separator=separator, encoding=encoding)))
    assert Organisation.objects.get().name == "Муниципальный лицей № 5"


def test_empty_rows_count_for_nothing(office: Client) -> None:
    response = preview(office, xlsx(NEW, [None, None, None], LYCEUM, [None, None, None]))
    assert (response.context["result"].totals["new"], mistakes(response)) == (1, [])


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (SimpleUploadedFile("table.ods", b"x"), "This is neither an XLSX nor a CSV file."),
        (
            SimpleUploadedFile("table.xlsx", b"not a book"),
            "The file cannot be read. Save the table anew as XLSX or CSV.",
        ),
        (
            SimpleUploadedFile("table.csv", "slug\nшкола".encode("cp1251") + b"\x98"),
            "The encoding is unknown. Save the table as XLSX or as CSV in UTF-8.",
        ),
        (
            SimpleUploadedFile("table.csv", b'slug,name\nx,"open'),
            "The CSV is broken: a quotation mark is left open or misplaced.",
        ),
        (SimpleUploadedFile("table.csv", b"\n"), "The first row must hold the headings of the columns."),
        (csv_file(["slug"]), "No valid data to import. Ensure your file has the correct headers or data for import."),
        (csv_file(["slug", "phone"], ["x", "1"]), "Unknown headings: phone."),
        (csv_file(["slug", "slug"], ["x", "y"]), "A heading stands there twice."),
        (csv_file(["slug", "city"], ["x", "y", "z"]), "Row 2 has more cells than there are headings."),
        (csv_file(["slug"], *[["x"]] * (tables.MAX_ROWS + 1)), TOO_LONG),
        (csv_file(["slug"], *[[""]] * (tables.MAX_ROWS + 1)), TOO_LONG),
        (xlsx_with("XFD20000"), TOO_LONG),
        (xlsx_with("A1048576"), TOO_LONG),
        (xlsx_with("XFD2"), "More than 100 columns: delete those that are empty or of no use here."),
        (
            SimpleUploadedFile("table.csv", b"slug,city\nx,\0y"),
            "The table holds null characters. Save it as XLSX or as CSV in UTF-8.",
        ),
        (SimpleUploadedFile("table.csv", b"x" * (tables.MAX_BYTES + 1)), "The file is larger than 5 MB."),
    ],
    ids=[
        "ods",
        "no book",
        "encoding",
        "quote",
        "empty",
        "headings only",
        "heading",
        "twice",
        "wide",
        "long",
        "long and empty",
        "far corner",
        "last row",
        "last column",
        "null",
        "heavy",
    ],
)
def test_a_file_that_will_not_do_is_refused_in_words(office: Client, file: SimpleUploadedFile, message: str) -> None:
    file.seek(0)
    assert refusal(preview(office, file)) == [message]


def test_a_book_that_unpacks_to_a_mountain_is_refused(office: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_UNPACKED_BYTES", 1000)
    assert refusal(preview(office, xlsx(NEW, LYCEUM))) == ["Unpacked, the table is larger than 100 MB."]


def test_a_book_of_too_many_formats_is_refused(office: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_STYLES_BYTES", 100)
    expected = "The table has too many formats. Copy its values into a new one."
    assert refusal(preview(office, xlsx(NEW, LYCEUM))) == [expected]


def test_an_upload_that_is_no_longer_kept_is_asked_for_again(office: Client) -> None:
    response = preview(office, xlsx(NEW, LYCEUM))
    cache.clear()
    assert office.post(CONFIRM, response.context["confirm_form"].initial).status_code == 409


@pytest.mark.parametrize("tampered", [{"format": "9"}, {"format": "x"}, {"resource": "9"}, {"format": ""}])
def test_a_confirmation_that_the_portal_did_not_write_is_refused(office: Client, tampered: dict[str, str]) -> None:
    response = preview(office, xlsx(NEW, LYCEUM))
    assert office.post(CONFIRM, response.context["confirm_form"].initial | tampered).status_code == 400
    assert not Organisation.objects.exists()


def test_the_template_has_every_heading_and_explains_it(office: Client) -> None:
    book = openpyxl.load_workbook(io.BytesIO(office.get(f"{IMPORT}template/").content))
    table, meanings = book.worksheets
    assert [[cell.value for cell in row] for row in table] == [[*OrganisationResource.COLUMNS]]
    explained = {row[0].value for row in meanings}
    assert {*OrganisationResource.COLUMNS, *Kind.values, "RU-MOS"} <= explained


# --- Who may ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rights", "answers"),
    [
        (["view"], [200, 403, 403, 403]),
        (["view", "change"], [200, 403, 403, 403]),
        (["view", "add"], [200, 403, 403, 403]),
        (["view", "add", "change"], [200, 200, 200, 409]),
        ([], [403, 403, 403, 403]),
    ],
    ids=["look", "change", "add", "both", "none"],
)
def test_import_is_for_those_who_may_add_and_change(rights: list[str], answers: list[int]) -> None:
    client = enter(staff_with(*(f"members.{right}_organisation" for right in rights)))
    gone = {"import_file_name": "x", "original_file_name": "x", "format": "0", "resource": ""}
    assert [
        client.get(f"{LIST}export/").status_code,
        client.get(IMPORT).status_code,
        client.get(f"{IMPORT}template/").status_code,
        client.post(CONFIRM, gone).status_code,
    ] == answers


def test_editors_import_and_export() -> None:
    client = enter(editor())
    confirm(client, preview(client, xlsx(NEW, LYCEUM)))
    assert len(exported(client, XLSX)) == 2
