"""What waits here for a decision of the staff, most pressing first."""

from members.admin.applications import APPLICATIONS
from members.admin.arrivals import WITHOUT_HEAD
from members.admin.board import TO_CLOSE
from members.admin.fees import LEFT_BEHIND, NOT_RENEWED, UNHEARD
from members.admin.fees import OVERDUE as UNPAID
from members.admin.memberships import SUSPENDED
from members.admin.offices import OFFICE_REPORTS
from members.admin.organisations import UNPUBLISHED_ORGANISATIONS, UNPUBLISHED_PEOPLE
from members.admin.partnerships import OVERDUE as NEXT_STEPS
from members.admin.profile_changes import WAITING as PROFILE_CHANGES

DECISIONS = (
    APPLICATIONS,
    TO_CLOSE,
    PROFILE_CHANGES,
    OFFICE_REPORTS,
    UNPUBLISHED_ORGANISATIONS,
    UNPUBLISHED_PEOPLE,
    SUSPENDED,
    NOT_RENEWED,
    LEFT_BEHIND,
    UNPAID,
    UNHEARD,
    WITHOUT_HEAD,
    NEXT_STEPS,
)
