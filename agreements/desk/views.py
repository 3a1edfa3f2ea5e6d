"""Agreements of an organisation in its dashboard."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from agreements.access import own_agreement, sections_of
from agreements.desk.dates import MONTHS, asked_month, dates_of, months_later
from agreements.desk.listing import Asked, page_of_agreements
from agreements.desk.waiting import waiting_for
from agreements.drafting.drafts import lacks
from agreements.drafting.forms import FOLLOWING
from agreements.drafting.pages import promised, texts_of
from agreements.models import IN_FORCE, Agreement, AgreementKind, AgreementState, Approval, Verdict
from agreements.policies import can_draw_up_agreement
from agreements.terms import Terms
from common.private_pages import private_page
from members.acting.own import own_organisation
from members.models import User


@private_page
@require_safe
def dashboard_agreements(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = own_organisation(request, slug)
    asked = Asked.of(request.GET)
    groups = {
        "open": pgettext("agreements", "not concluded yet"),
        "in_force": pgettext("agreements", "concluded and in force"),
        "over": pgettext("agreements", "over"),
    }
    context = {
        "organisation": organisation,
        "waiting": waiting_for(organisation, cast("User", request.user)),
        "asked": asked,
        "page": page_of_agreements(organisation, asked, request.GET.get("page")),
        "kinds": AgreementKind.choices,
        "groups": groups.items(),
        "states": AgreementState.choices,
        "may_draw_up": can_draw_up_agreement(request.user, organisation),
    }
    return render(request, "agreements/dashboard_agreements.html", context)


@private_page
@require_safe
def dashboard_agreements_dates(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = own_organisation(request, slug)
    first = asked_month(request.GET.get("from", ""))
    context = {
        "organisation": organisation,
        "months": dates_of(organisation, first),
        "first": first,
        "last": months_later(first, MONTHS - 1),
        "earlier": months_later(first, -MONTHS),
        "later": months_later(first, MONTHS),
    }
    return render(request, "agreements/dashboard_agreements_dates.html", context)


@private_page
@require_safe
def dashboard_agreement(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    organisation, agreement = own_agreement(request, slug, pk)
    may_draw_up = can_draw_up_agreement(request.user, organisation)
    parties = [*agreement.parties.select_related("organisation")]
    is_party = organisation.pk in {one.organisation_id for one in parties}
    terms = Terms.of(agreement.terms)
    is_draft = agreement.state == AgreementState.DRAFT
    context = {
        "organisation": organisation,
        "agreement": agreement,
        "sections": sections_of(agreement, organisation, request.user),
        "parties": parties,
        "terms": terms,
        "texts": texts_of(agreement, terms),
        "promised": promised(agreement, terms),
        "files": agreement.files.all(),
        "lacks": lacks(agreement) if is_draft and may_draw_up else [],
        "may_write": is_draft and may_draw_up,
        "returned": _returned(agreement) if is_draft else None,
        "following": FOLLOWING.items() if agreement.state in IN_FORCE and may_draw_up and is_party else [],
        "children": agreement.children.of(organisation).order_by("pk"),
    }
    return render(request, "agreements/dashboard_agreement.html", context)


def _returned(agreement: Agreement) -> Approval | None:
    """What a reviewer said who gave it back, until it is sent anew."""
    version = agreement.newest_version
    return version and version.approvals.filter(verdict=Verdict.RETURNED).order_by("-at").first()
