"""Days as people mean them. Others are typing errors, and break arithmetic at the ends of the calendar."""

import datetime

from django.core.validators import MaxValueValidator, MinValueValidator

FIRST, LAST = datetime.date(1900, 1, 1), datetime.date(2100, 12, 31)
PLAUSIBLE = (MinValueValidator(FIRST), MaxValueValidator(LAST))  # of a form's field
