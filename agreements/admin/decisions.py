"""What waits here for a decision of the staff, most pressing first."""

from agreements.admin.agreements import REVIEWS, STANDSTILL
from agreements.admin.copies import TO_CHECK
from agreements.admin.obligations import LATE

DECISIONS = (REVIEWS, TO_CHECK, LATE, STANDSTILL)
