"""Pages of machines and their outages in the dashboard of the host."""

from collections.abc import Callable
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.errors import RuleViolated
from common.private_pages import private_page
from members.acting.own import own_organisation
from members.models import User
from technoparks.desk.access import tended
from technoparks.desk.machines import Machines, own_machines, own_outages
from technoparks.desk.outage_forms import EndForm, OutageForm, ReviewForm
from technoparks.models import Outage
from technoparks.outage.hits import Hit
from technoparks.outage.outages import Choices, change_end, declare_outage, end_outage, foreseen, foreseen_later
from technoparks.outage.story import story_of
from technoparks.policies import can_tend_technoparks


@private_page
@require_safe
def dashboard_equipment(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = own_organisation(request, slug)
    context = {
        "organisation": organisation,
        "machines": Machines.of(organisation),
        "may_tend": can_tend_technoparks(request.user, organisation),
    }
    return render(request, "technoparks/dashboard_equipment.html", context)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_outage_declare(request: HttpRequest, slug: str, machine: int) -> HttpResponse:
    """Bookings that are hit are shown first, and it is declared by the second press."""
    organisation = tended(request, slug)
    found = get_object_or_404(own_machines(organisation), pk=machine)
    form = OutageForm(request.POST if request.method == "POST" else None, lab=found.lab)

    def act(choices: Choices) -> Outage:
        return declare_outage(
            found,
            starts=form.starts,
            ends=form.ends,
            kind=form.cleaned_data["kind"],
            reason=form.cleaned_data["reason"],
            choices=choices,
            by=_person(request),
            key=form.key,
        )

    done = _reviewed(request, form, lambda: foreseen(found, form.starts, form.ends), act)
    if isinstance(done, Outage):
        messages.success(request, _("It is noted. Whose bookings are hit is told."))
        return redirect("technoparks:dashboard_outage", slug=slug, pk=done.pk)
    review, status = done
    context = {"organisation": organisation, "machine": found, "form": form, "review": review}
    return render(request, "technoparks/dashboard_outage_declare.html", context, status=status)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_outage_until(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Another end; what a later one hits besides is shown first."""
    organisation = tended(request, slug)
    outage = get_object_or_404(own_outages(organisation), pk=pk)
    ends = outage.ends_at and outage.ends_at.astimezone(outage.equipment.lab.technopark.zone)
    initial = {"until_day": ends.date(), "until_time": ends.time()} if ends else {}
    form = EndForm(request.POST if request.method == "POST" else None, lab=outage.equipment.lab, initial=initial)
    done = _reviewed(
        request,
        form,
        lambda: foreseen_later(outage, form.ends),
        lambda choices: change_end(outage, ends=form.ends, choices=choices, by=_person(request)),
    )
    if isinstance(done, Outage):
        messages.success(request, _("The end is changed."))
        return redirect("technoparks:dashboard_outage", slug=slug, pk=pk)
    review, status = done
    context = {
        "organisation": organisation,
        "outage": outage,
        "machine": outage.equipment,
        "form": form,
        "review": review,
    }
    return render(request, "technoparks/dashboard_outage_until.html", context, status=status)


def _reviewed(
    request: HttpRequest, form: EndForm, foresee: Callable[[], list[Hit]], act: Callable[[Choices], Outage]
) -> Outage | tuple[ReviewForm | None, int]:
    """What was done; else what is to be reviewed, and the status of the answer. Where nothing is hit, nothing is to be
    reviewed."""
    if request.method != "POST" or not form.is_valid():
        return None, 200
    review = None
    try:
        hits = foresee()
        review = ReviewForm(hits, request.POST, is_sent=request.POST.get("confirmed") == form.mark)
        if not hits or review.is_valid():
            return act(review.choices if hits else {})
    except RuleViolated as error:
        form.refuse(error)
        return review, 409
    return review, 200


@private_page
@require_safe
def dashboard_outage(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    organisation = own_organisation(request, slug)
    outage = get_object_or_404(own_outages(organisation), pk=pk)
    context = {
        "organisation": organisation,
        "outage": outage,
        "machine": outage.equipment,
        "story": story_of(outage),
        "may_tend": can_tend_technoparks(request.user, organisation),
    }
    return render(request, "technoparks/dashboard_outage.html", context)


@private_page
@require_POST
def dashboard_outage_end(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    outage = get_object_or_404(own_outages(tended(request, slug)), pk=pk)
    ended = end_outage(outage, by=_person(request))
    messages.success(request, _("It is called off.") if ended.is_off else _("It is noted: the machine works again."))
    return redirect("technoparks:dashboard_outage", slug=slug, pk=pk)


def _person(request: HttpRequest) -> User:
    return cast("User", request.user)
