"""The restricted annex of an agreement. Who opens a page of it is noted, whoever it is."""

from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from agreements.access import own_agreement, sections_of
from agreements.annex.forms import PersonForm
from agreements.annex.people import change_person, entries_of, erase_entry, how_many_differ, name_person, told_of
from agreements.kinds import KINDS
from agreements.models import IN_FORCE, UNCONCLUDED, Agreement, AnnexPerson
from agreements.policies import can_erase_from_annex, can_read_annex, can_tend_annex
from common.errors import RuleViolated
from common.models import ViewKind
from common.private_pages import private_page
from common.sealing import NotReadable
from common.staff_views import note_view
from members.models import Organisation, User


@private_page
@require_safe
def dashboard_agreement_annex(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    organisation, agreement = _annex(request, slug, pk)
    entries = entries_of(agreement)
    context = {
        "organisation": organisation,
        "agreement": agreement,
        "sections": sections_of(agreement, organisation),
        "entries": entries,
        "differs": how_many_differ(agreement, len(entries)),
        "lacking": sum(not one.person.is_adult and not one.person.consented_on for one in entries),
        "may_tend": can_tend_annex(request.user, organisation) and agreement.state in (*UNCONCLUDED, *IN_FORCE),
        "may_erase": can_erase_from_annex(request.user, organisation),
    }
    return render(request, "agreements/dashboard_agreement_annex.html", context)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_agreement_annex_new(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    organisation, agreement = _tended(request, slug, pk)
    form = PersonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            name_person(agreement, organisation=organisation, by=_user(request), key=form.key, **form.told)
        except RuleViolated as error:
            form.refuse(error)
        else:
            messages.success(request, _("Named in the annex."))
            return redirect("agreements:dashboard_agreement_annex", slug, pk)
    return _person_page(request, organisation, agreement, form, None)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_agreement_annex_person(request: HttpRequest, slug: str, pk: int, person: int) -> HttpResponse:
    organisation, agreement = _tended(request, slug, pk)
    found = get_object_or_404(agreement.annex, pk=person)
    form = PersonForm(request.POST if request.method == "POST" else None, initial=_known(found))
    if request.method == "POST" and form.is_valid():
        try:
            change_person(found, by=_user(request), **form.told)
        except RuleViolated as error:
            form.refuse(error)
        else:
            messages.success(request, _("Saved."))
            return redirect("agreements:dashboard_agreement_annex", slug, pk)
    return _person_page(request, organisation, agreement, form, found)


def _person_page(
    request: HttpRequest, organisation: Organisation, agreement: Agreement, form: PersonForm, person: AnnexPerson | None
) -> HttpResponse:
    context = {"organisation": organisation, "agreement": agreement, "form": form, "person": person}
    context["sections"] = sections_of(agreement, organisation)
    return render(request, "agreements/dashboard_agreement_annex_person.html", context)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_agreement_annex_erase(request: HttpRequest, slug: str, pk: int, person: int) -> HttpResponse:
    """Asks first."""
    organisation, agreement = _annex(request, slug, pk)
    if not can_erase_from_annex(request.user, organisation):
        raise PermissionDenied(_("The heads and coordinators of the parties tend the annex."))
    found = get_object_or_404(agreement.annex, pk=person)
    if request.method == "POST":
        erase_entry(found, by=_user(request))
        messages.success(request, _("Erased."))
        return redirect("agreements:dashboard_agreement_annex", slug, pk)
    context = {"organisation": organisation, "agreement": agreement, "name": _known(found).get("name", str(found))}
    context["sections"] = sections_of(agreement, organisation)
    return render(request, "agreements/dashboard_agreement_annex_erase.html", context)


def _annex(request: HttpRequest, slug: str, pk: int) -> tuple[Organisation, Agreement]:
    """To heads and coordinators of a party, and to the staff who may, by the address of any of the parties."""
    if can_read_annex(request.user):
        organisation = get_object_or_404(Organisation, slug=slug)
        agreement = get_object_or_404(Agreement.objects.of(organisation).select_related("initiator"), pk=pk)
    else:
        organisation, agreement = own_agreement(request, slug, pk)
        if not can_tend_annex(request.user, organisation):
            raise PermissionDenied(_("The heads and coordinators of the parties read the annex."))
    if not KINDS[agreement.kind].has_annex:
        raise Http404
    note_view(AnnexPerson, staff=request.user, person=None, kind=ViewKind.PAGE, address=request.path)
    return organisation, agreement


def _tended(request: HttpRequest, slug: str, pk: int) -> tuple[Organisation, Agreement]:
    organisation, agreement = _annex(request, slug, pk)
    if not can_tend_annex(request.user, organisation):
        raise PermissionDenied(_("The heads and coordinators of the parties tend the annex."))
    return organisation, agreement


def _known(person: AnnexPerson) -> dict[str, object]:
    """What the form begins with; nothing of what no key opens, which may be written anew."""
    try:
        told = told_of(person)
    except NotReadable:
        return {"is_adult": person.is_adult, "consented_on": person.consented_on}
    return {
        "name": told.name,
        "needed": told.needed,
        "basis": told.basis,
        "is_adult": person.is_adult,
        "consented_on": person.consented_on,
    }


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)
