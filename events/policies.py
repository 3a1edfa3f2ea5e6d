"""Who may do what with events. Whether it is possible now, the models and services say."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from events.models import Event, Registration
from members.models import Organisation, Representative, Role

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from events.models.registration import RegistrationQuerySet
    from members.models import User

TENDING = (Role.HEAD, Role.COORDINATOR)
TEACHING = (*TENDING, Role.TEACHER)


def edits_events(user: "User | AnonymousUser") -> bool:
    """Of the staff, who act for no organisation; an organiser's own event is edited by TENDING."""
    return user.is_staff and user.has_perm("events.change_event")


def can_tend_attendees(user: "User | AnonymousUser", event: Event) -> bool:
    """Who reads names and addresses of those who come, and decides on them: of the staff only those who tend
    registrations, not the editors."""
    return _acts_for(user, event, TENDING, staff="events.change_registration")


def can_check_in(user: "User | AnonymousUser", event: Event) -> bool:
    """Besides those who tend the attendees, the teachers of the organisers stand at the door."""
    return _acts_for(user, event, TEACHING, staff="events.change_registration")


def _acts_for(user: "User | AnonymousUser", event: Event, roles: Sequence[str], *, staff: str) -> bool:
    if not user.is_authenticated:
        return False
    if user.is_staff and user.has_perm(staff):
        return True
    own = Representative.objects.active().filter(user=user, role__in=roles)
    return own.filter(organisation__in=event.organisers.all()).exists()


def organisations_with_groups_of(user: "User | AnonymousUser") -> "QuerySet[Organisation]":
    """For which the person may register groups: heads, coordinators and teachers."""
    if not user.is_authenticated:
        return Organisation.objects.none()
    roles = Representative.objects.active().filter(user=user, role__in=TEACHING)
    return Organisation.objects.filter(pk__in=roles.values("organisation")).order_by("sort_name")


def registrations_of(user: "User | AnonymousUser") -> "RegistrationQuerySet":
    """Of the account and of its address; groups that the person has registered and may still act for."""
    if not user.is_authenticated:
        return Registration.objects.none()
    alone = Registration.objects.of_person(user).filter(group="")
    own = organisations_with_groups_of(user).order_by()
    return alone | Registration.objects.exclude(group="").filter(user=user, organisation__in=own)


def can_act_for_registration(user: "User | AnonymousUser", registration: Registration) -> bool:
    """Whose it is; for a group, whoever of its organisation may register groups, and so nobody who has left it. Whoever
    has no account acts by the signed link, which is asked elsewhere."""
    if not user.is_authenticated:
        return False
    if not registration.is_group:
        return registration.user_id == user.pk
    own = registration.organisation
    return own is not None and organisations_with_groups_of(user).filter(pk=own.pk).exists()
