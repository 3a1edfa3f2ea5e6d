"""The papers of a concluded agreement: the text, a sheet of its signatures and the history, as one PDF."""

from typing import Any

from django.utils.formats import date_format

from agreements.models import Agreement, RoundState, Signature
from agreements.terms import Terms, numbered
from common.documents import order_document
from common.models import Document

TEMPLATE = "pdf/agreements/package.typ"


def order_package(agreement: Agreement) -> Document:
    """Made after the commit, and again until it succeeds: the agreement does not wait for it."""
    return order_document(TEMPLATE, package_data(agreement))


def package_data(agreement: Agreement) -> dict[str, Any]:
    """What the template finds."""
    version = agreement.newest_version
    terms = Terms.of(version.terms)
    signatures = Signature.objects.filter(
        request__round__agreement=agreement, request__round__state=RoundState.COMPLETED
    ).select_related("request__party__organisation")
    return {
        "number": agreement.number,
        "subject": terms.subject,
        "concluded": date_format(agreement.concluded_on) if agreement.concluded_on else "",
        "sha256": version.sha256,
        "code": agreement.code,
        "clauses": [
            {"number": one.number, "level": one.clause.level, "text": one.clause.text}
            for one in numbered(terms.clauses)
        ],
        "signatures": [
            {
                "party": one.request.party.organisation.name,
                "name": one.name,
                "position": one.position,
                "ground": one.ground,
                "way": one.get_way_display(),
                "at": one.at.isoformat(),
            }
            for one in signatures
        ],
    }
