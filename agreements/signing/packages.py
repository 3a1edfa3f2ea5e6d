"""The papers of a concluded agreement: the text, a sheet of its signatures and the history, as one PDF."""

import datetime
import json
from collections.abc import Iterable
from typing import Any

import segno
from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format

from agreements import chain
from agreements.kinds import KINDS, FieldType, KindField
from agreements.life.machine import locked_agreement, said
from agreements.models import Agreement, Authority, HistoryEntry, Party, RoundState, Signature
from agreements.signing.proof import what_was_checked
from agreements.terms import Clause, Promise, Terms, day, numbered
from common.addresses import without_language
from common.documents import WITH_MADE, order_document
from common.models import Document

TEMPLATE = "pdf/agreements/package.typ"


def order_package(agreement: Agreement) -> Document:
    """Made after the commit, and again until it succeeds: the agreement does not wait for it."""
    return order_document(TEMPLATE, package_data(agreement))


def tell_history(document: Document) -> None:
    """The hash of the file, so that neither it nor its record can be changed without being found."""
    agreement = Agreement.objects.filter(package=document).first()
    if agreement:
        chain.append(locked_agreement(agreement), "package", by=None, facts={"package": document.sha256})


WITH_MADE[TEMPLATE] = tell_history


def package_data(agreement: Agreement) -> dict[str, Any]:
    """What the template finds; in Russian, as the paper is, with the English text where the parties have agreed on
    one."""
    with translation.override("ru"):
        return _data(agreement)


def _data(agreement: Agreement) -> dict[str, Any]:
    version = agreement.newest_version
    terms, agreed = Terms.of(version.terms), json.loads(version.content)
    parties = [*agreement.parties.select_related("organisation").order_by("position")]
    signing = agreement.rounds.get(state=RoundState.COMPLETED)
    address = settings.SITE_ADDRESS + without_language(signing.get_absolute_url())
    return {
        "number": agreement.number,
        "own_number": agreement.own_number,
        "relation": agreement.relation,
        "parent": agreement.parent.number if agreement.parent else "",
        "kind": str(agreement.get_kind_display()),
        "note": str(KINDS[agreement.kind].note),
        "subject": {"ru": terms.subject, "en": terms.subject_en},
        "place": terms.place,
        "concluded": _said(agreement.concluded_on),
        "starts": _said(day(terms.starts_on)),
        "ends": _said(day(terms.ends_on)),
        "renewal": str(agreement.get_renewal_display()),
        "notice_days": terms.notice_days,
        "prevails": terms.prevails,
        "clauses": {"ru": _clauses(terms.clauses), "en": _clauses(terms.clauses_en)},
        "details": [
            {"label": str(field.label), "value": _value(field, terms.details[field.name])}
            for field in KINDS[agreement.kind].fields
            if terms.details.get(field.name) not in (None, "")
        ],
        "promises": [_promise(one, parties) for one in terms.promises],
        "parties": [_party(one) for one in agreed["parties"]],
        "files": agreed["files"],
        "signatures": [_signature(one) for one in signatures_of(agreement)],
        "history": [_entry(one, parties) for one in agreement.history.order_by("sequence")],
        "sha256": version.sha256,
        "version": version.number,
        "code": agreement.code,
        "address": address.partition("://")[2].rstrip("/"),
        "qr": segno.make_qr(address, error="m").svg_inline(border=0),
    }


def signatures_of(agreement: Agreement) -> Iterable[Signature]:
    """Those by which it was concluded."""
    of_round = Signature.objects.filter(request__round__agreement=agreement, request__round__state=RoundState.COMPLETED)
    return of_round.select_related("request__party__organisation").order_by("request__party__position")


def _clauses(clauses: Iterable[Clause]) -> list[dict[str, Any]]:
    return [{"number": one.number, "level": one.clause.level, "text": one.clause.text} for one in numbered(clauses)]


def _value(field: KindField, value: Any) -> str:
    match field.type:
        case FieldType.YES_NO:
            return "да" if value else "нет"
        case FieldType.DATE:
            return _said(day(str(value)))
    return str(value)


def _promise(promise: Promise, parties: list[Party]) -> dict[str, str]:
    named = {one.position: str(one) for one in parties}
    return {
        "what": promise.what,
        "kind": promise.kind_title,
        "owner": named.get(promise.owner, ""),
        "beneficiary": named.get(promise.beneficiary, ""),
        "amount": promise.amount,
        "due": _said(promise.due),
        "evidence": promise.evidence,
    }


def _party(agreed: dict[str, Any]) -> dict[str, str]:
    """As the text names it that was signed, whatever the organisation is called now."""
    same = ("name", "name_en", "called", "inn", "ogrn", "kpp", "address", "signatory")
    return {name: agreed[name] for name in same} | {
        "position": agreed["signatory_position"],
        "ground": str(Authority(agreed["authority"]).label),
        "ground_number": agreed["authority_number"],
        "ground_until": _said(day(agreed["authority_until"] or "")),
    }


def _signature(signature: Signature) -> dict[str, str]:
    return {
        "party": signature.request.party.organisation.name,
        "name": signature.name,
        "position": signature.position,
        "ground": signature.ground,
        "way": str(signature.get_way_display()),
        "proof": what_was_checked(signature),
        "at": _moment(signature.at),
        "file": signature.file_sha256,
    }


def _entry(entry: HistoryEntry, parties: list[Party]) -> dict[str, str | int]:
    """Organisations, and nobody's name: who acted for one stands on the sheet of signatures, or nowhere."""
    named = {one.pk: one.organisation.title for one in parties}
    return {
        "sequence": entry.sequence,
        "at": _moment(entry.at),
        "what": said(entry.action),
        "party": named.get(entry.facts.get("party"), ""),
        "sha256": entry.sha256,
    }


def _said(date: datetime.date | None) -> str:
    return date_format(date, "j E Y") if date else ""


def _moment(moment: datetime.datetime) -> str:
    return date_format(timezone.localtime(moment), "d.m.Y H:i:s")
