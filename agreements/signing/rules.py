"""The rules of signing by a one-time code, which an organisation joins before it may sign so (63-ФЗ, ст. 9 ч. 2): who
is identified how, and the duty to keep the key secret."""

from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.models import RulesAccession
from agreements.policies import can_join_rules
from agreements.terms import sha256_of
from common.errors import RuleViolated
from members.models import Organisation, Representative, User

EDITION = "2026-11"
# Russian alone: these are the words that bind. The page says so to an English reader.
RULES = (Path(__file__).parent.parent / "data" / f"signing_rules_{EDITION}.txt").read_text()


@transaction.atomic
def join_rules(organisation: Organisation, *, by: User) -> RulesAccession:
    """By its head. Repeated, returns what is there."""
    _check_head(organisation, by)
    role = Representative.objects.active().get(organisation=organisation, user=by)
    told = {"text_sha256": sha256_of(RULES), "by": by, "name": str(by), "position": role.position}
    known, _is_new = RulesAccession.objects.get_or_create(
        organisation=organisation, edition=EDITION, left_at=None, defaults=told
    )
    return known


def leave_rules(organisation: Organisation, *, by: User) -> None:
    """By its head. What has been signed stands; what was sent and not entered yet signs nothing. Repeated, does
    nothing."""
    _check_head(organisation, by)
    RulesAccession.objects.filter(organisation=organisation, left_at=None).update(left_at=timezone.now())


def accession_of(organisation: Organisation) -> RulesAccession | None:
    """To this edition, as long as it lasts."""
    standing = RulesAccession.objects.filter(organisation=organisation, edition=EDITION, left_at=None)
    return standing.select_related("by").first()


def _check_head(organisation: Organisation, by: User) -> None:
    if not can_join_rules(by, organisation):
        raise RuleViolated(_("The head of the organisation joins the rules and leaves them."), code="not_head")
