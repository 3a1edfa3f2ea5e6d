"""A version as its pages show it: numbered text with what was remarked on it, and the terms in words."""

import datetime
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from agreements.models import ClauseComment, Version
from agreements.terms import NumberedClause, Terms, numbered
from agreements.wording import told_files, told_parties, told_promises, told_terms


@dataclass(frozen=True, slots=True)
class CommentedClause:
    numbered: NumberedClause
    comments: Sequence[tuple[ClauseComment, bool]] = ()  # and whether the reader has not seen it yet


def texts_of(terms: Terms) -> list[tuple[str, list[CommentedClause]]]:
    """By language; a translation that is not there is left out."""
    return clauses_with_comments(terms, ())


def clauses_with_comments(
    terms: Terms, comments: Iterable[ClauseComment], *, seen_at: datetime.datetime | None = None, reader: Any = None
) -> list[tuple[str, list[CommentedClause]]]:
    threads: dict[str, list[tuple[ClauseComment, bool]]] = defaultdict(list)
    for one in comments:
        is_new = seen_at is not None and one.at > seen_at and one.by != reader
        threads[one.clause].append((one, is_new))
    return [
        (code, [CommentedClause(one, threads.get(one.clause.key, ())) for one in numbered(clauses)])
        for code, clauses in (("ru", terms.clauses), ("en", terms.clauses_en))
        if clauses
    ]


def told_version(version: Version, terms: Terms) -> dict[str, Any]:
    content = json.loads(version.content)
    titles = {one["position"]: one["called"] or one["name"] for one in content["parties"]}
    return {
        "told": told_terms(content["kind"], terms),
        "told_parties": told_parties(content),
        "told_promises": told_promises(terms, titles),
        "told_files": told_files(content),
    }
