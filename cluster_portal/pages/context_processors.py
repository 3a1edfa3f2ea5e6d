"""What every page may ask for. Nothing here costs a query until a template uses it."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from common.middleware import ENGLISH_PREFIX
from members.models import Organisation


def portal(request: HttpRequest) -> dict[str, Any]:
    return {
        "addresses": SimpleLazyObject(lambda: _addresses(request)),
        "own_organisations": SimpleLazyObject(lambda: _own_organisations(request)),
        "office_email": settings.DEFAULT_FROM_EMAIL,
        "is_demo": settings.DEBUG,
    }


def _addresses(request: HttpRequest) -> dict[str, str]:
    """Where this page stands in each language, for search engines."""
    site = f"{request.scheme}://{request.get_host()}"
    languages = {"ru": site + request.path_info, "en": site + ENGLISH_PREFIX + request.path_info}
    return {**languages, "own": languages[get_language() or "ru"]}


def _own_organisations(request: HttpRequest) -> list[Organisation]:
    """Those that the reader acts for, in the order of the switch between them."""
    if not request.user.is_authenticated:
        return []
    return list(Organisation.objects.represented_by(request.user).order_by("sort_name"))
