"""What the pages promise whoever reads them: see interface.md."""

import gzip
import re
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from pytest_django import DjangoAssertNumQueries

from agreements.register.lattice import NAME_LINES, NAME_WIDTH, STEP, Lattice
from cluster_portal.pages import errors
from common.view_settings import ViewSettings
from members.models import Kind, OfficeStatus, Organisation, Role, Tier
from members.models.office import OfficeStatusChange
from tests.factories.members import (
    OfficeFactory,
    OrganisationFactory,
    PublicPersonFactory,
    RegionFactory,
    RepresentativeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

PUBLIC = ["/", "/organisations/", "/organisations/lyceum/", "/join/", "/about/", "/privacy/", "/selection-rules/"]
FIRST_VISIT = 20 * 1024  # bytes of HTML, compressed


@pytest.fixture
def lyceum() -> Organisation:
    region = RegionFactory(code="RU-MOS")
    return OrganisationFactory(slug="lyceum", short_name="Лицей", region=region, tier=Tier.FOUNDER)


def text(response: Any) -> str:
    return response.content.decode()


def test_the_style_guide_shows_two_versions_waiting_and_decided(client: Client) -> None:
    html = text(client.get("/style-guide/"))
    assert [html.count(f'id="differs-{name}"') for name in ("about", "city", "short_name", "website", "logo")] == [
        1
    ] * 5
    assert re.search(r'value="about"\s+form="decision"\s+checked', html)
    assert "<del>Рязань</del>" in html
    assert "не принято" in html


@pytest.mark.parametrize("path", PUBLIC)
def test_public_pages_are_light_and_hold_nothing_of_one_reader(client: Client, lyceum: Organisation, path: str) -> None:
    page = client.get(path)
    assert page.status_code == 200
    assert len(gzip.compress(page.content)) < FIRST_VISIT
    assert "csrfmiddlewaretoken" not in text(page)
    assert settings.CSRF_COOKIE_NAME not in page.cookies


@pytest.mark.parametrize("path", [*PUBLIC, "/style-guide/"])
def test_pages_obey_the_content_security_policy(client: Client, lyceum: Organisation, path: str) -> None:
    html = text(client.get(path))
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]* src=)", html)
    assert not re.findall(r'(?:src|href)="(?:https?:)?//(?!testserver|example\.org)[^"]*"', html)


@pytest.mark.parametrize("path", PUBLIC)
def test_public_pages_name_their_address_in_each_language(client: Client, lyceum: Organisation, path: str) -> None:
    html = text(client.get(f"/en{path}"))
    assert f'<link rel="canonical" href="http://testserver/en{path}">' in html
    assert f'hreflang="ru" href="http://testserver{path}"' in html


def test_the_settings_of_the_view_change_the_same_page(client: Client) -> None:
    client.cookies[ViewSettings.COOKIE_NAME] = ViewSettings(scheme="night", size="huge").cookie_value
    html = re.sub(r"\s+", " ", text(client.get("/about/")))
    assert 'data-scheme="night" data-size="huge" data-spacing="normal" data-images="on"' in html


def test_the_header_offers_to_log_in_or_to_log_out(client: Client) -> None:
    assert "/account/login/" in text(client.get("/about/"))
    client.force_login(UserFactory())
    html = text(client.get("/about/"))
    assert "/account/login/" not in html
    assert 'action="/account/logout/"' in html


# --- Home ---------------------------------------------------------------------------------------------------


def test_home_without_organisations_has_no_empty_boxes(client: Client) -> None:
    html = text(client.get("/"))
    for absent in ('class="lattice"', 'class="tile-map"', 'id="newest"', 'class="figures"'):
        assert absent not in html


def test_home_shows_the_map_the_figures_and_who_is_new(client: Client, lyceum: Organisation) -> None:
    html = text(client.get("/"))
    for present in ('class="tile-map"', 'id="newest"', 'class="figures"', 'value="RU-MOS"'):
        assert present in html


def test_the_bonds_of_the_lattice_can_be_read_as_a_table(client: Client, lyceum: Organisation) -> None:
    OrganisationFactory(is_association=True, short_name="Ассоциация")
    html = text(client.get("/en/"))
    table = html[html.index("<table") : html.index("</table>")]
    assert "Лицей" in table
    assert "Founder" in table


def test_every_organisation_of_the_lattice_has_a_place_of_its_own() -> None:
    OrganisationFactory.create_batch(19)
    places = {(node.x, node.y) for node in Lattice.of(Organisation.objects.all()).nodes}
    assert len(places) == 19
    assert max(abs(x) for x, _ in places) == 2 * STEP


def test_members_stand_nearest_to_the_association() -> None:
    association = OrganisationFactory(is_association=True)
    OrganisationFactory.create_batch(7)
    members = {member.pk for member in OrganisationFactory.create_batch(3, tier=Tier.FULL)}
    lattice = Lattice.of(Organisation.objects.all())
    assert lattice.nodes[0].organisation == association
    assert {node.ring for node in lattice.nodes if node.organisation.pk in members} == {1}
    assert {bond.end.organisation.pk for bond in lattice.bonds} == members


