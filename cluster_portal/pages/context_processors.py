"""What every page may ask for. Nothing here costs a query until a template uses it."""

from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import get_script_prefix
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from common.addresses import ENGLISH_PREFIX
from common.view_settings import ViewSettings
from members.acting.own import LAST
from members.models import Notification, Organisation


def portal(request: HttpRequest) -> dict[str, Any]:
    return {
        # An error may be answered before the middleware that reads them.
        "view_settings": getattr(request, "view_settings", ViewSettings()),
        "addresses": SimpleLazyObject(lambda: _addresses(request)),
        "frame": _frame(request),
        "own_organisations": SimpleLazyObject(lambda: _own_organisations(request)),
        "last_organisation": SimpleLazyObject(lambda: _last_organisation(request)),
        "unread_notifications": cache(lambda: _unread_notifications(request)),
        "office_email": settings.OFFICE_EMAIL,
        "is_demo": settings.DEBUG,
    }


# Pages that the navigation leads to and marks when the reader is there.
SECTIONS = {
    "agreements:agreement_list",
    "events:event_list",
    "members:organisation_list",
    "projects:challenge_list",
    "projects:project_list",
    "technoparks:technopark_list",
    "members:join",
}


def _addresses(request: HttpRequest) -> dict[str, str]:
    """Where this page stands in each language, for search engines."""
    site = f"{request.scheme}://{request.get_host()}"
    languages = {"ru": site + request.path_info, "en": site + ENGLISH_PREFIX + request.path_info}
    return {**languages, "own": languages[get_language() or "ru"]}


def _frame(request: HttpRequest) -> dict[str, str]:
    """What the header and the footer depend on besides the language."""
    name = request.resolver_match.view_name if request.resolver_match else ""
    return {"mount": get_script_prefix(), "section": name if name in SECTIONS else ""}


def _own_organisations(request: HttpRequest) -> list[Organisation]:
    """Those that the reader acts for, in the order of the switch between them."""
    if not request.user.is_authenticated:
        return []
    return list(Organisation.objects.represented_by(request.user).order_by("sort_name"))


def _last_organisation(request: HttpRequest) -> Organisation | None:
    """The way back to the dashboard from pages of the reader's own."""
    own = _own_organisations(request)
    last = request.session.get(LAST)
    return next((one for one in own if one.slug == last), own[0] if own else None)


UNREAD_COUNTED = 100  # more are not told apart: «99+»


def _unread_notifications(request: HttpRequest) -> int:
    """Of a reader who is logged in; the header of guests does not ask."""
    return Notification.objects.visible_to(request.user).unread()[:UNREAD_COUNTED].count()
