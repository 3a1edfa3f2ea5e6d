"""The admin site: its ground, and the staff's view of what runs by itself."""

from common.admin.base import (
    Decision,
    HistoryModelAdmin,
    ModelAdmin,
    MoveInline,
    ReadOnly,
    ReadOnlyInline,
    colours,
    save_columns,
    since_last_move,
)

__all__ = [
    "Decision",
    "HistoryModelAdmin",
    "ModelAdmin",
    "MoveInline",
    "ReadOnly",
    "ReadOnlyInline",
    "colours",
    "save_columns",
    "since_last_move",
]

from common.admin import jobs, links, mail, recounts, staff_views  # noqa: F401 - they register themselves, on the ground above
