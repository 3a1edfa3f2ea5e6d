"""The offices of a consortium abroad: it tells of them itself, and the association accepts what becomes public."""

import datetime
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from common.countries import country_name
from common.errors import RuleViolated
from common.idempotency import once
from common.spoken import language_names
from members.models import (
    OfficeReport,
    OfficeReportKind,
    OfficeReportState,
    OfficeStatus,
    OfficeStatusChange,
    OfficeYear,
    Organisation,
    RepresentativeOffice,
    User,
)
from members.notices.notifications import Words, heads_of, notify
from members.notices.topics import PROFILE

# What a report may tell, in the order of its form, which the database does not keep.
TOLD = (
    *("city", "city_en", "languages", "status", "since", "note", "note_en"),
    *("year", *OfficeYear.FIGURES, "result", "result_en"),
)

# --- The organisation reports ---------------------------------------------------------------------------------


def report_once(
    report: Callable[..., OfficeReport], organisation: Organisation, *, by: User, key: str, told: Mapping[str, Any]
) -> OfficeReport:
    """``report_turn`` or ``report_year``, but once however often this ``key`` of that person arrives.

    Raises KeyReused besides.
    """
    return once(
        lambda: report(organisation, by=by, **told),
        model=OfficeReport,
        scope=f"report of an office of {organisation.pk} by {by.pk}",
        key=key,
        asked=told,
    )


@transaction.atomic
def report_turn(
    organisation: Organisation,
    *,
    by: User,
    country: str,
    status: str,
    city: str = "",
    city_en: str = "",
    languages: Sequence[str] = (),
    since: datetime.date | None = None,
    precision: str = OfficeStatusChange.Precision.DAY,
    note: str = "",
    note_en: str = "",
) -> OfficeReport:
    """That the office in this place stands otherwise, or anew; a new place founds an office. Languages left out stay.

    ``country`` is a code of ISO 3166-1. Raises RuleViolated for an organisation that has no offices, and for a day
    before the last turn.
    """
    locked = _locked_consortium(organisation)
    _refuse_earlier_turn(locked.offices.filter(country=country, city=city).first(), since)
    data: dict[str, Any] = {
        "country": country,
        "city": city,
        "city_en": city_en,
        "languages": [*languages],
        "status": status,
    }
    data |= {"since": since and since.isoformat(), "precision": precision, "note": note, "note_en": note_en}
    return locked.office_reports.create(kind=OfficeReportKind.TURN, data=data, reported_by=by)


@transaction.atomic
def report_year(
    organisation: Organisation,
    *,
    by: User,
    office: RepresentativeOffice,
    year: int,
    result: str = "",
    result_en: str = "",
    **figures: int | None,
) -> OfficeReport:
    """What the office has done in a year, by OfficeYear.FIGURES; told again, it replaces what was told.

    Raises RuleViolated for an office of another organisation.
    """
    locked = _locked_consortium(organisation)
    if office.organisation_id != locked.pk:
        raise RuleViolated(_("This office is another organisation's."), code="foreign_office")
    data: dict[str, Any] = {"country": office.country, "city": office.city, "year": year}
    data |= {name: figures.get(name) for name in OfficeYear.FIGURES} | {"result": result, "result_en": result_en}
    return locked.office_reports.create(kind=OfficeReportKind.YEAR, data=data, reported_by=by)


def _locked_consortium(organisation: Organisation) -> Organisation:
    locked = Organisation.objects.select_for_update().get(pk=organisation.pk)
    if not locked.is_consortium:
        raise RuleViolated(_("Only a consortium has representative offices."), code="no_consortium")
    return locked


def _refuse_earlier_turn(office: RepresentativeOffice | None, since: datetime.date | None) -> None:
    known = office and office.changes.exclude(since=None).values_list("since", flat=True).last()
    if since and known and since < known:
        text = _("The last known turn of this office was on %(date)s; an earlier one cannot follow it.")
        raise RuleViolated(text % {"date": date_format(known)}, code="office_dates")


# --- The association decides ----------------------------------------------------------------------------------


