"""What the dry run of a table says to people: what was and what would be, and mistakes by row and heading."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.results import Result

from members.models import Direction, Organisation

SHOWN = 500  # rows of a preview
SHOWN_WRONG = 200  # rows with mistakes
TITLES: dict[str, str | Promise] = {
    "slug": gettext_lazy("Address on the portal"),
    "kind": gettext_lazy("Kind"),
    "short_name": gettext_lazy("Short name"),
    "short_name_en": gettext_lazy("Short name in English"),
    "name": gettext_lazy("Full name"),
    "name_en": gettext_lazy("Full name in English"),
    "inn": gettext_lazy("INN"),
    "ogrn": gettext_lazy("OGRN"),
    "region": gettext_lazy("Region"),
    "city": gettext_lazy("City"),
    "city_en": gettext_lazy("City in English"),
    "directions": gettext_lazy("Directions"),
    "website": gettext_lazy("Website"),
    "is_published": gettext_lazy("On the public site"),
}


@dataclass(frozen=True, slots=True)
class Change:
    name: str
    title: str | Promise
    before: str
    after: str


def changes_of(
    original: Organisation, changed: Organisation, names: Iterable[str], directions: Iterable[Direction]
) -> list[Change]:
    """In these columns. ``directions``: those that a row names, as they are saved apart from the rest."""
    is_new, found = changed._state.adding, []
    for name in names:
        before = "" if is_new else _shown(original, name)
        after = _titles(directions) if name == "directions" else _shown(changed, name)
        if before != after:
            found.append(Change(name, TITLES[name], before, after))
    return found


def _shown(organisation: Organisation, name: str) -> str:
    match name:
        case "directions":
            return _titles(organisation.directions.all())
        case "kind":
            return str(organisation.get_kind_display())
        case "is_published":
            return str(_("yes") if organisation.is_published else _("no"))
        case "region":
            return organisation.region.title if organisation.region else ""
    return str(getattr(organisation, name))


def _titles(directions: Iterable[Direction]) -> str:
    return ", ".join(sorted(one.title for one in directions))


class TableResult(Result):
    """Of which a page shows ``found``, plain values that can be kept."""

    def append_invalid_row(self, number: int, row: Mapping[str, str], validation_error: ValidationError) -> None:
        """With the name of the organisation."""
        super().append_invalid_row(number, row, validation_error)
        self.invalid_rows[-1].named = row.get("short_name") or row.get("name") or row.get("inn") or ""

    def found(self) -> dict[str, Any]:
        totals = [(kind, self.totals[kind]) for kind in ("new", "update", "skip")]
        return {
            "refused": self._refused(),
            "wrong": len(self.invalid_rows),
            "mistakes": self._mistakes(self.invalid_rows[:SHOWN_WRONG]),
            "totals": dict(totals),
            "tiles": [pair for pair in totals if pair[1]],
            "rows": self._told(self._listed()[:SHOWN]),
            "is_cut": len(self._listed()) > SHOWN,
        }

    def fingerprint(self) -> str:
        """Of all that the table would change, shown or not."""
        everything = [self._refused(), self._mistakes(self.invalid_rows), self._told(self._listed())]
        return hashlib.sha256(json.dumps(everything).encode()).hexdigest()

    def _refused(self) -> list[str]:
        """Why nothing can be made of the table as a whole."""
        whole = [text for one in self.base_errors for text in getattr(one.error, "messages", [str(one.error)])]
        broken = [
            _("Row %(row)d: %(message)s") % {"row": line + 1, "message": one.error}
            for line, errors in self.row_errors()
            for one in errors
        ]
        return whole or broken

    def _mistakes(self, rows: Iterable[Any]) -> list[dict[str, Any]]:
        return [
            {
                "row": one.number + 1,
                "named": one.named,
                "column": "" if name == NON_FIELD_ERRORS else name,
                "text": text,
            }
            for one in rows
            for name, texts in one.error_dict.items()
            for text in texts
        ]

    def _listed(self) -> list[Any]:
        return [one for one in self.rows if one.is_valid() and one.object_repr]

    def _told(self, rows: Iterable[Any]) -> list[dict[str, Any]]:
        return [
            {
                "number": one.number,
                "name": one.object_repr,
                "kind": one.import_type,
                "changes": [
                    {"title": str(change.title), "before": change.before, "after": change.after}
                    for change in one.changes
                ],
                "notes": one.notes,
            }
            for one in rows
        ]
