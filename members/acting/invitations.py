"""Invitations: a role waits for whoever shows that the address is theirs.

What changes roles is locked in one order, here and in ``roles``, ``join_requests`` and ``erasure``: the organisation,
the person, then the row itself.
"""

from datetime import timedelta
from functools import partial
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import RuleViolated
from common.idempotency import once
from common.links import renewed_tokens, revoke_links, subject_of
from common.mail.spared import spare
from members.acting import handovers
from members.models import Invitation, Organisation, Representative, Role, User
from members.models.invitation import InvitationQuerySet, invitation_end
from members.notices.emails import invitation_sent
from members.notices.notifications import Words, heads_of, notify
from members.notices.topics import PEOPLE
from members.organisations.services import tell_of_role
from members.people import locked_person
from members.policies import tended_roles

LINK = "invitation"
MOST_OPEN = 200  # of one organisation: the portal writes to strangers for it
MOST_A_DAY = 200  # of one organisation, whatever became of them
PAUSE = timedelta(minutes=5)  # between two letters of one invitation
KEPT_FOR = timedelta(days=90)  # after its term: who was invited, and whether they came


def invite_once(organisation: Organisation, *, by: User, key: str, asked: dict[str, Any]) -> Invitation:
    """``invite``, but once however often this ``key`` of that person arrives. Raises KeyReused besides, and where the
    address has had enough letters: whoever revokes and invites anew would write to a stranger without end."""

    def invited() -> Invitation:
        spare(asked["email"], what=f"invitation to {organisation.pk}")
        return invite(organisation, by=by, **asked)

    return once(
        invited,
        model=Invitation,
        scope=f"invitation to {organisation.pk} by {by.pk}",
        key=key,
        asked=asked,
    )


@transaction.atomic
def invite(
    organisation: Organisation, *, email: str, role: str, position: str = "", by: User | None, language: str = "ru"
) -> Invitation:
    """Write to ``email``. Who has an open invitation to that role keeps it, and gets no second letter.

    Raises RuleViolated for who acts for the organisation already or is invited to another role, and where too many
    invitations are open, or were made today.
    """
    locked = Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    email = email.lower()
    if Representative.objects.active().filter(organisation=locked, user__email=email).exists():
        raise RuleViolated(_("This person already acts for the organisation."), code="has_role")
    standing = locked.invitations.standing().filter(email=email).first()
    if standing and standing.is_open:
        if standing.role == role:
            return standing
        text = _("This address is invited to another role: %(role)s. Revoke that invitation first.")
        raise RuleViolated(text % {"role": standing.get_role_display()}, code="invited")
    if locked.invitations.open().count() >= MOST_OPEN:
        raise RuleViolated(_("Too many invitations are open. Revoke those that are not needed."), code="too_many")
    if locked.invitations.filter(created_at__gt=timezone.now() - timedelta(days=1)).count() >= MOST_A_DAY:
        raise RuleViolated(
            _("The organisation has invited too many people today. Go on tomorrow."), code="too_many_today"
        )
    invitation = standing or Invitation(organisation=locked, email=email)
    invitation.role, invitation.position = role, position
    invitation.language, invitation.invited_by = language, by
    _sent(invitation)
    _tell_heads(invitation, event=f"sent {invitation.sent_at.isoformat()}", by=by)
    return invitation


@transaction.atomic
def prepare_head(organisation: Organisation, *, email: str, by: User) -> Invitation | None:
    """An invitation without its letter, which goes when the office sends it (``send_again``); until then its term is
    over. None where that address acts for the organisation already, or has an invitation.
    """
    locked = Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    if email.lower() in addresses_of(locked):
        return None
    return locked.invitations.create(email=email.lower(), role=Role.HEAD, invited_by=by, expires_at=timezone.now())


def addresses_of(organisation: Organisation) -> set[str]:
    """Of those who act for it or have been invited to."""
    acting = Representative.objects.active().filter(organisation=organisation)
    invited = organisation.invitations.standing()
    return {*acting.values_list("user__email", flat=True), *invited.values_list("email", flat=True)}


@transaction.atomic
def send_again(invitation: Invitation, *, by: User | None) -> Invitation:
    """The same link, with a new term. Of one that was only prepared, the heads hear now. Raises RuleViolated for one
    that has ended, or was sent a moment ago, and where the address has had enough letters."""
    locked = _locked(invitation)
    can_be_sent(locked)
    spare(locked.email, what=f"invitation to {locked.organisation_id}")
    was_only_prepared = locked.is_prepared
    _sent(locked)
    if was_only_prepared:
        _tell_heads(locked, event=f"sent {locked.sent_at.isoformat()}", by=by)
    return locked


def can_be_sent(invitation: Invitation) -> None:
    """Raises RuleViolated as ``send_again`` does."""
    _check_stands(invitation)
    if timezone.now() - invitation.sent_at < PAUSE:
        raise RuleViolated(_("It was sent a moment ago. Give the letter a few minutes."), code="sent_just_now")


