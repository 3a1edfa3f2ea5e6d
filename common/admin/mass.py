"""An action on many rows of a list: first a page that says what will happen to which, and what is left out and why."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from common.errors import RuleViolated

AT_ONCE = 500  # rows, each of which is a field of the form that confirms


@dataclass(frozen=True, slots=True)
class MassAction:
    """``do`` is given the row and what the form asks for. Like ``check`` and ``words``, which only look, it raises
    RuleViolated for a row that is left out. ``told`` says how many were done, ``name`` is that of the action of the
    list."""

    name: str
    title: str | Promise
    text: str | Promise
    do: Callable[[Any, dict[str, Any]], object]
    told: Any  # ngettext_lazy, by ``number``
    check: Callable[[Any], object] = lambda row: None
    words: Callable[[Any], object] = str
    form: Callable[..., forms.Form] = forms.Form


def after_preview(
    tended: ModelAdmin, request: HttpRequest, rows: QuerySet[Any], mass: MassAction
) -> HttpResponse | None:
    """Shows what would be done; on the press of its button does it row by row, telling of each that a rule forbids."""
    chosen = [*rows[: AT_ONCE + 1]]
    if len(chosen) > AT_ONCE:
        text = _("At most %(number)d rows at once: filter the list, or choose fewer.") % {"number": AT_ONCE}
        tended.message_user(request, text, messages.ERROR)
        return None
    form = mass.form(request.POST if "sure" in request.POST else None)
    if "sure" not in request.POST or not form.is_valid():
        return _preview(tended, request, chosen, mass, form)
    done = 0
    for row in chosen:
        try:
            mass.do(row, form.cleaned_data)
            done += 1
        except RuleViolated as error:
            tended.message_user(request, f"{row}: {error.message}", messages.ERROR)
    if done:
        tended.message_user(request, mass.told % {"number": done}, messages.SUCCESS)
    return None


def on_one(
    tended: Any, request: HttpRequest, object_id: str, act: Callable[[HttpRequest, QuerySet], HttpResponse | None]
) -> HttpResponse:
    """What acts on the rows of a list, on the one whose page it is; back there afterwards."""
    row = tended.get_object(request, object_id)
    if row is None:
        return tended._get_obj_does_not_exist_redirect(request, tended.opts, object_id)
    page = reverse(f"admin:{tended.opts.app_label}_{tended.opts.model_name}_change", args=[object_id])
    return act(request, tended.get_queryset(request).filter(pk=row.pk)) or HttpResponseRedirect(page)


def _preview(
    tended: ModelAdmin, request: HttpRequest, rows: list[Any], mass: MassAction, form: forms.Form
) -> HttpResponse:
    possible, left_out = [], []
    for row in rows:
        try:
            mass.check(row)
            possible.append((row.pk, mass.words(row)))
        except RuleViolated as error:
            left_out.append((str(row), error.message))
    context = {
        **tended.admin_site.each_context(request),
        "title": mass.title,
        "opts": tended.opts,
        "text": mass.text,
        "possible": possible,
        "left_out": left_out,
        "form": form,
        "name": mass.name,
        "back": reverse(f"admin:{tended.opts.app_label}_{tended.opts.model_name}_changelist"),
    }
    return TemplateResponse(request, "admin/common/mass_action.html", context)
