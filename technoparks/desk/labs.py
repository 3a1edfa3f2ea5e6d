"""Pages by which a host describes its labs and what stands in them."""

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from common.errors import RuleViolated
from common.idempotency import once
from common.locks import hold
from common.private_pages import private_page
from common.text import free_slug
from members.models import User
from technoparks.booking.bookings import locked_lab
from technoparks.desk.access import own_labs, tended
from technoparks.desk.lab_forms import LabForm, MachineForm, NewLabForm, NewMachineForm
from technoparks.desk.machines import own_machines
from technoparks.models import Equipment, Lab
from technoparks.policies import technoparks_tended_by


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_lab_new(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = tended(request, slug)
    technoparks = technoparks_tended_by(request.user, organisation).order_by("name")
    if not technoparks:
        raise Http404
    form = NewLabForm(_typed(request), technoparks=technoparks)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            lab = _made_lab(form, by=cast("User", request.user))
        except RuleViolated as error:
            form.refuse(error)
            status = 409
        else:
            messages.success(request, _("The laboratory is added. Now its hours: without them nobody books it."))
            return redirect("technoparks:dashboard_lab_hours", slug=slug, lab=lab.pk)
    context = {"organisation": organisation, "form": form}
    return render(request, "technoparks/dashboard_lab_new.html", context, status=status)


def _made_lab(form: NewLabForm, *, by: User) -> Lab:
    def make() -> Lab:
        lab, technopark = form.instance, form.cleaned_data["technopark"]
        hold(f"addresses of labs of {technopark.pk}")
        taken = {*technopark.labs.values_list("slug", flat=True)}
        lab.slug = free_slug(lab.name, taken, otherwise="lab")
        return cast("Lab", form.save())

    return once(make, model=Lab, scope=f"lab by {by.pk}", key=form.key, asked=form.asked)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def dashboard_lab(request: HttpRequest, slug: str, lab: int) -> HttpResponse:
    """Its rules hold from when they are saved; whoever books there waits for them, and what is booked stays."""
    organisation = tended(request, slug)
    found = get_object_or_404(own_labs(organisation), pk=lab)
    form = LabForm(
        _typed(request),
        instance=locked_lab(found) if request.method == "POST" else found,
    )
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("The laboratory is saved."))
        return redirect("technoparks:dashboard_lab", slug=slug, lab=lab)
    context = {"organisation": organisation, "lab": found, "form": form}
    return render(request, "technoparks/dashboard_lab.html", context)


# --- What stands in them -----------------------------------------------------------------------------------------


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_machine_new(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = tended(request, slug)
    labs = own_labs(organisation)
    if not labs:
        raise Http404
    form = NewMachineForm(_typed(request), labs=labs, initial={"lab": request.GET.get("lab")})
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            _made_machine(form, by=cast("User", request.user))
        except RuleViolated as error:
            form.refuse(error)
            status = 409
        else:
            messages.success(request, _("The equipment is added."))
            return redirect("technoparks:dashboard_equipment", slug=slug)
    context = {"organisation": organisation, "form": form}
    return render(request, "technoparks/dashboard_machine_new.html", context, status=status)


def _made_machine(form: NewMachineForm, *, by: User) -> Equipment:
    def make() -> Equipment:
        try:
            form.instance.validate_constraints()
        except ValidationError as error:
            raise RuleViolated(" ".join(error.messages), code="number_taken") from None
        return form.save()

    return once(make, model=Equipment, scope=f"machine by {by.pk}", key=form.key, asked=form.asked)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def dashboard_machine(request: HttpRequest, slug: str, machine: int) -> HttpResponse:
    """It is written off here as well, while nobody has booked it; the lab is held meanwhile."""
    organisation = tended(request, slug)
    found = get_object_or_404(own_machines(organisation), pk=machine)
    title, form = found.title, MachineForm(_typed(request), instance=found)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("The equipment is saved."))
        return redirect("technoparks:dashboard_equipment", slug=slug)
    context = {"organisation": organisation, "machine": found, "title": title, "form": form}
    return render(request, "technoparks/dashboard_machine.html", context)


def _typed(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None
