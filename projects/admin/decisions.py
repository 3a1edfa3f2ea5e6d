"""What waits here for a decision of the staff, most pressing first."""

from projects.admin.challenges import UNDER_REVIEW
from projects.admin.projects import IN_MODERATION

DECISIONS = (IN_MODERATION, UNDER_REVIEW)
