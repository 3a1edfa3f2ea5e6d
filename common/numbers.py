"""Numbers without gaps."""

from django.db import transaction

from common.models import NumberSeries


def next_number(series: str) -> int:
    """1, 2, 3 … of ``series``, taken with the transaction that runs and given back with it.

    Others who want the next one wait for the end of that transaction, so it is asked for last and after other locks.
    """
    return next_numbers(series, 1)[0]


def next_numbers(series: str, count: int) -> range:
    """As many at once."""
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("a number is a part of what bears it")
    NumberSeries.objects.get_or_create(name=series)
    taken = NumberSeries.objects.select_for_update().get(name=series)
    taken.last += count
    taken.save(update_fields=["last"])
    return range(taken.last - count + 1, taken.last + 1)
