"""Words that stand in fixed addresses under /events/, so no event may be called so there."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

RESERVED = ("calendar", "consents", "feedback", "feeds", "hall", "registrations")


def validate_event_slug(slug: str) -> None:
    if slug in RESERVED:
        raise ValidationError(_("This address is one of the portal’s own pages. Please choose another."))
