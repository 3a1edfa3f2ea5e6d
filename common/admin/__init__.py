"""The admin site: its ground, and the staff's view of what runs by itself."""

from common.admin.base import Decision, HistoryModelAdmin, ModelAdmin, ReadOnly, ReadOnlyInline, colours, save_columns

__all__ = ["Decision", "HistoryModelAdmin", "ModelAdmin", "ReadOnly", "ReadOnlyInline", "colours", "save_columns"]

from common.admin import jobs, links, mail, recounts, staff_views  # noqa: F401 - they register themselves, on the ground above
