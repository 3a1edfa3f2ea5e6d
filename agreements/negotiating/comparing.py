"""Two versions beside each other: clause by clause and word by word, and what differs in the terms besides."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

from agreements.models import Version
from agreements.terms import HEADING, Clause, NumberedClause, Terms, numbered
from agreements.wording import Told, told_files, told_parties, told_promises, told_terms
from common.text import Pieces, changed_words


@dataclass(frozen=True, slots=True)
class ComparedClause:
    """``status``: same, changed, added or removed."""

    before: NumberedClause | None
    after: NumberedClause | None
    status: str
    sides: tuple[Pieces, Pieces] = ((), ())  # type: ignore[assignment]  # of what is the same nothing is marked

    @property
    def shown(self) -> NumberedClause:
        return self.after or cast("NumberedClause", self.before)

    @property
    def is_heading(self) -> bool:
        return self.shown.clause.level == HEADING

    @property
    def numbers(self) -> tuple[str, str]:
        """In the old text and in the new one."""
        return self.before.number if self.before else "", self.after.number if self.after else ""

    @property
    def is_renumbered(self) -> bool:
        return bool(self.before and self.after and self.numbers[0] != self.numbers[1])


@dataclass(frozen=True, slots=True)
class ComparedTerm:
    label: str
    status: str
    sides: tuple[Pieces, Pieces]


@dataclass(frozen=True, slots=True)
class Comparison:
    """``after`` beside ``before``; of the terms only what differs."""

    before: Version
    after: Version
    terms: list[ComparedTerm]
    clauses: list[ComparedClause]
    clauses_en: list[ComparedClause]

    @property
    def texts(self) -> list[tuple[str, list[ComparedClause]]]:
        """By language; a translation that neither has is not shown."""
        return [(code, text) for code, text in (("ru", self.clauses), ("en", self.clauses_en)) if text]

    @property
    def changed(self) -> list[ComparedClause]:
        return [one for one in (*self.clauses, *self.clauses_en) if one.status != "same"]

    @property
    def is_same(self) -> bool:
        return not self.terms and not self.changed


def compared(before: Version, after: Version) -> Comparison:
    old, new = Terms.of(before.terms), Terms.of(after.terms)
    return Comparison(
        before,
        after,
        terms=compared_terms(_told(before, old), _told(after, new)),
        clauses=compared_clauses(old.clauses, new.clauses),
        clauses_en=compared_clauses(old.clauses_en, new.clauses_en),
    )


def _told(version: Version, terms: Terms) -> list[Told]:
    content = json.loads(version.content)
    titles = {one["position"]: one["called"] or one["name"] for one in content["parties"]}
    told = [*told_terms(content["kind"], terms), *told_parties(content), *told_promises(terms, titles)]
    return told + told_files(content)


def compared_terms(old: Sequence[Told], new: Sequence[Told]) -> list[ComparedTerm]:
    before, after = ({one.name: one for one in told} for told in (old, new))
    found = []
    for name in dict.fromkeys((*before, *after)):
        was, now = before.get(name), after.get(name)
        words = (was.words if was else "", now.words if now else "")
        if was and now and was.label != now.label:  # a party is called otherwise now
            words = (f"{was.label}; {was.words}", f"{now.label}; {now.words}")
        if words[0] != words[1]:
            label = (now or was or old[0]).label
            found.append(ComparedTerm(label, _status(was, now), changed_words(*words)))
    return found


def compared_clauses(old: Sequence[Clause], new: Sequence[Clause]) -> list[ComparedClause]:
    """In the order of the new text; what was taken out stands after what it stood after."""
    before = {one.clause.key: one for one in numbered(old)}
    after = {one.clause.key: one for one in numbered(new)}
    removed: dict[str, list[NumberedClause]] = defaultdict(list)
    place = ""
    for key, one in before.items():
        if key in after:
            place = key
        else:
            removed[place].append(one)
    rows = _gone(removed[""])
    for key, one in after.items():
        rows += [_row(before.get(key), one), *_gone(removed[key])]
    return rows


def _gone(clauses: Iterable[NumberedClause]) -> list[ComparedClause]:
    return [_row(one, None) for one in clauses]


def _row(was: NumberedClause | None, now: NumberedClause | None) -> ComparedClause:
    if was and now and (was.clause.text, was.clause.level) == (now.clause.text, now.clause.level):
        return ComparedClause(was, now, "same")
    sides = changed_words(was.clause.text if was else "", now.clause.text if now else "")
    return ComparedClause(was, now, _status(was, now), sides)


def _status(was: object, now: object) -> str:
    if was is None:
        return "added"
    return "changed" if now else "removed"
