"""The terms of an agreement in words, as its pages show and compare them."""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from agreements.kinds import KINDS, FieldType, KindField
from agreements.models import Agreement, Authority, Renewal, SigningWay
from agreements.terms import Promise, Terms, day
from common.spoken import language_name

Titles = Mapping[int, str]  # position of a party → what it is called


@dataclass(frozen=True, slots=True)
class Told:
    """``name`` tells one term from another, in whatever language it is told."""

    name: str
    label: str
    words: str


def told_terms(kind: str, terms: Terms) -> list[Told]:
    """All but the text and the obligations; what is not said of the kind's own fields is left out."""
    told = [
        Told("subject", _label("subject"), terms.subject),
        Told("subject_en", _label("subject_en"), terms.subject_en),
        Told("place", pgettext("of an agreement", "Place of conclusion"), terms.place),
        Told("starts_on", _label("starts_on"), _day(terms.starts_on) or _("its conclusion")),
        Told("ends_on", _label("ends_on"), _day(terms.ends_on) or _("no term is set")),
        Told("renewal", _label("renewal"), str(Renewal(terms.renewal).label)),
        Told("notice_days", _label("notice_days"), str(terms.notice_days)),
    ]
    if terms.clauses_en:
        told.append(Told("prevails", _("Text that decides"), language_name(terms.prevails)))
    told += [
        Told(f"detail_{one.name}", str(one.label), told_field(one, terms.details.get(one.name)))
        for one in KINDS[kind].fields
    ]
    return [one for one in told if one.words]


def told_field(field: KindField, value: Any) -> str:
    if value in (None, ""):
        return ""
    match field.type:
        case FieldType.YES_NO:
            return _("yes") if value else _("no")
        case FieldType.DATE:
            return _day(str(value))
        case FieldType.NUMBER:
            return number_format(value, use_l10n=True, force_grouping=True)
    return str(value)


def told_promises(terms: Terms, titles: Titles) -> list[Told]:
    return [Told(f"promise_{one.key}", _("Obligation"), "; ".join(_promise(one, titles))) for one in terms.promises]


def _promise(promise: Promise, titles: Titles) -> Iterator[str]:
    owner = titles.get(promise.owner, "—")
    beneficiary = titles.get(promise.beneficiary, "—") if promise.beneficiary else _("all other parties")
    yield f"{owner} → {beneficiary}: {promise.what}"
    if promise.decimal is not None:
        yield f"{promise.kind_title.lower()}: {number_format(promise.decimal.normalize(), force_grouping=True)}"
    if promise.due_on:
        yield _("by %(day)s") % {"day": _day(promise.due_on)}
    if promise.evidence:
        yield _("shown by: %(what)s") % {"what": promise.evidence}


def told_parties(content: Mapping[str, Any]) -> list[Told]:
    """As the version has them, whatever they are called by now."""
    return [Told(f"party_{one['organisation']}", one["name"], "; ".join(_party(one))) for one in content["parties"]]


def _party(party: Mapping[str, Any]) -> Iterator[str]:
    if party["called"]:
        yield f"«{party['called']}»"
    yield ", ".join(filter(None, (party["signatory"], party["signatory_position"]))) or "—"
    yield told_ground(party["authority"], party["authority_number"], day(party["authority_until"] or ""))
    yield str(SigningWay(party["way"]).label)
    for label, name in (
        (_("Name in English"), "name_en"),
        (_("INN"), "inn"),
        (_("OGRN"), "ogrn"),
        (_("KPP"), "kpp"),
        (_("legal address"), "address"),
    ):
        if party[name]:
            yield f"{label}: {party[name]}"


def told_ground(authority: str, number: str, until: datetime.date | None) -> str:
    """On what a signatory acts."""
    said = " ".join(filter(None, (str(Authority(authority).label), number)))
    return _("%(ground)s, valid until %(day)s") % {"ground": said, "day": date_format(until)} if until else said


def told_files(content: Mapping[str, Any]) -> list[Told]:
    return [Told(f"file_{one['sha256']}", _("Document"), one["title"]) for one in content["files"]]


def _label(column: str) -> str:
    return capfirst(str(Agreement._meta.get_field(column).verbose_name))  # type: ignore[union-attr]


def _day(written: str) -> str:
    found = day(written)
    return date_format(found) if found else ""
