"""The addresses of the portal, those of development, and one that fails in each way a page of an error is drawn for."""

from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import path

from cluster_portal.pages import errors, mailbox
from cluster_portal.urls import handler400, handler403, handler404, handler429, handler500, urlpatterns
from common.errors import RuleViolated
from common.limits import TooManyRequests

__all__ = ["handler400", "handler403", "handler404", "handler429", "handler500", "urlpatterns"]


def failing(error: Exception) -> Callable[[HttpRequest], HttpResponse]:
    @login_not_required
    def fail(request: HttpRequest) -> HttpResponse:
        raise error

    return fail


urlpatterns = [
    path("errors/400/", failing(BadRequest())),
    path("errors/403/", failing(PermissionDenied())),
    path("errors/409/", failing(RuleViolated("Мест больше нет."))),
    path("errors/429/", failing(TooManyRequests(wait=60))),
    path("errors/500/", failing(RuntimeError("as it should"))),
    path("errors/503/", failing(OperationalError("as if the database were away"))),
    path("errors/csrf/", login_not_required(errors.csrf_failure)),
    path("mailbox/", mailbox.mailbox),
    path("mailbox/<int:pk>/", mailbox.letter),
    *urlpatterns,
]
