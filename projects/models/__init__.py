from projects.models.challenge import (
    PUBLIC_CHALLENGE_STATES,
    Challenge,
    ChallengeMove,
    ChallengeState,
    RightsHolder,
    TeamKind,
)
from projects.models.project import (
    LATEST_FIRST,
    PUBLIC_STATES,
    ParticipantRole,
    Project,
    ProjectKind,
    ProjectMove,
    ProjectParticipant,
    ProjectResult,
    ProjectState,
    ProjectUpdate,
)

__all__ = [
    "LATEST_FIRST",
    "PUBLIC_CHALLENGE_STATES",
    "PUBLIC_STATES",
    "Challenge",
    "ChallengeMove",
    "ChallengeState",
    "ParticipantRole",
    "Project",
    "ProjectKind",
    "ProjectMove",
    "ProjectParticipant",
    "ProjectResult",
    "ProjectState",
    "ProjectUpdate",
    "RightsHolder",
    "TeamKind",
]
