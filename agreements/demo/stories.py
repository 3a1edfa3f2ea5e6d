"""The agreements of the stories and three of the demo log-ins, from ``data/demo.yaml``; loaded once."""

import datetime
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from django.utils import timezone

from agreements.drafting.drafts import approve, begin_draft, office_reviews, signatory_of, submit, write_columns
from agreements.entering.entries import PaperAgreement, enter_agreement
from agreements.fulfilment.obligations import decide_report, report_progress
from agreements.models import Agreement, AgreementKind, AgreementTemplate, Party, SigningWay
from agreements.negotiating.versions import accept_version, comment, propose_version
from agreements.signing.rounds import open_round
from agreements.signing.rules import join_rules
from agreements.terms import Promise, Terms, parsed
from members.models import Organisation, User
from members.notices.notifications import nobody_is_told

SIGNS = {"phystech-lyceum": SigningWay.CODE}
DATA = Path(__file__).parents[1] / "data" / "demo.yaml"


def _read() -> dict[str, Any]:
    return yaml.safe_load(DATA.read_text(encoding="utf-8"))


def load() -> None:
    """What public sources tell of."""
    data = _read()
    with nobody_is_told():
        for entry in data["entered"]:
            _enter(entry, on=entry["concluded_on"])
    for entry in data["planned"]:
        _plan(entry)


def load_for_logins() -> None:
    """In force with its promises, in negotiation with three versions, and one that waits for the head to sign."""
    data = _read()
    if Agreement.objects.filter(subject=data["to_sign"]["subject"]).exists():  # days are counted from the first loading
        return
    with nobody_is_told():
        _load_in_force(data["in_force"])
        _load_negotiated(data["negotiated"])
    _load_to_sign(data["to_sign"])


def _organisations(entry: dict[str, Any]) -> tuple[Organisation, ...]:
    return tuple(Organisation.objects.get(slug=slug) for slug in entry["parties"])


def _day(days: int) -> str:
    return (timezone.localdate() + datetime.timedelta(days=days)).isoformat()


def _promises(entry: dict[str, Any]) -> tuple[Promise, ...]:
    made = []
    for told in entry["promises"]:
        known = {**told}
        if "in_days" in known:
            known["due_on"] = _day(known.pop("in_days"))
        made.append(Promise(**known))
    return tuple(made)


def _enter(entry: dict[str, Any], *, on: datetime.date) -> Agreement:
    paper = PaperAgreement(
        kind=entry["kind"],
        parties=_organisations(entry),
        subject=entry["subject"],
        subject_en=entry["subject_en"],
        concluded_on=on,
        is_public=True,
        promises=_promises(entry),
    )
    return enter_agreement(paper, by=None)[0]


def _plan(entry: dict[str, Any]) -> None:
    """A draft of nobody's yet: the source tells of the day and the parties, and of no text."""
    initiator, *others = _organisations(entry)
    if Agreement.objects.filter(initiator=initiator, subject=entry["subject"]).exists():
        return
    agreement = Agreement(
        kind=AgreementKind.COOPERATION,
        initiator=initiator,
        shared_at=timezone.now(),
        planned_on=entry["planned_on"],
        planned_at=entry["planned_at"],
    )
    write_columns(agreement, Terms(subject=entry["subject"], subject_en=entry["subject_en"]))
    agreement.save()
    for position, organisation in enumerate((initiator, *others), 1):
        Party.objects.create(agreement=agreement, organisation=organisation, position=position)


def _head(organisation: Organisation) -> User:
    head: User = signatory_of(organisation)["signatory"]
    return head


def _load_in_force(entry: dict[str, Any]) -> None:
    agreement = _enter(entry, on=timezone.localdate() - datetime.timedelta(days=entry["days_ago"]))
    parties = [party.organisation for party in agreement.parties.select_related("organisation")]
    for told in entry["progress"]:
        obligation = agreement.obligations.get(key=told["key"])
        owner = obligation.owner
        [other] = [one for one in parties if one != owner]
        report = report_progress(
            obligation, organisation=owner, by=_head(owner), text=told["text"], amount=Decimal(told["amount"])
        )
        if told["confirmed"]:
            decide_report(report, organisation=other, by=_head(other), confirms=True)


def _sent(entry: dict[str, Any]) -> Agreement:
    """From the template of its kind, with both heads as signatories, sent to the parties."""
    initiator, *_others = organisations = _organisations(entry)
    template = AgreementTemplate.objects.filter(kind=entry["kind"], is_offered=True).order_by("position", "pk")[0]
    first, last = entry["in_days"]
    terms = Terms(
        subject=entry["subject"],
        subject_en=entry["subject_en"],
        place=entry["place"],
        starts_on=_day(first),
        ends_on=_day(last),
        details=entry["details"],
        clauses=parsed(template.text),
        promises=_promises(entry),
    )
    parties = [
        Party(organisation=one, way=SIGNS.get(one.slug, SigningWay.PAPER), **signatory_of(one)) for one in organisations
    ]
    by = _head(initiator)
    agreement = begin_draft(
        initiator, kind=entry["kind"], terms=terms, by=by, key=f"demo {entry['subject']}", parties=parties
    )
    agreement = submit(agreement, by=by)
    if office_reviews(entry["kind"]):
        agreement = approve(agreement, by=User.objects.get(email="staff@example.org"), for_office=True)
    return agreement


def _load_negotiated(entry: dict[str, Any]) -> None:
    agreement = _sent(entry)
    parties = [*agreement.parties.select_related("organisation").order_by("position")]
    for told in entry["versions"]:
        newest = agreement.newest_version
        terms = Terms.of(newest.terms)
        text = terms.text
        for old, new in told["replace"]:
            text = text.replace(old, new)
        promises = terms.promises
        if "amount" in told:
            promises = tuple(replace(one, amount=told["amount"]) for one in promises)
        party = parties[told["party"] - 1]
        propose_version(
            agreement,
            party=party,
            terms=replace(
                terms,
                clauses=parsed(f"{text}\n\n{told['add']}"),
                promises=promises,
                details=terms.details | told.get("details", {}),
            ),
            base=newest.number,
            by=_head(party.organisation),
            note=told["note"],
        )
    newest = agreement.newest_version
    last = Terms.of(newest.terms).clauses[-1]
    for told in entry["remarks"]:
        party = parties[told["party"] - 1]
        comment(
            agreement, version=newest, clause=last.key, party=party, by=_head(party.organisation), text=told["text"]
        )


def _load_to_sign(entry: dict[str, Any]) -> None:
    with nobody_is_told():
        agreement = _sent(entry)
        sha256 = agreement.newest_version.sha256
        for party in agreement.parties.select_related("organisation"):
            agreement = accept_version(agreement, party=party, sha256=sha256, by=_head(party.organisation))
            if party.way == SigningWay.CODE:
                join_rules(party.organisation, by=_head(party.organisation))
    open_round(agreement, by=_head(agreement.initiator))
