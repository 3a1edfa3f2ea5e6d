"""The terms of an agreement: in which shape they are kept, how the text falls into clauses, and the one form of the
whole, the bytes of which are hashed, accepted and signed."""

import datetime
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from decimal import Decimal
from typing import Any, Self
from uuid import uuid4

from agreements.models import Agreement, AgreementFile, ObligationKind, Party, Renewal
from common.one_line import one_line
from common.text import in_both

FORMAT = 1  # of the content; another one if its shape ever changes
ALIKE = 0.5  # two clauses that share so much of their letters, by threes, are one, changed
HEADING, CLAUSE, POINT, PREAMBLE = 1, 2, 3, 0
HEADING_SIGN, POINT_SIGN = re.compile(r"^#+\s*"), re.compile(r"^[-–—•]\s+")


def new_key() -> str:
    return uuid4().hex[:8]


@dataclass(frozen=True, slots=True)
class Clause:
    """``key`` stays with it through the versions; ``level``: heading 1, clause 2, point 3, before any heading 0."""

    key: str
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class NumberedClause:
    clause: Clause
    number: str  # "2", "2.1", "2.1.3"; empty before the first heading


@dataclass(frozen=True, slots=True)
class Promise:
    """An obligation as the terms say it. ``owner`` and ``beneficiary``: positions of parties; 0 is all the others."""

    kind: str
    what: str
    owner: int
    beneficiary: int = 0
    amount: str = ""
    due_on: str = ""
    evidence: str = ""
    key: str = field(default_factory=new_key)

    @property
    def decimal(self) -> Decimal | None:
        return Decimal(self.amount) if self.amount else None

    @property
    def due(self) -> datetime.date | None:
        return datetime.date.fromisoformat(self.due_on) if self.due_on else None

    @property
    def kind_title(self) -> str:
        return str(ObligationKind(self.kind).label)


@dataclass(frozen=True, slots=True)
class Terms:
    """What is negotiated. Days are ISO 8601; ``prevails`` is the language whose text decides where both are there."""

    subject: str
    subject_en: str = ""
    place: str = ""
    starts_on: str = ""
    ends_on: str = ""
    renewal: str = Renewal.NONE
    notice_days: int = 30
    prevails: str = "ru"
    details: dict[str, Any] = field(default_factory=dict)
    clauses: tuple[Clause, ...] = ()
    clauses_en: tuple[Clause, ...] = ()
    promises: tuple[Promise, ...] = ()

    @classmethod
    def of(cls, stored: dict[str, Any]) -> Self:
        """From ``Agreement.terms`` or ``Version.terms``; {} are those of a draft just begun."""
        known = {one.name for one in fields(cls)}
        given: dict[str, Any] = {"subject": "", **{name: value for name, value in stored.items() if name in known}}
        for name in ("clauses", "clauses_en"):
            given[name] = tuple(Clause(**one) for one in given.get(name, ()))
        given["promises"] = tuple(Promise(**one) for one in given.get("promises", ()))
        return cls(**given)

    def stored(self) -> dict[str, Any]:
        return asdict(self)

    def following(self, former: "Terms") -> "Terms":
        """With the keys of those clauses of the ``former`` that stand here as well."""
        return replace(
            self,
            clauses=followed(self.clauses, former.clauses),
            clauses_en=followed(self.clauses_en, former.clauses_en),
        )

    @property
    def text(self) -> str:
        return as_text(self.clauses)

    @property
    def text_en(self) -> str:
        return as_text(self.clauses_en)


def continued(terms: Terms, first: datetime.date, last: datetime.date) -> Terms:
    """For as long again as from ``first`` to ``last``; what is promised by a day is promised by as much later."""
    length = last - first + datetime.timedelta(days=1)
    return replace(
        terms,
        starts_on=(first + length).isoformat(),
        ends_on=(last + length).isoformat(),
        promises=tuple(
            replace(one, due_on=(one.due + length).isoformat() if one.due else "") for one in terms.promises
        ),
    )


# --- Clauses -------------------------------------------------------------------------------------------------


