"""Agreements of the lyceum in every state, for the pages of the dashboard and the office."""

from agreements.drafting.drafts import submit
from agreements.models import Agreement, SigningRequest
from agreements.signing.paper import send_copy
from members.models import Organisation
from tests.factories import agreements as made

DRAFT, REVIEWED, FROZEN = "Черновик о кружке", "Проверка договора о кружке", "Согласованное о кружке"
PAPER, CONCLUDED, PACT = "На бумаге о кружке", "Заключённое о кружке", "Стажировка в цехе"


def load() -> None:
    """Beside those of the demonstration: one in force, one negotiated, one that waits for a signature by code."""
    lyceum, company = (Organisation.objects.get(slug=slug) for slug in ("phystech-lyceum", "lorett"))
    ours = {"initiator": lyceum, "promises": (made.promise(key="kruzhok1"),), "is_public": False}
    made.draft(company, subject=DRAFT, **ours)
    submit(made.draft(company, subject=REVIEWED, **ours), by=made.head_of(lyceum), asks_office=True)
    made.frozen(company, subject=FROZEN, **ours)
    made.concluded(company, subject=CONCLUDED, **ours)
    signing = made.being_signed(company, subject=PAPER, **ours)
    theirs = signing.requests.get(party__organisation=company)
    by = made.signatory_of(theirs)
    send_copy(theirs, by=by, sha256=signing.version.sha256, document=made.scan())
    made.internship(lyceum)


def places() -> dict[str, object]:
    agreements = {one.subject: one for one in Agreement.objects.filter(initiator__slug="phystech-lyceum")}
    own, pact = {name: one.pk for name, one in agreements.items()}, _pact()
    paper = SigningRequest.objects.filter(round__agreement__subject=PAPER)
    code = SigningRequest.objects.get(way="code", round__state="open")
    draft = agreements[DRAFT]
    return {
        "agreement_draft": draft.pk,
        "draft_party": made.last_party(draft).pk,
        "agreement_reviewed": own[REVIEWED],
        "agreement_negotiated": Agreement.objects.get(state="negotiation").pk,
        "agreement_frozen": own[FROZEN],
        "agreement_paper": own[PAPER],
        "paper_own": paper.get(party__organisation__slug="phystech-lyceum").pk,
        "paper_copy": paper.get(party__organisation__slug="lorett").pk,
        "agreement_code": code.round.agreement_id,
        "code_part": code.pk,
        "agreement_concluded": own[CONCLUDED],
        "agreement_verified": agreements[CONCLUDED].code,
        "agreement_pact": pact.pk,
        "pact_obligation": pact.obligations.order_by("pk")[0].pk,
        "pact_report": pact.obligations.order_by("pk")[1].reports.get().pk,
        "pact_person": pact.annex.get().pk,
        "agreement_force": Agreement.objects.get(subject="Космический мониторинг в школьных проектах").pk,
    }


def _pact() -> Agreement:
    return Agreement.objects.get(kind="internship", state="active")
