"""Days as people mean them. Others are typing errors, and break arithmetic at the ends of the calendar."""

import datetime

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

FIRST, LAST = datetime.date(1900, 1, 1), datetime.date(2100, 12, 31)


def validate_has_come(day: datetime.date) -> None:
    if day > timezone.localdate():
        raise ValidationError(_("This day has not come yet."), code="ahead")


EARLIEST = MinValueValidator(FIRST, _("Check the year: this is too long ago."))
PLAUSIBLE = (EARLIEST, MaxValueValidator(LAST, _("Check the year: this is too far ahead.")))  # of a form's field
PAST = (EARLIEST, validate_has_come)