def parsed(text: str) -> tuple[Clause, ...]:
    """``# Heading``, paragraphs parted by blank lines, and points that begin with a dash. Signs that nobody sees go:
    with those that turn the direction of writing, other words would be shown than are hashed."""
    found: list[Clause] = []
    is_headed = False
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n")):
        words: list[str] = []
        level = CLAUSE if is_headed else PREAMBLE
        for line in filter(None, map(one_line, block.splitlines())):
            if sign := HEADING_SIGN.match(line):
                found += _clause(level, words)
                found.append(Clause(new_key(), HEADING, line[sign.end() :]))
                is_headed, words, level = True, [], CLAUSE
            elif (sign := POINT_SIGN.match(line)) and is_headed:
                found += _clause(level, words)
                words, level = [line[sign.end() :]], POINT
            else:
                words.append(line)
        found += _clause(level, words)
    return tuple(found)


def _clause(level: int, words: Sequence[str]) -> list[Clause]:
    return [Clause(new_key(), level, " ".join(words))] if words else []


def as_text(clauses: Iterable[Clause]) -> str:
    """What ``parsed`` takes apart again."""
    lines = []
    for clause in clauses:
        sign = {HEADING: "# ", POINT: "- "}.get(clause.level, "")
        lines.append(f"{sign}{clause.text}")
    return "\n\n".join(lines)


def numbered(clauses: Iterable[Clause]) -> list[NumberedClause]:
    counts = [0, 0, 0]
    shown = []
    for clause in clauses:
        if clause.level == PREAMBLE:
            shown.append(NumberedClause(clause, ""))
            continue
        place = clause.level - 1
        counts[place:] = [counts[place] + 1, *[0] * (2 - place)]
        shown.append(NumberedClause(clause, ".".join(map(str, counts[: clause.level]))))
    return shown


def followed(new: Sequence[Clause], old: Sequence[Clause]) -> tuple[Clause, ...]:
    """``new`` with the keys of those clauses of ``old`` that they are, changed or not: remarks stay where they are."""
    kept = [*new]
    left, right = 0, 0
    same = in_both([one.text for one in old], [one.text for one in new])
    for end, to in [*same, (len(old), len(new))]:
        for before, place in zip(old[left:end], range(right, to), strict=False):  # in a gap, by their places in it
            if _are_alike(before.text, new[place].text):
                kept[place] = replace(new[place], key=before.key)
        if end < len(old):
            kept[to] = replace(new[to], key=old[end].key)
        left, right = end + 1, to + 1
    return tuple(kept)


def _are_alike(one: str, other: str) -> bool:
    ours, theirs = _threes(one), _threes(other)
    return 2 * (ours & theirs).total() >= ALIKE * (ours.total() + theirs.total())


def _threes(text: str) -> Counter[str]:
    return Counter(text[place : place + 3] for place in range(max(len(text) - 2, 1)))


# --- The whole, in one form ----------------------------------------------------------------------------------


def content_of(agreement: Agreement, terms: Terms) -> str:
    """JSON with sorted names: the same terms of the same parties give the same bytes, on every machine. Keys of clauses
    are for remarks and stay outside; those of obligations belong to what is promised."""
    parties = agreement.parties.select_related("organisation").order_by("position")
    return content_with(agreement, terms, parties=parties, files=agreement.files.order_by("pk"))


def content_with(
    agreement: Agreement, terms: Terms, *, parties: Iterable[Party], files: Iterable[AgreementFile] = ()
) -> str:
    """Of parties in their order and documents that are at hand."""
    whole = {
        "format": FORMAT,
        "kind": agreement.kind,
        "relation": agreement.relation,
        "parent": agreement.parent.number if agreement.parent else "",
        "parties": [_party(one) for one in parties],
        "files": [{"title": one.title, "sha256": one.sha256} for one in files],
        "terms": as_agreed(terms),
    }
    return json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def as_agreed(terms: Terms) -> dict[str, Any]:
    """The part of the content that the terms are."""
    told = terms.stored()
    for name in ("clauses", "clauses_en"):
        told[name] = [{"level": one.level, "text": one.text} for one in getattr(terms, name)]
    return told


def _party(party: Party) -> dict[str, Any]:
    organisation = party.organisation
    return {
        "position": party.position,
        "organisation": organisation.slug,
        "name": organisation.name,
        "name_en": organisation.name_en,
        "inn": organisation.inn,
        "ogrn": organisation.ogrn,
        "kpp": party.kpp,
        "address": party.address,
        "called": party.called,
        "signatory": party.signatory_name,
        "signatory_position": party.signatory_position,
        "authority": party.authority,
        "authority_number": party.authority_number,
        "authority_until": party.authority_until,
        "way": party.way,
    }


def day(written: str) -> datetime.date | None:
    return datetime.date.fromisoformat(written) if written else None


def sha256_of(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()
