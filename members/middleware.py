"""Limits on the sessions of the association's staff."""

import time
from collections.abc import Callable

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseBase

IDLE_LIMIT = 3 * 60 * 60  # s
ABSOLUTE_LIMIT = 12 * 60 * 60  # s
SEEN_EVERY = 60  # s between two writes of the session


class SessionLimitMiddleware:
    """End a staff session after 3 h without a request or 12 h in all (quality.md, «Access»)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated and request.user.is_staff:
            now = int(time.time())
            began = request.session.setdefault("staff_began_at", now)
            seen = request.session.setdefault("staff_seen_at", now)
            if now - seen > IDLE_LIMIT or now - began > ABSOLUTE_LIMIT:
                logout(request)
            elif now - seen > SEEN_EVERY:
                request.session["staff_seen_at"] = now
        return self.get_response(request)
