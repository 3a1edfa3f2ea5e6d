"""Letters to the registered of an event, in the dashboard of its organiser."""

from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from common.errors import RuleViolated
from common.limits import limited
from common.posted import posted_key
from common.private_pages import private_page
from events.access import event_with_names
from events.attendees.letters import chosen_in_list, previewed, with_audience
from events.models import Event, EventMessage, MessageKind
from events.telling.forms import MessageForm
from events.telling.messages import send_test, stop_message, write_to_registered
from members.models import User

ON_A_PAGE = 20


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_event_letters(request: HttpRequest, slug: str, event: str) -> HttpResponse:
    """What the registered were told, and how far it is; a POST stops a letter."""
    organisation, found = event_with_names(request, slug, event)
    sent = EventMessage.objects.filter(event=found)
    if request.method == "POST":
        _stop(request, found)
        return redirect("events:dashboard_event_letters", slug=slug, event=event)
    page = Paginator(sent.select_related("by", "to_pool", "to_organisation"), ON_A_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "organisation": organisation,
        "event": found,
        "page": page,
        "letters": with_audience(page),
        "is_sending": sent.unsent().exists(),
    }
    fragment = "#sent" if request.htmx else ""  # type: ignore[attr-defined]
    return render(request, f"events/dashboard_event_letters.html{fragment}", context)


def _stop(request: HttpRequest, event: Event) -> None:
    written = EventMessage.objects.filter(event=event, kind=MessageKind.WRITTEN)
    if stop_message(get_object_or_404(written, pk=posted_key(request.POST.get("stop")))):
        messages.success(request, _("Stopped. What has gone has gone; nothing more goes."))
    else:
        messages.info(request, _("There is nothing to stop any more."))


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
@limited("event_letter", method="POST")
def dashboard_event_letter(request: HttpRequest, slug: str, event: str) -> HttpResponse:
    """Write one: a look at it and a count, a letter to oneself, then to all who are meant."""
    organisation, found = event_with_names(request, slug, event)
    if request.method == "POST":
        form = MessageForm(request.POST, event=found)
    else:
        form = MessageForm(event=found, initial=chosen_in_list(found, request.GET))
    context: dict[str, Any] = {"organisation": organisation, "event": found, "form": form}
    if request.method == "POST" and form.is_valid():
        by = cast("User", request.user)
        if request.POST.get("do") == "send" and _sent(request, found, form):
            return redirect("events:dashboard_event_letters", slug=slug, event=event)
        if request.POST.get("do") == "test":
            send_test(found, written=form.written, by=by)
            messages.success(request, _("The letter is on its way to %(address)s.") % {"address": by.email})
        context["preview"] = previewed(found, form.written, by=by)
    return render(request, "events/dashboard_event_letter.html", context)


def _sent(request: HttpRequest, event: Event, form: MessageForm) -> bool:
    try:
        message = write_to_registered(event, written=form.written, by=cast("User", request.user), key=form.key)
    except RuleViolated as error:
        form.refuse(error)
        return False
    told = ngettext("%(number)d letter is on its way.", "%(number)d letters are on their way.", message.total)
    messages.success(request, told % {"number": message.total})
    return True
