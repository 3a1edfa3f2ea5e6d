"""The parties change the text until all of them accept the same version."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.drafting.drafts import lacks, make_version, write_columns, write_parties
from agreements.life.machine import Who, check, locked_agreement, turn
from agreements.models import Acceptance, Agreement, AgreementState, ClauseComment, Party, Version
from agreements.terms import Terms, content_of
from common.errors import RuleViolated
from members.models import User


class OutdatedVersion(RuleViolated):
    code = "outdated_version"


@transaction.atomic
def propose_version(
    agreement: Agreement,
    *,
    party: Party,
    terms: Terms,
    base: int,
    by: User,
    note: str = "",
    parties: Sequence[Party] | None = None,
) -> Version:
    """A new version on the ground of the newest, ``base``; with it every acceptance so far is moot, as each is of one
    version. What changes nothing makes none; repeated, it returns the version that it made.

    Raises OutdatedVersion where another party was quicker, and RuleViolated where something would be missing.
    """
    locked = locked_agreement(agreement)
    check(locked, "propose", who=Who.PARTY)
    newest = locked.newest_version
    terms = terms.following(Terms.of(newest.terms))
    if base != newest.number:
        if newest.by == by and newest.content == content_of(locked, terms):
            return newest
        text = _("Meanwhile there is version %(number)d. See what is new in it, then propose yours.")
        raise OutdatedVersion(text % {"number": newest.number})
    write_columns(locked, terms)
    if parties is not None:
        write_parties(locked, parties)
    if missing := lacks(locked):
        raise RuleViolated(_("Not complete: %(what)s") % {"what": ", ".join(missing)}, code="incomplete")
    version = make_version(locked, Terms.of(locked.terms), by=by, organisation=party.organisation, note=note)
    if version.sha256 == newest.sha256:
        raise RuleViolated(_("Nothing is different from version %(number)d.") % {"number": newest.number}, code="same")
    turn(locked, "propose", who=Who.PARTY, by=by, party=party.pk, version=version.sha256)
    return version


@transaction.atomic
def accept_version(agreement: Agreement, *, party: Party, sha256: str, by: User) -> Agreement:
    """That the party agrees to exactly these words. With the last party they are final. Repeated, does nothing.

    Raises OutdatedVersion where there is a newer version than the one that was read.
    """
    locked = locked_agreement(agreement)
    newest = locked.newest_version
    accepted = Acceptance.objects.filter(version=newest)
    if newest.sha256 == sha256 and accepted.filter(party=party).exists():
        return locked
    check(locked, "accept", who=Who.PARTY)
    if newest.sha256 != sha256:
        text = _("Meanwhile there is version %(number)d. See what is new in it, then decide.")
        raise OutdatedVersion(text % {"number": newest.number})
    Acceptance.objects.create(version=newest, party=party, by=by)
    is_last = accepted.count() == locked.parties.count()
    turn(locked, "accept", who=Who.PARTY, by=by, completes=is_last, party=party.pk, version=sha256)
    return locked


@transaction.atomic
def reopen(agreement: Agreement, *, party: Party, by: User, reason: str) -> Agreement:
    """What all had agreed on is negotiated anew, for example as a signatory has gone."""
    locked = locked_agreement(agreement)
    turn(locked, "reopen", who=Who.PARTY, by=by, reason=reason, party=party.pk)
    forget_acceptances(locked)
    return locked


def forget_acceptances(agreement: Agreement) -> None:
    """Back from the signing: each party says anew whether it agrees. The history keeps who did."""
    Acceptance.objects.filter(version=agreement.newest_version).delete()


@transaction.atomic
def comment(
    agreement: Agreement, *, version: Version, clause: str, party: Party | None, by: User, text: str
) -> ClauseComment:
    """A remark, as long as the text can still be changed."""
    locked = locked_agreement(agreement)
    if locked.state not in (AgreementState.REVIEW, AgreementState.NEGOTIATION):
        raise RuleViolated(_("The text is settled: nothing is remarked on it any more."), code="other_state")
    return ClauseComment.objects.create(agreement=locked, version=version, clause=clause, party=party, by=by, text=text)


@transaction.atomic
def settle(comment: ClauseComment, *, by: User) -> None:
    """Repeated, does nothing."""
    ClauseComment.objects.filter(pk=comment.pk, settled_at=None).update(settled_at=timezone.now(), settled_by=by)
