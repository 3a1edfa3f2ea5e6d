"""Acting for organisations: roles, invitations and requests to join."""

from collections.abc import Iterator

from django.db.models import Q, QuerySet
from django.utils import timezone

from common.personal_data import Person, Record, described
from members.models import Invitation, JoinRequest, Representative


def collect_roles(person: Person) -> Iterator[Record]:
    for role in Representative.objects.filter(user=person.user).select_related("organisation"):
        yield described(role, "organisation", "role", "position", "since", "ended_at")


def erase_roles(person: Person) -> int:
    """They end, and stay as what somebody did for the organisation then."""
    for role in Representative.objects.active().filter(user=person.user):
        role.ended_at = timezone.now()
        role.save(update_fields=["ended_at"])
    Representative.history.filter(user_id=person.user.pk).update(position="")
    return Representative.objects.filter(user=person.user).update(position="")


def _invitations_of(person: Person) -> QuerySet[Invitation]:
    of_person = Q(email__in=person.addresses) | Q(accepted_by=person.user)
    return Invitation.objects.filter(of_person).select_related("organisation")


def collect_invitations(person: Person) -> Iterator[Record]:
    names = ("organisation", "email", "role", "position", "created_at", "expires_at", "accepted_at", "revoked_at")
    for invitation in _invitations_of(person):
        yield described(invitation, *names)


def erase_invitations(person: Person) -> int:
    return _invitations_of(person).delete()[0]


def collect_join_requests(person: Person) -> Iterator[Record]:
    for asked in JoinRequest.objects.filter(user=person.user).select_related("organisation"):
        yield described(asked, "organisation", "role", "text", "created_at", "state", "decided_at", "reason")


def erase_join_requests(person: Person) -> int:
    return JoinRequest.objects.filter(user=person.user).delete()[0]
