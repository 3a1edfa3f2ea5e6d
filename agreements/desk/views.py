"""One agreement of an organisation in its dashboard: all that is known of it, and what can be done with it."""

from pathlib import PurePath
from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from agreements.access import own_agreement, own_party, sections_of
from agreements.desk.move_pages import MOVE_PAGES
from agreements.desk.overview import Side, last_round, next_step, readable_turns, sides_of, steps_of, told_turns
from agreements.drafting.filling import filled
from agreements.drafting.pages import drafting_of
from agreements.models import Agreement, AgreementState, RequestState, SigningRequest
from agreements.negotiating.reading import last_read, readable_comments, readable_versions
from agreements.negotiating.shown import texts_of
from agreements.policies import can_negotiate, can_send_copy, can_sign, can_steer_signing
from agreements.signing.paper import BY_COPY
from agreements.terms import Terms
from agreements.wording import told_promises, told_terms
from common.errors import RuleViolated
from common.private_files import private_file_response
from common.private_pages import private_page
from members.models import Organisation, User


@private_page
@require_safe
def dashboard_agreement(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    organisation, agreement = own_agreement(request, slug, pk)
    reader = cast("User", request.user)
    versions = [*readable_versions(agreement, organisation)]
    newest = versions[0] if versions else None
    read = last_read(versions, reader)
    signing = last_round(agreement)
    sides = sides_of(agreement, newest, signing)
    turns = [*readable_turns(agreement, organisation)]
    terms = Terms.of(agreement.terms)
    own = next((one for one in sides if one.party.organisation_id == organisation.pk), None)
    may_negotiate = own is not None and can_negotiate(reader, own.party)
    is_negotiated = agreement.state == AgreementState.NEGOTIATION
    context = {
        "organisation": organisation,
        "agreement": agreement,
        "sections": sections_of(agreement, organisation, request.user),
        "steps": steps_of(agreement, turns),
        "next_step": next_step(
            agreement,
            sides,
            newest=newest,
            signing=signing,
            turns=turns,
            organisation=organisation,
            reader=reader,
            may_negotiate=may_negotiate,
            may_steer=can_steer_signing(reader, agreement),
        ),
        "sides": sides,
        "signing": signing,
        "newest": newest,
        "read": read,
        "is_new": is_negotiated and newest is not None and read != newest,
        "open_remarks": readable_comments(agreement, organisation).filter(settled_at=None).count(),
        "may_accept": is_negotiated and may_negotiate and own is not None and own.acceptance is None,
        "may_propose": is_negotiated and may_negotiate,
        "to_sign": _to_sign(reader, own),
        "moves": [
            (move, page)
            for move, page in MOVE_PAGES.items()
            if own and page.is_offered(move, reader, agreement, own.party)
        ],
        "told": told_terms(agreement.kind, terms),
        "texts": texts_of(filled(agreement, terms) if agreement.state == AgreementState.DRAFT else terms),
        "told_promises": told_promises(terms, {one.party.position: str(one.party) for one in sides}),
        "obligations": agreement.obligations.select_related("owner", "beneficiary"),
        "files": agreement.files.all(),
        "children": _children(agreement, organisation),
        "turns": told_turns(turns, sides),
        **drafting_of(request, organisation, agreement),
    }
    return render(request, "agreements/dashboard_agreement.html", context)


def _to_sign(reader: User, own: Side | None) -> SigningRequest | None:
    """What is asked of the reader's organisation, where it is theirs to do."""
    if own is None or own.request is None or own.request.state != RequestState.ASKED:
        return None
    own.request.party = own.party
    may = can_send_copy if own.request.way in BY_COPY else can_sign
    return own.request if may(reader, own.request) else None


def _children(agreement: Agreement, organisation: Organisation) -> QuerySet[Agreement]:
    return Agreement.objects.of(organisation).filter(parent=agreement).order_by("pk")


@private_page
@require_safe
def dashboard_agreement_file(request: HttpRequest, slug: str, pk: int, file: int) -> HttpResponseBase:
    """To whoever reads the agreement."""
    _organisation, agreement = own_agreement(request, slug, pk)
    found = get_object_or_404(agreement.files, pk=file)
    name = f"{found.title}{PurePath(str(found.file.name)).suffix}"
    return private_file_response(found.file, name=name, content_type=found.content_type)


@private_page
@require_safe
def dashboard_agreement_package(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """The papers as a PDF, to whoever reads the agreement, once they are made."""
    _organisation, agreement = own_agreement(request, slug, pk)
    if agreement.package is None or not agreement.package.is_made:
        raise Http404
    name = _("Agreement № %(number)s") % {"number": agreement.number}
    return private_file_response(agreement.package.file, name=f"{name}.pdf", content_type="application/pdf")


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_agreement_move(request: HttpRequest, slug: str, pk: int, move: str) -> HttpResponse:
    """Asked first, and done by the POST of the same page."""
    organisation, agreement = own_agreement(request, slug, pk)
    page = MOVE_PAGES.get(move)
    if page is None:
        raise Http404
    party, by = own_party(agreement, organisation), cast("User", request.user)
    if not page.may(by, agreement, party):
        raise PermissionDenied(_("Your role in the organisation does not decide this."))
    form = page.form(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            page.act(agreement, party, by, form.cleaned_data)
        except RuleViolated as error:
            form.add_error(None, error.message)
            status = 409
        else:
            messages.success(request, str(page.done))
            return redirect("agreements:dashboard_agreement", slug=slug, pk=pk)
    context = {
        "organisation": organisation,
        "agreement": agreement,
        "sections": sections_of(agreement, organisation, request.user),
        "form": form,
        "page": page,
        "signatories": agreement.parties.select_related("organisation") if page.tells_signatories else (),
        "is_possible": page.is_offered(move, by, agreement, party),
    }
    return render(request, "agreements/dashboard_agreement_move.html", context, status=status)
