"""The public API of the directory."""

from pathlib import Path

import pytest
import yaml
from django.core.management import call_command
from django.test import Client

from members.models import Kind, Organisation, Role, Tier
from tests.factories.members import OrganisationFactory, RegionFactory, RepresentativeFactory

pytestmark = pytest.mark.django_db
LIST = "/api/v1/organisations/"


def lyceum(**fields: object) -> Organisation:
    return OrganisationFactory(
        slug="lyceum",
        kind=Kind.SCHOOL,
        name="Лицей имени Хисматулина",
        short_name="Лицей",
        short_name_en="Lyceum",
        region=RegionFactory(code="RU-KHM"),
        city="Сургут",
        directions=["robotics"],
        tier=Tier.FULL,
        inn="7707083893",
        ogrn="1027700132195",
        about="<p>Мы</p>",
        **fields,
    )


ROW = {
    "slug": "lyceum",
    "kind": "school",
    "name": "Лицей имени Хисматулина",
    "name_en": "",
    "short_name": "Лицей",
    "short_name_en": "Lyceum",
    "region": "RU-KHM",
    "city": "Сургут",
    "city_en": "",
    "directions": ["robotics"],
    "role": "full",
    "website": "",
}


def test_a_list_has_rows_and_says_where_it_goes_on() -> None:
    lyceum()
    answer = Client().get(LIST).json()
    [row] = answer["results"]
    assert {name: value for name, value in row.items() if name in ROW} == ROW
    assert (answer["count"], answer["next"], answer["previous"]) == (1, None, None)


def test_one_organisation_has_its_numbers_and_its_text_as_well() -> None:
    saved = lyceum()
    answer = Client().get(f"{LIST}lyceum/").json()
    more = {"inn": "7707083893", "ogrn": "1027700132195", "about": "<p>Мы</p>", "about_en": ""}
    assert {name: value for name, value in answer.items() if name in ROW | more} == ROW | more
    assert answer.keys() - ROW.keys() - more.keys() <= {"url", "updated_at"}
    assert answer["updated_at"][:10] == saved.updated_at.date().isoformat()


def test_what_nobody_knows_is_empty() -> None:
    OrganisationFactory(slug="bare", inn="", ogrn="")
    answer = Client().get(f"{LIST}bare/").json()
    assert [answer[name] for name in ("region", "directions", "role", "inn")] == [None, [], "", ""]


@pytest.mark.parametrize("address", [LIST + "none/", LIST + "hidden/", "/api/v1/regions/RU-ZZZ/", "/api/v1/none/"])
def test_what_is_not_there_or_not_published_is_404(address: str) -> None:
    OrganisationFactory(slug="hidden", is_published=False)
    assert Client().get(address).status_code == 404
    assert Client().get(LIST).json()["results"] == []


def test_the_api_shows_a_representative_no_more_than_anybody() -> None:
    head = RepresentativeFactory(organisation__slug="hidden", organisation__is_published=False, role=Role.HEAD)
    client = Client()
    client.force_login(head.user)
    assert client.get(f"{LIST}hidden/").status_code == 404


def test_pages_are_of_fifty_unless_asked_for_up_to_two_hundred() -> None:
    Organisation.objects.bulk_create(OrganisationFactory.build_batch(210))
    pages = [Client().get(LIST, {"page_size": size}).json() for size in ("", "10", "500", "0", "x")]
    assert [len(page["results"]) for page in pages] == [50, 10, 200, 50, 50]
    last = Client().get(LIST, {"page": 5}).json()
    assert (last["count"], len(last["results"]), last["next"]) == (210, 10, None)
    assert Client().get(LIST, {"page": 6}).status_code == 404


@pytest.mark.parametrize("name", ["kind", "region", "direction", "role", "sort"])
def test_a_program_is_told_of_its_mistake(name: str) -> None:
    for prefix, detail in (("", "Неизвестно: nonsense"), ("/en", "Unknown: nonsense")):
        answer = Client().get(prefix + LIST, {name: "nonsense"})
        assert (answer.status_code, answer.json()) == (400, {"detail": detail})


def test_regions_have_their_time_zones_and_directions_their_names() -> None:
    regions = Client().get("/api/v1/regions/").json()
    assert len(regions) == 83
    assert {"code": "RU-KHM", "time_zone": "Asia/Yekaterinburg"}.items() <= {
        region["code"]: region for region in regions
    }["RU-KHM"].items()
    directions = Client().get("/api/v1/directions/").json()
    assert (len(directions), directions[0]) == (13, {"slug": "robotics", "name": "Робоквантум", "name_en": "Robotics"})
    assert Client().get("/api/v1/directions/robotics/").json() == directions[0]


