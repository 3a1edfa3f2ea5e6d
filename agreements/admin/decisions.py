"""What waits here for a decision of the staff."""

from agreements.admin.copies import TO_CHECK

DECISIONS = (TO_CHECK,)
