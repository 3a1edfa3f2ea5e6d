import pytest

from common.text import fold, slug_of


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
