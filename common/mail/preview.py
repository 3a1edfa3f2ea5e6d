"""A letter as its reader sees it: with its styles at the elements, and nothing that runs or loads."""

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp

shows_a_letter = csp(
    {"default-src": [NONE], "style-src": [UNSAFE_INLINE], "img-src": [SELF, "data:"], "frame-ancestors": [NONE]}
)
