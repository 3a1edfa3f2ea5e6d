"""What does not add up is said in words: to the office, in the log, and by the command."""

import io
from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from structlog.testing import capture_logs

from common import jobs
from common.invariants import INVARIANTS, Broken, Invariant, register
from common.models import Discrepancy, NumberSeries
from common.recounts import recount
from tests.factories.common import OutgoingMailFactory
from tests.members.conftest import english, office

__all__ = ["english", "office"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> list[Broken]:
    """What the only rule there is finds."""
    records: list[Broken] = []

    def find() -> Iterator[Broken]:
        yield from records

    for name in [*INVARIANTS]:
        monkeypatch.delitem(INVARIANTS, name)
    monkeypatch.setitem(INVARIANTS, "sums", Invariant("sums", "A sum is wrong", find))
    return records


def series() -> Model:
    return NumberSeries.objects.create(name="certificate 2026")


def test_what_is_found_stands_until_it_is_right_again(broken: list[Broken]) -> None:
    record = series()
    broken += [(record, "2 ≠ 3")]
    [first] = recount()
    broken[:] = [(record, "2 ≠ 4"), (OutgoingMailFactory(), "")]
    recount()
    assert [*Discrepancy.objects.values_list("record", "record_key", "figures")] == [
        ("common.numberseries", record.pk, "2 ≠ 4"),
        ("common.outgoingmail", broken[1][0].pk, ""),
    ]
    again = Discrepancy.objects.get(pk=first.pk)
    assert (again.found_at == first.found_at, again.seen_at > first.seen_at) == (True, True)
    broken.clear()
    assert recount() == []
    assert not Discrepancy.objects.exists()


def test_each_is_an_error_in_the_log(broken: list[Broken]) -> None:
    broken += [(series(), "2 ≠ 3")]
    with capture_logs() as log:
        recount()
    assert [(line["event"], line["log_level"], line["name"], line["figures"]) for line in log] == [
        ("invariant_broken", "error", "sums", "2 ≠ 3")
    ]


def test_the_command_says_what_and_fails(broken: list[Broken]) -> None:
    call_command("check_invariants", stdout=(said := io.StringIO()))
    assert said.getvalue() == "1 invariants hold\n"
    record = series()
    broken += [(record, "2 ≠ 3")]
    with pytest.raises(CommandError, match="1 records do not add up"):
        call_command("check_invariants", stdout=(said := io.StringIO()))
    assert said.getvalue() == f"A sum is wrong: Ряд номеров № {record.pk}: 2 ≠ 3\n"


def test_the_office_sees_it_first_of_all(office: Client, english: None, broken: list[Broken]) -> None:
    mail = OutgoingMailFactory()
    broken += [(mail, "2 ≠ 3"), (series(), "")]
    jobs.run(jobs.JOBS["check_invariants"])
    [queue] = office.get(reverse("admin:index")).context["queues"]
    assert (queue.decision.icon, queue.number) == ("rule", 2)
    row, url = queue.rows[0]
    assert str(row) == f"A sum is wrong: Letter № {mail.pk}: 2 ≠ 3"
    assert f'href="/admin/common/outgoingmail/{mail.pk}/change/"' in office.get(url).content.decode()
    listed = office.get(reverse("admin:common_discrepancy_changelist")).content.decode()
    assert f'href="/admin/common/outgoingmail/{mail.pk}/change/"' in listed
    assert "Series of numbers №" in listed


def test_a_name_is_given_to_one_invariant_alone() -> None:
    name = next(iter(INVARIANTS))
    with pytest.raises(ValueError, match=name):
        register(Invariant(name, "", list))
