"""What the database itself refuses, and the small rules of the models."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models
from django.test import Client
from django.utils import timezone, translation

from members.models import Direction, Kind, Membership, MembershipStatus, Organisation, Region, Role, Tier, User
from members.models.office import OfficeStatusChange
from members.models.organisation import validate_inn, validate_ogrn
from members.models.representative import validate_no_later_than_now
from members.models.taxonomy import validate_time_zone
from members.organisations.forms import OrganisationProfileForm
from tests.factories.members import (
    DirectionFactory,
    MembershipFactory,
    OfficeFactory,
    OrganisationFactory,
    PublicPersonFactory,
    RegionFactory,
    RepresentativeFactory,
    UserFactory,
    valid_inn,
    valid_ogrn,
)

pytestmark = pytest.mark.django_db
Make = Callable[[], object]
YESTERDAY, TODAY = datetime.date(2026, 12, 15), datetime.date(2026, 12, 16)


def same_membership() -> None:
    organisation = MembershipFactory(status=MembershipStatus.SUSPENDED).organisation
    MembershipFactory(organisation=organisation)


def same_role() -> None:
    first = RepresentativeFactory()
    RepresentativeFactory(organisation=first.organisation, user=first.user, role=Role.HEAD)


def same_person() -> None:
    first = PublicPersonFactory()
    PublicPersonFactory(organisation=first.organisation, name=first.name)


def same_office() -> None:
    first = OfficeFactory()
    OfficeFactory(organisation=first.organisation)


def same_turn_of_an_office() -> None:
    OfficeStatusChange.objects.create(office=OfficeFactory(), position=1, status="open")


def own_part() -> None:
    organisation = OrganisationFactory()
    Organisation.objects.filter(pk=organisation.pk).update(consortium=organisation)


def same_place_on_the_map() -> None:
    first = RegionFactory()
    RegionFactory(code="RU-NEW", tile_row=first.tile_row, tile_column=first.tile_column)


def half_a_place_on_the_map() -> None:
    Region.objects.filter(code="RU-MOS").update(tile_column=None)


def no_address() -> None:
    Organisation.objects.filter(pk=OrganisationFactory().pk).update(slug="")


def two(factory: Callable[..., object], **fields: object) -> Make:
    def make() -> None:
        for _ in range(2):
            factory(**fields)

    return make


@pytest.mark.parametrize(
    ("make", "constraint"),
    [
        pytest.param(two(OrganisationFactory, inn=valid_inn(1)), "organisation_inn_unique", id="INN twice"),
        pytest.param(two(OrganisationFactory, ogrn=valid_ogrn(1)), "organisation_ogrn_unique", id="OGRN twice"),
        pytest.param(two(OrganisationFactory, slug="a"), "members_organisation_slug_key", id="address twice"),
        pytest.param(
            two(OrganisationFactory, is_association=True), "organisation_one_association", id="two associations"
        ),
        pytest.param(own_part, "organisation_not_its_own_part", id="part of itself"),
        pytest.param(same_membership, "membership_one_at_a_time", id="two memberships that have not ended"),
        pytest.param(
            lambda: MembershipFactory(status=MembershipStatus.ENDED, started_on=TODAY, ended_on=YESTERDAY),
            "membership_ends_after_start",
            id="membership that ends before it starts",
        ),
        pytest.param(same_role, "representative_one_role", id="two roles of one person"),
        pytest.param(same_person, "public_person_once", id="public person twice"),
        pytest.param(same_office, "office_once", id="office twice"),
        pytest.param(same_turn_of_an_office, "office_change_order", id="two turns of an office at one place"),
        pytest.param(lambda: UserFactory(email="Anna@example.org"), "user_email_lower_case", id="e-mail in capitals"),
        pytest.param(two(UserFactory, email="anna@example.org"), "members_user_email_key", id="e-mail twice"),
        pytest.param(
            same_place_on_the_map,
            "region_tile_unique",
            id="two regions at one place of the map",
        ),
        pytest.param(half_a_place_on_the_map, "region_tile_whole", id="a row on the map without a column"),
        pytest.param(no_address, "organisation_slug_given", id="organisation without an address"),
        pytest.param(
            lambda: DirectionFactory(slug="new", position=0), "members_direction_position_key", id="position twice"
        ),
    ],
)
def test_the_database_refuses(make: Make, constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        make()


def ended_and_new_membership() -> None:
    organisation = MembershipFactory(status=MembershipStatus.ENDED, started_on=TODAY, ended_on=TODAY).organisation
    MembershipFactory(organisation=organisation)


def ended_and_new_role() -> None:
    first = RepresentativeFactory(ended_at=timezone.now())
    RepresentativeFactory(organisation=first.organisation, user=first.user, role=Role.HEAD)
    RepresentativeFactory(user=first.user)


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(two(OrganisationFactory, inn="", ogrn=""), id="several without numbers"),
        pytest.param(two(OrganisationFactory, short_name="Лицей"), id="several of one name"),
        pytest.param(ended_and_new_membership, id="a new membership after an ended one"),
        pytest.param(ended_and_new_role, id="a new role after an ended one, and one elsewhere"),
        pytest.param(two(RegionFactory, code="RU-NEW"), id="regions off the map"),
    ],
)
def test_the_database_allows(make: Make) -> None:
    make()


def test_every_rule_of_the_database_is_told_in_words() -> None:
    """Django's own message names the constraint; a person at a form is told what is wrong."""
    from django.apps import apps

    wordless = [
        f"{model.__name__}: {constraint.name}"
        for model in apps.get_app_config("members").get_models()
        for constraint in model._meta.constraints
        if constraint.violation_error_message == models.BaseConstraint.default_violation_error_message
    ]
    assert wordless == []


