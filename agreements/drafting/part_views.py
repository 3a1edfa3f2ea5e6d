"""What a draft consists of besides its text: its parties, what they promise, and its documents."""

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from agreements.access import drafted_agreement
from agreements.drafting.drafts import MOST_FILES, attach_file, detach_file
from agreements.drafting.forms import FileForm, PartyForm, PromiseForm
from agreements.drafting.pages import page_of, promised
from agreements.drafting.parties import add_party, move_party_up, remove_party, write_party
from agreements.drafting.promises import remove_promise, write_promise
from agreements.models import AgreementState
from agreements.terms import Terms
from common.errors import RuleViolated
from common.one_line import one_line
from common.posted import attempted, posted_key
from common.private_pages import private_page
from members.models import Organisation, User

FOUND = 12  # organisations that a search offers
PRESSES = {"add": add_party, "remove": remove_party, "up": move_party_up}


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_agreement_parties(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    organisation, agreement = drafted_agreement(request, slug, pk)
    if request.method == "POST":
        press = next((name for name in PRESSES if name in request.POST), None)
        if press is None:
            raise Http404
        others = Organisation.objects.published() if press == "add" else agreement.organisations.all()
        other = get_object_or_404(others, slug=one_line(request.POST[press]))
        if attempted(request, lambda: PRESSES[press](agreement, organisation=other)) and press == "add":
            messages.success(request, _("Added. Say who signs for it."))
        return redirect("agreements:dashboard_agreement_parties", slug=slug, pk=pk)
    parties = [*agreement.parties.select_related("organisation", "signatory")]
    words = one_line(request.GET.get("q", ""))[:100]
    others = Organisation.objects.published().exclude(pk__in=[one.organisation_id for one in parties])
    context = {
        **page_of(request, organisation, agreement),
        "parties": parties,
        "words": words,
        "found": others.searched(words)[:FOUND] if words else [],
        "is_draft": agreement.state == AgreementState.DRAFT,
    }
    return render(request, "agreements/dashboard_agreement_parties.html", context)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_agreement_party(request: HttpRequest, slug: str, pk: int, party: int) -> HttpResponse:
    organisation, agreement = drafted_agreement(request, slug, pk)
    found = get_object_or_404(agreement.parties.select_related("organisation", "agreement"), pk=party)
    form = PartyForm(request.POST if request.method == "POST" else None, instance=found)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            write_party(found, form.typed)
        except RuleViolated as error:
            form.add_error(None, error.message)
            status = 409
        else:
            messages.success(request, _("Saved."))
            return redirect("agreements:dashboard_agreement_parties", slug=slug, pk=pk)
    context = {**page_of(request, organisation, agreement), "party": found, "form": form}
    return render(request, "agreements/dashboard_agreement_party.html", context, status=status)


# --- What is promised ----------------------------------------------------------------------------------------


@private_page
@require_safe
def dashboard_agreement_promises(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    organisation, agreement = drafted_agreement(request, slug, pk)
    context = {
        **page_of(request, organisation, agreement),
        "promised": promised(agreement, Terms.of(agreement.terms)),
        "is_draft": agreement.state == AgreementState.DRAFT,
    }
    return render(request, "agreements/dashboard_agreement_promises.html", context)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_agreement_promise_new(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    return _promise(request, slug, pk, key=None)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_agreement_promise(request: HttpRequest, slug: str, pk: int, key: str) -> HttpResponse:
    return _promise(request, slug, pk, key=key)


def _promise(request: HttpRequest, slug: str, pk: int, *, key: str | None) -> HttpResponse:
    organisation, agreement = drafted_agreement(request, slug, pk)
    known = next((one for one in Terms.of(agreement.terms).promises if one.key == key), None)
    if key and known is None:
        raise Http404
    if key and "remove" in request.POST:
        if attempted(request, lambda: remove_promise(agreement, key)):
            messages.success(request, _("Removed."))
        return redirect("agreements:dashboard_agreement_promises", slug=slug, pk=pk)
    form = PromiseForm(request.POST if request.method == "POST" else None, agreement=agreement, promise=known)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            write_promise(agreement, form.written)
        except RuleViolated as error:
            form.add_error(None, error.message)
            status = 409
        else:
            messages.success(request, _("Saved."))
            return redirect("agreements:dashboard_agreement_promises", slug=slug, pk=pk)
    context = {**page_of(request, organisation, agreement), "form": form, "known": known}
    return render(request, "agreements/dashboard_agreement_promise.html", context, status=status)


# --- Documents -----------------------------------------------------------------------------------------------


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_agreement_files(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    organisation, agreement = drafted_agreement(request, slug, pk)
    is_sent = request.method == "POST" and "remove" not in request.POST
    form = FileForm(*((request.POST, request.FILES) if is_sent else ()))
    status = 200
    if request.method == "POST" and not is_sent:
        file = get_object_or_404(agreement.files, pk=posted_key(request.POST["remove"]))
        if attempted(request, lambda: detach_file(file)):
            messages.success(request, _("Removed."))
        return redirect("agreements:dashboard_agreement_files", slug=slug, pk=pk)
    if is_sent and form.is_valid():
        try:
            attach_file(agreement, **form.cleaned_data, by=cast("User", request.user))
        except RuleViolated as error:
            form.add_error(None, error.message)
            status = 409
        else:
            messages.success(request, _("The document is attached."))
            return redirect("agreements:dashboard_agreement_files", slug=slug, pk=pk)
    files = [*agreement.files.all()]
    context = {
        **page_of(request, organisation, agreement),
        "form": form,
        "files": files,
        "may_add": agreement.state == AgreementState.DRAFT and len(files) < MOST_FILES,
        "is_draft": agreement.state == AgreementState.DRAFT,
    }
    return render(request, "agreements/dashboard_agreement_files.html", context, status=status)
