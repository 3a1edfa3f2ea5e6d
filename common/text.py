"""Russian text for search and for comparing."""

import re

_QUOTES_AND_SPACES = re.compile(r"[\s\u00a0«»„“”\"']+")


def fold(text: str) -> str:
    """Lower case, «ё» as «е», quotes gone and white space single: two spellings of one name become equal."""
    return _QUOTES_AND_SPACES.sub(" ", text.lower().replace("ё", "е")).strip()
