"""Those named at an event: its organisers, who signs there, who speaks. Found by a search, one press each."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from common.one_line import one_line
from common.posted import attempted, posted_key
from common.private_pages import private_page
from events.access import tended_event, words_of
from events.models import EventState, PlannedSigning, Talk
from events.organising.co_organisers import add_organiser, answers_for, remove_organiser
from events.organising.parts import is_open, parts_of, set_party, set_speaker
from members.models import Organisation, PublicPerson
from members.models.organisation import OrganisationQuerySet

FOUND = 12  # organisations or people that a search offers


@dataclass(frozen=True, slots=True)
class Named:
    """Who is named, or may be. ``key`` is what is posted; ``kind`` that of an organisation, whose mark is shown."""

    key: str
    title: str
    note: str
    kind: str = ""
    may_go: bool = True
    is_reader: bool = False  # the organisation for which the reader acts

    @classmethod
    def organisations(cls, organisations: Iterable[Organisation]) -> list["Named"]:
        return [cls(one.slug, one.title, one.place, one.kind) for one in organisations]

    @classmethod
    def people(cls, people: Iterable[PublicPerson]) -> list["Named"]:
        return [cls(str(one.pk), one.title, one.organisation.title) for one in people]


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_event_organisers(request: HttpRequest, slug: str, event: str) -> HttpResponse:
    organisation, found = tended_event(request, slug, event)
    if request.method == "POST":
        act = add_organiser if "add" in request.POST else remove_organiser
        other = get_object_or_404(Organisation.objects.visible_to(request.user), slug=_pressed(request))
        is_done = attempted(request, lambda: act(found, organisation=other, by=organisation))
        if is_done and other == organisation and "add" not in request.POST:
            return redirect("events:dashboard_events", slug=slug)
        return redirect("events:dashboard_event_organisers", slug=slug, event=event)
    links = [*found.organiser_links.select_related("organisation")]
    is_first = answers_for(organisation, found)
    named = [
        Named(
            link.organisation.slug,
            link.organisation.title,
            "" if number else _("answers for it"),
            link.organisation.kind,
            may_go=number > 0 and (is_first or link.organisation == organisation),
            is_reader=link.organisation == organisation,
        )
        for number, link in enumerate(links)
    ]
    others = Organisation.objects.published().exclude(pk__in=[link.organisation_id for link in links])
    words = words_of(request)
    context = {
        "organisation": organisation,
        "event": found,
        "named": named,
        "words": words,
        "found": _called(words, among=others),
        "may_change": found.state == EventState.DRAFT,
        "answers_for": is_first,
    }
    return render(request, "events/dashboard_event_organisers.html", context)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_event_speakers(request: HttpRequest, slug: str, event: str, pk: int) -> HttpResponse:
    """People in public roles: those who have agreed to be named."""
    organisation, found = tended_event(request, slug, event)
    talk = get_object_or_404(parts_of(found, Talk), pk=pk)
    shown = PublicPerson.objects.shown().filter(organisation__is_published=True).select_related("organisation")
    if request.method == "POST":
        people = shown if "add" in request.POST else talk.speakers.all()
        person = get_object_or_404(people, pk=posted_key(_pressed(request)))
        attempted(request, lambda: set_speaker(talk, event=found, person=person, speaks="add" in request.POST))
        return redirect("events:dashboard_event_speakers", slug=slug, event=event, pk=pk)
    words = words_of(request)
    organisations = Organisation.objects.published().searched(words)[:FOUND] if words else []
    by_name = shown.filter(name__icontains=words) | shown.filter(organisation__in=[one.pk for one in organisations])
    context = {
        "organisation": organisation,
        "event": found,
        "talk": talk,
        "named": Named.people(talk.speakers.select_related("organisation")),
        "words": words,
        "found": Named.people(by_name.exclude(talks=talk).order_by("name")[:FOUND]) if words else [],
        "may_change": is_open(found, Talk),
    }
    return render(request, "events/dashboard_event_speakers.html", context)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_event_parties(request: HttpRequest, slug: str, event: str, pk: int) -> HttpResponse:
    """Organisations of the portal that sign an agreement."""
    organisation, found = tended_event(request, slug, event)
    signing = get_object_or_404(parts_of(found, PlannedSigning), pk=pk)
    if request.method == "POST":
        parties = Organisation.objects.published() if "add" in request.POST else signing.parties.all()
        party = get_object_or_404(parties, slug=_pressed(request))
        attempted(request, lambda: set_party(signing, event=found, organisation=party, signs="add" in request.POST))
        return redirect("events:dashboard_event_parties", slug=slug, event=event, pk=pk)
    words = words_of(request)
    others = Organisation.objects.published().exclude(pk__in=signing.parties.values("pk"))
    context = {
        "organisation": organisation,
        "event": found,
        "signing": signing,
        "named": Named.organisations(signing.parties.order_by("sort_name")),
        "words": words,
        "found": _called(words, among=others),
        "may_change": is_open(found, PlannedSigning),
    }
    return render(request, "events/dashboard_event_parties.html", context)


def _called(words: str, *, among: OrganisationQuerySet) -> list[Named]:
    """Nobody, where nothing is looked for."""
    return Named.organisations(among.searched(words)[:FOUND]) if words else []


def _pressed(request: HttpRequest) -> str:
    """The key beside which "add" or "remove" was pressed."""
    return one_line(request.POST.get("add") or request.POST.get("remove") or "")
