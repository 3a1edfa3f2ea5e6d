"""A request that comes again makes nothing more."""

from threading import Barrier, Thread

import pytest
from django.db import connections

from common.errors import RuleViolated
from common.idempotency import KeyReused, once
from common.models import IdempotencyKey, SuppressedAddress

pytestmark = pytest.mark.django_db


def make(address: str = "a@example.org", *, key: str = "1", scope: str = "anna suppresses") -> SuppressedAddress:
    return once(
        lambda: SuppressedAddress.objects.create(address=address, reason="550"),
        model=SuppressedAddress,
        scope=scope,
        key=key,
        asked={"address": address},
    )


def test_asked_for_again_it_is_what_was_made_before() -> None:
    assert make() == make()
    assert SuppressedAddress.objects.count() == 1


def test_another_key_or_somebody_else_makes_another() -> None:
    made = [make(), make("b@example.org", key="2"), make("c@example.org", scope="boris suppresses")]
    assert len({row.pk for row in made}) == 3


def test_a_key_that_comes_with_something_else_is_refused() -> None:
    make()
    with pytest.raises(KeyReused):
        make("b@example.org")
    assert SuppressedAddress.objects.count() == 1


def test_what_has_been_deleted_is_not_made_anew() -> None:
    make().delete()
    with pytest.raises(KeyReused):
        make()


def test_what_failed_may_be_tried_again_under_its_key() -> None:
    def refuse() -> SuppressedAddress:
        raise RuleViolated("not now")

    with pytest.raises(RuleViolated):
        once(refuse, model=SuppressedAddress, scope="anna suppresses", key="1", asked={"address": "a@example.org"})
    assert not IdempotencyKey.objects.exists()
    assert make().address == "a@example.org"


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_makes_it_and_all_get_it() -> None:
    start, got = Barrier(12), []

    def ask() -> None:
        start.wait()
        got.append(make().pk)
        connections.close_all()

    threads = [Thread(target=ask) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [SuppressedAddress.objects.get().pk] * 12
