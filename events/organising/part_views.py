"""Places, questions, programme and signings of an event: two pages that show them, and the forms of each part."""

from collections import Counter
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from typing import Any, cast

from django.contrib import messages
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.errors import RuleViolated
from common.posted import attempted, posted_key
from common.private_pages import private_page
from events.access import own_event, tended_event, tends, words_of
from events.models import (
    Event,
    EventMaterial,
    PlannedSigning,
    Quota,
    RegistrationQuestion,
    Session,
    Talk,
    TicketPool,
    Track,
)
from events.organising import part_forms
from events.organising.parts import (
    EventPart,
    add_part,
    change_part,
    is_open,
    move_part,
    parts_of,
    remove_part,
)
from events.organising.picker_views import FOUND
from events.registering.places import FreePlaces
from members.models import Organisation, PublicPerson, User


@dataclass(frozen=True, slots=True)
class Editor:
    """How one part is edited: in which form, and on which page it stands."""

    model: type[EventPart]
    form: type[part_forms.PartForm]
    page: str
    new: str | Promise
    edit: str | Promise
    above: type[EventPart] | None = None  # of which it is a part itself, named in the query of the page of a new one
    found_by_search: bool = field(default=False)


PLACES, PROGRAMME = "events:dashboard_event_places", "events:dashboard_event_programme"
EDITORS = {
    "pools": Editor(
        TicketPool, part_forms.PoolForm, PLACES, gettext_lazy("New places"), gettext_lazy("Change the places")
    ),
    "quotas": Editor(
        Quota,
        part_forms.QuotaForm,
        PLACES,
        gettext_lazy("Keep places for an organisation"),
        gettext_lazy("Change the quota"),
        TicketPool,
        found_by_search=True,
    ),
    "questions": Editor(
        RegistrationQuestion,
        part_forms.QuestionForm,
        PLACES,
        gettext_lazy("New question"),
        gettext_lazy("Change the question"),
    ),
    "tracks": Editor(
        Track, part_forms.TrackForm, PROGRAMME, gettext_lazy("New track"), gettext_lazy("Change the track")
    ),
    "sessions": Editor(
        Session,
        part_forms.SessionForm,
        PROGRAMME,
        pgettext_lazy("of an event", "New session"),
        pgettext_lazy("of an event", "Change the session"),
    ),
    "talks": Editor(
        Talk, part_forms.TalkForm, PROGRAMME, gettext_lazy("New talk"), gettext_lazy("Change the talk"), Session
    ),
    "signings": Editor(
        PlannedSigning,
        part_forms.SigningForm,
        PROGRAMME,
        gettext_lazy("New agreement to be signed"),
        gettext_lazy("Change the agreement to be signed"),
    ),
    "materials": Editor(
        EventMaterial,
        part_forms.MaterialForm,
        PROGRAMME,
        gettext_lazy("New material"),
        gettext_lazy("Change the material"),
    ),
}


@private_page
@require_safe
def dashboard_event_places(request: HttpRequest, slug: str, event: str) -> HttpResponse:
    organisation, found = own_event(request, slug, event)
    quotas = Quota.objects.select_related("organisation")
    pools = [*found.pools.prefetch_related(Prefetch("quotas", quotas))]
    free = FreePlaces.of_all(pools)
    for pool in pools:
        left = free[pool.pk]
        pool.taken = None if pool.capacity is None else int(pool.capacity - left.everybodys - sum(left.kept.values()))  # type: ignore[attr-defined]
        pool.free = None if pool.capacity is None else int(left.everybodys)  # type: ignore[attr-defined]
    context = {
        "organisation": organisation,
        "event": found,
        "pools": pools,
        "questions": found.questions.all(),
        "may_change": tends(request, organisation) and is_open(found, TicketPool),
    }
    return render(request, "events/dashboard_event_places.html", context)