def test_brackets_without_end_are_a_mistake_of_the_sender() -> None:
    client, head = Client(), RepresentativeFactory(organisation=lyceum(), role=Role.HEAD)
    client.force_login(head.user)
    address, body = "/api/v1/my/organisations/lyceum/people/", "[" * 100_000
    answer = client.post(address, body, "application/json", headers={"Idempotency-Key": "k"})
    assert answer.status_code == 400


def test_the_schema_is_valid_and_complete(tmp_path: Path) -> None:
    file = tmp_path / "schema.yaml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(file))
    schema = yaml.safe_load(file.read_text())
    assert [*schema["paths"]] == [
        "/api/v1/agreements/",
        "/api/v1/agreements/{reference}/",
        "/api/v1/challenges/",
        "/api/v1/challenges/{slug}/",
        "/api/v1/directions/",
        "/api/v1/directions/{slug}/",
        "/api/v1/events/",
        "/api/v1/events/{slug}/",
        "/api/v1/events/{slug}/check-in/",
        "/api/v1/events/{slug}/check-in/group/",
        "/api/v1/events/{slug}/check-in/search/",
        "/api/v1/events/{slug}/check-in/undo/",
        "/api/v1/events/{slug}/check-in/walk-in/",
        "/api/v1/events/{slug}/programme/",
        "/api/v1/events/{slug}/registration/",
        "/api/v1/groups/",
        "/api/v1/groups/{id}/",
        "/api/v1/labs/",
        "/api/v1/labs/{id}/",
        "/api/v1/labs/{id}/free/",
        "/api/v1/my/agreements/",
        "/api/v1/my/agreements/{id}/",
        "/api/v1/my/agreements/{id}/accept/",
        "/api/v1/my/agreements/{id}/obligations/",
        "/api/v1/my/agreements/{id}/obligations/{obligation}/reports/",
        "/api/v1/my/agreements/{id}/remarks/",
        "/api/v1/my/agreements/{id}/reports/{report}/confirm/",
        "/api/v1/my/agreements/{id}/reports/{report}/refuse/",
        "/api/v1/my/agreements/{id}/versions/",
        "/api/v1/my/bookings/",
        "/api/v1/my/bookings/{id}/",
        "/api/v1/my/bookings/{id}/approve/",
        "/api/v1/my/bookings/{id}/cancel/",
        "/api/v1/my/bookings/{id}/check-in/",
        "/api/v1/my/bookings/{id}/decline/",
        "/api/v1/my/groups/",
        "/api/v1/my/groups/{id}/",
        "/api/v1/my/groups/{id}/accept/",
        "/api/v1/my/groups/{id}/cancel/",
        "/api/v1/my/groups/{id}/coming/",
        "/api/v1/my/groups/{id}/guests/{ticket}/remove/",
        "/api/v1/my/groups/{id}/guests/{ticket}/replace/",
        "/api/v1/my/inductions/",
        "/api/v1/my/organisations/",
        "/api/v1/my/organisations/{slug}/membership/",
        "/api/v1/my/organisations/{slug}/people/",
        "/api/v1/my/outages/",
        "/api/v1/my/outages/{id}/",
        "/api/v1/my/outages/{id}/end/",
        "/api/v1/my/registrations/",
        "/api/v1/my/registrations/{id}/",
        "/api/v1/my/registrations/{id}/accept/",
        "/api/v1/my/registrations/{id}/cancel/",
        "/api/v1/my/registrations/{id}/coming/",
        "/api/v1/organisations/",
        "/api/v1/organisations/{slug}/",
        "/api/v1/organisations/{slug}/offices/",
        "/api/v1/programmes/",
        "/api/v1/programmes/{id}/",
        "/api/v1/projects/",
        "/api/v1/projects/{slug}/",
        "/api/v1/regions/",
        "/api/v1/regions/{code}/",
        "/api/v1/technoparks/",
        "/api/v1/technoparks/{slug}/",
    ]


def test_the_schema_names_every_filter() -> None:
    schema = yaml.safe_load(Client().get("/api/v1/schema/").content)
    parameters = schema["paths"][LIST]["get"]["parameters"]
    assert {parameter["name"] for parameter in parameters} == {
        "q", "kind", "region", "direction", "role", "sort", "page", "page_size",
    }  # fmt: skip


def test_the_documentation_is_read_without_any_other_host() -> None:
    page = Client().get("/api/v1/docs/").content.decode()
    assert "/static/drf_spectacular_sidecar/" in page
    assert "https://" not in page
