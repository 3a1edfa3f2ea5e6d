"""What must hold of agreements, beside what the database keeps by itself."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from agreements.running.audit import audit
from common.invariants import Broken, Invariant, register


def _changed() -> Iterator[Broken]:
    """Each record once, whatever is wrong with it."""
    wrong: dict[tuple[str, int], Broken] = {}
    for record, finding in audit():
        wrong.setdefault((record._meta.label_lower, record.pk), (record, f"{finding.what}: {finding.where}"))
    yield from wrong.values()


UNCHANGED = register(
    Invariant("agreements_unchanged", _("What was agreed on or signed is not what the history knows"), _changed)
)
