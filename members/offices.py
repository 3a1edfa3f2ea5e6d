"""The offices of a consortium abroad, as it tells of them itself."""

import datetime
from typing import Any

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from common.errors import RuleViolated
from common.idempotency import once
from members.models import OfficeStatusChange, Organisation, RepresentativeOffice, User


def report_turn_once(organisation: Organisation, *, by: User, key: str, turn: dict[str, Any]) -> OfficeStatusChange:
    """``report_turn``, but once however often this ``key`` of that person arrives. Raises KeyReused besides."""
    return once(
        lambda: report_turn(organisation, **turn),
        model=OfficeStatusChange,
        scope=f"turn of an office of {organisation.pk} by {by.pk}",
        key=key,
        asked=turn,
    )


@transaction.atomic
def report_turn(
    organisation: Organisation,
    *,
    country: str,
    status: str,
    city: str = "",
    city_en: str = "",
    since: datetime.date | None = None,
    precision: str = OfficeStatusChange.Precision.DAY,
    note: str = "",
    note_en: str = "",
) -> OfficeStatusChange:
    """Put a turn at the end of the history of the office in this place; the first one founds the office.

    ``country`` is a code of ISO 3166-1. Raises RuleViolated for an organisation that has no offices, and for a day
    before the last turn.
    """
    locked = Organisation.objects.select_for_update().get(pk=organisation.pk)
    if not locked.is_consortium:
        raise RuleViolated(_("Only a consortium has representative offices."), code="no_consortium")
    office, _founded = RepresentativeOffice.objects.get_or_create(
        organisation=locked, country=country, city=city, defaults={"city_en": city_en}
    )
    last = office.changes.last()
    known = office.changes.exclude(since=None).values_list("since", flat=True).last()
    if since and known and since < known:
        raise RuleViolated(
            _("The last known turn of this office was on %(date)s; an earlier one cannot follow it.")
            % {"date": date_format(known)},
            code="office_dates",
        )
    return office.changes.create(
        position=last.position + 1 if last else 1,
        status=status,
        since=since,
        precision=precision,
        note=note,
        note_en=note_en,
    )
