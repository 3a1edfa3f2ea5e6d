"""What waits here for a decision of the staff, most pressing first."""

from members.admin.memberships import SUSPENDED
from members.admin.organisations import UNPUBLISHED_ORGANISATIONS, UNPUBLISHED_PEOPLE
from members.admin.partnerships import OVERDUE
from members.admin.profile_changes import WAITING as PROFILE_CHANGES

DECISIONS = (PROFILE_CHANGES, UNPUBLISHED_ORGANISATIONS, UNPUBLISHED_PEOPLE, SUSPENDED, OVERDUE)
