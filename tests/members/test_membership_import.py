"""The association's table of members: what a dry run says of each row, and what an import leaves behind."""

import datetime
import io
from typing import Any

import openpyxl
import pytest
from django.contrib.admin.models import LogEntry
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from common.models import OutgoingMail, PersonalDataView
from members.admin.membership_tables import RIGHTS
from members.membership import imports as membership_imports
from members.membership import table as membership_table
from members.models import (
    Invitation,
    Invoice,
    Membership,
    MembershipImport,
    MembershipStatusChange,
    Notification,
    Organisation,
    Tier,
)
from members.models.membership import status_on
from tests.at_once import at_once
from tests.factories.members import (
    InvoiceFactory,
    MembershipFactory,
    MembershipImportFactory,
    OrganisationFactory,
    RegionFactory,
    RepresentativeFactory,
    valid_inn,
)
from tests.members.test_import_export import csv_file, xlsx
from tests.office import enter, staff_with, superuser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

IMPORT = "/admin/members/membership/import/"
RUSSIAN = ["Вид", "Полное наименование", "ИНН", "Регион", "Категория", "Дата вступления", "Оплачено до"]
LYCEUM = ["Школа", "Лицей № 5", valid_inn(905), "Московская область", "действительный член", "01.09.2025", "31.08.2027"]


def preview(client: Client, file: Any) -> Any:
    """The page of the table once a worker has checked it."""
    response = client.post(IMPORT, {"import_file": file})
    membership_imports.work()
    return client.get(response["Location"])


def confirm(client: Client, response: Any) -> str:
    """What its page says once a worker has carried it out."""
    client.post(response.request["PATH_INFO"], {"seen": response.context["table"].seen})
    membership_imports.work()
    return client.get(response.request["PATH_INFO"]).context["counted"]


def found(response: Any) -> dict[str, Any]:
    return response.context["table"].found


def mistakes(response: Any) -> list[tuple[int, str, str]]:
    return [(one["row"], one["column"], one["text"]) for one in found(response)["mistakes"]]


def changes(response: Any) -> list[tuple[str, str, str]]:
    """Of the rows, as the page tells them."""
    return [(one["title"], one["before"], one["after"]) for row in found(response)["rows"] for one in row["changes"]]


def everything() -> dict[str, int]:
    models = (Organisation, Membership, MembershipStatusChange, Invoice, Invitation, Notification, OutgoingMail)
    counts = {model.__name__: model._default_manager.count() for model in models}
    histories = {"organisations": Organisation.history.count(), "memberships": Membership.history.count()}
    return counts | histories | {"journal": LogEntry.objects.count()}


@pytest.mark.parametrize(
    "file",
    [
        xlsx(RUSSIAN, LYCEUM),
        xlsx(RUSSIAN, [*LYCEUM[:5], datetime.date(2025, 9, 1), datetime.date(2027, 8, 31)]),
        csv_file(RUSSIAN, LYCEUM, separator=";", encoding="cp1251"),
        csv_file(
            ["kind", "Full name", "INN", "Region", "Tier", "Member since", "Settled until"],
            ["school", "Лицей № 5", valid_inn(905), "RU-MOS", "full member", "2025-09-01", "2027-08-31"],
        ),
    ],
    ids=["xlsx", "dates of Excel", "csv of a Russian Windows", "English"],
)
def test_a_new_member_is_entered_as_by_hand(office: Client, file: Any) -> None:
    RegionFactory()
    file.seek(0)
    response = preview(office, file)
    assert (mistakes(response), Organisation.objects.count()) == ([], 0)
    assert ("Settled until", "", "31\N{NO-BREAK SPACE}August 2027") in changes(response)
    assert confirm(office, response) == "Organisations added: 1, changed: 0, as they were: 0."
    membership = Membership.objects.get()
    period, move = membership.periods.get(), membership.changes.get()
    assert (membership.organisation.short_name, membership.tier, str(membership.started_on)) == (
        "Лицей № 5", "full", "2025-09-01",
    )  # fmt: skip
    assert (str(period.starts_on), str(period.ends_on), period.invoices.count()) == ("2026-09-01", "2027-08-31", 0)
    assert (move.status, str(move.on), membership.certificates.count()) == ("active", "2025-09-01", 0)
    entry = LogEntry.objects.get()
    assert (entry.user.is_superuser, entry.object_repr, entry.change_message) == (
        True, file.name, "Organisations added: 1, changed: 0, as they were: 0.",
    )  # fmt: skip
    assert membership.history.get().history_user == entry.user
    assert file.name in office.get(IMPORT).content.decode()


