"""Programmes and groups for programs: what everybody may read, and nobody's name."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from technoparks.cohorts.cohorts import start_cohort
from technoparks.models import Cohort
from tests.factories.cohorts import CohortFactory, ProgrammeFactory, applied, coordinator, enrolled, gathering

pytestmark = pytest.mark.django_db
PROGRAMMES, GROUPS = "/api/v1/programmes/", "/api/v1/groups/"


def get(client: Client, address: str, asked: dict[str, Any] | None = None, *, status: int = 200) -> Any:
    answer = client.get(address, asked)
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


def test_a_programme_comes_with_its_groups_and_nobodys_name(client: Client) -> None:
    cohort = gathering(places=3)
    enrolled(cohort)
    applied(cohort, name="Пётр")
    CohortFactory(programme=cohort.programme)
    [programme] = get(client, PROGRAMMES)["results"]
    assert (programme["slug"], programme["age_from"], programme["audience"]) == (cohort.programme.slug, 12, "pupils")
    [group] = programme["groups"]
    assert group == get(client, f"{GROUPS}{cohort.pk}/")
    assert (group["places"], group["places_free"], group["takes_applications"], group["state"]) == (
        3,
        2,
        True,
        "gathering",
    )
    assert group["hours"] == [{"weekday": cohort.starts_on.weekday(), "starts": "10:00", "ends": "12:00"}]
    assert "Анна" not in client.get(PROGRAMMES).content.decode()


def test_what_is_not_public_is_not_there(client: Client) -> None:
    hidden = gathering(programme__is_published=False)
    planned = CohortFactory()
    assert get(client, PROGRAMMES)["count"] == 1
    assert get(client, GROUPS)["count"] == 0
    for cohort in (hidden, planned):
        get(client, f"{GROUPS}{cohort.pk}/", status=404)
    get(client, f"{PROGRAMMES}{hidden.programme.pk}/", status=404)


def test_groups_are_found_by_technopark_and_whether_they_are_open(client: Client) -> None:
    cohort, other = gathering(), gathering()
    start_cohort(other, by=coordinator(other))
    Cohort.objects.filter(pk=other.pk).update(apply_until="2020-01-01")
    found = get(client, GROUPS, {"technopark": cohort.programme.technopark.slug})["results"]
    assert [one["id"] for one in found] == [cohort.pk]
    assert [one["id"] for one in get(client, GROUPS, {"open": "true"})["results"]] == [cohort.pk]
    assert get(client, GROUPS)["count"] == 2
    assert get(client, PROGRAMMES, {"audience": "adults"})["count"] == 0
    assert get(client, PROGRAMMES, {"technopark": other.programme.technopark.slug})["count"] == 1


@pytest.mark.parametrize("address", [PROGRAMMES, GROUPS])
def test_a_list_asks_as_much_for_three_as_for_one(client: Client, address: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            get(client, address)
        return len(asked)

    gathering()
    queries()
    few = queries()
    gathering(), gathering(), ProgrammeFactory()
    assert queries() == few