@private_page
@require_safe
def dashboard_event_programme(request: HttpRequest, slug: str, event: str) -> HttpResponse:
    organisation, found = own_event(request, slug, event)
    may_tend = tends(request, organisation)
    speakers = PublicPerson.objects.shown().select_related("organisation").order_by("order", "name")
    talks = Talk.objects.prefetch_related(Prefetch("speakers", speakers))
    sessions = [*found.sessions.select_related("track").prefetch_related(Prefetch("talks", talks))]
    at_once = Counter(session.starts_at for session in sessions)
    for session in sessions:  # the order of others follows from their times
        session.is_beside = at_once[session.starts_at] > 1  # type: ignore[attr-defined]
    context = {
        "organisation": organisation,
        "event": found,
        "tracks": found.tracks.all(),
        "sessions": sessions,
        "signings": found.signings.prefetch_related("parties"),
        "materials": found.materials.select_related("talk"),
        "may_change": may_tend and is_open(found, Session),
        "may_add_materials": may_tend and is_open(found, EventMaterial),
    }
    return render(request, "events/dashboard_event_programme.html", context)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_event_part_new(request: HttpRequest, slug: str, event: str, part: str) -> HttpResponse:
    organisation, found = tended_event(request, slug, event)
    editor = _editor(part)
    new = editor.model(**_above(request, editor, found))
    form = editor.form(request.POST or None, instance=new, event=found, **_choices(request, editor, new))

    def save() -> None:
        form.instance = add_part(form.instance, event=found, by=cast("User", request.user), key=form.key)

    if request.method == "POST" and _is_done(request, form, save):
        if isinstance(form.instance, PlannedSigning):
            return redirect("events:dashboard_event_parties", slug=slug, event=event, pk=form.instance.pk)
        return redirect(editor.page, slug=slug, event=event)
    context = {"organisation": organisation, "event": found, "form": form, "editor": editor, "title": editor.new}
    if editor.found_by_search:
        context |= {"words": words_of(request), "found": form.fields["organisation"].queryset}  # type: ignore[attr-defined]
    return _page(request, context)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_event_part(request: HttpRequest, slug: str, event: str, part: str, pk: int) -> HttpResponse:
    organisation, found = tended_event(request, slug, event)
    editor = _editor(part)
    known = get_object_or_404(parts_of(found, editor.model), pk=pk)
    form = editor.form(request.POST or None, instance=copy(known), event=found, **_choices(request, editor, known))

    def save() -> None:
        change_part(form.instance, event=found, names=form.names)

    if request.method == "POST" and _is_done(request, form, save):
        return redirect(editor.page, slug=slug, event=event)
    context = {"organisation": organisation, "event": found, "form": form, "editor": editor, "title": editor.edit}
    return _page(request, context | {"known": known, "part": part})


@private_page
@require_POST
def dashboard_event_part_move(request: HttpRequest, slug: str, event: str, part: str, pk: int) -> HttpResponse:
    _organisation, found = tended_event(request, slug, event)
    editor = _editor(part)
    known = get_object_or_404(parts_of(found, editor.model), pk=pk)
    if not hasattr(known, "position"):
        raise Http404
    attempted(request, lambda: move_part(known, event=found, up="up" in request.POST))
    return redirect(editor.page, slug=slug, event=event)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_event_part_remove(request: HttpRequest, slug: str, event: str, part: str, pk: int) -> HttpResponse:
    organisation, found = tended_event(request, slug, event)
    editor = _editor(part)
    known = get_object_or_404(parts_of(found, editor.model), pk=pk)
    if request.method == "POST":
        if attempted(request, lambda: remove_part(known, event=found)):
            messages.success(request, _("Removed."))
        return redirect(editor.page, slug=slug, event=event)
    context = {"organisation": organisation, "event": found, "known": known, "editor": editor}
    return render(request, "events/dashboard_event_part_remove.html", context)


# --- What they share ------------------------------------------------------------------------------------------


def _editor(part: str) -> Editor:
    if part not in EDITORS:
        raise Http404
    return EDITORS[part]


def _above(request: HttpRequest, editor: Editor, event: Event) -> dict[str, EventPart | Event]:
    """Of what the new part is: the event, or the pool or session that the address names."""
    if editor.above is None:
        return {"event": event}
    above = get_object_or_404(parts_of(event, editor.above), pk=posted_key(request.GET.get("of")))
    return {"pool" if editor.above is TicketPool else "session": above}


def _choices(request: HttpRequest, editor: Editor, part: EventPart) -> dict[str, QuerySet[Organisation]]:
    """For whom places may be kept: organisations of the portal that were looked for, and have none of this pool."""
    if not (editor.found_by_search and isinstance(part, Quota)):
        return {}
    words = words_of(request)
    found = [one.pk for one in Organisation.objects.published().searched(words)[:FOUND]] if words else []
    others = Organisation.objects.published().exclude(pk__in=part.pool.quotas.values("organisation"))
    return {"found": others.filter(pk__in=found).order_by("sort_name")}


def _is_done(request: HttpRequest, form: part_forms.PartForm, save: Callable[[], None]) -> bool:
    """Or the form says why not, above what was typed."""
    if not form.is_valid():
        return False
    try:
        save()
    except RuleViolated as error:
        form.refuse(error)
        return False
    messages.success(request, _("Saved."))
    return True


def _page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    part = context["form"].instance
    context["may_change"] = is_open(context["event"], type(part))
    context["above"] = part.pool if isinstance(part, Quota) else part.session if isinstance(part, Talk) else None
    return render(request, "events/dashboard_event_part.html", context)
