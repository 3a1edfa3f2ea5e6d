"""Who may do what. Whether it is possible now is a property of the object."""

from typing import TYPE_CHECKING

from members.models import Invitation, Organisation, Representative, Role

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from members.models import User


def role_of(user: "User | AnonymousUser", organisation: Organisation) -> str | None:
    """The role in which ``user`` acts for ``organisation`` at this moment, or None."""
    if not user.is_authenticated:
        return None
    roles = Representative.objects.active().filter(user=user, organisation=organisation)
    return roles.values_list("role", flat=True).first()


def can_edit_organisation(user: "User | AnonymousUser", organisation: Organisation) -> bool:
    return role_of(user, organisation) in (Role.HEAD, Role.COORDINATOR)


# --- People --------------------------------------------------------------------------------------------------

# Who acts in which role gives, changes and ends which roles.
TENDED_BY: dict[str | None, frozenset[str]] = {
    Role.HEAD: frozenset(Role.values),
    Role.COORDINATOR: frozenset({Role.TEACHER, Role.VIEWER}),
}


def tended_roles(user: "User | AnonymousUser", organisation: Organisation) -> frozenset[str]:
    """Roles that ``user`` gives, changes and ends there, by an invitation or a request alike.

    ===================  ===========================================
    head                 head, coordinator, teacher, viewer
    coordinator          teacher, viewer
    teacher, viewer      none: they see the list, and may leave
    others               none: the page is not there
    ===================  ===========================================
    """
    return TENDED_BY.get(role_of(user, organisation), frozenset())


def can_invite_person(user: "User | AnonymousUser", organisation: Organisation, *, role: str) -> bool:
    return role in tended_roles(user, organisation)


def can_tend_invitation(user: "User | AnonymousUser", invitation: Invitation) -> bool:
    """Revoke it, or send it again."""
    return invitation.role in tended_roles(user, invitation.organisation)


def can_change_role(user: "User | AnonymousUser", representative: Representative, *, role: str) -> bool:
    """To ``role``. A head may give up their own, as long as another one remains."""
    return {representative.role, role} <= tended_roles(user, representative.organisation)


def can_end_role(user: "User | AnonymousUser", representative: Representative) -> bool:
    """Whoever acts may leave."""
    is_own = representative.user_id == user.pk
    return is_own or representative.role in tended_roles(user, representative.organisation)


# --- Membership ----------------------------------------------------------------------------------------------


def can_leave_association(user: "User | AnonymousUser", organisation: Organisation) -> bool:
    return role_of(user, organisation) == Role.HEAD
