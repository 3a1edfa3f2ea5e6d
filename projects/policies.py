"""Who may do what with projects. Whether it is possible now, the services say."""

from typing import TYPE_CHECKING

from members.models import Organisation, Representative, Role
from members.policies import role_of
from projects.models import Challenge, ParticipantRole, Project, RoadmapItem

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from members.models import User

TENDING = (Role.HEAD, Role.COORDINATOR)
TEAMING = (*TENDING, Role.TEACHER)


def can_begin_project(user: "User | AnonymousUser", organisation: Organisation) -> bool:
    """In the name of the organisation, which then is its lead: its head and coordinators."""
    return role_of(user, organisation) in TENDING


def can_tend_project(user: "User | AnonymousUser", project: Project) -> bool:
    """What is said of it, its participants, updates and results: head and coordinators of the lead. The staff do it in
    the admin site."""
    if not user.is_authenticated:
        return False
    own = Representative.objects.active().filter(user=user, role__in=TENDING)
    leads = project.participant_links.filter(role=ParticipantRole.LEAD)
    return own.filter(organisation__in=leads.values("organisation")).exists()


def can_answer_for_item(user: "User | AnonymousUser", item: RoadmapItem) -> bool:
    """How a stage or a milestone goes: head and coordinators of its owner, while that takes part in the project."""
    takes_part = item.project.participant_links.filter(organisation=item.owner).exists()
    return takes_part and role_of(user, item.owner) in TENDING


def can_pledge(user: "User | AnonymousUser", organisation: Organisation) -> bool:
    """Give, deliver, confirm in the name of the organisation: its head and coordinators."""
    return role_of(user, organisation) in TENDING


def can_set_challenge(user: "User | AnonymousUser", organisation: Organisation) -> bool:
    """In the name of the organisation: its head and coordinators."""
    return role_of(user, organisation) in TENDING


def can_tend_challenge(user: "User | AnonymousUser", challenge: Challenge) -> bool:
    """What is said of it, and its moves: head and coordinators of the company."""
    return role_of(user, challenge.company) in TENDING


def can_form_team(user: "User | AnonymousUser", organisation: Organisation) -> bool:
    """In the name of the organisation; whoever does answers for its people in the team."""
    return role_of(user, organisation) in TEAMING