HEADINGS = ["Вид", "Наименование", "ИНН", "Категория", "Дата вступления", "Статус", "Дата выхода", "Протокол совета",
            "Дата протокола", "Без долга до", "Почта руководителя", "Примечание"]  # fmt: skip
TABLE = [
    HEADINGS,
    ["Школа", "Старая школа", valid_inn(901), "", "", "", "", "", "", "", "head@example.org", ""],
    ["Компания", "ООО «Новая»", valid_inn(902), "Партнёр", "01.02.2020", "", "", "", "", "", "ivan@example.org", "Дар"],
    ["Школа", "Ушедшая", valid_inn(903), "Учредитель", "01.02.2015", "выбыл", "30.06.2024", "", "", "", "", ""],
    ["Школа", "Изгнанная", valid_inn(904), "Учредитель", "01.02.2015", "исключён", "30.06.2024", "7", "25.06.2024",
     "", "", ""],
    ["", "  старая   «ШКОЛА» № 2", "", "ассоциированный член", "", "", "", "", "", "31.12.2027", "", ""],
]  # fmt: skip


def test_the_same_table_again_changes_nothing_and_nobody_is_told(office: Client) -> None:
    known = MembershipFactory(organisation__inn=valid_inn(901), organisation__short_name="Школа")
    RepresentativeFactory(organisation=known.organisation, role="head", user__email="head@example.org")
    second = MembershipFactory(organisation__name="Старая школа № 2", organisation__inn=valid_inn(909))
    RepresentativeFactory(organisation=second.organisation, role="head")
    gone = MembershipFactory(organisation__inn=valid_inn(903), tier=Tier.FOUNDER, started_on="2015-02-01")
    RepresentativeFactory(organisation=gone.organisation, role="head")
    before = everything()
    confirm(office, preview(office, xlsx(*TABLE)))
    after = everything()
    assert {name: after[name] - before[name] for name in after} == {
        "Organisation": 2, "Membership": 2, "MembershipStatusChange": 4, "Invoice": 0, "Invitation": 1,
        "Notification": 0, "OutgoingMail": 0, "organisations": 4, "memberships": 5, "journal": 1,
    }  # fmt: skip
    expelled = Membership.objects.get(organisation__name="Изгнанная")
    assert [status_on(expelled, datetime.date(2024, 6, day)) for day in (29, 30)] == ["active", "excluded"]
    assert status_on(gone, datetime.date(2024, 6, 30)) == "left"
    assert expelled.changes.filter(status="excluded", protocol="7").exists()
    second.refresh_from_db()
    assert (second.tier, str(second.periods.get().ends_on)) == ("associate", "2027-12-31")
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.role, invitation.is_open) == ("ivan@example.org", "head", False)
    again = preview(office, xlsx(*TABLE))
    assert (mistakes(again), changes(again)) == ([], [])
    assert confirm(office, again) == "Organisations added: 0, changed: 0, as they were: 5."
    assert everything() == after


