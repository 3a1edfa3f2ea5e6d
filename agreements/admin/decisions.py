"""What waits here for a decision of the staff, most pressing first."""

from agreements.admin.agreements import COPIES, REVIEWS, STANDSTILL
from agreements.admin.obligations import LATE

DECISIONS = (REVIEWS, COPIES, LATE, STANDSTILL)
