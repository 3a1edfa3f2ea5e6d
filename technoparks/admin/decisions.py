"""What waits here for a decision of the staff, most pressing first."""

from technoparks.admin.learners import OVERDUE

DECISIONS = (OVERDUE,)
