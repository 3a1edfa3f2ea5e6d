"""The parties of a draft: named, put in order, and told who signs for each of them."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.drafting.drafts import locked_draft, set_parties
from agreements.models import Agreement, Party
from common.errors import RuleViolated
from members.models import Organisation, Representative


@transaction.atomic
def add_party(agreement: Agreement, *, organisation: Organisation) -> None:
    """As the last one. Repeated, does nothing."""
    parties = _parties(agreement)
    if organisation.pk not in {one.organisation_id for one in parties}:
        set_parties(agreement, parties=[*parties, Party(organisation=organisation)])


@transaction.atomic
def remove_party(agreement: Agreement, *, organisation: Organisation) -> None:
    """Repeated, does nothing."""
    parties = _parties(agreement)
    left = [one for one in parties if one.organisation_id != organisation.pk]
    if left != parties:
        set_parties(agreement, parties=left)


@transaction.atomic
def move_party_up(agreement: Agreement, *, organisation: Organisation) -> None:
    """Where they sign in turn, one who stands above signs earlier."""
    parties = _parties(agreement)
    for place, one in enumerate(parties):
        if place and one.organisation_id == organisation.pk:
            parties[place - 1 : place + 1] = [one, parties[place - 1]]
            set_parties(agreement, parties=parties)
            return


@transaction.atomic
def write_party(party: Party, typed: Mapping[str, Any]) -> Party:
    """What is said of a party. Who signs by an account of its own is named as the organisation names them, unless said
    otherwise."""
    locked = locked_draft(party.agreement)
    found = locked.parties.filter(pk=party.pk).select_related("organisation").first()
    if found is None:
        raise RuleViolated(_("This organisation is a party no more."), code="no_party")
    for name, value in typed.items():
        setattr(found, name, value)
    if found.signatory and not found.signatory_name:
        found.signatory_name = str(found.signatory)
    if found.signatory and not found.signatory_position:
        head = heads_at(found.organisation).filter(user=found.signatory).first()
        found.signatory_position = head.position if head else ""
    found.save()
    return found


def heads_at(organisation: Organisation) -> Any:
    """Whose accounts can sign for it."""
    return Representative.objects.heads().filter(organisation=organisation).select_related("user").order_by("pk")


def _parties(agreement: Agreement) -> list[Party]:
    return [*locked_draft(agreement).parties.select_related("organisation").order_by("position")]
