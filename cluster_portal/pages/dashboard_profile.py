"""The profile of an organisation, as its own people see and change it."""

from copy import copy
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from common.errors import RuleViolated
from members.forms import OrganisationProfileForm
from members.models import Organisation, User
from members.own import editable_organisation
from members.profile_changes import differences, fingerprint, propose_profile, withdraw_profile_change
from members.profile_confirmations import confirm_profile


@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_profile(request: HttpRequest, slug: str) -> HttpResponse:
    """Both versions: the one on the public page, and the one that waits for the office."""
    organisation = editable_organisation(request, slug)
    last = organisation.profile_changes.first()
    waiting = last if last and last.is_waiting else None
    # The form writes what was typed into what it is given, and the page around it says what holds.
    form = OrganisationProfileForm(
        request.POST or None, request.FILES or None, instance=copy(organisation), change=waiting
    )
    status = 200
    if request.method == "POST" and form.is_valid():
        if _is_sent(request, organisation, form):
            return redirect("pages:dashboard_profile", slug=slug)
        status = 409
    change = last if last and (last.is_waiting or last.is_refused_lately) else None
    context = {
        "organisation": organisation,
        "form": form,
        "change": change,
        "differences": differences(change) if change else [],
        "seen": fingerprint(waiting),
    }
    return render(request, "pages/dashboard_profile.html", context, status=status)


def _is_sent(request: HttpRequest, organisation: Organisation, form: OrganisationProfileForm) -> bool:
    """Or the form says why not, above what a colleague has proposed and what was typed here."""
    by, seen = cast("User", request.user), request.POST.get("seen")
    try:
        change = propose_profile(organisation, changes=form.cleaned_data, by=by, seen=seen)
    except RuleViolated as error:
        form.add_error(None, error.message)
        return False
    if change:
        messages.success(request, _("Sent for the check. The public page changes once the association accepts it."))
    else:
        messages.info(request, _("The public page says just that already: there is nothing to check."))
    return True


@require_POST
def dashboard_profile_withdraw(request: HttpRequest, slug: str) -> HttpResponse:
    withdraw_profile_change(editable_organisation(request, slug))
    messages.success(request, _("The change is withdrawn. The public page stays as it is."))
    return redirect("pages:dashboard_profile", slug=slug)


@require_POST
def dashboard_profile_confirm(request: HttpRequest, slug: str) -> HttpResponse:
    confirm_profile(editable_organisation(request, slug))
    messages.success(request, _("Thank you. We shall ask again in a year."))
    return redirect("pages:dashboard_overview", slug=slug)
