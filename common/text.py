"""Russian text for search and for comparing."""

import re

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
