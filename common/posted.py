"""What a browser sends back by the press of a button: keys of rows, and an act that a rule may forbid."""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from common.errors import RuleViolated
from common.move_pages import MovePage

DIGITS = 18  # of a number that every bigint column can hold


def posted_key(typed: str | None) -> int | None:
    """The primary key that was sent; None for what cannot be one."""
    return int(typed) if typed and typed.isdecimal() and len(typed) <= DIGITS else None


def posted_keys(typed: Iterable[str]) -> list[int]:
    return [key for key in map(posted_key, typed) if key is not None]


def attempted(request: HttpRequest, act: Callable[[], object]) -> bool:
    """Whether ``act`` is done; the rule that forbids it is told on the next page."""
    try:
        act()
    except RuleViolated as error:
        messages.error(request, error.message)
        return False
    return True


def asked_move(
    request: HttpRequest,
    page: MovePage,
    make: Callable[[str], object],
    *,
    to: str,
    template: str,
    context: dict[str, Any],
) -> HttpResponse:
    """The page of a move: asked first, and made by the POST of the same page, which leads ``to`` the record. ``make``
    takes the reason that was typed; what a rule of it refuses is said there, and nothing typed is lost."""
    form = page.form(request.POST if request.method == "POST" else None)
    status = HTTPStatus.OK
    if request.method == "POST" and form.is_valid():
        try:
            make(form.cleaned_data.get("reason", ""))
        except RuleViolated as error:
            form.add_error(None, error.message)
            status = HTTPStatus.CONFLICT
        else:
            messages.success(request, str(page.done))
            return redirect(to)
    return render(request, template, {**context, "form": form, "move": page}, status=status)
