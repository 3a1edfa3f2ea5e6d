"""Russian text for search and for comparing."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from itertools import groupby

from django.utils.text import slugify

_QUOTES_AND_SPACES = re.compile(r"[\s\u00a0\x00«»„“”\"']+")


def fold(text: str) -> str:
    """Lower case, «ё» as «е», quotes gone and white space single: two spellings of one name become equal."""
    return _QUOTES_AND_SPACES.sub(" ", text.lower().replace("ё", "е")).strip()


# After BGN/PCGN, as on maps, without apostrophes.
_LATIN = str.maketrans("абвгдеёзийклмнопрстуфыэ", "abvgdeeziyklmnoprstufye", "ъь№") | str.maketrans(
    {"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ю": "yu", "я": "ya"}
)


def slug_of(text: str, *, longest: int = 80) -> str:
    """An address of Russian text: «Физтех-лицей» → ``fiztekh-litsey``."""
    return slugify(text.lower().translate(_LATIN))[:longest].strip("-")


def free_slug(name: str, taken: Collection[str], *, otherwise: str) -> str:
    """An address of the name that is none of ``taken``; ``otherwise`` of a name that has no letters."""
    wanted = slug_of(name, longest=70) or otherwise
    numbered = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
    return wanted if wanted not in taken else next(slug for slug in numbered if slug not in taken)


_OPENING, _CLOSING = re.compile(r"(^|[\s(])\""), re.compile(r"\"")
_HYPHEN = re.compile(r"\s- ")
# A short word, initials or a number, and what follows it; what stands before a dash, and the dash.
_CLINGS = re.compile(r"(?:(?<![^\s(«])(?:[A-Za-zА-ЯЁа-яё]{1,2}|им\.|[А-ЯЁ]\.)|\d(?= [А-ЯЁа-яё₽%])|\S(?= [—–])) (?=\S)")


def typographic(text: str) -> str:
    """Russian as it is printed: «quotes», dashes, and spaces that keep together what no line should part.

    ``ООО "Ромашка"`` → «ООО «Ромашка»» with a non-breaking space.
    """
    quoted = _CLOSING.sub("»", _OPENING.sub(r"\1«", text))
    return kept_together(_HYPHEN.sub(" — ", quoted))


def kept_together(text: str) -> str:
    """No line ends in a short word, in initials or in the number of something, and none begins with a dash."""
    return _CLINGS.sub(lambda found: f"{found[0][:-1]}\N{NO-BREAK SPACE}", text)


Pieces = list[tuple[str, bool]]  # words, and whether the other text lacks them
_WORD = re.compile(r"\s*\S+")


def changed_words(before: str, after: str) -> tuple[Pieces, Pieces]:
    """Both texts, each in pieces that tell what differs. Which spaces stand between words is no difference."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    same = in_both([*map(str.strip, old)], [*map(str.strip, new)])
    return _marked(old, {place for place, _there in same}), _marked(new, {place for _there, place in same})


def _marked(words: Sequence[str], same: Collection[int]) -> Pieces:
    pieces: Pieces = []
    for differs, run in groupby(range(len(words)), lambda place: place not in same):
        pieces += _pieces("".join(words[place] for place in run), differs=differs)
    return pieces


def _pieces(text: str, *, differs: bool) -> Pieces:
    """The space before what differs is not marked."""
    words = text.lstrip()
    return [piece for piece in ((text[: len(text) - len(words)], False), (words, differs)) if piece[0]]


def in_both(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Places in the old and in the new one of what stands in both, in its order.

    In time that hardly grows faster than what is compared: difflib takes hours for a long text that is made to do so.
    What comes at the same count in both, as long as the order holds, is the same, and what is equal beside it.
    """
    places = {one: place for place, one in enumerate(_counted(old))}
    met = [(places[one], place) for place, one in enumerate(_counted(new)) if one in places]
    found: list[tuple[int, int]] = []
    left, right = 0, 0
    for end, to in [*_rising(met), (len(old), len(new))]:
        while left < end and right < to and old[left] == new[right]:
            found.append((left, right))
            left, right = left + 1, right + 1
        back = 0
        while back < min(end - left, to - right) and old[end - back - 1] == new[to - back - 1]:
            back += 1
        found += [(end - step, to - step) for step in range(back, 0, -1)]
        if end < len(old):
            found.append((end, to))
        left, right = end + 1, to + 1
    return found


def _counted(items: Iterable[Hashable]) -> Iterator[tuple[Hashable, int]]:
    """Each with how often it has come so far."""
    met: Counter[Hashable] = Counter()
    for one in items:
        met[one] += 1
        yield one, met[one]


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The most of them of which the first number rises."""
    ends: list[int] = []  # the least number in which so many end
    last: list[int] = []  # and its place
    before: list[int] = []
    for place, (number, _other) in enumerate(pairs):
        length = bisect_left(ends, number)
        before.append(last[length - 1] if length else -1)
        ends[length : length + 1], last[length : length + 1] = [number], [place]
    rising = []
    place = last[-1] if last else -1
    while place >= 0:
        rising.append(pairs[place])
        place = before[place]
    return rising[::-1]
