"""The agreements of an organisation in its dashboard: who opens which page of one, and how the pages hang together."""

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import pgettext

from agreements.kinds import KINDS
from agreements.models import IN_FORCE, OVER, Agreement, Party
from members.acting.own import own_organisation
from members.models import Organisation


def own_agreement(request: HttpRequest, slug: str, pk: int) -> tuple[Organisation, Agreement]:
    """To whoever acts for the organisation in any role; to others, and before it was sent to them, it is not there."""
    organisation = own_organisation(request, slug)
    found = Agreement.objects.of(organisation).select_related("initiator", "parent", "package")
    return organisation, get_object_or_404(found, pk=pk)


def own_party(agreement: Agreement, organisation: Organisation) -> Party:
    """Its part; raises Http404 for who draws an agreement up and is none of its parties."""
    party = agreement.parties.filter(organisation=organisation).select_related("organisation", "signatory").first()
    if party is None:
        raise Http404
    return party


def sections_of(agreement: Agreement, organisation: Organisation) -> list[tuple[str, str]]:
    """Title and address of each page that fits its state; a page joins here with its address."""
    pages = [
        (True, pgettext("of an agreement", "Overview"), "dashboard_agreement"),
        (
            agreement.state in (*IN_FORCE, *OVER),
            pgettext("of an agreement", "Obligations"),
            "dashboard_agreement_obligations",
        ),
        (KINDS[agreement.kind].has_annex, pgettext("of an agreement", "Annex"), "dashboard_agreement_annex"),
    ]
    keys = [organisation.slug, agreement.pk]
    return [(title, reverse(f"agreements:{name}", args=keys)) for may, title, name in pages if may]
