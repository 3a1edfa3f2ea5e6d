"""Drawing up an agreement: begun, written, sent for review, and what follows one that is in force."""

from dataclasses import replace
from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from agreements.access import check_draws_up, drafted_agreement, own_agreement, own_party
from agreements.drafting.drafts import (
    approve,
    attach_file,
    begin_draft,
    change_draft,
    lacks,
    office_reviews,
    return_draft,
    submit,
)
from agreements.drafting.following import FOLLOWING, begin_following
from agreements.drafting.forms import BeginForm, DraftForm, FollowForm, SubmitForm, VerdictForm
from agreements.drafting.pages import page_of, promised, texts_of
from agreements.kinds import KINDS
from agreements.models import IN_FORCE, AgreementKind, AgreementState, AgreementTemplate, Verdict
from agreements.terms import Terms
from common.errors import RuleViolated
from common.private_pages import private_page
from members.acting.own import own_organisation
from members.models import User


@private_page
@require_safe
def dashboard_agreement_kinds(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = own_organisation(request, slug)
    check_draws_up(request, organisation)
    templates: dict[str, list[str]] = {}
    for one in AgreementTemplate.objects.filter(is_offered=True):
        templates.setdefault(one.kind, []).append(one.name)
    kinds = [(key, label, KINDS[key], templates.get(key, [])) for key, label in AgreementKind.choices]
    return render(request, "agreements/dashboard_agreement_kinds.html", {"organisation": organisation, "kinds": kinds})


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_agreement_new(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    organisation = own_organisation(request, slug)
    check_draws_up(request, organisation)
    if kind not in KINDS:
        raise Http404
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = BeginForm(*sent, kind=kind)
    status = 200
    if request.method == "POST" and form.is_valid():
        by = cast("User", request.user)
        try:
            agreement = begin_draft(organisation, kind=kind, terms=form.terms, by=by, key=form.key)
            if form.own_document:
                attach_file(agreement, document=form.own_document, title="", by=by)
        except RuleViolated as error:
            form.refuse(error)
            status = 409
        else:
            messages.success(request, _("The draft is saved. Nobody but your organisation sees it yet."))
            return redirect("agreements:dashboard_agreement_draft", slug=slug, pk=agreement.pk)
    context = {
        "organisation": organisation,
        "form": form,
        "kind": AgreementKind(kind).label,
        "note": KINDS[kind].note,
    }
    return render(request, "agreements/dashboard_agreement_new.html", context, status=status)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_agreement_draft(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Saved, or only looked at as it would be read."""
    organisation, agreement = drafted_agreement(request, slug, pk)
    form = DraftForm(request.POST if request.method == "POST" else None, agreement=agreement)
    terms, status = Terms.of(agreement.terms), 200
    if form.is_valid():
        if "preview" in request.POST:
            terms = replace(terms, **form.typed)
        else:
            typed = form.typed
            try:
                change_draft(
                    agreement,
                    lambda before: replace(before, **typed),
                    seen=form.cleaned_data["seen"],
                    **form.columns,
                )
            except RuleViolated as error:
                form.refuse(error)
                terms, status = replace(terms, **typed), 409
            else:
                messages.success(request, _("Saved."))
                return redirect("agreements:dashboard_agreement_draft", slug=slug, pk=pk)
    context = {
        **page_of(request, organisation, agreement),
        "form": form,
        "note": KINDS[agreement.kind].note,
        "texts": texts_of(agreement, terms),
        "is_preview": "preview" in request.POST,
        "is_draft": agreement.state == AgreementState.DRAFT,
    }
    return render(request, "agreements/dashboard_agreement_draft.html", context, status=status)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_agreement_submit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    organisation, agreement = drafted_agreement(request, slug, pk)
    by = cast("User", request.user)
    form = SubmitForm(
        request.POST if request.method == "POST" else None,
        organisation=organisation,
        by=by,
        office_reviews=office_reviews(agreement.kind),
    )
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            sent = submit(
                agreement,
                by=by,
                approvers=[*form.cleaned_data.get("approvers", [])],
                asks_office=form.cleaned_data["asks_office"],
            )
        except RuleViolated as error:
            form.add_error(None, error.message)
            status = 409
        else:
            is_reviewed = sent.state == AgreementState.REVIEW
            messages.success(request, _("Sent for review.") if is_reviewed else _("Sent to the parties."))
            return redirect("agreements:dashboard_agreement", slug=slug, pk=pk)
    terms = Terms.of(agreement.terms)
    context = {
        **page_of(request, organisation, agreement),
        "form": form,
        "lacks": lacks(agreement),
        "texts": texts_of(agreement, terms),
        "promised": promised(agreement, terms),
        "is_draft": agreement.state == AgreementState.DRAFT,
    }
    return render(request, "agreements/dashboard_agreement_submit.html", context, status=status)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_agreement_review(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Whoever was asked decides; their colleagues read what was said."""
    organisation, agreement = own_agreement(request, slug, pk)
    version = agreement.newest_version
    if agreement.initiator_id != organisation.pk or version is None:
        raise Http404
    form = VerdictForm(request.POST if request.method == "POST" else None)
    by = cast("User", request.user)
    status = 200
    if request.method == "POST":
        check_draws_up(request, organisation)
        if form.is_valid():
            returns = form.cleaned_data["verdict"] == VerdictForm.RETURN
            try:
                if returns:
                    return_draft(agreement, by=by, reason=form.cleaned_data["reason"].strip())
                else:
                    approve(agreement, by=by)
            except RuleViolated as error:
                form.add_error(None, error.message)
                status = 409
            else:
                messages.success(request, _("Returned to its author.") if returns else _("Approved."))
                return redirect("agreements:dashboard_agreement", slug=slug, pk=pk)
    approvals = [*version.approvals.select_related("approver", "by")]
    terms = Terms.of(version.terms)
    context = {
        **page_of(request, organisation, agreement),
        "form": form,
        "approvals": approvals,
        "may_decide": agreement.state == AgreementState.REVIEW
        and any(one.approver == by and one.verdict != Verdict.APPROVED for one in approvals),
        "texts": texts_of(agreement, terms),
        "promised": promised(agreement, terms),
    }
    return render(request, "agreements/dashboard_agreement_review.html", context, status=status)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_agreement_follow(request: HttpRequest, slug: str, pk: int, relation: str) -> HttpResponse:
    """A draft that belongs to one in force, by any of its parties: asked first, begun by the POST of the same page."""
    organisation, agreement = own_agreement(request, slug, pk)
    check_draws_up(request, organisation)
    own_party(agreement, organisation)
    if relation not in FOLLOWING or agreement.state not in IN_FORCE:
        raise Http404
    form = FollowForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            made = begin_following(
                agreement, relation=relation, organisation=organisation, by=cast("User", request.user), key=form.key
            )
        except RuleViolated as error:
            form.refuse(error)
            status = 409
        else:
            messages.success(request, _("The draft is made. Nobody but your organisation sees it yet."))
            return redirect("agreements:dashboard_agreement_draft", slug=slug, pk=made.pk)
    context = {
        **page_of(request, organisation, agreement),
        "form": form,
        "relation": relation,
        "title": FOLLOWING[relation],
    }
    return render(request, "agreements/dashboard_agreement_follow.html", context, status=status)
