"""What cannot be undone asks again who is there; who has nothing that could be asked for, logs in again."""

import time
from collections.abc import Callable
from functools import wraps

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.login import get_authentication_records
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.utils.http import urlencode

View = Callable[..., HttpResponse]


def fresh_login_required(view: View) -> View:
    """As allauth's ``reauthentication_required``, which lets through, however old the session, whoever has neither a
    password nor a second factor and logs in by a code or at a provider."""
    confirmed = reauthentication_required(view)

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if get_adapter().get_reauthentication_methods(request.user) or _has_just_logged_in(request):
            return confirmed(request, *args, **kwargs)
        login = f"{resolve_url('account_login')}?{urlencode({REDIRECT_FIELD_NAME: request.get_full_path()})}"
        return render(request, "account/log_in_again.html", {"login": login}, status=403)

    return guarded


def _has_just_logged_in(request: HttpRequest) -> bool:
    since = time.time() - app_settings.REAUTHENTICATION_TIMEOUT
    return any(record["at"] > since for record in get_authentication_records(request, request.user))
