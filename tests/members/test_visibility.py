"""Who sees which organisation, and who may do what with it."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from members.models import Organisation, Role, User
from members.policies import can_edit_organisation, role_of
from tests.factories.members import OrganisationFactory, RepresentativeFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def own() -> Organisation:
    """Unpublished, so that only those see it who act for it."""
    OrganisationFactory(short_name="опубликованная")
    OrganisationFactory(short_name="чужая", is_published=False)
    return OrganisationFactory(short_name="своя", is_published=False)


PEOPLE = ["nobody", "visitor", *Role.values, "a former head", "a head elsewhere", "staff", "former staff"]


def person(who: str, organisation: Organisation) -> User | AnonymousUser:
    match who:
        case "nobody":
            return AnonymousUser()
        case "a former head":
            return RepresentativeFactory(organisation=organisation, role=Role.HEAD, ended_at=timezone.now()).user
        case "a head elsewhere":
            return RepresentativeFactory(organisation=OrganisationFactory(short_name="другая"), role=Role.HEAD).user
        case "staff":
            return UserFactory(is_staff=True)
        case "former staff":
            return UserFactory(is_staff=True, is_active=False)
        case "visitor":
            return UserFactory()
    return RepresentativeFactory(organisation=organisation, role=who).user


@pytest.mark.parametrize("who", PEOPLE)
def test_unpublished_organisations_are_seen_by_their_own_and_by_the_staff(who: str, own: Organisation) -> None:
    user = person(who, own)
    expected = {"опубликованная"}
    if who in Role.values:
        expected |= {"своя"}
    if who == "a head elsewhere":
        expected |= {"другая"}
    if who == "staff":
        expected |= {"своя", "чужая"}
    assert {organisation.short_name for organisation in Organisation.objects.visible_to(user)} == expected


@pytest.mark.parametrize("who", PEOPLE)
def test_an_organisation_is_edited_by_its_head_and_its_coordinators(who: str, own: Organisation) -> None:
    user = person(who, own)
    assert role_of(user, own) == (who if who in Role.values else None)
    assert can_edit_organisation(user, own) is (who in ("head", "coordinator"))


def test_one_who_acts_for_two_organisations_sees_each_once() -> None:
    user = UserFactory()
    for name in ("А", "Б"):
        RepresentativeFactory(organisation__short_name=name, user=user)
    assert [str(found) for found in Organisation.objects.represented_by(user)] == ["А", "Б"]
    assert [str(found) for found in Organisation.objects.visible_to(user)] == ["А", "Б"]


def test_a_role_ends_and_another_begins_at_once() -> None:
    first = RepresentativeFactory(role=Role.HEAD)
    first.ended_at = timezone.now()
    first.save()
    assert not can_edit_organisation(first.user, first.organisation)
    RepresentativeFactory(user=first.user, organisation=first.organisation, role=Role.COORDINATOR)
    assert can_edit_organisation(first.user, first.organisation)
