"""What waits here for a decision of the staff, most pressing first."""

from projects.admin.challenges import UNDER_REVIEW
from projects.admin.projects import IN_MODERATION
from projects.admin.teams import WITHOUT_AN_ANSWER

DECISIONS = (IN_MODERATION, UNDER_REVIEW, WITHOUT_AN_ANSWER)
