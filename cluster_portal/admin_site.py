"""The association's office under /admin/: who gets in, and what its theme may do that no other page may."""

from collections.abc import Callable
from typing import Any

from csp.constants import NONCE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.conf import settings
from django.contrib.admin import ModelAdmin as AnyModelAdmin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.sites import UnfoldAdminSite

from members.account.second_factor import is_exempt_demo_login

# The theme computes with Alpine.js, which compiles its expressions, and colours itself by an inline style.
THEME_POLICY = {"script-src": [SELF, NONCE, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}


class PortalAdminSite(UnfoldAdminSite):
    def register(self, model_or_iterable: Any, admin_class: type[AnyModelAdmin] | None = None, **options: Any) -> None:
        """Take what this project registers. Packages offer more (tokens, second factors) that is nobody's to read."""
        if admin_class and issubclass(admin_class, ModelAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def admin_view(self, view: Callable, cacheable: bool = False) -> Callable:
        return csp_replace(THEME_POLICY)(super().admin_view(view, cacheable))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """No second way in: whoever gets here has logged in on the portal's own page and is of the staff."""
        return redirect("admin:index")

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return redirect("account_change_password")

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().each_context(request), "demo_login": is_exempt_demo_login(request.user)}


def environment(request: HttpRequest) -> list[str | Promise] | None:
    """The label beside the title, where the data are for trying out."""
    return [_("demo"), "warning"] if settings.DEBUG else None
