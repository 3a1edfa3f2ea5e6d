"""A letter as its reader sees it: with its styles at the elements, and nothing that runs or loads."""

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp

shows_a_letter = csp(
    {
        "default-src": [NONE],
        "style-src": [UNSAFE_INLINE],
        "img-src": [SELF, "data:"],
        "frame-ancestors": [NONE],
        # No script runs, whatever the theme of the admin site may need elsewhere; links work.
        "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox", "allow-top-navigation-by-user-activation"],
    }
)
