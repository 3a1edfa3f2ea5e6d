import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from django.db.models import DateField
from django.db.models.functions import Trunc

from members.membership.fees import DAY

By = Literal["year", "month"]


@dataclass(frozen=True, slots=True)
class Scope:
    """What is asked for: until which day, by years or months, of which organisations."""

    day: datetime.date
    by: By = "year"
    kind: str = ""
    region: int | None = None  # its key

    def of(self, path: str) -> dict[str, Any]:
        """The filter for rows whose organisation stands at ``path``; nowhere, where they are organisations."""
        chosen = {"kind": self.kind, "region": self.region}
        return {f"{path}__{name}" if path else name: value for name, value in chosen.items() if value}

    def spans(self, first: datetime.date) -> Iterator[tuple[datetime.date, datetime.date]]:
        """First and last days from the one that begins on ``first``; the last of them is cut off at the day."""
        while first <= self.day:
            months = 12 if self.by == "year" else 1
            years, month = divmod(first.month - 1 + months, 12)
            following = datetime.date(first.year + years, month + 1, 1)
            yield first, min(following - DAY, self.day)
            first = following

    def trunc(self, field: str) -> Trunc:
        return Trunc(field, self.by, output_field=DateField())
