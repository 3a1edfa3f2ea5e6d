"""When and where an event is, as it stood at some moment, and what of it has changed since."""

import datetime
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common.times import Times, when
from events.models import Event, EventFormat

NAMES = (
    "starts_at", "ends_at", "precision", "time_zone", "format", "city", "city_en", "venue", "venue_en", "online_link",
)  # fmt: skip
Facts = Mapping[str, Any]


class Change(NamedTuple):
    label: str
    old: str
    new: str


def facts_of(event: Event) -> dict[str, Any]:
    """As JSON holds them."""
    values = {name: getattr(event, name) for name in NAMES}
    return {
        name: value.isoformat() if isinstance(value, datetime.datetime) else value for name, value in values.items()
    }


def changes_between(before: Facts, after: Facts) -> list[Change]:
    """In the language that is active. Of the link for those who take part online only that there is another: it stands
    on the page of whoever is admitted."""
    return [change for change in _compared(before, after) if change.old != change.new] if before and after else []


def _compared(before: Facts, after: Facts) -> Iterator[Change]:
    yield Change(_("When"), _when(before), _when(after))
    yield Change(_("Where"), _place(before), _place(after))
    yield Change(_("Format"), *(str(EventFormat(one["format"]).label) for one in (before, after)))
    if before["online_link"] != after["online_link"]:
        yield Change(_("Link for those who take part online"), "", _("it is on the page of your registration"))


def _when(facts: Facts) -> str:
    starts_at, ends_at = (
        datetime.datetime.fromisoformat(facts[name]) if facts[name] else None for name in ("starts_at", "ends_at")
    )
    return when(Times(starts_at, ends_at, facts["precision"], facts["time_zone"]), today=timezone.localdate())


def _place(facts: Facts) -> str:
    ending = "_en" if get_language() == "en" else ""
    return ", ".join(filter(None, (facts[f"{name}{ending}"] or facts[name] for name in ("city", "venue"))))
