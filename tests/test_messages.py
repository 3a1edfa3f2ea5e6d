"""Every text in both languages."""

import datetime
import gettext
import re
from pathlib import Path

import pytest
from babel.messages import Message
from babel.messages.pofile import read_po
from django.apps import apps
from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format

from common import jobs, messages

STORED = messages.stored()
FOUND = messages.found()


def identity(message: Message) -> tuple[object, object]:
    return message.context, message.id


def test_the_catalogue_holds_what_the_code_says_and_nothing_else() -> None:
    """Mended by ``make messages``."""
    found = {identity(message) for message in FOUND if message.id}
    stored = {identity(message) for message in STORED if message.id}
    assert (found - stored, stored - found) == (set(), set())


def catalogues() -> list[Message]:
    """Ours and that of the libraries' texts."""
    libraries = Path(settings.BASE_DIR) / "locale" / "libraries" / "ru" / "LC_MESSAGES" / "django.po"
    with libraries.open("rb") as file:
        return [message for catalogue in (STORED, read_po(file, locale="ru")) for message in catalogue if message.id]


def test_every_text_has_its_russian() -> None:
    missing = [message.id for message in catalogues() if not messages.is_translated(message.string) or message.fuzzy]
    assert missing == []


def test_a_counted_text_has_the_three_forms_of_russian() -> None:
    wrong = [message.id for message in catalogues() if message.pluralizable and len(message.string or ()) != 3]
    assert wrong == []


def test_places_for_values_are_the_same_in_both_languages() -> None:
    wrong = {message.id: [*map(str, message.check())] for message in catalogues() if [*message.check()]}
    assert wrong == {}


@pytest.mark.parametrize("straight", ['"', "..."], ids=["quotation marks", "ellipsis"])
def test_russian_is_set_as_a_printer_would(straight: str) -> None:
    """In what people read; a text with markup may hold straight quotes in its tags."""
    wrong = [
        message.id
        for message in catalogues()
        for string in ([message.string] if isinstance(message.string, str) else message.string or ())
        if straight in string and "<" not in string
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "slip",
    [
        r"«%\((name|organisation|office)\)s»",  # a name has quotes of its own
        r"%\((day|until|period|session)\)s\.",  # a date ends in «г.»
        r"№ ",  # its number stays beside it
        r"(?i)\bофис|аннулир|начислен|сотрудники ассоциации|на повестке|уров\w+ членства",  # one thing has one word
    ],
    ids=["quotes in quotes", "two full stops", "a number left alone", "another word"],
)
def test_our_russian_has_no_slip_of_the_pen(slip: str) -> None:
    strings = (message.string or "" for message in STORED if message.id)
    forms = [form for one in strings for form in ([one] if isinstance(one, str) else one)]
    assert [form for form in forms if re.search(slip, form)] == []


def test_no_line_of_our_russian_ends_in_a_short_word_or_in_a_number() -> None:
    """As it is compiled, which is as it is read: what is stored has plain spaces."""
    compiled = gettext.translation("django", Path(settings.BASE_DIR) / "locale", ["ru"])
    texts: dict[object, str] = vars(compiled)["_catalog"]
    slip = re.compile(r"(^|[\s(«])[А-ЯЁа-яё]{1,2} |\d [А-ЯЁа-яё₽%]|%\((number|days)\)[ds] \w|№ | —")
    assert [text for key, text in texts.items() if key and slip.search(text)] == []


@pytest.mark.parametrize(
    ("language", "text"), [("ru", "16~декабря 2026~г."), ("en", "16~December 2026")], ids=["Russian", "English"]
)
def test_a_date_keeps_its_day_and_its_month_together(language: str, text: str) -> None:
    with translation.override(language):
        assert date_format(datetime.date(2026, 12, 16)).replace("\N{NO-BREAK SPACE}", "~") == text


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("common.SuppressedAddress.address", "адрес электронной почты"),
        ("common.SuppressedAddress.reason", "почему не отправляем"),
        ("common.SuppressedAddress.since", "заблокирован с"),
        ("common.DeadTask.failed_at", "время сбоя"),
        ("common.DeadTask.replayed_at", "запущена ещё раз"),
        ("common.IdempotencyKey.made", "что создано"),
        ("members.Direction.slug", "адрес страницы"),
        ("members.MembershipStatusChange.reason", "основание"),
    ],
)
def test_one_word_of_english_is_not_one_word_of_russian(field: str, words: str) -> None:
    model, _, name = field.rpartition(".")
    assert apps.get_model(model)._meta.get_field(name).verbose_name == words


def test_jobs_are_called_by_nouns() -> None:
    nouns = {
        "Завершение",
        "Напоминание",
        "Начало",
        "Отправка",
        "Перенос",
        "Пересчёт",
        "Подготовка",
        "Продление",
        "Публикация",
        "Удаление",
    }
    assert {str(job.title).split()[0] for job in jobs.JOBS.values()} == nouns
