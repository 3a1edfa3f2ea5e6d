"""Who may do what. Whether it is possible now is a property of the object."""

from typing import TYPE_CHECKING

from members.models import Organisation, Representative, Role

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


def can_leave_association(user: "User | AnonymousUser", organisation: Organisation) -> bool:
    return role_of(user, organisation) == Role.HEAD