@pytest.mark.parametrize(
    ("number", "valid"),
    [
        pytest.param("7707083893", True, id="10 digits"),
        pytest.param("500100732259", True, id="12 digits"),
        pytest.param("7707083894", False, id="wrong check digit"),
        pytest.param("500100732269", False, id="wrong first check digit of two"),
        pytest.param("770708389", False, id="9 digits"),
        pytest.param("77070838931", False, id="11 digits"),
        pytest.param("77O7083893", False, id="a letter for a digit"),
        pytest.param("7707 083893", False, id="a space"),
        pytest.param("７７０７０８３８９３", False, id="wide digits"),
        pytest.param("٧٧٠٧٠٨٣٨٩٣", False, id="other digits"),
    ],
)
def test_an_inn_is_checked_by_its_check_digits(number: str, valid: bool) -> None:
    assert is_accepted(validate_inn, number) is valid


@pytest.mark.parametrize(
    ("number", "valid"),
    [
        pytest.param("1027700132195", True, id="13 digits"),
        pytest.param("304500116000157", True, id="15 digits"),
        pytest.param("1027700132196", False, id="wrong check digit"),
        pytest.param("102770013219", False, id="12 digits"),
        pytest.param("10277001321951", False, id="14 digits"),
        pytest.param("1027700132l95", False, id="a letter for a digit"),
        pytest.param("1027700132195 ", False, id="a space"),
    ],
)
def test_an_ogrn_is_checked_by_its_check_digit(number: str, valid: bool) -> None:
    assert is_accepted(validate_ogrn, number) is valid


@pytest.mark.parametrize(("name", "valid"), [("Asia/Yekaterinburg", True), ("Asia/Surgut", False), ("", False)])
def test_a_time_zone_is_one_of_the_list(name: str, valid: bool) -> None:
    assert is_accepted(validate_time_zone, name) is valid


def is_accepted(validate: Callable[[Any], None], value: object) -> bool:
    try:
        validate(value)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("written", ["7707 083893", "７７０７０８３８９３"], ids=["spaces", "wide digits"])
def test_a_number_is_stored_in_plain_digits_whoever_writes_it(written: str) -> None:
    organisation = OrganisationFactory(inn=written)
    assert Organisation.objects.values_list("inn", flat=True).get() == "7707083893"
    assert Organisation.objects.get(inn=written) == organisation


def test_a_role_ends_now_or_earlier() -> None:
    now = timezone.now()
    validate = validate_no_later_than_now
    assert is_accepted(validate, now)
    assert not is_accepted(validate, now + datetime.timedelta(minutes=1))


def mistakes_of(organisation: Organisation) -> dict[str, list[str]]:
    try:
        organisation.full_clean()
    except ValidationError as error:
        return error.message_dict
    return {}


def test_an_organisation_is_a_part_of_a_consortium_and_of_nothing_else() -> None:
    cluster, school = OrganisationFactory(kind=Kind.CONSORTIUM), OrganisationFactory()
    part = OrganisationFactory(consortium=cluster)
    with translation.override("en"):
        assert mistakes_of(part) == {}
        part.consortium = school
        assert mistakes_of(part) == {
            "consortium": [f"organisation instance with id {school.pk} is not a valid choice."]
        }
        cluster.kind = Kind.COMPANY
        assert mistakes_of(cluster) == {"kind": ["It has members, so it remains a cluster or consortium."]}


@pytest.mark.parametrize("length", [1, 2, 3])
def test_consortia_make_no_circle(length: int) -> None:
    chain = [OrganisationFactory(kind=Kind.CONSORTIUM, short_name="Первый")]
    for _more in range(length - 1):
        chain.append(OrganisationFactory(kind=Kind.CONSORTIUM, short_name="Последний", consortium=chain[-1]))
    first, last = chain[0], chain[-1]
    first.consortium = last
    with translation.override("en"):
        assert mistakes_of(first) == {"consortium": [f"“{last}” is itself a part of this one."]}


def test_the_profile_of_a_part_says_nothing_of_what_it_does_not_show() -> None:
    part = OrganisationFactory(consortium=OrganisationFactory())
    form = OrganisationProfileForm({"name": "Часть", "short_name": "Часть", "website": "example.org"}, instance=part)
    assert form.errors == {}
    assert form.cleaned_data["website"] == "https://example.org"


def test_a_region_stands_on_the_map_or_not() -> None:
    assert RegionFactory(code="RU-MOS").has_tile is True
    assert RegionFactory(code="RU-NEW").has_tile is False


