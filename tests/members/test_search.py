"""The directory finds what a person means."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from members.models import Direction, Kind, Organisation
from tests.factories.members import DirectionFactory, OrganisationFactory, RegionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def directory() -> None:
    yugra = RegionFactory(code="RU-KHM")
    OrganisationFactory(slug="school", short_name="Школа № 5", region=yugra, city="Сургут", city_en="Surgut")
    OrganisationFactory(
        slug="lyceum",
        short_name="Лицей имени Хисматулина",
        name_en="Khismatulin Lyceum",
        region=yugra,
        city="Сургут",
        directions=["robotics"],
    )
    OrganisationFactory(
        slug="crystal", kind=Kind.UNIVERSITY, short_name="Университет «Хрустальный»", city="Гусь-Хрустальный"
    )
    OrganisationFactory(
        slug="operator",
        kind=Kind.TECHNOPARK_OPERATOR,
        short_name="Федеральный оператор",
        about="<p>Сеть детских технопарков, где растят инженеров.</p>",
    )
    OrganisationFactory(
        slug="technopark",
        kind=Kind.COMPANY,
        short_name="Технопарк «Физтех»",
        city="Долгопрудный",
        city_en="Dolgoprudny",
    )
    OrganisationFactory(slug="tree", kind=Kind.NONPROFIT, short_name="Фонд «Ёлка»", city="Королёв")


def found(words: str) -> list[str]:
    return [organisation.slug for organisation in Organisation.objects.searched(words)]


@pytest.mark.parametrize(
    ("words", "slugs"),
    [
        pytest.param("школы Сургута", ["school", "lyceum"], id="other forms of the words, the name before the kind"),
        pytest.param("школами сургуту", ["school", "lyceum"], id="forms hardly anybody writes"),
        pytest.param("технопарку", ["technopark", "operator"], id="the name before the description"),
        pytest.param("хрустальныи", ["crystal"], id="a letter mistyped"),
        pytest.param("технапарк", ["technopark"], id="a letter mistyped in a name"),
        pytest.param("лецей", ["lyceum"], id="a vowel mistyped"),
        pytest.param("лецей в Сургуте", ["lyceum"], id="a letter mistyped, and a word that says nothing"),
        pytest.param("и в", [], id="words that say nothing"),
        pytest.param("Хисматуллина", ["lyceum"], id="a letter doubled"),
        pytest.param("ёлка", ["tree"], id="yo"),
        pytest.param("елка", ["tree"], id="ye for yo"),
        pytest.param("ЁЛКИ", ["tree"], id="capitals"),
        pytest.param("королев", ["tree"], id="ye for yo in a city"),
        pytest.param("«Хрустальный»", ["crystal"], id="quotes"),
        pytest.param("\"хрустальный' университет", ["crystal"], id="odd quotes"),
        pytest.param("Surgut", ["school"], id="a city in English"),
        pytest.param("lyceum", ["lyceum"], id="a name in English"),
        pytest.param("crystal Dolgoprudny", ["technopark"], id="any of two English words"),
        pytest.param("ханты-мансийский", ["lyceum", "school"], id="a region"),
        pytest.param("робоквантум", ["lyceum"], id="a direction"),
        pytest.param("университет", ["crystal"], id="a kind"),
        pytest.param("вуз", ["crystal"], id="a kind as people say it"),
        pytest.param("5", ["school"], id="a number"),
        pytest.param("инженер", ["operator"], id="a word of the description"),
        pytest.param("лицей Долгопрудный", ["lyceum", "technopark"], id="any of the words where none has all"),
        pytest.param("космодром", [], id="what there is not"),
    ],
)
def test_words_find_what_they_mean(words: str, slugs: list[str]) -> None:
    assert found(words) == slugs


EVERYTHING = ["lyceum", "technopark", "crystal", "operator", "tree", "school"]


@pytest.mark.parametrize("words", ["", "   ", "«»", "\u00a0\t\n", "\x00"], ids=ascii)
def test_no_words_narrow_nothing(words: str) -> None:
    assert sorted(found(words)) == sorted(EVERYTHING)


@pytest.mark.parametrize(
    "words",
    ["!!!", "...", "—", "№", "% _", "\\", "';--", "<>", "🎓", "и", "& | !", ":*", "()", "a & b | !c:*"],
    ids=ascii,
)
def test_words_without_meaning_find_nothing_and_break_nothing(words: str) -> None:
    assert found(words) == []


@pytest.mark.parametrize(
    ("words", "slugs"),
    [
        pytest.param("школа & !Сургут", ["school", "lyceum"], id="not"),
        pytest.param("т:*", [], id="beginning of a word"),
        pytest.param("школа & ёлка", ["school", "tree", "lyceum"], id="and"),
        pytest.param("Лицей'); DROP TABLE members_organisation; --", ["lyceum"], id="SQL"),
        pytest.param("Сургут <-> школа", ["school", "lyceum"], id="distance"),
    ],
)
def test_operators_of_a_query_are_just_text(words: str, slugs: list[str]) -> None:
    assert found(words) == slugs


def test_only_the_beginning_of_a_very_long_text_is_read() -> None:
    assert found("ёлка" + " " * 100 + "школа") == ["tree"]
    assert found("ёлка " * 2_000) == ["tree"]
    assert found("х" * 10_000) == []


# Half a surrogate pair is no text and cannot come in an address.
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=120)


@given(words=WORDS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_breaks_the_search(words: str) -> None:
    assert set(found(words)) <= set(EVERYTHING)


@pytest.mark.parametrize(
    ("words", "queries"),
    [
        pytest.param("", 1, id="no words"),
        pytest.param("школы", 2, id="found by their forms"),
        pytest.param("технапарк", 2, id="one word mistyped"),
        pytest.param("лицей долгопрудный", 3, id="any of several words"),
    ],
)
def test_a_search_takes_few_queries(words: str, queries: int) -> None:
    with CaptureQueriesContext(connection) as asked:
        found(words)
    assert len(asked) == queries


def test_a_name_counts_more_than_a_description() -> None:
    OrganisationFactory(slug="described", short_name="А", about="<p>планетарий планетарий планетарий</p>")
    OrganisationFactory(slug="placed", short_name="Б", city="Планетарий")
    OrganisationFactory(slug="named", short_name="Я — планетарий")
    assert found("планетарии") == ["named", "placed", "described"]


def test_a_direction_given_or_taken_is_found_or_not_at_once() -> None:
    operator = Organisation.objects.get(slug="operator")
    robotics = Direction.objects.get(slug="robotics")
    operator.directions.add(robotics)
    assert found("робоквантум") == ["lyceum", "operator"]
    operator.directions.clear()
    assert found("робоквантум") == ["lyceum"]
    operator.directions.set([robotics])
    assert found("robotics") == ["lyceum", "operator"]


def test_a_renamed_direction_is_found_by_its_new_name() -> None:
    direction = DirectionFactory(slug="robotics")
    direction.name = "Кибернетика"
    direction.save()
    assert (found("кибернетика"), found("робоквантум")) == (["lyceum"], [])


def test_a_renamed_region_is_found_by_its_new_name() -> None:
    region = RegionFactory(code="RU-KHM")
    region.name, region.name_en = "Зауралье", "Trans-Urals"
    region.save()
    assert found("зауралье") == ["lyceum", "school"]
    assert found("ханты-мансийский") == []


def test_what_was_written_past_the_models_is_found_too() -> None:
    Organisation.objects.filter(slug="operator").update(short_name="Планетарий")
    assert found("планетарий") == ["operator"]
    Organisation.objects.bulk_create([OrganisationFactory.build(slug="observatory", short_name="Обсерватория")])
    assert found("обсерватории") == ["observatory"]


def test_every_kind_is_found_by_its_name() -> None:
    Organisation.objects.all().delete()
    words = {
        Kind.SCHOOL: "школа",
        Kind.COLLEGE: "колледж",
        Kind.UNIVERSITY: "университет",
        Kind.COMPANY: "компания",
        Kind.RESEARCH_INSTITUTE: "институт",
        Kind.NONPROFIT: "фонд",
        Kind.AUTHORITY: "администрация",
        Kind.TECHNOPARK_OPERATOR: "оператор",
        Kind.CONSORTIUM: "консорциум",
    }
    assert [*words] == [*Kind]
    for number, kind in enumerate(Kind):
        OrganisationFactory(slug=kind, kind=kind, short_name=f"Имя {number}", name=f"Полное {number}")
    assert {kind: found(word) for kind, word in words.items()} == {kind: [kind] for kind in Kind}
