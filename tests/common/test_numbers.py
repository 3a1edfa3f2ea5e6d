"""Numbers without gaps, under any concurrency."""

from threading import Barrier, Thread

import pytest
from django.db import connections, transaction

from common.numbers import next_number

pytestmark = pytest.mark.django_db


def test_each_series_counts_by_itself() -> None:
    assert [next_number(name) for name in ("a", "a", "b", "a")] == [1, 2, 1, 3]


def test_a_number_goes_back_with_its_transaction() -> None:
    next_number("a")
    with transaction.atomic():
        assert next_number("a") == 2
        transaction.set_rollback(True)
    assert next_number("a") == 2


@pytest.mark.django_db(transaction=True)
def test_without_a_transaction_there_is_no_number() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        next_number("a")


@pytest.mark.django_db(transaction=True)
def test_many_at_once_get_each_its_own_and_leave_no_gap() -> None:
    """Every fourth gives its number back."""
    start = Barrier(12)
    taken: list[int] = []

    def take(place: int) -> None:
        start.wait()
        with transaction.atomic():
            number = next_number("a")
            transaction.set_rollback(place % 4 == 0)
        if place % 4:
            taken.append(number)
        connections.close_all()

    threads = [Thread(target=take, args=[place]) for place in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == list(range(1, 10))