@transaction.atomic
def revoke(invitation: Invitation, *, by: User | None) -> Invitation:
    """Its link leads nowhere from now on. Repeated, does nothing. Raises RuleViolated for one that was accepted."""
    locked = _locked(invitation)
    if locked.revoked_at is None:
        _check_stands(locked)
        locked.revoked_at = timezone.now()
        locked.save(update_fields=["revoked_at"])
        revoke_links(LINK, subjects=[str(locked.pk)])
        _tell_heads(locked, event="revoked", by=by)
    return locked


def revoke_beyond_rights(user: User, organisation: Organisation, *, by: User) -> None:
    """Open ones that ``user`` has sent to roles which they give no more: to an address of their own, perhaps, by which
    whoever was put out, or has a lesser role, would come back."""
    for invitation in _sent_by(user, organisation).exclude(role__in=tended_roles(user, organisation)):
        revoke(invitation, by=by)


def invitation_of(token: str) -> Invitation | None:
    """None for a link that is forged, expired or revoked."""
    found = Invitation.objects.select_related("organisation", "invited_by")
    subject = subject_of(token, purpose=LINK)
    return found.filter(pk=subject, revoked_at=None).first() if subject else None


def is_for(user: User | AnonymousUser, invitation: Invitation) -> bool:
    """Whether the address is one that the person has shown to be theirs."""
    if not user.is_authenticated:
        return False
    shown = User.objects.filter(pk=user.pk, emailaddress__verified=True, emailaddress__email=invitation.email)
    return shown.exists()


@transaction.atomic
def accept(invitation: Invitation, *, by: User) -> Representative:
    """Give the role. Asked again by the same person, it is the role that they got.

    Raises RuleViolated for whoever is not ``is_for``, where it has been accepted, revoked or has expired, and for who
    has a role there already.
    """
    person = locked_person(by)
    locked = _locked(invitation)
    if not is_for(person, locked):
        raise RuleViolated(_("This invitation is for another address."), code="other_address")
    own = Representative.objects.active().filter(user=person, organisation=locked.organisation).first()
    if own and locked.accepted_by_id == person.pk:
        return own
    _check_stands(locked)
    if locked.has_expired:
        raise RuleViolated(_("The term of this invitation is over. Ask for a new one."), code="invitation_expired")
    if own:
        text = _("You already act for %(organisation)s. Your role: %(role)s.")
        named = {"organisation": locked.organisation.title, "role": own.get_role_display()}
        raise RuleViolated(text % named, code="has_role")
    locked.accepted_at, locked.accepted_by = timezone.now(), person
    locked.save(update_fields=["accepted_at", "accepted_by"])
    given = Representative.objects.create(
        organisation=locked.organisation, user=person, role=locked.role, position=locked.position
    )
    tell_of_role(given)
    return given


def forget_old_invitations() -> int:
    """However they ended: they hold addresses."""
    return Invitation.objects.filter(expires_at__lt=timezone.now() - KEPT_FOR).delete()[0]


# --- Handed over with the role of who sent them ----------------------------------------------------------------


def _sent_by(user: User, organisation: Organisation) -> InvitationQuerySet:
    return Invitation.objects.open().filter(organisation=organisation, invited_by=user)


handovers.register(
    handovers.Owned(
        "invitations",
        gettext_lazy("open invitations"),
        count=lambda user, organisation: _sent_by(user, organisation).count(),
        hand_over=lambda user, organisation, to: _sent_by(user, organisation).update(invited_by=to),
    )
)


def _locked(invitation: Invitation) -> Invitation:
    rows = Invitation.objects.select_related("organisation").select_for_update(of=["self"])
    return rows.get(pk=invitation.pk)


def _check_stands(invitation: Invitation) -> None:
    if invitation.accepted_at:
        raise RuleViolated(_("This invitation has been accepted already."), code="invitation_used")
    if invitation.revoked_at:
        raise RuleViolated(_("This invitation has been revoked."), code="invitation_revoked")


def _sent(invitation: Invitation) -> Invitation:
    invitation.expires_at = invitation_end()
    invitation.save()
    subject = str(invitation.pk)
    token = renewed_tokens(LINK, subjects=[subject], expires_at=invitation.expires_at)[subject]
    invitation_sent(invitation, token=token).send()
    return invitation


def _tell_heads(invitation: Invitation, *, event: str, by: User | None) -> None:
    """All who answer for the organisation but whoever has done it. The address stands on the page alone, as it is that
    of a stranger."""
    organisation = invitation.organisation
    notify(
        [person for person in heads_of(organisation) if person != by],
        topic=PEOPLE,
        key=f"invitation {invitation.pk} {event}",
        words=partial(_words_to_heads, invitation, by, is_revoked=invitation.revoked_at is not None),
        link=invitation.get_absolute_url(),
        about=by,
    )


def _words_to_heads(invitation: Invitation, by: User | None, *, is_revoked: bool) -> Words:
    title = (
        _("%(organisation)s: an invitation was revoked") if is_revoked else _("%(organisation)s: somebody is invited")
    )
    lines = [
        _("Role: %(role)s") % {"role": Role(invitation.role).label},
        _("By: %(person)s") % {"person": by or _("the office of the association")},
    ]
    return Words(title % {"organisation": invitation.organisation.title}, "\n".join(lines))
