import pytest

from common.text import fold, slug_of, typographic


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        pytest.param("Лицей", "лицей", id="upper case goes"),
        pytest.param("Ёлка и ёж", "елка и еж", id="yo is ye"),
        pytest.param("«Хрустальный» „мир“ “a” \"b\" 'c'", "хрустальный мир a b c", id="quotes go"),
        pytest.param("  два\u00a0слова\t\n и  три ", "два слова и три", id="white space is single"),
        pytest.param("«»", "", id="nothing but quotes"),
        pytest.param("а\x00б", "а б", id="no null character, which a database refuses"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_two_spellings_of_one_name_become_equal(written: str, folded: str) -> None:
    assert fold(written) == folded
    assert fold(folded) == folded


@pytest.mark.parametrize(
    ("text", "address"),
    [
        pytest.param("Физтех-лицей", "fiztekh-litsey", id="as on maps"),
        pytest.param("Объединение «Щёлково-7»", "obedinenie-shchelkovo-7", id="signs and quotes go"),
        pytest.param("Cambridge School", "cambridge-school", id="Latin stays"),
        pytest.param("«!»", "", id="nothing to name it by"),
        pytest.param("а " * 100, "a-" * 39 + "a", id="no longer than a column"),
    ],
)
def test_an_address_is_made_of_a_name(text: str, address: str) -> None:
    assert slug_of(text) == address


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ('ООО "Ромашка"', "ООО «Ромашка»"),
        ('Лицей ("Физтех") - школа', "Лицей («Физтех»)\xa0— школа"),
        (
            "Дом науки и техники им. П. Л. Капицы в Москве",
            "Дом науки и\xa0техники им.\xa0П.\xa0Л.\xa0Капицы в\xa0Москве",
        ),
        ("Физтех-лицей «Луч»", "Физтех-лицей «Луч»"),
        ("", ""),
    ],
)
def test_russian_is_printed_with_its_own_quotes_dashes_and_spaces(typed: str, printed: str) -> None:
    assert typographic(typed) == printed
