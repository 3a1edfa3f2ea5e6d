"""Roles that an organisation's own people change and end. How they begin stands in ``invitations`` and
``join_requests``; the order of locks, in ``invitations``."""

from collections.abc import Collection
from functools import partial

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import RuleViolated
from members.acting.handovers import hand_over, owned_by, takers
from members.acting.invitations import revoke_beyond_rights
from members.models import Organisation, Representative, Role, User
from members.notices.notifications import Words, heads_of, notify
from members.notices.topics import PEOPLE
from members.organisations.services import tell_of_role


@transaction.atomic
def change_role(representative: Representative, *, role: str, position: str, by: User) -> Representative:
    """Another role, or another position. Where nothing differs, nothing is written.

    Open invitations of theirs to roles that they give no more are revoked.

    Raises RuleViolated for a role that has ended, and for the last head.
    """
    locked = _locked(representative)
    if locked.ended_at:
        raise RuleViolated(_("This role has ended meanwhile."), code="role_ended")
    if role != Role.HEAD:
        _check_not_last(locked)
    changes = {"role": role, "position": position}
    changed = [name for name, value in changes.items() if getattr(locked, name) != value]
    if changed:
        for name in changed:
            setattr(locked, name, changes[name])
        locked.save(update_fields=changed)
        tell_of_role(locked)
        revoke_beyond_rights(locked.user, locked.organisation, by=by)
    return locked


@transaction.atomic
def end_role(representative: Representative, *, by: User, to: User | None = None) -> Representative:
    """Take the rights at once, and hand what the person owned there over ``to`` somebody. Repeated, does nothing.

    Raises RuleViolated for the last head, and where something is owned and ``to`` is nobody who may take it.
    """
    locked = _locked(representative)
    if locked.ended_at:
        return locked
    _check_not_last(locked)
    _hand_over(locked, to=to, by=by)
    locked.ended_at = timezone.now()
    locked.save(update_fields=["ended_at"])
    tell_of_role(locked)
    return locked


def is_last_head(representative: Representative) -> bool:
    """Whether nobody could sign for the organisation without this one."""
    heads = Representative.objects.heads().filter(organisation=representative.organisation_id)
    return [*heads.values_list("pk", flat=True)[:2]] == [representative.pk]


def left_without_head(going: Collection[Representative]) -> set[int]:
    """Keys of the organisations for which nobody could sign if these roles ended together, held from here on."""
    keys = {role.organisation_id for role in going}
    [*Organisation.objects.filter(pk__in=keys).order_by("pk").select_for_update(no_key=True)]
    heads = Representative.objects.heads().filter(organisation__in=keys)
    staying = heads.exclude(pk__in=[role.pk for role in going])
    return {*heads.values_list("organisation", flat=True)} - {*staying.values_list("organisation", flat=True)}


def tell_of_account(user: User) -> None:
    """After it was closed, or opened again: those who answer for the organisations of this person hear of it."""
    event = user.history.latest().history_id
    for role in Representative.objects.active().filter(user=user).select_related("organisation").order_by("pk"):
        notify(
            [person for person in heads_of(role.organisation) if person != user],
            topic=PEOPLE,
            key=f"account {event} {role.organisation_id}",
            words=partial(_words_of_account, role, user),
            link=role.get_absolute_url(),
            about=user,
        )


def _words_of_account(role: Representative, user: User) -> Words:
    named = {"organisation": role.organisation.title, "person": user}
    lines = [_("Role: %(role)s") % {"role": role.get_role_display()}]
    if user.is_active:
        return Words(_("%(organisation)s: the account of %(person)s is open again") % named, *lines)
    if not Representative.objects.heads().filter(organisation=role.organisation_id).exists():
        lines.append(_("Nobody heads the organisation any more. Write to the association."))
    return Words(_("%(organisation)s: the account of %(person)s is closed") % named, "\n".join(lines))


def _hand_over(representative: Representative, *, to: User | None, by: User) -> None:
    """Where nobody is there who could take it, it stays with who has left."""
    organisation, person = representative.organisation, representative.user
    possible = takers(organisation, besides=person)
    if to in possible:
        hand_over(person, organisation=organisation, to=to, by=by)
    elif possible and owned_by(person, organisation=organisation):
        text = _("Say who takes over what this person was busy with: a head or a coordinator who acts now.")
        raise RuleViolated(text, code="nobody_takes_over")


def _locked(representative: Representative) -> Representative:
    """The organisation first: of two last heads who leave at once the second one finds that they are the last."""
    Organisation.objects.select_for_update(no_key=True).get(pk=representative.organisation_id)
    rows = Representative.objects.select_related("organisation", "user").select_for_update(of=["self"])
    return rows.get(pk=representative.pk)


def _check_not_last(representative: Representative) -> None:
    if is_last_head(representative):
        text = _("%(organisation)s would be left without a head. Name another head first, or write to the association.")
        raise RuleViolated(text % {"organisation": representative.organisation.title}, code="last_head")
