"""Pages of labs and bookings in the dashboard of host and guest."""

import datetime
from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from common.days import FIRST, LAST
from common.errors import RuleViolated
from common.private_pages import private_page
from members.acting.own import own_organisation
from members.models import Organisation, User
from technoparks.booking.bookings import Taken, book, book_series
from technoparks.booking.free import Wish, next_free
from technoparks.booking.knowledge import Knowledge
from technoparks.booking.moves import done
from technoparks.booking.trying import tried
from technoparks.desk.bookings import Desk, others_of, own_bookings
from technoparks.desk.forms import BookingForm, next_hour
from technoparks.desk.move_pages import MOVE_PAGES
from technoparks.models import Booking, BookingMove, BookingState, Equipment, Instruction, Lab
from technoparks.outage.story import machines_in
from technoparks.policies import can_book_lab, can_tend_technoparks, technoparks_tended_by


@private_page
@require_safe
def dashboard_labs(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = own_organisation(request, slug)
    desk, may_tend = Desk.of(organisation), can_tend_technoparks(request.user, organisation)
    context = {
        "organisation": organisation,
        "desk": desk,
        "may_book": can_book_lab(request.user, organisation),
        "may_tend": may_tend,
        "may_add": may_tend and (desk.labs or technoparks_tended_by(request.user, organisation).exists()),
    }
    return render(request, "technoparks/dashboard_labs.html", context)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_lab_book(request: HttpRequest, slug: str, lab: int) -> HttpResponse:
    """A series is shown time by time first, and booked by the second press."""
    organisation = own_organisation(request, slug)
    if not can_book_lab(request.user, organisation):
        raise PermissionDenied(_("Heads, coordinators and teachers of the organisation book laboratories."))
    labs = Lab.objects.visible_to(request.user).select_related("technopark__host")
    found = get_object_or_404(labs, pk=lab)
    typed = _typed(request, found)
    form = BookingForm(typed, lab=found, initial=None if typed else _begun(request, found))
    context = {"organisation": organisation, "lab": found, "form": form}
    context["inductions"] = _inductions(found, cast("User", request.user))
    status = 200
    if request.method == "POST" and form.is_valid():
        by, is_series = cast("User", request.user), len(form.times) > 1
        try:
            if not is_series or request.POST.get("confirmed") == form.mark:
                return _booked(request, organisation, found, form, is_series=is_series)
            tries = tried(found, organisation=organisation, by=by, asked=form.asked_for, times=form.times)
            context |= {"tries": tries, "is_hindered": any(one.problem for one in tries)}
        except RuleViolated as error:
            form.refuse(error)
            context["alternatives"] = error.alternatives if isinstance(error, Taken) else ()
            status = 409
    return render(request, "technoparks/dashboard_lab_book.html", context, status=status)


def _inductions(lab: Lab, person: User) -> list[tuple[Instruction, bool]]:
    """That it or its machines need, and whether the person has them."""
    classes = {*lab.equipment.values_list("kind", flat=True)}
    return Knowledge.of(lab.technopark_id, [person.pk]).asked_in(lab.pk, classes, person.pk)


def _typed(request: HttpRequest, lab: Lab) -> QueryDict | None:
    """What was typed; with one of the times that were offered instead, where that was pressed."""
    if request.method != "POST":
        return None
    data = request.POST.copy()
    starts, ends = (_moment(part) for part in (*data.get("instead", "").split("/"), "")[:2])
    if starts and ends:
        first, last = (one.astimezone(lab.technopark.zone) for one in (starts, ends))
        data["day"], data["starts"], data["ends"] = first.date().isoformat(), f"{first:%H:%M}", f"{last:%H:%M}"
    return data


def _begun(request: HttpRequest, lab: Lab) -> dict[str, object]:
    """With the time that was chosen in the week, else with the first that is free."""
    minutes = max(lab.shortest_minutes, min(60, lab.longest_minutes))
    chosen = _moment(request.GET.get("starts", ""))
    if not chosen:
        free = next_free(lab, Wish(1), after=timezone.now(), minutes=minutes, number=1)
        chosen = free[0][0] if free else next_hour(lab)
    local = chosen.astimezone(lab.technopark.zone)
    ends = local + datetime.timedelta(minutes=minutes)
    return {"day": local.date(), "starts": local.time(), "ends": ends.time()}


def _moment(text: str) -> datetime.datetime | None:
    """By ISO 8601, with its zone."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    is_plausible = found is not None and timezone.is_aware(found) and FIRST < found.date() < LAST
    return found if is_plausible else None


def _booked(
    request: HttpRequest, organisation: Organisation, lab: Lab, form: BookingForm, *, is_series: bool
) -> HttpResponse:
    by = cast("User", request.user)
    asked, key = form.asked_for, form.key
    if is_series:
        series = book_series(lab, organisation=organisation, by=by, asked=asked, times=form.times, key=key)
        booking = series.bookings.order_by("span")[0]
    else:
        [(starts, ends)] = form.times
        booking = book(lab, organisation=organisation, by=by, asked=asked, starts=starts, ends=ends, key=key)
    is_waiting = booking.decide_by is not None
    messages.success(request, _("Sent to the host for approval.") if is_waiting else _("The laboratory is booked."))
    return redirect("technoparks:dashboard_booking", slug=organisation.slug, pk=booking.pk)


@private_page
@require_safe
def dashboard_booking(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    organisation, booking = _own_booking(request, slug, pk)
    user = cast("User", request.user)
    moves = [*booking.moves.select_related("by")]
    machines = machines_in(moves)
    context = {
        "organisation": organisation,
        "booking": booking,
        "machines": [one.equipment for one in booking.equipment_times.select_related("equipment").order_by("pk")],
        "turns": [(_done(one, machines), one) for one in moves],
        "moves": [
            (name, page)
            for name, page in MOVE_PAGES.items()
            if page.is_theirs(user, booking, organisation) and page.is_possible(booking)
        ],
        "others": others_of(booking),
        "held_for": _held_for(booking),
    }
    return render(request, "technoparks/dashboard_booking.html", context)


def _held_for(booking: Booking) -> "QuerySet[Instruction]":
    """The inductions for want of which it is on hold."""
    if booking.state != BookingState.HELD:
        return Instruction.objects.none()
    move = booking.moves.filter(action="hold").last()
    return Instruction.objects.filter(pk__in=move.facts.get("inductions", ()) if move else ())


def _done(move: BookingMove, machines: dict[int, Equipment]) -> str:
    """«Согласовано», «Оборудование заменено: Принтер № 1 → Принтер № 2»."""
    said = done(move.action)
    named = [machines[key].title if key in machines else "—" for key in map(move.facts.get, ("machine", "instead"))]
    return f"{said}: {' → '.join(named)}" if "machine" in move.facts else said


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_booking_move(request: HttpRequest, slug: str, pk: int, move: str) -> HttpResponse:
    """Asked first, and done by the POST of the same page."""
    organisation, booking = _own_booking(request, slug, pk)
    page, by = MOVE_PAGES.get(move), cast("User", request.user)
    if page is None:
        raise Http404
    if not page.is_theirs(by, booking, organisation):
        raise PermissionDenied(_("Your role in the organisation does not decide this."))
    form = page.form(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            page.act(booking, by, form.cleaned_data)
        except RuleViolated as error:
            form.add_error(None, error.message)
            status = 409
        else:
            messages.success(request, str(page.done))
            return redirect("technoparks:dashboard_booking", slug=slug, pk=pk)
    context = {"organisation": organisation, "booking": booking, "page": page, "form": form}
    context["is_possible"] = page.is_possible(booking)
    return render(request, "technoparks/dashboard_booking_move.html", context, status=status)


def _own_booking(request: HttpRequest, slug: str, pk: int) -> tuple[Organisation, Booking]:
    organisation = own_organisation(request, slug)
    return organisation, get_object_or_404(own_bookings(organisation), pk=pk)
