"""What is asked of a session: age, of the staff a second factor; and that its answers stay its own."""

import time
from collections.abc import Callable

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from members.account.second_factor import has_passed_second_factor, has_second_factor, needs_second_factor

IDLE_LIMIT = 3 * 60 * 60  # s
ABSOLUTE_LIMIT = 12 * 60 * 60  # s
SEEN_EVERY = 60  # s between two notes of when a session was last used, each of which costs three queries

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class SessionLimitMiddleware:
    """End a staff session after 3 h without a request or 12 h in all (quality.md, «Access»).

    Of everybody's session it notes when it was last used, for the person's list of sessions. It stands after
    the messages, because it leaves one.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            now = int(time.time())
            began = request.session.setdefault("began_at", now)
            seen = request.session.setdefault("seen_at", now)
            if request.user.is_staff and (now - seen > IDLE_LIMIT or now - began > ABSOLUTE_LIMIT):
                logout(request)
                messages.info(request, _("For safety, your session has ended. Log in again to go on."))
            elif now - seen > SEEN_EVERY:
                request.session["seen_at"] = now
                UserSession.objects.create_from_request(request)
        return self.get_response(request)


class PrivateAnswersMiddleware:
    """What a logged-in person was answered is kept nowhere, unless the view says otherwise: not by a proxy, and not
    by the browser of a shared computer, where the next reader could leaf back."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class SecondFactorMiddleware:
    """Let the staff no further than their own account until this session has passed a second factor.

    A middleware and not a check in the admin site, because staff see and do more on public pages and in the API
    as well, and what is added later is covered without a thought. The admin has no log-in form of its own:
    LoginRequiredMiddleware sends strangers to the only one there is, and those who are not staff get 403 here.
    """

    OPEN_TO_ALL = ("account/", "settings/")  # log-in, setting up the factor, log-out; language and view

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable, args: tuple[object, ...], kwargs: dict[str, object]
    ) -> HttpResponse | None:
        match = request.resolver_match
        assert match  # noqa: S101 - a view was found
        if match.app_name == "admin" and not request.user.is_staff:
            raise PermissionDenied(_("This part of the portal is for the association's office."))
        if match.route.startswith(self.OPEN_TO_ALL) or not needs_second_factor(request.user):
            return None
        if not has_second_factor(request.user):
            return redirect("mfa_index")
        if not has_passed_second_factor(request):
            way = get_adapter().get_reauthentication_methods(request.user)[0]["url"]
            return redirect(f"{way}?{urlencode({REDIRECT_FIELD_NAME: request.get_full_path()})}")
        return None
