"""The agreements of an organisation in its dashboard: who opens which page of one, and how the pages hang together."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from agreements.kinds import KINDS
from agreements.models import IN_FORCE, OVER, Agreement, AgreementState, Party
from agreements.policies import can_draw_up_agreement
from members.acting.own import own_organisation
from members.models import Organisation

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from members.models import User


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


def drafted_agreement(request: HttpRequest, slug: str, pk: int) -> tuple[Organisation, Agreement]:
    """``own_agreement`` of who draws it up, where the reader may change it; raises PermissionDenied otherwise."""
    organisation, agreement = own_agreement(request, slug, pk)
    check_draws_up(request, organisation)
    if agreement.initiator_id != organisation.pk:
        raise Http404
    return organisation, agreement


def check_draws_up(request: HttpRequest, organisation: Organisation) -> None:
    if not can_draw_up_agreement(request.user, organisation):
        raise PermissionDenied(_("The head or a coordinator of the organisation draws up its agreements."))


def sections_of(
    agreement: Agreement, organisation: Organisation, reader: "User | AnonymousUser | None" = None
) -> list[tuple[str, str]]:
    """Title and address of each page that fits its state; a page joins here with its address. Those on which a draft is
    written stand there for a ``reader`` who may do so."""
    drafts = (
        agreement.state == AgreementState.DRAFT
        and agreement.initiator_id == organisation.pk
        and reader is not None
        and can_draw_up_agreement(reader, organisation)
    )
    is_reviewed = agreement.state == AgreementState.REVIEW and agreement.initiator_id == organisation.pk
    pages = [
        (True, pgettext("of an agreement", "Overview"), "dashboard_agreement"),
        (_is_signed(agreement), pgettext("of an agreement", "Signing"), "dashboard_agreement_signing"),
        (drafts, _("Terms and text"), "dashboard_agreement_draft"),
        (drafts, _("Parties"), "dashboard_agreement_parties"),
        (drafts, _("Obligations"), "dashboard_agreement_promises"),
        (drafts, _("Documents"), "dashboard_agreement_files"),
        (drafts, _("Send"), "dashboard_agreement_submit"),
        (is_reviewed, pgettext("of an agreement", "Review"), "dashboard_agreement_review"),
        (
            agreement.state != AgreementState.DRAFT,
            pgettext("of an agreement", "Versions"),
            "dashboard_agreement_versions",
        ),
        (
            agreement.state in (*IN_FORCE, *OVER),
            pgettext("of an agreement", "Obligations"),
            "dashboard_agreement_obligations",
        ),
        (KINDS[agreement.kind].has_annex, pgettext("of an agreement", "Annex"), "dashboard_agreement_annex"),
    ]
    keys = [organisation.slug, agreement.pk]
    return [(title, reverse(f"agreements:{name}", args=keys)) for may, title, name in pages if may]


def _is_signed(agreement: Agreement) -> bool:
    """Or is to be, or was about to be."""
    return agreement.state == AgreementState.FROZEN or agreement.rounds.exists()
