"""The public list: its filters, the counts beside them, its pages, and the same list as a table."""

import csv
import io
import itertools
from urllib.parse import urlencode

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from pytest_django import DjangoCaptureOnCommitCallbacks

from common.caching import invalidate_public_pages
from common.text import fold
from members.models import Kind, Organisation, Role, Tier
from members.organisations.directory import Directory
from members.organisations.filters import LONGEST_KNOWN, Overview
from tests.factories.members import OrganisationFactory, RegionFactory, RepresentativeFactory, UserFactory

pytestmark = pytest.mark.django_db

LIST = "/organisations/"
TABLE = "/organisations/export.csv"


@pytest.fixture
def five() -> None:
    yugra, moscow = RegionFactory(code="RU-KHM"), RegionFactory(code="RU-MOS")
    OrganisationFactory(
        short_name="А лицей", kind=Kind.SCHOOL, region=yugra, directions=["robotics", "biotechnology"], tier=Tier.FULL
    )
    OrganisationFactory(short_name="Б завод", kind=Kind.COMPANY, region=yugra, directions=["robotics"])
    OrganisationFactory(short_name="В школа", kind=Kind.SCHOOL, region=moscow, tier=Tier.FOUNDER)
    OrganisationFactory(short_name="Г вуз", kind=Kind.UNIVERSITY, directions=["biotechnology"])
    OrganisationFactory(short_name="Д скрытая", region=yugra, directions=["robotics"], is_published=False)


def read(query: str = "", reader: object = None) -> Directory:
    return Directory(QueryDict(query), reader=reader or AnonymousUser())  # type: ignore[arg-type]


def letters(directory: Directory) -> str:
    return "".join(organisation.short_name[0] for organisation in directory.organisations)


@pytest.mark.usefixtures("five")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param("", "АБВГ", id="all that is published"),
        pytest.param("kind=school", "АВ", id="a kind"),
        pytest.param("kind=school&kind=company", "АБВ", id="either of two kinds"),
        pytest.param("region=RU-KHM", "АБ", id="a region"),
        pytest.param("region=RU-KHM&region=RU-MOS", "АБВ", id="either of two regions"),
        pytest.param("direction=robotics&direction=biotechnology", "АБГ", id="either of two directions, each once"),
        pytest.param("role=full", "А", id="a role"),
        pytest.param("role=full&role=founder", "АВ", id="either of two roles"),
        pytest.param("kind=school&region=RU-KHM", "А", id="a kind in a region"),
        pytest.param("q=лицеи", "А", id="words"),
        pytest.param("q=школа&region=RU-MOS", "В", id="words in a region"),
        pytest.param("kind=company&role=full", "", id="nothing has both"),
        pytest.param("sort=new", "ГВБА", id="newest first"),
        pytest.param("sort=new&q=школа", "ВА", id="newest first among the found"),
        pytest.param("kind=nonsense", "АБВГ", id="unknown kind"),
        pytest.param("region=RU-ZZZ&kind=school", "АВ", id="unknown region beside a known kind"),
        pytest.param("sort=nonsense", "АБВГ", id="unknown order"),
        pytest.param("nonsense=1", "АБВГ", id="unknown filter"),
        pytest.param("kind=%01&region=%ff&page=%01", "АБВГ", id="garbage"),
    ],
)
def test_the_list_is_narrowed_as_asked(query: str, found: str) -> None:
    assert letters(read(query)) == found
    assert table(query) == found
    assert api(query) == found


@pytest.mark.parametrize("address", [LIST, TABLE, "/api/v1/organisations/", "/en/"])
def test_a_null_character_is_refused(address: str) -> None:
    assert Client().get(f"{address}?q=%00").status_code == 400


@pytest.mark.parametrize(
    ("language", "last"),
    [
        ("ru", ["Ямало-Ненецкий автономный округ", "Ярославская область"]),
        ("en", ["Yaroslavl Oblast", "Zabaykalsky Krai"]),
    ],
)
def test_regions_stand_in_the_alphabet_of_the_reader(language: str, last: list[str]) -> None:
    with translation.override(language):
        labels = [option.label for option in read().regions]
    assert labels[-2:] == last
    assert labels == sorted(labels, key=fold)


def table(query: str) -> str:
    """The first letters of the names in the CSV of the same list."""
    return "".join(name.partition("«")[2][0] for name, *_ in lines_of(f"{TABLE}?{query}")[1:])


def lines_of(address: str) -> list[list[str]]:
    text = b"".join(Client().get(f"/en{address}")).decode("utf-8-sig")
    return [*csv.reader(io.StringIO(text, newline=""))]


def api(query: str) -> str | None:
    answer = Client().get(f"/api/v1/organisations/?{query}")
    if answer.status_code == 400:
        return letters(read(query))  # a program is told of its mistake: see test_api.py
    return "".join(row["short_name"][0] for row in answer.json()["results"])


