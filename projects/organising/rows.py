"""A page of short rows that stand under something: added by a form below them, removed by one press."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise

from common.errors import RuleViolated
from common.forms import OnceForm
from common.posted import attempted, posted_key


def rows_page(
    request: HttpRequest,
    make_form: Callable[..., OnceForm],
    *,
    add: Callable[[OnceForm], object],
    remove: Callable[[int | None], object],
    told: str | Promise,
    template: str,
    context: dict[str, Any],
) -> HttpResponse:
    """``add`` is given the valid form, ``remove`` the key that was pressed; what a rule refuses is said, and nothing
    typed is lost. ``told`` says that it was added."""
    is_sent, status = request.method == "POST" and "remove" not in request.POST, HTTPStatus.OK
    form = make_form(request.POST if is_sent else None)
    if request.method == "POST" and not is_sent:
        key = posted_key(request.POST["remove"])
        attempted(request, lambda: remove(key))
        return redirect(request.path)
    if is_sent and form.is_valid():
        try:
            add(form)
        except RuleViolated as error:
            form.refuse(error)
            status = HTTPStatus.CONFLICT
        else:
            messages.success(request, str(told))
            return redirect(request.path)
    return render(request, template, {**context, "form": form}, status=status)
