"""What stands in the cells and the headings of a table of members, as people write it."""

import datetime
import re
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from import_export import widgets

from common.days import FIRST, LAST

# What else tables call their columns, besides the titles of both languages and the codes.
SYNONYMS = {
    "полное наименование": "name",
    "наименование": "name", "название": "name", "организация": "name", "наименование организации": "name",
    "сокращенное наименование": "short_name", "краткое наименование": "short_name", "краткое название": "short_name",
    "вид организации": "kind", "тип": "kind", "тип организации": "kind", "субъект рф": "region", "субъект": "region",
    "населенный пункт": "city", "категория": "tier", "категория членства": "tier", "вид членства": "tier",
    "дата вступления": "started_on", "дата приема": "started_on", "вступил": "started_on",
    "дата выхода": "changed_on", "выбыл": "changed_on", "left on": "changed_on", "joined on": "started_on",
    "оплачен до": "settled_until", "оплачено до": "settled_until", "paid until": "settled_until",
    "окончание периода": "settled_until", "period end": "settled_until",
    "почта руководителя": "head_email", "email руководителя": "head_email", "e-mail руководителя": "head_email",
}  # fmt: skip
STATUS_WORDS = {
    "действующий": "active", "да": "active", "выбыл": "left", "вышел": "left", "вышла": "left",
    "исключен": "excluded", "исключена": "excluded", "приостановлен": "suspended", "приостановлена": "suspended",
}  # fmt: skip
LONGEST_EMAIL = 254  # characters, as fields of Django keep
SHORTENED = re.compile(r"\d[.,]?\d*e\+?\d+", re.IGNORECASE)
DAY = re.compile(r"(?:(\d{4})-(\d\d?)-(\d\d?)|(\d\d?)\.(\d\d?)\.(\d{4}))(?:[ T]00:00(?::00)?)?(?: ?г\.?)?")


class DayWidget(widgets.Widget):
    def clean(self, value: str, row: Mapping[str, str] | None = None, **kwargs: Any) -> datetime.date | None:
        if not value:
            return None
        found = DAY.fullmatch(value)
        try:
            year, month, day = (int(part) for part in _parts(found))
            read = datetime.date(year, month, day)
            if not FIRST <= read <= LAST:
                raise ValueError(read)
            return read
        except ValueError:
            raise ValueError(_("“%(value)s” is no date. Write it as 01.09.2025.") % {"value": value}) from None


def _parts(found: re.Match[str] | None) -> tuple[str, str, str]:
    if found is None:
        raise ValueError("no date")
    year, month, day, day_first, month_second, year_last = found.groups()
    return (year, month, day) if year else (year_last, month_second, day_first)


class EmailWidget(widgets.Widget):
    def clean(self, value: str, row: Mapping[str, str] | None = None, **kwargs: Any) -> str:
        if value:
            try:
                validate_email(value)
            except ValidationError as error:
                raise ValueError(error.message) from None
            if len(value) > LONGEST_EMAIL:
                raise ValueError(_("At most %(number)d characters.") % {"number": LONGEST_EMAIL})
        return value.lower()


class LineWidget(widgets.Widget):
    def __init__(self, longest: int) -> None:
        super().__init__()
        self.longest = longest

    def clean(self, value: str, row: Mapping[str, str] | None = None, **kwargs: Any) -> str:
        if len(value) > self.longest:
            raise ValueError(_("At most %(number)d characters.") % {"number": self.longest})
        return value