@pytest.mark.usefixtures("five")
@pytest.mark.parametrize(
    ("query", "unknown"),
    [
        ("kind=school&sort=new&q=nonsense&page=x", ()),
        ("kind=school&kind=nonsense", ("nonsense",)),
        ("region=RU-ZZZ&direction=a&role=b&sort=c&region=", ("b", "RU-ZZZ", "a", "c")),
    ],
)
def test_what_was_not_understood_is_reported(query: str, unknown: tuple[str, ...]) -> None:
    assert read(query).selection.unknown == unknown


@pytest.mark.usefixtures("five")
@pytest.mark.parametrize(
    ("query", "total", "kinds", "regions", "directions", "roles"),
    [
        pytest.param(
            "",
            4,
            {"school": 2, "company": 1, "university": 1},
            {"RU-KHM": 2, "RU-MOS": 1},
            {"robotics": 2, "biotechnology": 2},
            {"full": 1, "founder": 1},
            id="the whole directory",
        ),
        pytest.param(
            "kind=school",
            2,
            {"school": 2, "company": 1, "university": 1},
            {"RU-KHM": 1, "RU-MOS": 1},
            {"robotics": 1, "biotechnology": 1},
            {"full": 1, "founder": 1},
            id="a choice does not narrow its own facet",
        ),
        pytest.param(
            "kind=school&region=RU-KHM",
            1,
            {"school": 1, "company": 1},
            {"RU-KHM": 1, "RU-MOS": 1},
            {"robotics": 1, "biotechnology": 1},
            {"full": 1},
            id="two choices narrow each other's facet",
        ),
        pytest.param(
            "q=школа",
            2,
            {"school": 2},
            {"RU-KHM": 1, "RU-MOS": 1},
            {"robotics": 1, "biotechnology": 1},
            {"full": 1, "founder": 1},
            id="words narrow all of them",
        ),
        pytest.param("q=космодром", 0, {}, {}, {}, {}, id="nothing is found"),
    ],
)
def test_beside_each_choice_stands_how_many_it_would_leave(
    query: str,
    total: int,
    kinds: dict[str, int],
    regions: dict[str, int],
    directions: dict[str, int],
    roles: dict[str, int],
) -> None:
    directory = read(query)
    shown = [directory.kinds, directory.regions, directory.directions, directory.roles]
    numbers = [{option.value: option.number for option in options if option.number} for options in shown]
    assert [directory.counts.total, *numbers] == [total, kinds, regions, directions, roles]


@pytest.mark.usefixtures("five")
def test_every_count_is_the_length_of_the_list_behind_it() -> None:
    chosen = {"kind": "school", "region": "RU-KHM", "direction": "robotics", "role": "full", "q": "школа"}
    for names in itertools.chain.from_iterable(itertools.combinations(chosen, size) for size in range(3)):
        directory = read(urlencode({name: chosen[name] for name in names}))
        facets = {"kind": directory.kinds, "region": directory.regions, "direction": directory.directions}
        for facet, options in {**facets, "role": directory.roles}.items():
            for option in options:
                narrowed = {name: chosen[name] for name in names if name != facet} | {facet: option.value}
                if option.number or option.chosen:
                    assert len(read(urlencode(narrowed)).organisations) == option.number, (names, option)


@pytest.mark.usefixtures("five")
def test_a_representative_finds_and_counts_the_own_unpublished_one() -> None:
    hidden = Organisation.objects.get(is_published=False)
    reader = RepresentativeFactory(organisation=hidden, role=Role.VIEWER).user
    directory = read("region=RU-KHM", reader)
    assert (letters(directory), directory.counts.total) == ("АБД", 3)
    assert letters(read("region=RU-KHM", UserFactory())) == "АБ"


@pytest.mark.usefixtures("five")
def test_chips_say_what_is_chosen_and_each_takes_itself_away() -> None:
    query = "q=школа&kind=school&kind=company&region=RU-KHM&role=full&direction=robotics&page=2"
    with translation.override("en"):
        chips = {chip.label: QueryDict(chip.url.removeprefix("?")) for chip in read(query).chips}
    yugra = RegionFactory(code="RU-KHM").name_en
    assert [*chips] == ["“школа”", "School", "Company", "Full member", yugra, "Robotics"]
    first_page = QueryDict(query, mutable=True)
    del first_page["page"]
    for label, name, value in [("“школа”", "q", "школа"), ("School", "kind", "school"), (yugra, "region", "RU-KHM")]:
        left = first_page.copy()
        left.setlist(name, [other for other in left.getlist(name) if other != value])
        assert chips[label].urlencode() == left.urlencode()


@pytest.mark.parametrize("query", ["", "kind=nonsense", "q=%20", "sort=new"])
def test_what_narrows_nothing_has_no_chip(query: str) -> None:
    assert read(query).chips == []


@pytest.mark.usefixtures("five")
def test_each_region_has_its_number_at_its_place_on_the_map() -> None:
    places = read("kind=school&region=RU-MOS&page=2").places
    assert len(places) == 83
    assert [(places[code].number, places[code].chosen) for code in ("RU-KHM", "RU-MOS")] == [(1, False), (1, True)]


def test_a_region_off_the_map_can_be_chosen_as_well() -> None:
    OrganisationFactory(region=RegionFactory(code="BY-MI"))
    directory = read("region=BY-MI")
    assert "BY-MI" not in directory.places
    assert [option.number for option in directory.regions if option.chosen] == [1]


