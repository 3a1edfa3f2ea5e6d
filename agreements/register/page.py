"""What everybody may read of one agreement: nobody's name, no clause of the text, no annex.

Who signed is personal data, and each publication of such needs a consent of its own (152-ФЗ, ст. 10.1): the page names
organisations alone.
"""

import datetime
from typing import Any

from agreements.kinds import KINDS, FieldType
from agreements.models import IN_FORCE, Agreement, ObligationState
from agreements.register.listing import cards_of, progress_of, state_said
from agreements.terms import Terms

# Of the fields of the kinds, those in which nobody is named and nothing is said of pay or liability.
TO_EVERYBODY = frozenset(
    {
        "directions", "projects", "roadmap", "category", "programme", "terms", "students", "premises", "qualification",
        "places", "equipment", "country", "languages", "law",
    }
)  # fmt: skip


def page_of(agreement: Agreement) -> dict[str, Any]:
    """The context of the page. Seven queries, however much is in the agreement."""
    details = Terms.of(agreement.newest_version.terms if agreement.number else agreement.terms).details
    obligations = agreement.obligations.select_related("owner", "beneficiary")
    if agreement.state in IN_FORCE:
        obligations = obligations.exclude(state=ObligationState.CLOSED)  # an amendment has taken them out
    return {
        "agreement": agreement,
        "state": state_said(agreement.state),
        "parties": cards_of(agreement.party_cards),
        "called": [one.called for one in agreement.parties.order_by("position")],
        "facts": [
            (field.label, details[field.name])
            for field in KINDS[agreement.kind].fields
            if field.name in TO_EVERYBODY and field.type != FieldType.YES_NO and details.get(field.name)
        ],
        "note": KINDS[agreement.kind].note,
        "obligations": obligations,
        "progress": progress_of([agreement.pk]).get(agreement.pk),
        "parent": agreement.parent if agreement.parent and agreement.parent.number else None,
        "children": Agreement.objects.shown().filter(parent=agreement).order_by("pk"),
        "in_force_since": _since(agreement),
    }


def _since(agreement: Agreement) -> datetime.date | None:
    return agreement.starts_on or agreement.concluded_on
