"""An action of one record: its button is a link, which changes nothing, so a page asks first."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from common.errors import RuleViolated
from common.models import ViewKind

if TYPE_CHECKING:
    from common.admin.base import ModelAdmin


@dataclass(frozen=True, slots=True)
class SingleAction:
    """``do`` is given the record and what the form asks for; where a rule forbids it, it raises RuleViolated.

    ``facts`` are labels and words, to decide by. ``told`` may name what ``do`` gave, as ``%(done)s``. ``leads_to`` is
    the address to go on at, where that is not the page of the record."""

    title: str | Promise
    do: Callable[[Any, dict[str, Any]], object]
    told: str | Promise
    text: str | Promise = ""
    facts: Callable[[Any], Iterable[tuple[str | Promise, object]]] = lambda record: ()
    form: Callable[..., forms.Form] = forms.Form
    initial: Callable[[Any], dict[str, Any]] = lambda record: {}
    button: str | Promise = ""  # where the title does not say it
    variant: str = ""  # of the button: "danger" for what nothing brings back
    leads_to: str = ""


class RefusalForm(forms.Form):
    reason = forms.CharField(
        label=_("The reason"),
        max_length=300,
        help_text=_("Whoever has asked reads it"),
        widget=UnfoldAdminTextInputWidget,
    )


def after_question(tended: "ModelAdmin", request: HttpRequest, object_id: str, single: SingleAction) -> HttpResponse:
    """Asks; does it on a POST. What a rule forbids is told on the same page, with all that was typed."""
    record = tended.get_object(request, object_id)
    if record is None:
        return tended._get_obj_does_not_exist_redirect(request, tended.opts, object_id)
    back = reverse(f"admin:{tended.opts.app_label}_{tended.opts.model_name}_change", args=[object_id])
    form = single.form(request.POST if request.method == "POST" else None, initial=single.initial(record))
    status = None
    if form.is_valid():
        try:
            done = single.do(record, form.cleaned_data)
        except RuleViolated as error:
            tended.message_user(request, error.message, messages.ERROR)
            record.refresh_from_db()
            status = HTTPStatus.CONFLICT
        else:
            tended.message_user(request, str(single.told) % {"done": done}, messages.SUCCESS)
            return HttpResponseRedirect(single.leads_to or back)
    context = {
        **tended.admin_site.each_context(request),
        "opts": tended.opts,
        "title": single.title,
        "single": single,
        "record": record,
        "facts": single.facts(record),
        "form": form,
        "back": back,
    }
    response = TemplateResponse(request, "admin/common/single_action.html", context, status=status)
    return tended.note_view(request, object_id, response, ViewKind.PAGE)
