"""For whom something is, in words."""

from django.utils.translation import gettext as _


def grades_said(first: int | None, last: int | None) -> str:
    """«5–9 классы»; "" where no grade is named."""
    if first and last and first != last:
        return _("grades %(first)d–%(last)d") % {"first": first, "last": last}
    if first and last:
        return _("grade %(only)d") % {"only": first}
    if first:
        return _("from grade %(first)d") % {"first": first}
    return _("up to grade %(last)d") % {"last": last} if last else ""