def test_an_account_keeps_its_history_without_its_secrets() -> None:
    person = UserFactory()
    person.groups.add(Group.objects.get(name="editors"))
    person.is_staff = True
    person.save()
    kept = [(row.is_staff, [link.group.name for link in row.groups.all()]) for row in person.history.all()]
    assert kept == [(True, ["editors"]), (False, ["editors"]), (False, [])]
    assert {"password", "last_login"}.isdisjoint(field.name for field in person.history.model._meta.fields)


def test_a_log_in_leaves_no_row_in_the_history_of_the_account(client: Client) -> None:
    person = UserFactory()
    client.force_login(person)
    assert User.objects.get().last_login is not None
    assert person.history.count() == 1


def test_a_person_who_acted_for_an_organisation_stays() -> None:
    role = RepresentativeFactory(ended_at=timezone.now())
    with pytest.raises(models.ProtectedError):
        role.user.delete()


def test_the_factories_make_valid_rows() -> None:
    for number in range(30):
        OrganisationFactory(region=RegionFactory(), directions=["robotics"], tier=Tier.FULL).full_clean()
        validate_inn(valid_inn(number))
        validate_ogrn(valid_ogrn(number))


def test_the_first_migration_brings_regions_with_places_and_zones_and_thirteen_directions() -> None:
    assert Region.objects.count() == 83
    for region in Region.objects.all():
        region.full_clean()
    assert [direction.hue for direction in Direction.objects.all()] == [*range(13)]


@pytest.mark.parametrize(
    ("language", "english", "title"),
    [("ru", "Lyceum", "Лицей"), ("en", "Lyceum", "Lyceum"), ("en", "", "Лицей")],
    ids=["Russian", "English", "English where it is missing"],
)
def test_a_title_is_read_in_the_language_of_the_reader(language: str, english: str, title: str) -> None:
    organisation = OrganisationFactory.build(short_name="Лицей", short_name_en=english)
    with translation.override(language):
        assert (organisation.title, str(organisation)) == (title, title)


def test_the_list_is_in_the_order_of_the_alphabet() -> None:
    for name in ("Яблоко", "«Ёлка»", "Берёза", "ель", "Жук", "«Аист»"):
        OrganisationFactory(short_name=name)
    names = [organisation.short_name for organisation in Organisation.objects.all()]
    assert names == ["«Аист»", "Берёза", "«Ёлка»", "ель", "Жук", "Яблоко"]


def test_a_tier_is_that_of_the_running_membership() -> None:
    MembershipFactory(organisation__short_name="А", tier=Tier.FOUNDER)
    MembershipFactory(organisation__short_name="Б", tier=Tier.FULL, status=MembershipStatus.SUSPENDED)
    returned = MembershipFactory(organisation__short_name="В", tier=Tier.FULL, status=MembershipStatus.ENDED)
    MembershipFactory(organisation=returned.organisation, tier=Tier.PARTNER)
    OrganisationFactory(short_name="Г")
    MembershipFactory(organisation__short_name="Д", tier=Tier.FULL, status=MembershipStatus.GRACE)
    MembershipFactory(organisation__short_name="Е", tier=Tier.FULL, status=MembershipStatus.LAPSED)
    tiers = [organisation.tier for organisation in Organisation.objects.all()]
    assert tiers == ["founder", "", "partner", "", "full", ""]
    Membership.objects.running().update(status=MembershipStatus.SUSPENDED)
    assert {organisation.tier for organisation in Organisation.objects.all()} == {""}


def test_a_membership_moved_to_another_organisation_takes_its_tier_along() -> None:
    moved = MembershipFactory(organisation__short_name="А", tier=Tier.FULL)
    moved.organisation = OrganisationFactory(short_name="Б")
    moved.save()
    assert [*Organisation.objects.order_by("short_name").values_list("tier", flat=True)] == ["", "full"]


def test_a_person_is_created_with_an_e_mail_in_lower_case_and_found_by_it() -> None:
    user = User.objects.create_user("Anna.Petrova@Example.org", "слово")
    assert (user.email, user.check_password("слово"), user.is_staff) == ("anna.petrova@example.org", True, False)
    assert User.objects.get_by_natural_key("ANNA.PETROVA@example.ORG") == user
    assert User.objects.create_superuser("b@example.org").is_superuser


@pytest.mark.parametrize(
    ("names", "full", "short"),
    [
        ({"last_name": "Петрова", "first_name": "Анна", "patronymic": "Ивановна"}, "Петрова Анна Ивановна", "Анна"),
        ({"last_name": "Петрова", "first_name": ""}, "Петрова", "anna"),
        ({"last_name": "", "first_name": ""}, "", "anna"),
    ],
    ids=["all names", "last name", "no name"],
)
def test_a_person_is_named_as_russian_documents_do(names: dict[str, str], full: str, short: str) -> None:
    user = UserFactory.build(email="anna@example.org", **names)
    assert (user.get_full_name(), user.get_short_name(), str(user)) == (full, short, full or "anna@example.org")
