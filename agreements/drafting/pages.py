"""What the pages of a draft have in common."""

from typing import Any

from django.http import HttpRequest

from agreements.access import sections_of
from agreements.drafting.drafts import lacks
from agreements.drafting.filling import filled
from agreements.drafting.following import FOLLOWING
from agreements.models import IN_FORCE, Agreement, AgreementState, Approval, Verdict
from agreements.policies import can_draw_up_agreement
from agreements.terms import NumberedClause, Terms, numbered
from members.models import Organisation


def page_of(request: HttpRequest, organisation: Organisation, agreement: Agreement) -> dict[str, Any]:
    return {
        "organisation": organisation,
        "agreement": agreement,
        "sections": sections_of(agreement, organisation, request.user),
    }


def drafting_of(request: HttpRequest, organisation: Organisation, agreement: Agreement) -> dict[str, Any]:
    """For the overview: what a draft lacks and why it came back, and which drafts may follow what is in force."""
    may_draw_up = can_draw_up_agreement(request.user, organisation)
    if agreement.state == AgreementState.DRAFT:
        version = agreement.newest_version
        refusals = version.approvals.filter(verdict=Verdict.RETURNED) if version else Approval.objects.none()
        lacking = lacks(agreement) if may_draw_up else []
        return {"may_write": may_draw_up, "lacks": lacking, "returned": refusals.order_by("-at").first()}
    is_theirs = may_draw_up and agreement.parties.filter(organisation=organisation).exists()
    is_followed = agreement.state in IN_FORCE and not agreement.is_dependent
    return {"following": FOLLOWING.items() if is_theirs and is_followed else []}


def texts_of(agreement: Agreement, terms: Terms) -> list[tuple[str, list[NumberedClause]]]:
    """With its language, each text as the parties will read it."""
    whole = filled(agreement, terms)
    texts = (("ru", whole.clauses), ("en", whole.clauses_en))
    return [(language, numbered(clauses)) for language, clauses in texts if clauses]


def promised(agreement: Agreement, terms: Terms) -> list[dict[str, Any]]:
    """What the terms promise, with the names of who promises it to whom; "" is a party that has gone."""
    names = {one.position: one.organisation.title for one in agreement.parties.select_related("organisation")}
    return [
        {
            "promise": one,
            "owner": names.get(one.owner, ""),
            "beneficiary": names.get(one.beneficiary, ""),
            "is_to_all": not one.beneficiary,
        }
        for one in terms.promises
    ]
