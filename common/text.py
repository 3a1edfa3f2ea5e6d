"""Russian text for search and for comparing."""

import re
from difflib import SequenceMatcher

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
    left: Pieces = []
    right: Pieces = []
    matcher = SequenceMatcher(None, [*map(str.strip, old)], [*map(str.strip, new)])
    for kind, start, end, from_, to in matcher.get_opcodes():
        left += _pieces("".join(old[start:end]), differs=kind != "equal")
        right += _pieces("".join(new[from_:to]), differs=kind != "equal")
    return left, right


def _pieces(text: str, *, differs: bool) -> Pieces:
    """The space before what differs is not marked."""
    words = text.lstrip()
    return [piece for piece in ((text[: len(text) - len(words)], False), (words, differs)) if piece[0]]