def test_a_dry_run_tells_what_was_and_what_would_be(office: Client) -> None:
    MembershipFactory(organisation__inn=valid_inn(901), organisation__city="Тверь", tier=Tier.ASSOCIATE)
    response = preview(office, xlsx(["ИНН", "Город", "Категория", "Сайт"], [valid_inn(901), "Пермь", "Партнёр", ""]))
    assert changes(response) == [("City", "Тверь", "Пермь"), ("Tier", "Associate member", "Partner")]
    html = response.content.decode()
    assert "<del>Тверь</del>" in html
    assert "<ins>Пермь</ins>" in html
    assert Membership.objects.get().tier == "associate"


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        ({"Категория": ""}, "Категория", "A new membership needs a tier."),
        ({"Категория": "гость"}, "Категория", "There is no tier “гость”."),
        ({"Дата вступления": "сентябрь"}, "Дата вступления", "“сентябрь” is no date. Write it as 01.09.2025."),
        ({"Дата вступления": "31.02.2025"}, "Дата вступления", "“31.02.2025” is no date. Write it as 01.09.2025."),
        ({"ИНН": "7,70708E+09"}, "ИНН",
         "The spreadsheet has shortened this number. Make the column one of text, and write it anew."),
        ({"ИНН": "7707083894"}, "ИНН", "This INN has a mistake: its check digits do not agree."),
        ({"Вид": ""}, "Вид", "This field cannot be blank."),
        ({"Статус": "выбыл"}, "Дата выхода", "Give the day since which the status holds."),
        ({"Статус": "исключён", "Дата выхода": "01.09.2025"}, "Протокол совета",
         "Only the board excludes: name its protocol and the day."),
        ({"Дата выхода": "01.09.2025", "Дата вступления": ""}, "Дата вступления",
         "Give the day on which the membership began, as its later day is given."),
        ({"Дата выхода": "01.01.2019"}, "Дата выхода", "A membership cannot change before it starts."),
        ({"Без долга до": "01.01.2019"}, "Без долга до", "That is before the membership began."),
        ({"Дата вступления": "01.01.2099"}, "Дата вступления", "What lies ahead has not happened yet."),
        ({"Дата выхода": "01.01.2099"}, "Дата выхода", "What lies ahead has not happened yet."),
        ({"Без долга до": "01.01.2099"}, "Без долга до", "Nobody pays more than two years ahead."),
        ({"Почта руководителя": f"{'a' * 64}@{'b.' * 100}example.org"}, "Почта руководителя",
         "At most 254 characters."),
        ({"Почта руководителя": "нет"}, "Почта руководителя", "Enter a valid email address."),
        ({"Наименование": "Двойник"}, "Наименование",
         "Several organisations are called so. Add the INN, or the address on the portal."),
        # Of the one that is known:
        ({"ИНН": valid_inn(901), "Дата выхода": "01.02.2023"}, "Дата выхода",
         "On record is another day: 5\N{NO-BREAK SPACE}May 2024. What is on record stays so."),
        ({"ИНН": valid_inn(901), "Статус": "Действует", "Дата вступления": ""}, "Статус",
         "A membership that is “Left of its own will” cannot become “Active”."),
        ({"ИНН": valid_inn(902), "Без долга до": "31.12.2027"}, "Без долга до",
         "Invoice № 2026-0007 is open: mark it as paid, and not in a table."),
    ],
    ids=lambda value: ", ".join(value) if isinstance(value, dict) else "",
)  # fmt: skip
def test_mistakes_are_told_by_row_and_by_the_heading_of_the_table(
    office: Client, row: dict[str, str], column: str, message: str
) -> None:
    """Nothing at all is imported then; the row beside it stands in the preview."""
    MembershipFactory(
        organisation__inn=valid_inn(901), organisation__short_name="Лицей", status="left",
        started_on=datetime.date(2020, 1, 1), ended_on=datetime.date(2024, 5, 5),
    )  # fmt: skip
    InvoiceFactory(period__membership__organisation__inn=valid_inn(902), number="2026-0007")
    OrganisationFactory.create_batch(2, name="Двойник", inn="", ogrn="")
    right = dict(zip(HEADINGS, ["Школа", "Верная", valid_inn(906), "Партнёр", *[""] * 8], strict=True))
    wrong = right | {"Наименование": "Неверная", "ИНН": "", "Дата вступления": "01.01.2020"} | row
    known = Organisation.objects.count()
    response = preview(office, xlsx(HEADINGS, [*right.values()], [*wrong.values()]))
    assert mistakes(response) == [(3, column, message)]
    assert [row["name"] for row in found(response)["rows"] if row["kind"] == "new"] == ["Верная"]
    assert 'name="seen"' not in response.content.decode()
    confirm(office, response)
    assert Organisation.objects.count() == known


