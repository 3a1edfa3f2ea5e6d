"""A letter as its reader sees it."""

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp
from django.http import HttpResponse

from common.models import OutgoingMail


@csp({"default-src": [NONE], "style-src": [UNSAFE_INLINE], "img-src": [SELF, "data:"], "frame-ancestors": [NONE]})
def as_page(mail: OutgoingMail) -> HttpResponse:
    """It carries its styles at the elements, and nothing that runs or loads."""
    return HttpResponse(mail.html)
