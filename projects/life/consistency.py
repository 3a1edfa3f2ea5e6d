"""Whether a row may be written, asked before the database says no."""

from django.core.exceptions import ValidationError
from django.db.models import Model

from common.errors import RuleViolated


def check_constraints(row: Model) -> None:
    """Raises RuleViolated, in the words of the constraints that it breaks."""
    try:
        row.validate_constraints()
    except ValidationError as error:
        raise RuleViolated(" ".join(error.messages), code="inconsistent") from error
