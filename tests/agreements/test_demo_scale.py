"""Agreements by the thousand for benchmarks: as the services would have left them."""

import pytest
from django.core.management import call_command

from agreements.demo.scale import WEIGHTS
from agreements.models import Agreement
from agreements.running.sweep import sweep
from common.invariants import INVARIANTS
from tests.factories import agreements as made
from tests.factories.members import OrganisationFactory

pytestmark = pytest.mark.django_db


def test_plausible_agreements_are_in_all_states_and_nothing_is_wrong_with_them() -> None:
    there = made.concluded()
    for _number in range(5):
        OrganisationFactory(is_published=True)
    call_command("demo", agreements=150)
    agreements = Agreement.objects.exclude(pk=there.pk)
    assert (agreements.count(), agreements.filter(party_cards=[]).count()) == (150, 0)
    assert {*agreements.values_list("state", flat=True)} == {*WEIGHTS}
    assert {name: [*one.find()] for name, one in INVARIANTS.items() if name.startswith("agreement")} == {
        name: [] for name in INVARIANTS if name.startswith("agreement")
    }
    assert sweep() == 1  # the one that was there