def test_parts_of_a_consortium_are_bound_to_it() -> None:
    whole = OrganisationFactory(kind=Kind.CONSORTIUM)
    part = OrganisationFactory(consortium=whole)
    (bond,) = Lattice.of(Organisation.objects.all()).bonds
    assert (bond.start.organisation, bond.end.organisation, bond.is_part) == (whole, part, True)


def test_long_names_are_broken_to_fit_between_neighbours() -> None:
    OrganisationFactory(short_name="Администрация города Гусь-Хрустальный Владимирской области")
    (node,) = Lattice.of(Organisation.objects.all()).nodes
    lines = [line for _height, line in node.lines]
    assert len(lines) == NAME_LINES
    assert max(map(len, lines)) <= NAME_WIDTH
    assert lines[-1].endswith("…")


# --- The directory ------------------------------------------------------------------------------------------


def test_a_fragment_is_the_part_of_the_page_that_it_replaces(client: Client, lyceum: Organisation) -> None:
    page = text(client.get("/organisations/?kind=school"))
    fragment = text(client.get("/organisations/?kind=school", headers={"HX-Request": "true"}))
    assert fragment.strip().startswith('<div id="results"')
    assert fragment.strip() in page


def test_a_value_that_was_not_understood_is_named(client: Client) -> None:
    assert "&lt;planet&gt;" in text(client.get("/organisations/?kind=<planet>"))


def test_an_empty_list_says_what_to_do(client: Client, lyceum: Organisation) -> None:
    html = text(client.get("/organisations/?kind=college"))
    assert 'class="empty"' in html
    assert 'class="directory-list"' not in html


@pytest.mark.parametrize(("number", "words"), [(1, "1 организация"), (2, "2 организации"), (5, "5 организаций")])
def test_organisations_are_counted_in_right_russian(client: Client, number: int, words: str) -> None:
    OrganisationFactory.create_batch(number)
    assert words in text(client.get("/organisations/"))


# --- An organisation ----------------------------------------------------------------------------------------


def test_an_office_shows_its_turns_in_order_with_dates_as_known(client: Client) -> None:
    office = OfficeFactory(country="BY", status=OfficeStatus.IN_TALKS)
    office.changes.update(since="2020-01-01", precision="year")
    OfficeStatusChange.objects.create(office=office, position=2, status=OfficeStatus.OPEN)
    html = text(client.get(f"/en{office.organisation.get_absolute_url()}"))
    turns = [html.index(part) for part in ("Belarus", "In talks", "2020", ">Open<", "date unknown")]
    assert turns == sorted(turns)


def test_only_published_people_are_named(client: Client, lyceum: Organisation) -> None:
    shown = PublicPersonFactory(organisation=lyceum)
    hidden = PublicPersonFactory(organisation=lyceum, is_published=False)
    html = text(client.get("/organisations/lyceum/"))
    assert shown.name in html
    assert hidden.name not in html


@pytest.mark.parametrize(("role", "offered"), [(Role.COORDINATOR, True), (Role.VIEWER, False)])
def test_the_edit_link_is_for_those_who_may(client: Client, lyceum: Organisation, role: str, offered: bool) -> None:
    client.force_login(RepresentativeFactory(organisation=lyceum, role=role).user)
    assert ("/dashboard/lyceum/profile/" in text(client.get("/organisations/lyceum/"))) is offered


def test_every_kind_of_organisation_is_told_how_to_join(client: Client) -> None:
    html = text(client.get("/join/"))
    assert [kind for kind in Kind.values if f'id="{kind}"' not in html] == []


# --- The dashboard ------------------------------------------------------------------------------------------


def test_the_switch_is_there_for_who_acts_for_several(client: Client, lyceum: Organisation) -> None:
    person = RepresentativeFactory(organisation=lyceum, role=Role.HEAD).user
    client.force_login(person)
    assert "dashboard-switch" not in text(client.get("/dashboard/lyceum/"))
    other = RepresentativeFactory(user=person).organisation
    assert f'href="/dashboard/{other.slug}/"' in text(client.get("/dashboard/lyceum/"))


def test_a_profile_with_a_mistake_is_shown_again_with_what_was_typed(client: Client, lyceum: Organisation) -> None:
    client.force_login(RepresentativeFactory(organisation=lyceum, role=Role.HEAD).user)
    html = text(client.post("/dashboard/lyceum/profile/", {"city": "Сургут", "website": "не адрес"}))
    assert 'class="error-summary"' in html
    assert 'href="#id_website"' in html
    assert 'value="Сургут"' in html
    assert 'aria-describedby="id_website_error"' in html


# --- Errors -------------------------------------------------------------------------------------------------


def test_a_page_that_is_not_there_leads_on(client: Client) -> None:
    page = client.get("/nowhere/")
    assert page.status_code == 404
    assert 'href="/organisations/"' in text(page)


def test_our_own_mistake_is_told_without_the_database(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    request = RequestFactory().get("/")
    with django_assert_num_queries(0):
        page = errors.server_error(request)
    assert page.status_code == 500
    assert "/account/login/" not in text(page)


@pytest.mark.parametrize("name", ["400", "403", "404", "409", "429", "500", "csrf"])
def test_error_pages_say_what_to_do(name: str) -> None:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    html = render_to_string(f"errors/{name}.html", {"message": "Мест больше нет."}, request)
    assert "<h1>" in html
    assert 'class="button' in html[html.index("<h1>") : html.index("</main>")]
