"""How a PDF stands, on the page of the record that it is of."""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from common.models import Document
from common.translation import reason


def pdf_of(document: Document, address: str) -> str | Promise:
    """A link to it, once it is made; before that, when it is tried again and what went wrong."""
    if document.is_made:
        return format_html('<a href="{}">{}</a>', address, _("Download"))
    if document.has_failed:
        next_try = date_format(timezone.localtime(document.due_at), "DATETIME_FORMAT")
        text = _("Could not be made yet. Next try: %(time)s.") % {"time": next_try}
        return format_html("{}<br><small>{}</small>", text, reason(document.error))
    return document.get_state_display()
