"""Search in rows with a ``search_vector`` and a ``search_text``, as a person would mean it in Russian."""

from functools import reduce
from operator import add, and_, or_
from typing import TypeVar

from django.contrib.postgres.search import SearchQuery, SearchRank, TrigramWordSimilarity
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import OrderBy

from common.text import fold

Rows = TypeVar("Rows", bound=QuerySet)

LONGEST = 100  # characters of a query that are read
MOST_WORDS = 8
MOST_RANKED = 200  # a number of whole pages
SHORTEST_LIKE = 4  # letters; shorter words are like too many others
WEIGHTS = [0.05, 0.2, 0.6, 1.0]  # D description, C kind and directions, B place, A names


def searched(rows: Rows, text: str, *, then: tuple[str | OrderBy, ...]) -> Rows:
    """Those that have all the words in any form; else words that look alike, too; at last any one of the words. The
    best come first, and those equally good in the order of ``then``.

    At most two short queries decide which of the three is meant.
    """
    words = fold(text[:LONGEST]).split()[:MOST_WORDS]
    if not words:
        return rows
    stems = [SearchQuery(word, config="russian") for word in words]
    exact = rows.filter(search_vector=reduce(and_, stems))
    if exact.exists():
        return exact.annotate(rank=_rank(reduce(and_, stems))).order_by("-rank", *then)
    # A short word is no likeness of another, and «в» or «и» is in no text's index: beside longer ones it only ranks.
    telling = [word for word in words if len(word) >= SHORTEST_LIKE] or words
    means = [_means(word) for word in telling]
    alike = rows.filter(reduce(and_, means))
    if len(telling) > 1 and not alike.exists():
        alike = rows.filter(reduce(or_, means))
    likeness = [TrigramWordSimilarity(word, "search_text") for word in telling]
    rank = reduce(add, likeness, _rank(reduce(or_, stems)))
    return alike.annotate(likeness=rank).order_by("-likeness", *then)


def some_of(found: Rows, positions: range) -> Rows:
    """The rows at these positions of what ``searched`` has found. Where all the words are in more rows than
    MOST_RANKED, the first of them by ``then`` are ranked and the others follow as they are: to rank twelve thousand
    takes a fifth of a second, and nobody looks for one thing by a word that is everywhere."""
    best, *then = found.query.order_by
    in_turn = found.order_by(*then)
    if best != "-rank" or positions.start < MOST_RANKED < positions.stop:
        chosen = found
    elif positions.start >= MOST_RANKED:
        chosen = in_turn
    else:
        chosen = found.filter(pk__in=in_turn.values("pk")[:MOST_RANKED])
    return chosen[positions.start : positions.stop]


def _rank(query: SearchQuery) -> SearchRank:
    return SearchRank(F("search_vector"), query, weights=WEIGHTS)


def _means(word: str) -> Q:
    same = Q(search_vector=SearchQuery(word, config="russian"))
    return same | Q(search_text__trigram_word_similar=word) if len(word) >= SHORTEST_LIKE else same
