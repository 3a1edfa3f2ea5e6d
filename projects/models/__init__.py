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
    "PUBLIC_STATES",
    "ParticipantRole",
    "Project",
    "ProjectKind",
    "ProjectMove",
    "ProjectParticipant",
    "ProjectResult",
    "ProjectState",
    "ProjectUpdate",
]