@pytest.mark.parametrize(
    ("page", "number", "rows"),
    [("1", 1, 20), ("3", 3, 5), ("4", 3, 5), ("0", 3, 5), ("-1", 3, 5), ("x", 1, 20), ("", 1, 20), ("9" * 30, 3, 5)],
)
def test_a_page_is_one_of_those_there_are(page: str, number: int, rows: int) -> None:
    Organisation.objects.bulk_create(OrganisationFactory.build_batch(45))
    found = read(f"page={page}").page
    assert (found.number, len(found.object_list), found.paginator.num_pages) == (number, rows, 3)


def test_pages_show_each_organisation_once() -> None:
    Organisation.objects.bulk_create(OrganisationFactory.build_batch(45, short_name="Школа"))
    for query in ("", "q=школа&", "sort=new&"):
        shown = [row.slug for page in (1, 2, 3) for row in read(f"{query}page={page}").rows]
        assert len(set(shown)) == len(shown) == 45


def test_the_table_has_all_pages_and_all_columns() -> None:
    Organisation.objects.bulk_create(OrganisationFactory.build_batch(45))
    OrganisationFactory(
        name="=Лицей, «А»",
        slug="a",
        short_name="Ааа",
        region=RegionFactory(code="RU-KHM"),
        city="Сургут",
        website="https://example.org/",
        tier=Tier.FULL,
    )
    lines = lines_of(TABLE)
    assert len(lines) == 47
    assert lines[:2] == [
        ["Name", "Kind", "Region", "City", "Role in the association", "Website", "Address"],
        [
            "'=Лицей, «А»",
            "School",
            RegionFactory(code="RU-KHM").name_en,
            "Сургут",
            "Full member",
            "https://example.org/",
            "http://testserver/en/organisations/a/",
        ],
    ]


def queries_of(address: str, reader: object = None) -> int:
    client = Client()
    if reader:
        client.force_login(reader)  # type: ignore[arg-type]
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address)
        assert answer.status_code == 200
        if answer.streaming:
            b"".join(answer)
    return len(asked)


def add_organisations(number: int) -> None:
    for _ in range(number):
        OrganisationFactory(
            short_name="Школа", region=RegionFactory(code="RU-KHM"), directions=["robotics"], tier=Tier.FULL
        )


@pytest.mark.parametrize(
    ("address", "cold", "warm"),
    [
        # Cold: the choices and the counts of the whole are read first, in three queries.
        pytest.param(LIST, 4, 1, id="plain"),
        # Warm: these are at hand, and so are the counts of the same choice on another page.
        pytest.param(f"{LIST}?kind=school&region=RU-KHM", 5, 1, id="filtered"),
        pytest.param(f"{LIST}?q=школы", 6, 2, id="searched"),
        pytest.param(f"{LIST}?q=школы&kind=school", 6, 2, id="searched and filtered"),
        pytest.param(TABLE, 4, 1, id="table"),
        pytest.param("/api/v1/organisations/", 5, 2, id="API"),
    ],
)
def test_the_number_of_queries_does_not_grow_with_the_rows(
    address: str, cold: int, warm: int, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    for rows in (1, 2):  # one, then three
        with django_capture_on_commit_callbacks(execute=True):
            add_organisations(rows)
            invalidate_public_pages()
        assert queries_of(address) == cold
        assert queries_of(f"{address}{'&' if '?' in address else '?'}page=1") == warm


def test_a_stored_list_costs_no_query() -> None:
    add_organisations(1)
    queries_of(LIST)
    assert queries_of(LIST) == 0


def test_the_fragment_is_a_part_of_the_page() -> None:
    add_organisations(1)
    page = Client().get(LIST).content.decode()
    fragment = Client().get(LIST, headers={"HX-Request": "true"}).content.decode()
    assert len(fragment) < len(page)
    assert fragment.strip() in page


@pytest.mark.usefixtures("five")
def test_what_changed_while_the_cache_was_away_is_known_after_a_while() -> None:
    """Nothing is committed in this test, so the change sets no stamp."""
    with time_machine.travel("2026-12-16 10:00:00", tick=False) as clock:
        known = Overview.load()
        OrganisationFactory()
        assert Overview.load() is known
        clock.shift(LONGEST_KNOWN + 1)
        assert Overview.load().counts.total == known.counts.total + 1


def test_english_readers_read_the_list_in_the_order_of_english_names(client: Client) -> None:
    for short, english in (("Алмаз", "Zircon"), ("Яхонт", "Amber"), ("Берилл", "")):
        OrganisationFactory(short_name=short, short_name_en=english)
    orders = {
        address: [row.title for row in client.get(address).context["directory"].rows]
        for address in (
            "/organisations/",
            "/en/organisations/",
            "/organisations/?sort=name",
            "/en/organisations/?sort=name",
        )
    }
    russian, english_order = ["Алмаз", "Берилл", "Яхонт"], ["Яхонт", "Алмаз", "Берилл"]
    assert [*orders.values()] == [russian, english_order, russian, english_order]
