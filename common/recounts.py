"""Whether what is stored adds up: nightly, and by ``manage.py check_invariants``. Nothing is mended by itself: whoever
reads of it finds out first how it came about."""

from collections.abc import Iterator

import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from common.invariants import INVARIANTS, Broken
from common.models import Discrepancy, NumberSeries

logger = structlog.get_logger(__name__)


def recount() -> list[Discrepancy]:
    """What does not hold now, for the office to see until it does; each is an error in the log."""
    now = timezone.now()
    broken = [
        (invariant.name, record, figures) for invariant in INVARIANTS.values() for record, figures in invariant.find()
    ]
    with transaction.atomic():
        found = [
            Discrepancy.objects.update_or_create(
                invariant=name,
                record=record._meta.label_lower,
                record_key=record.pk,
                defaults={"figures": figures, "seen_at": now},
            )[0]
            for name, record, figures in broken
        ]
        Discrepancy.objects.exclude(pk__in=[one.pk for one in found]).delete()
    for one in found:
        logger.error("invariant_broken", name=one.invariant, record=one.record, key=one.record_key, figures=one.figures)
    return found


def gaps(kind: str, rows: QuerySet, *, number: str) -> Iterator[Broken]:
    """Series of numbers «``kind`` 2026» of which not as many stand in ``rows`` as were given; ``number`` is what all
    of a year begin with: «У-{year}-». Whoever is just taking one is waited for."""
    for key in NumberSeries.objects.filter(name__regex=rf"^{kind} \d{{4}}$").values_list("pk", flat=True):
        with transaction.atomic():
            series = NumberSeries.objects.select_for_update().get(pk=key)
            year = series.name.removeprefix(f"{kind} ")
            count = rows.filter(number__startswith=number.format(year=year)).count()
        if count != series.last:
            yield series, f"{year}: {count} ≠ {series.last}"
