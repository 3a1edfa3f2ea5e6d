"""The signing of an agreement, in the dashboard of each party: how far it is, and the page of who signs."""

from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agreements.access import own_agreement, sections_of
from agreements.models import (
    TO_SIGN,
    Agreement,
    AgreementState,
    RequestState,
    RoundState,
    SigningRequest,
    SigningRound,
    SigningWay,
)
from agreements.policies import (
    EDITING,
    can_decline,
    can_join_rules,
    can_send_copy,
    can_sign,
    can_steer_signing,
)
from agreements.signing.codes import send_code
from agreements.signing.forms import FORMS, JoinForm, ReasonForm
from agreements.signing.paper import BY_COPY
from agreements.signing.rounds import decline
from agreements.signing.rules import EDITION, RULES, accession_of, join_rules, leave_rules
from agreements.signing.shown import PROVES, lines_of, newest_round, text_of
from agreements.terms import sha256_of
from common.errors import RuleViolated
from common.limits import limited
from common.private_files import private_file_response, safe_name
from common.private_pages import private_page
from members.acting.own import own_organisation
from members.models import Organisation, User
from members.policies import role_of

S = AgreementState


@private_page
@require_safe
def dashboard_agreement_signing(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    organisation, agreement = own_agreement(request, slug, pk)
    signing = newest_round(agreement)
    lines = lines_of(signing) if signing else []
    own = next((one.request for one in lines if one.request.party.organisation_id == organisation.pk), None)
    is_open = signing is not None and signing.state == RoundState.OPEN
    is_asked = own is not None and is_open and own.state in TO_SIGN
    steers = organisation == agreement.initiator and can_steer_signing(request.user, agreement)
    waits = is_asked and own is not None and own.state != RequestState.SEEN and _acts_for(request, own)
    has_signed = any(one.request.state == RequestState.SIGNED for one in lines)
    context = {
        **_shared(organisation, agreement),
        "signing": signing,
        "lines": lines,
        "own": own,
        "is_open": is_open,
        "waits_for_reader": own if waits else None,
        "may_decline": own if own and is_asked and can_decline(request.user, own) else None,
        "may_open": steers and agreement.state == S.FROZEN,
        "may_recall": steers and is_open and not has_signed,
        "may_have_files": _may_have_files(request, agreement, organisation),
        "parties": agreement.parties.select_related("organisation").order_by("position"),
        "proofs": [(SigningWay(way).label, PROVES[way]) for way in dict.fromkeys(one.request.way for one in lines)],
        "former": agreement.rounds.filter(state=RoundState.VOID, number__lt=signing.number) if signing else (),
    }
    return render(request, "agreements/dashboard_agreement_signing.html", context)


def _shared(organisation: Organisation, agreement: Agreement) -> dict[str, object]:
    return {"organisation": organisation, "agreement": agreement, "sections": sections_of(agreement, organisation)}


# --- By who signs -------------------------------------------------------------------------------------------------


@private_page
@limited("sign", method="POST")
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_agreement_sign(request: HttpRequest, slug: str, pk: int, part: int) -> HttpResponse:
    """Whoever has been sent this address, and whoever has sent it, is not the signatory by that."""
    organisation, agreement, found = _acting(request, slug, pk, part)
    posted, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = FORMS[found.way](posted, files, initial={"sha256": found.round.version.sha256})
    status = 200
    if form.is_valid():
        try:
            form.act(found, by=cast("User", request.user))
        except RuleViolated as error:
            form.add_error(None, error.message)
            status = 409
        else:
            messages.success(request, str(form.done))
            return redirect("agreements:dashboard_agreement_signing", slug, pk)
    found.refresh_from_db(fields=["state"])
    context = {
        **_shared(organisation, agreement),
        "part": found,
        "form": form,
        "signing": found.round,
        "proves": PROVES[found.way],
        "is_possible": found.round.state == RoundState.OPEN and found.state in (RequestState.ASKED, RequestState.SENT),
        "code": found.codes.last() if found.way == SigningWay.CODE else None,
        "has_joined": found.way != SigningWay.CODE or accession_of(organisation),
        "may_join": can_join_rules(request.user, organisation),
    }
    return render(request, "agreements/dashboard_agreement_sign.html", context, status=status)


@private_page
@limited("sign")
@require_POST
def dashboard_agreement_code(request: HttpRequest, slug: str, pk: int, part: int) -> HttpResponse:
    _organisation, _agreement, found = _acting(request, slug, pk, part)
    try:
        sent = send_code(found, by=cast("User", request.user), sha256=request.POST.get("sha256", ""))
    except RuleViolated as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The code has been sent to %(address)s.") % {"address": sent.address})
    return redirect("agreements:dashboard_agreement_sign", slug, pk, part)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_agreement_decline(request: HttpRequest, slug: str, pk: int, part: int) -> HttpResponse:
    organisation, agreement, found = _own_part(request, slug, pk, part)
    if not can_decline(request.user, found):
        raise PermissionDenied(_("The signatory or the head of the organisation declines."))
    form = ReasonForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_valid():
        try:
            decline(found, by=cast("User", request.user), reason=form.cleaned_data["reason"])
        except RuleViolated as error:
            form.add_error(None, error.message)
            status = 409
        else:
            messages.success(request, _("Declined. All parties are told."))
            return redirect("agreements:dashboard_agreement_signing", slug, pk)
    context = {
        **_shared(organisation, agreement),
        "form": form,
        "title": _("Decline to sign"),
        "text": _("What others have signed is void, and the text is open to changes again. All parties are told."),
    }
    return render(request, "agreements/dashboard_agreement_decline.html", context, status=status)


def _own_part(request: HttpRequest, slug: str, pk: int, part: int) -> tuple[Organisation, Agreement, SigningRequest]:
    """At the address of whose part it is; that of another party is not there."""
    organisation, agreement = own_agreement(request, slug, pk)
    parts = SigningRequest.objects.filter(round__agreement=agreement, party__organisation=organisation)
    known = parts.select_related("round__version", "round__agreement", "party__organisation", "party__signatory")
    return organisation, agreement, get_object_or_404(known, pk=part)


def _acting(request: HttpRequest, slug: str, pk: int, part: int) -> tuple[Organisation, Agreement, SigningRequest]:
    organisation, agreement, found = _own_part(request, slug, pk, part)
    if not _acts_for(request, found):
        raise PermissionDenied(_("Only the signatory whom the text names can sign for the party."))
    return organisation, agreement, found


def _acts_for(request: HttpRequest, part: SigningRequest) -> bool:
    return can_send_copy(request.user, part) if part.way in BY_COPY else can_sign(request.user, part)


# --- What is signed, and the files of signatures ------------------------------------------------------------------


@private_page
@require_safe
def dashboard_agreement_content(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The very bytes of which the hash is: what a detached signature is made over."""
    _organisation, agreement = own_agreement(request, slug, pk)
    version = _signed_round(agreement).version
    response = HttpResponse(version.content.encode(), content_type="application/json")
    name = f"agreement-{agreement.pk}-version-{version.number}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@private_page
@require_safe
def dashboard_agreement_signed_text(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The same bytes, to read."""
    organisation, agreement = own_agreement(request, slug, pk)
    version = _signed_round(agreement).version
    context = {
        **_shared(organisation, agreement),
        "version": version,
        "text": text_of(version),
        "is_whole": sha256_of(version.content) == version.sha256,
    }
    return render(request, "agreements/dashboard_agreement_signed_text.html", context)


def _signed_round(agreement: Agreement) -> SigningRound:
    signing = newest_round(agreement)
    if signing is None:
        raise Http404
    return signing


@private_page
@require_safe
def dashboard_agreement_signature(request: HttpRequest, slug: str, pk: int, part: int) -> HttpResponseBase:
    """The scan, the copy or the .sig of any party, to those who act for one."""
    organisation, agreement = own_agreement(request, slug, pk)
    parts = SigningRequest.objects.filter(round__agreement=agreement).select_related("signature")
    found = get_object_or_404(parts, pk=part)
    if not _may_have_files(request, agreement, organisation):
        raise PermissionDenied(_("Files of signatures are for heads, coordinators and signatories."))
    signature = getattr(found, "signature", None)
    if signature is None or not signature.file:
        raise Http404
    name = safe_name(signature.evidence.get("name") or "signature")
    kind = signature.evidence.get("type") or "application/octet-stream"
    return private_file_response(signature.file, name=name, content_type=kind)


def _may_have_files(request: HttpRequest, agreement: Agreement, organisation: Organisation) -> bool:
    user = cast("User", request.user)
    signs = agreement.parties.filter(organisation=organisation, signatory=user)
    return role_of(user, organisation) in EDITING or signs.exists()


# --- The rules of signing by code ---------------------------------------------------------------------------------


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_signing_rules(request: HttpRequest, slug: str) -> HttpResponse:
    """Read by all who act for the organisation, joined and left by its head."""
    organisation = own_organisation(request, slug)
    may_join = can_join_rules(request.user, organisation)
    if request.method == "POST" and not may_join:
        raise PermissionDenied(_("The head of the organisation joins the rules and leaves them."))
    by, form = cast("User", request.user), JoinForm(request.POST if request.method == "POST" else None)
    if "leave" in request.POST:
        leave_rules(organisation, by=by)
        messages.success(request, _("The organisation has left the rules. What it has signed stands."))
        return redirect("agreements:dashboard_signing_rules", slug)
    if form.is_valid():
        join_rules(organisation, by=by)
        messages.success(request, _("The organisation has joined the rules of signing by code."))
        return redirect("agreements:dashboard_signing_rules", slug)
    context = {
        "organisation": organisation,
        "form": form,
        "may_join": may_join,
        "accession": accession_of(organisation),
        "rules": RULES,
        "edition": EDITION,
        "sha256": sha256_of(RULES),
    }
    return render(request, "agreements/dashboard_signing_rules.html", context)