@transaction.atomic
def accept_office_report(report: OfficeReport, *, by: User) -> OfficeReport:
    """Make it public. Repeated, does nothing.

    Raises RuleViolated where it was declined meanwhile, and where it no longer follows what is public.
    """
    organisation = _locked_consortium(report.organisation)
    locked = organisation.office_reports.get(pk=report.pk)
    if _is_to_decide(locked, OfficeReportState.ACCEPTED):
        write = _write_turn if locked.kind == OfficeReportKind.TURN else _write_year
        write(organisation, dict(locked.data))
        _decide(locked, OfficeReportState.ACCEPTED, by=by)
    return locked


@transaction.atomic
def decline_office_report(report: OfficeReport, *, by: User, reason: str) -> OfficeReport:
    """The organisation's heads are told why. Repeated, does nothing. Raises RuleViolated where it was accepted."""
    organisation = Organisation.objects.select_for_update().get(pk=report.organisation_id)
    locked = organisation.office_reports.get(pk=report.pk)
    if _is_to_decide(locked, OfficeReportState.DECLINED):
        _decide(locked, OfficeReportState.DECLINED, by=by, reason=reason)
    return locked


def _is_to_decide(locked: OfficeReport, state: OfficeReportState) -> bool:
    if not locked.is_waiting and locked.state != state:
        text = _("This was decided already: %(state)s.") % {"state": locked.get_state_display()}
        raise RuleViolated(text, code="already_decided")
    return locked.is_waiting


def _decide(locked: OfficeReport, state: OfficeReportState, *, by: User, reason: str = "") -> None:
    locked.state, locked.decided_by, locked.decided_at, locked.reason = state, by, timezone.now(), reason
    locked.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    notify(
        heads_of(locked.organisation),
        topic=PROFILE,
        key=f"office report {locked.pk} decided",
        words=partial(_words_of_decision, locked),
        link=locked.get_absolute_url(),
    )


def _write_turn(organisation: Organisation, turn: dict[str, Any]) -> None:
    """At the end of the history of the office in this place."""
    place = {name: turn.pop(name) for name in ("country", "city")}
    city_en, languages = turn.pop("city_en"), turn.pop("languages")
    office, _founded = organisation.offices.get_or_create(**place, defaults={"city_en": city_en})
    since = turn["since"] = turn["since"] and datetime.date.fromisoformat(turn["since"])
    _refuse_earlier_turn(office, since)
    if languages:
        office.languages = languages
        office.save(update_fields=["languages"])
    last = office.changes.last()
    office.changes.create(position=last.position + 1 if last else 1, **turn)


def _write_year(organisation: Organisation, told: dict[str, Any]) -> None:
    place = {name: told.pop(name) for name in ("country", "city")}
    office = organisation.offices.filter(**place).first()
    if office is None:
        raise RuleViolated(_("There is no office in this place any more."), code="no_office")
    office.years.update_or_create(year=told.pop("year"), defaults=told)


# --- In words -------------------------------------------------------------------------------------------------


def told_in(report: OfficeReport) -> list[tuple[str, str]]:
    """(label, words) of what a report tells, without what was left empty."""
    model = OfficeStatusChange if report.kind == OfficeReportKind.TURN else OfficeYear
    rows = []
    for name in TOLD:
        value = report.data.get(name)
        if value in (None, "", []):
            continue
        owner = RepresentativeOffice if name in ("city", "city_en", "languages") else model
        rows.append((capfirst(str(owner._meta.get_field(name).verbose_name)), _said(report, name, value)))  # type: ignore[union-attr]
    return [(capfirst(_("country")), country_name(report.data["country"])), *rows]


def _said(report: OfficeReport, name: str, value: Any) -> str:
    if name == "languages":
        return language_names(value)
    if name == "status":
        return str(OfficeStatus(value).label)
    if name == "since":
        formats = {"year": "Y", "month": "F Y", "day": "DATE_FORMAT"}
        return date_format(datetime.date.fromisoformat(value), formats[report.data["precision"]])
    return str(value)


def _words_of_decision(report: OfficeReport) -> Words:
    if report.state == OfficeReportState.ACCEPTED:
        return Words(_("Your report on the office is public: %(place)s") % {"place": report.place}, "")
    title = _("Your report on the office was declined: %(place)s") % {"place": report.place}
    return Words(title, _("The reason: %(reason)s") % {"reason": report.reason})
