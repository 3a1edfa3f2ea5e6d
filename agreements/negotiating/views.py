"""Pages on which the parties read, compare, remark, change and accept the words."""

from dataclasses import replace
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agreements.access import own_agreement, own_party, sections_of
from agreements.models import Agreement, AgreementState, Party, Version
from agreements.negotiating.comparing import compared
from agreements.negotiating.forms import CommentForm, OwnPartyForm, TermsForm, promise_rows
from agreements.negotiating.reading import last_read, note_reading, readable_comments, readable_versions
from agreements.negotiating.shown import clauses_with_comments, texts_of, told_version
from agreements.negotiating.versions import OutdatedVersion, accept_version, comment, propose_version, settle
from agreements.policies import can_negotiate, can_settle
from agreements.terms import Terms, numbered
from common.errors import RuleViolated
from common.private_pages import private_page
from members.models import Organisation, User

WHOLE = "whole"  # in addresses: the agreement, not one clause
REMARKABLE = (AgreementState.REVIEW, AgreementState.NEGOTIATION)


@private_page
@require_safe
def dashboard_agreement_versions(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    organisation, agreement = own_agreement(request, slug, pk)
    acceptances = "acceptances__party__organisation"
    versions = [*readable_versions(agreement, organisation).prefetch_related(acceptances, "acceptances__by")]
    read = last_read(versions, _reader(request))
    context = {
        **_frame(organisation, agreement),
        "versions": versions,
        "number_of_parties": agreement.parties.count(),
        "read": read,
        "is_new": bool(versions) and read != versions[0],
        "may_propose": _may_negotiate(request, organisation, agreement),
    }
    return render(request, "agreements/dashboard_agreement_versions.html", context)


@private_page
@require_safe
def dashboard_agreement_version(request: HttpRequest, slug: str, pk: int, number: int) -> HttpResponse:
    organisation, agreement = own_agreement(request, slug, pk)
    version = get_object_or_404(readable_versions(agreement, organisation), number=number)
    newest = readable_versions(agreement, organisation)[0]
    known = note_reading(version, _reader(request))
    terms = Terms.of(version.terms)
    comments = [*readable_comments(agreement, organisation)]
    may_negotiate = _may_negotiate(request, organisation, agreement)
    context = {
        **_frame(organisation, agreement),
        "version": version,
        "newest": newest,
        "is_newest": version == newest,
        "texts": clauses_with_comments(terms, comments, seen_at=known.at if known else None, reader=request.user),
        "whole": [one for one in comments if not one.clause],
        **told_version(version, terms),
        "may_negotiate": may_negotiate,
        "may_remark": may_negotiate and agreement.state in REMARKABLE,
    }
    return render(request, "agreements/dashboard_agreement_version.html", context)


@private_page
@require_safe
def dashboard_agreement_compare(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Two versions beside each other: those asked for, or the newest and the one that the reader knows."""
    organisation, agreement = own_agreement(request, slug, pk)
    versions = [*readable_versions(agreement, organisation)]
    if len(versions) < 2:
        raise Http404
    after = _asked(request, "after", versions) or versions[0]
    earlier = [one for one in versions if one.number < after.number]
    before = _asked(request, "before", versions) or last_read(earlier, _reader(request)) or (earlier or versions)[0]
    note_reading(after, _reader(request))
    context = {
        **_frame(organisation, agreement),
        "versions": versions,
        "comparison": compared(before, after),
        "may_propose": after == versions[0] and _may_negotiate(request, organisation, agreement),
    }
    return render(request, "agreements/dashboard_agreement_compare.html", context)


def _asked(request: HttpRequest, name: str, versions: list[Version]) -> Version | None:
    """Raises Http404 where the address names one that is not there."""
    number = request.GET.get(name)
    if number is None:
        return None
    found = next((one for one in versions if str(one.number) == number), None)
    if found is None:
        raise Http404
    return found


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_agreement_remarks(request: HttpRequest, slug: str, pk: int, clause: str) -> HttpResponse:
    """What was said of one clause, and a form to say more."""
    organisation, agreement = own_agreement(request, slug, pk)
    version = readable_versions(agreement, organisation).first()
    comments = [one for one in readable_comments(agreement, organisation) if (one.clause or WHOLE) == clause]
    found = _clause(version, clause)
    if version is None or (clause != WHOLE and found is None and not comments):
        raise Http404
    may_negotiate = _may_negotiate(request, organisation, agreement)
    form = CommentForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        _check(may_negotiate)
        if form.is_valid():
            try:
                comment(
                    agreement,
                    version=version,
                    clause="" if clause == WHOLE else clause,
                    party=own_party(agreement, organisation),
                    by=_reader(request),
                    text=form.cleaned_data["text"],
                )
            except RuleViolated as error:
                form.add_error(None, error.message)
                status = 409
            else:
                messages.success(request, _("The remark is there for all who read the agreement."))
                return redirect("agreements:dashboard_agreement_remarks", slug=slug, pk=pk, clause=clause)
    context = {
        **_frame(organisation, agreement),
        "version": version,
        "clause": found,
        "address": clause,
        "comments": [(one, one.settled_at is None and can_settle(request.user, one)) for one in comments],
        "form": form,
        "may_remark": may_negotiate and agreement.state in REMARKABLE,
    }
    return render(request, "agreements/dashboard_agreement_remarks.html", context, status=status)


def _clause(version: Version | None, key: str) -> Any:
    if version is None:
        return None
    terms = Terms.of(version.terms)
    every = (*numbered(terms.clauses), *numbered(terms.clauses_en))
    return next((one for one in every if one.clause.key == key), None)


@private_page
@require_POST
def dashboard_agreement_settle(request: HttpRequest, slug: str, pk: int, clause: str, comment: int) -> HttpResponse:
    organisation, agreement = own_agreement(request, slug, pk)
    found = get_object_or_404(readable_comments(agreement, organisation), pk=comment)
    _check(can_settle(request.user, found))
    settle(found, by=_reader(request))
    messages.success(request, _("The remark is settled."))
    return redirect("agreements:dashboard_agreement_remarks", slug=slug, pk=pk, clause=clause)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_agreement_propose(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A new version on the ground of the newest. Where another party was quicker, what was typed stands there beside
    what is new."""
    organisation, agreement = own_agreement(request, slug, pk)
    party = _negotiating_party(request, organisation, agreement)
    newest = _newest(agreement, organisation)
    terms = Terms.of(newest.terms)
    data = request.POST if request.method == "POST" else None
    parties = [*agreement.parties.select_related("organisation")]
    form = TermsForm(data, agreement=agreement, terms=terms, base=newest.number)
    promises = promise_rows(terms, parties, data)
    own = OwnPartyForm(data, instance=party)
    status, news = 200, None
    if data is not None and all([form.is_valid(), promises.is_valid(), own.is_valid()]):
        proposed = replace(form.terms, promises=promises.promises)
        sides = [own.instance if one.pk == party.pk else one for one in parties] if own.has_changed() else None
        base = form.cleaned_data["base"]
        try:
            version = propose_version(
                agreement,
                party=party,
                terms=proposed,
                base=base,
                by=_reader(request),
                note=form.cleaned_data["note"],
                parties=sides,
            )
        except OutdatedVersion as error:
            newest = _newest(agreement, organisation)
            form.add_error(None, error.message)
            form.rest_on(newest.number)
            news, status = _since(agreement, organisation, base, newest), 409
        except RuleViolated as error:
            form.add_error(None, error.message)
            status = 409
        else:
            note_reading(version, _reader(request))
            messages.success(request, _("Version %(number)d is before the parties.") % {"number": version.number})
            return redirect("agreements:dashboard_agreement", slug=slug, pk=pk)
    context = {
        **_frame(organisation, agreement),
        "form": form,
        "promises": promises,
        "own": own,
        "newest": newest,
        "news": news,
        "is_possible": agreement.state == AgreementState.NEGOTIATION,
    }
    return render(request, "agreements/dashboard_agreement_propose.html", context, status=status)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_agreement_accept(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Of exactly the words whose hash is shown."""
    organisation, agreement = own_agreement(request, slug, pk)
    party = _negotiating_party(request, organisation, agreement)
    newest = _newest(agreement, organisation)
    read = last_read([*readable_versions(agreement, organisation)], _reader(request))
    refusal, news, status = "", None, 200
    if request.method == "POST":
        try:
            accept_version(agreement, party=party, sha256=request.POST.get("sha256", ""), by=_reader(request))
        except OutdatedVersion as error:
            refusal, status = error.message, 409
            asked = readable_versions(agreement, organisation).filter(sha256=request.POST.get("sha256", "")).first()
            newest = _newest(agreement, organisation)
            news = compared(asked, newest) if asked else None
        except RuleViolated as error:
            refusal, status = error.message, 409
        else:
            note_reading(newest, _reader(request))
            messages.success(request, _("You have accepted version %(number)d.") % {"number": newest.number})
            return redirect("agreements:dashboard_agreement", slug=slug, pk=pk)
    context = {
        **_frame(organisation, agreement),
        "party": party,
        "newest": newest,
        "texts": texts_of(Terms.of(newest.terms)),
        "is_read": read == newest,
        "is_accepted": newest.acceptances.filter(party=party).exists(),
        "is_possible": agreement.state == AgreementState.NEGOTIATION,
        "refusal": refusal,
        "news": news,
    }
    return render(request, "agreements/dashboard_agreement_accept.html", context, status=status)


def _frame(organisation: Organisation, agreement: Agreement) -> dict[str, Any]:
    return {"organisation": organisation, "agreement": agreement, "sections": sections_of(agreement, organisation)}


def _reader(request: HttpRequest) -> User:
    return cast("User", request.user)


def _newest(agreement: Agreement, organisation: Organisation) -> Version:
    """Raises Http404 before anything was sent for review."""
    return get_object_or_404(readable_versions(agreement, organisation)[:1])


def _since(agreement: Agreement, organisation: Organisation, base: int, newest: Version) -> Any:
    """What is new since the version that was changed; None where there was no such version."""
    found = readable_versions(agreement, organisation).filter(number=base).first()
    return compared(found, newest) if found else None


def _may_negotiate(request: HttpRequest, organisation: Organisation, agreement: Agreement) -> bool:
    party = Party.objects.filter(agreement=agreement, organisation=organisation).select_related("organisation").first()
    return party is not None and can_negotiate(request.user, party)


def _negotiating_party(request: HttpRequest, organisation: Organisation, agreement: Agreement) -> Party:
    party = own_party(agreement, organisation)
    _check(can_negotiate(request.user, party))
    party.agreement = agreement
    return party


def _check(may: bool) -> None:
    if not may:
        raise PermissionDenied(_("The head or a coordinator of the organisation negotiates for it."))