def test_a_member_that_left_may_join_anew(office: Client) -> None:
    former = MembershipFactory(
        organisation__inn=valid_inn(901), status="left", started_on="2020-01-01", ended_on="2024-05-05"
    )
    table = ["ИНН", "Категория", "Дата вступления"], [valid_inn(901), "Партнёр", "01.09.2025"]
    confirm(office, preview(office, xlsx(*table)))
    assert [(one.tier, one.status) for one in former.organisation.memberships.all()] == [
        ("partner", "active"), ("full", "left"),
    ]  # fmt: skip


def test_two_rows_of_one_organisation_are_told(office: Client) -> None:
    row = ["Школа", "Безымянная", "Партнёр"]
    response = preview(office, xlsx(["Вид", "Наименование", "Категория"], row, row))
    assert mistakes(response) == [(3, "Наименование", "The same stands in row 2 of the table.")]


def test_the_zero_that_a_spreadsheet_drops_is_put_back_and_told(office: Client) -> None:
    table = ["Вид", "Наименование", "ИНН", "Категория"], ["Школа", "Лицей", 105000103, "Партнёр"]
    response = preview(office, xlsx(*table))
    assert "INN 0105000103: the zero that the spreadsheet has dropped is put back." in response.content.decode()
    confirm(office, response)
    assert Organisation.objects.get().inn == "0105000103"


def test_a_column_that_the_portal_does_not_know_is_named(office: Client) -> None:
    assert found(preview(office, xlsx([*RUSSIAN, "Любимый цвет"], [*LYCEUM, "синий"])))["refused"] == [
        "Unknown headings: Любимый цвет."
    ]


