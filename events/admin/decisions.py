"""What waits here for a decision of the staff, most pressing first."""

from events.admin.events import IN_MODERATION
from events.admin.registrations import OVERDUE

DECISIONS = (IN_MODERATION, OVERDUE)
