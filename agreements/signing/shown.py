"""What the pages tell of a signing: who has signed and how, what that proves, and the text from its own bytes."""

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from agreements.kinds import KINDS, FieldType, KindField
from agreements.models import (
    Agreement,
    AgreementKind,
    Authority,
    ObligationKind,
    Relation,
    Renewal,
    Signature,
    SigningRequest,
    SigningRound,
    SigningWay,
    Version,
)
from agreements.terms import Clause, NumberedClause, numbered

Fact = tuple[str, str]

# law.md: each way claims what it proves, and no more.
PROVES: Mapping[str, str | Promise] = {
    SigningWay.CODE: gettext_lazy(
        "A simple electronic signature (63-ФЗ, ст. 5 and 9): the code went to the signatory’s own address, and their "
        "organisation has joined the rules of signing. Kept are the hash of the code, the address and the hash of the "
        "text."
    ),
    SigningWay.PAPER: gettext_lazy(
        "Signed by hand on paper. What lies here is a scan, and no original: the association notes that it has seen "
        "the original, and a second person confirms it."
    ),
    SigningWay.QUALIFIED: gettext_lazy(
        "A file made with the signatory’s own program. The portal checks whether it matches the text byte by byte, and "
        "shows what its certificate says. Whether the certificate was issued by an accredited centre and has not been "
        "revoked is not checked here."
    ),
    SigningWay.OPERATOR: gettext_lazy(
        "Signed with an operator of electronic documents. Its signature was not verified here: the association looks "
        "the document up there, and a second person confirms it."
    ),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A party in a round; ``signature`` is there once one has been made, or a copy has been sent."""

    request: SigningRequest
    signature: Signature | None
    facts: list[Fact]


def lines_of(signing: SigningRound) -> list[Line]:
    requests = signing.requests.select_related("party__organisation", "party__signatory", "signature")
    found = []
    for one in requests.order_by("turn", "party__position"):
        signature = getattr(one, "signature", None)
        found.append(Line(one, signature, facts_of(signature) if signature else []))
    return found


def facts_of(signature: Signature) -> list[Fact]:
    """What is known of it, in the order of the reader's questions. Addresses of people stay in the evidence."""
    told = signature.evidence
    facts: list[Fact] = []
    match signature.way:
        case SigningWay.QUALIFIED:
            facts = _facts_of_file(told)
        case SigningWay.OPERATOR:
            facts = [
                (_("Operator"), told.get("operator", "")),
                (_("Identifier there"), told.get("identifier", "")),
                (_("Status there, as the party says"), told.get("status", "")),
            ]
        case SigningWay.CODE:
            facts = [(_("SHA-256 of what was signed"), signature.content_sha256)]
    if signature.way in (SigningWay.PAPER, SigningWay.OPERATOR):
        not_yet = _("not yet")
        facts += [
            (_("Original seen"), _moment(signature.seen_at) if signature.seen_at else not_yet),
            (_("Confirmed by a second person"), _moment(signature.confirmed_at) if signature.confirmed_at else not_yet),
        ]
    return [(label, value) for label, value in facts if value]


def _facts_of_file(told: Mapping[str, Any]) -> list[Fact]:
    certificate = told.get("certificate") or {}
    term = [_read_moment(certificate[name]) for name in ("from", "until") if certificate.get(name)]
    return [
        (_("Signature matches this text"), answer(told.get("matches"))),
        (_("Certificate of"), certificate.get("subject", "")),
        (_("It names the party"), answer(certificate.get("organisation"), none=_("names no organisation"))),
        (_("Issued by"), certificate.get("issuer", "")),
        (_("Serial number"), certificate.get("serial", "")),
        (_("Holds from – to"), " – ".join(term)),
        (_("Time by the signer’s clock"), _read_moment(told["signed_at"]) if told.get("signed_at") else ""),
        (_("Algorithm"), told.get("algorithm", "")),
        (_("Chain to the loaded roots"), answer(told.get("chain"))),
        (_("Revocation of the certificate"), answer(told.get("revocation"))),
    ]


def answer(checked: bool | None, *, none: str = "") -> str:
    return {True: _("yes"), False: _("no")}.get(checked, none or _("not checked"))  # type: ignore[arg-type]


def _read_moment(written: str) -> str:
    return _moment(datetime.datetime.fromisoformat(written))


def _moment(moment: datetime.datetime) -> str:
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT")


# --- The text, from the bytes that are signed ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ShownText:
    subject: str
    facts: list[Fact]
    parties: list[tuple[str, list[Fact]]]
    clauses: list[NumberedClause]
    clauses_en: list[NumberedClause]
    promises: list[tuple[str, list[Fact]]]
    files: list[dict[str, str]]


def text_of(version: Version) -> ShownText:
    """All that stands in ``Version.content``, and nothing of what stands elsewhere: what is read is what is signed."""
    whole = json.loads(version.content)
    terms = whole["terms"]
    named = {one["position"]: one["called"] or one["name"] for one in whole["parties"]}
    return ShownText(
        subject=terms["subject"],
        facts=_facts_of_terms(whole, terms),
        parties=[(one["name"], _facts_of_party(one)) for one in whole["parties"]],
        clauses=_clauses(terms["clauses"]),
        clauses_en=_clauses(terms["clauses_en"]),
        promises=[(one["what"], _facts_of_promise(one, named)) for one in terms["promises"]],
        files=whole["files"],
    )


def _clauses(told: list[dict[str, Any]]) -> list[NumberedClause]:
    return numbered([Clause("", one["level"], one["text"]) for one in told])


def _facts_of_terms(whole: Mapping[str, Any], terms: Mapping[str, Any]) -> list[Fact]:
    facts = [
        (_("Kind"), str(AgreementKind(whole["kind"]).label)),
        (str(Relation(whole["relation"]).label) if whole["relation"] else "", whole["parent"]),
        (pgettext("of an agreement", "Subject in English"), terms["subject_en"]),
        (_("Place"), terms["place"]),
        (_("In force from"), _day(terms["starts_on"]) or _("its conclusion")),
        (_("In force until"), _day(terms["ends_on"]) or _("without a term")),
        (_("Renewal"), str(Renewal(terms["renewal"]).label)),
        (_("Days of notice"), str(terms["notice_days"])),
        (_("Prevailing language"), terms["prevails"] if terms["clauses_en"] else ""),
    ]
    fields = {one.name: one for one in KINDS[whole["kind"]].fields}
    facts += [
        (str(fields[name].label) if name in fields else name, _value(fields.get(name), value))
        for name, value in terms["details"].items()
    ]
    return [(label, value) for label, value in facts if value]


def _value(field: KindField | None, value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return _day(value) if field and field.type == FieldType.DATE else str(value if value is not None else "")


def _facts_of_party(party: Mapping[str, Any]) -> list[Fact]:
    ground = " ".join(filter(None, (str(Authority(party["authority"]).label), party["authority_number"])))
    until = _("until %(day)s") % {"day": _day(party["authority_until"])} if party["authority_until"] else ""
    facts = [
        (_("Called in the text"), party["called"]),
        (_("Name in English"), party["name_en"]),
        (_("INN"), party["inn"]),
        (_("OGRN"), party["ogrn"]),
        (_("KPP"), party["kpp"]),
        (_("Legal address"), party["address"]),
        (_("Signatory"), ", ".join(filter(None, (party["signatory"], party["signatory_position"])))),
        (_("Acts on the ground of"), ", ".join(filter(None, (ground, until)))),
        (_("Way of signing"), str(SigningWay(party["way"]).label)),
    ]
    return [(label, value) for label, value in facts if value]


def _facts_of_promise(promise: Mapping[str, Any], named: Mapping[int, str]) -> list[Fact]:
    others = _("all others")
    facts = [
        (_("Kind"), str(ObligationKind(promise["kind"]).label)),
        (_("Who"), named.get(promise["owner"], "")),
        (_("To whom"), named.get(promise["beneficiary"], others)),
        (pgettext("of a promise", "Amount"), promise["amount"]),
        (_("Due"), _day(promise["due_on"])),
        (_("Evidence"), promise["evidence"]),
    ]
    return [(label, value) for label, value in facts if value]


def _day(written: str) -> str:
    return date_format(datetime.date.fromisoformat(written), "DATE_FORMAT") if written else ""


def newest_round(agreement: Agreement) -> SigningRound | None:
    return agreement.rounds.select_related("version").order_by("-number").first()