def test_a_table_that_would_take_too_long_is_refused(office: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(membership_table, "MOST_ROWS", 1)
    assert found(preview(office, xlsx(RUSSIAN, LYCEUM, LYCEUM)))["refused"] == [
        "More than 1 rows: divide the table, and delete its empty rows."
    ]


def test_a_fee_that_is_overdue_is_no_other_status(office: Client) -> None:
    MembershipFactory(organisation__inn=valid_inn(901), status="grace")
    assert changes(preview(office, xlsx(["ИНН", "Статус"], [valid_inn(901), "Действует"]))) == []


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_template_is_a_table_that_can_be_imported(office: Client, language: str) -> None:
    office.cookies["language"] = language
    content = office.get(f"{IMPORT}template/").content
    table = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert table.max_row == 2
    response = preview(office, xlsx(*table.iter_rows(values_only=True)))
    assert (mistakes(response), found(response)["totals"]["new"]) == ([], 1)


@pytest.mark.parametrize("missing", [None, *RIGHTS])
def test_who_imports_may_add_and_change_both(missing: str | None) -> None:
    client = enter(staff_with("members.view_membership", *(right for right in RIGHTS if right != missing)))
    table = MembershipImportFactory()
    answers = [client.get(f"{IMPORT}{page}").status_code for page in ("", "template/", f"{table.pk}/")]
    answers.append(client.post(f"{IMPORT}{table.pk}/").status_code)
    assert answers == ([200, 200, 200, 302] if missing is None else [403] * 4)


# --- By a worker ---------------------------------------------------------------------------------------------

TABLE_OF_ONE = RUSSIAN[:3] + RUSSIAN[4:6], LYCEUM[:3] + LYCEUM[4:6]


@pytest.mark.django_db(transaction=True)
def test_of_two_that_confirm_at_once_one_imports() -> None:
    first, second = enter(superuser()), enter(superuser())
    response = preview(first, xlsx(*TABLE_OF_ONE))
    address, seen = response.request["PATH_INFO"], {"seen": found_in(response).seen}
    answers = at_once(lambda: first.post(address, seen).status_code, lambda: second.post(address, seen).status_code)
    assert answers == [302, 302]
    at_once(membership_imports.work, membership_imports.work)
    assert (Organisation.objects.count(), Membership.objects.count(), LogEntry.objects.count()) == (1, 1, 1)


def found_in(response: Any) -> MembershipImport:
    return response.context["table"]


def test_what_has_changed_since_it_was_seen_is_shown_anew(office: Client) -> None:
    """Not what was confirmed, and nothing of it, is written; confirmed as it is now, all of it."""
    known = OrganisationFactory(inn=valid_inn(901), city="Тверь")
    table = ["Вид", "Наименование", "ИНН", "Город", "Категория"], ["", "", known.inn, "Пермь", "Партнёр"]
    response = preview(office, xlsx(*table, ["Школа", "Новая", "", "", "Партнёр"]))
    Organisation.objects.filter(pk=known.pk).update(city="Казань")
    confirm(office, response)
    again = office.get(response.request["PATH_INFO"])
    assert (Membership.objects.count(), LogEntry.objects.count()) == (0, 0)
    assert "since you looked at it the data have changed" in again.content.decode()
    assert ("City", "Казань", "Пермь") in changes(again)
    said = office.post(again.request["PATH_INFO"], {"seen": found_in(response).seen}, follow=True).context["messages"]
    assert [str(text) for text in said] == ["Nothing is imported: this is no longer what you have looked at."]
    assert confirm(office, again) == "Organisations added: 1, changed: 1, as they were: 0."
    assert (Membership.objects.count(), Organisation.objects.count()) == (2, 2)


def test_what_comes_to_nothing_is_tried_three_times_and_told(
    office: Client, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    """An error of ours in the middle of a table leaves nothing of its first rows."""
    response = preview(office, xlsx(*TABLE_OF_ONE, ["Школа", "Вторая", "", "Партнёр", ""]))
    real = membership_table.enter_membership

    def breaks(organisation: Organisation, **said: Any) -> Membership:
        if organisation.name == "Вторая":
            raise OSError("no space left")
        return real(organisation, **said)

    monkeypatch.setattr(membership_table, "enter_membership", breaks)
    office.post(response.request["PATH_INFO"], {"seen": found_in(response).seen})
    states = []
    for _attempt in range(4):
        MembershipImport.objects.update(due_at=timezone.now())
        membership_imports.work()
        states.append(MembershipImport.objects.values_list("state", "attempts").get())
    assert states == [("carrying_out", 1), ("carrying_out", 2), ("failed", 3), ("failed", 3)]
    assert not Organisation.objects.exists()
    assert "no space left" in office.get(response.request["PATH_INFO"]).content.decode()


def test_a_table_that_kills_its_workers_is_given_up(office: Client) -> None:
    address = office.post(IMPORT, {"import_file": xlsx(*TABLE_OF_ONE)})["Location"]
    MembershipImport.objects.update(attempts=membership_imports.ATTEMPTS)
    membership_imports.work()
    assert "has vanished" in office.get(address).content.decode()


def test_its_page_tells_how_far_it_is_and_asks_again_until_it_is_done(office: Client) -> None:
    address = office.post(IMPORT, {"import_file": xlsx(*TABLE_OF_ONE)})["Location"]
    table = MembershipImport.objects.get()
    assert table.file_name in office.get(IMPORT).content.decode()
    cache.set(membership_imports._key(table), (40, 2000), 60)
    html = office.get(address).content.decode()
    assert ("Rows: 40 of 2000" in html, "every 3s" in html) == (True, True)
    membership_imports.work()
    assert "every 3s" not in office.get(address).content.decode()
    assert membership_imports.progress_of(table) is None


def test_who_sees_what_a_table_says_is_noted(office: Client) -> None:
    response = preview(office, xlsx(*TABLE_OF_ONE))
    noted = PersonalDataView.objects.filter(record="members.membershipimport")
    assert [*noted.values_list("address", flat=True)] == [response.request["PATH_INFO"]]


def test_a_table_is_forgotten_after_a_week_and_its_content_once_it_is_imported(office: Client) -> None:
    confirm(office, preview(office, xlsx(*TABLE_OF_ONE)))
    table = MembershipImport.objects.get()
    assert (table.state, bytes(table.content)) == ("done", b"")
    assert membership_imports.forget_old_imports() == 0
    MembershipImport.objects.update(uploaded_at=timezone.now() - membership_imports.KEPT_FOR)
    assert membership_imports.forget_old_imports() == 1
    assert LogEntry.objects.filter(object_repr=table.file_name).exists()


def test_a_table_without_rows_is_told(office: Client) -> None:
    assert found(preview(office, csv_file(RUSSIAN)))["refused"] == ["The table has headings alone, and no rows."]
