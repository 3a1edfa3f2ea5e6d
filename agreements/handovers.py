"""What a person was busy with in agreements goes to somebody else when they leave. A signature never does: who is to
sign stands in the text, and until the party names another signatory nobody can sign for it."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from agreements.models import UNCONCLUDED, Agreement, AgreementState, Approval, Authority, Party
from common.locks import free
from members.acting.handovers import Owned, register
from members.models import Organisation, Representative, User


def drafts_of(user: User, organisation: Organisation) -> QuerySet[Agreement]:
    return Agreement.objects.filter(author=user, initiator=organisation, state__in=UNCONCLUDED)


def hand_over_drafts(user: User, organisation: Organisation, to: User) -> None:
    """An agreement is locked before people, and here the person may be held already. What is left with who has gone
    gives them no right."""
    free(drafts_of(user, organisation)).update(author=to)


def reviews_of(user: User, organisation: Organisation) -> QuerySet[Approval]:
    """Not decided yet, of versions that are in review."""
    return Approval.objects.filter(
        approver=user,
        verdict="",
        version__agreement__initiator=organisation,
        version__agreement__state=AgreementState.REVIEW,
    )


def signatures_of(user: User, organisation: Organisation) -> QuerySet[Party]:
    return Party.objects.filter(signatory=user, organisation=organisation, agreement__state__in=UNCONCLUDED)


def hand_over_reviews(user: User, organisation: Organisation, to: User) -> None:
    """Where the other one reviews the same version, they decide for both: anew, if they have decided already."""
    for task in reviews_of(user, organisation):
        own = Approval.objects.filter(version=task.version_id, approver=to)
        if own.update(verdict="", at=None, by=None, reason=""):
            task.delete()
        else:
            task.approver = to
            task.save(update_fields=["approver"])


def hand_over_signatures(user: User, organisation: Organisation, to: User) -> None:
    """In a draft a head who takes over signs on the charter; in a text that others have read the name stays."""
    head = Representative.objects.heads().filter(organisation=organisation, user=to).first()
    free(signatures_of(user, organisation).filter(agreement__state=AgreementState.DRAFT)).update(
        signatory=to if head else None,
        signatory_name=str(to) if head else "",
        signatory_position=head.position if head else "",
        authority=Authority.CHARTER,
        authority_number="",
        authority_until=None,
    )


register(
    Owned(
        "agreement_drafts",
        _("agreements not concluded yet"),
        count=lambda user, organisation: drafts_of(user, organisation).count(),
        hand_over=hand_over_drafts,
    )
)
register(
    Owned(
        "agreement_reviews",
        _("agreements to be reviewed"),
        count=lambda user, organisation: reviews_of(user, organisation).count(),
        hand_over=hand_over_reviews,
    )
)
register(
    Owned(
        "agreement_signatures",
        _("agreements to be signed"),
        count=lambda user, organisation: signatures_of(user, organisation).count(),
        hand_over=hand_over_signatures,
    )
)
