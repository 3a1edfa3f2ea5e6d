"""Who of the staff looked at whose data is written down, told to the person, and forgotten after a year."""

import datetime
import json

import pytest
import time_machine
from django.test import Client

from common import jobs
from common.models import PersonalDataView
from common.personal_data import HOLDERS
from common.tasks import REMOVE_OLD_VIEWS
from members.models import User
from members.personal_data import person_of
from tests.factories.common import OutgoingMailFactory
from tests.factories.members import OrganisationFactory, PublicPersonFactory, RepresentativeFactory
from tests.office import editor, enter, superuser

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss() -> User:
    return superuser()


@pytest.fixture
def desk(boss: User) -> Client:
    return enter(boss)


def noted() -> list[tuple[object, ...]]:
    return [*PersonalDataView.objects.order_by("pk").values_list("staff", "role", "person", "kind", "record")]


def test_each_page_about_a_person_is_noted(boss: User, desk: Client, anna: User) -> None:
    role = RepresentativeFactory(user=anna)
    shown = PublicPersonFactory(user=anna)
    letter = OutgoingMailFactory(recipient="Anna@example.org")
    version = anna.history.get().pk
    for address in (
        f"members/user/{anna.pk}/change/",
        f"members/user/{anna.pk}/history/",
        f"members/user/{anna.pk}/history/{version}/",
        f"members/representative/{role.pk}/change/",
        f"members/publicperson/{shown.pk}/change/",
        f"common/outgoingmail/{letter.pk}/change/",
        f"common/outgoingmail/{letter.pk}/letter/",
    ):
        assert desk.get(f"/admin/{address}").status_code == 200
    assert noted() == [
        (boss.pk, "administrator", anna.pk, kind, record)
        for kind, record in (
            ("page", "members.user"),
            ("history", "members.user"),
            ("history", "members.user"),
            ("page", "members.representative"),
            ("page", "members.publicperson"),
            ("page", "common.outgoingmail"),
            ("letter", "common.outgoingmail"),
        )
    ]
    assert PersonalDataView.objects.earliest("pk").address == f"/admin/members/user/{anna.pk}/change/"


@pytest.mark.parametrize(
    "address", ["user/{person}/password/", "user/{person}/erase_this/", "representative/{role}/delete/"]
)
def test_so_is_each_other_page_that_names_them(boss: User, desk: Client, anna: User, address: str) -> None:
    role = RepresentativeFactory(user=anna)
    path = address.format(person=anna.pk, role=role.pk)
    assert desk.get(f"/admin/members/{path}").status_code == 200
    assert noted() == [(boss.pk, "administrator", anna.pk, "page", f"members.{path.split('/')[0]}")]


def test_the_paper_of_a_public_person_is_noted(desk: Client, anna: User) -> None:
    shown = PublicPersonFactory(user=anna)
    desk.get(f"/admin/members/publicperson/{shown.pk}/record_consent_this/")
    assert [person for _staff, _role, person, _kind, _record in noted()] == [anna.pk]


def test_the_page_of_an_organisation_is_noted_for_each_of_its_people(boss: User, desk: Client, anna: User) -> None:
    role = RepresentativeFactory(user=anna, ended_at=datetime.datetime.now(tz=datetime.UTC))
    other = RepresentativeFactory(organisation=role.organisation)
    RepresentativeFactory(user=anna, organisation=role.organisation)
    page = f"/admin/members/organisation/{role.organisation.pk}"
    for path in ("change/", "history/"):
        assert desk.get(f"{page}/{path}").status_code == 200
    assert noted() == [
        (boss.pk, "administrator", person, "page", "members.organisation")
        for person in sorted([anna.pk, other.user_id])
    ]


def test_what_was_refused_or_is_about_nobody_is_not_noted(desk: Client, anna: User) -> None:
    desk.get("/admin/members/user/999999/change/")
    enter(editor()).get(f"/admin/members/user/{anna.pk}/change/")
    desk.get(f"/admin/members/organisation/{OrganisationFactory().pk}/change/")
    assert noted() == []


def test_the_person_reads_when_and_in_which_role_but_no_name(client: Client, anna: User) -> None:
    staff = editor()
    staff.last_name = "Тайнова"
    staff.save()
    shown = PublicPersonFactory(user=anna)
    enter(staff).get(f"/admin/members/publicperson/{shown.pk}/change/")
    client.force_login(anna)
    page = client.get("/account/data/").content.decode()
    assert "Дирекция ассоциации" in page
    told = json.dumps([[*map(str, record)] for record in HOLDERS["views"].collect(person_of(anna))])
    assert "office" in told
    assert ("Тайнова" in page, json.dumps("Тайнова")[1:-1] in told) == (False, False)


def test_after_a_year_it_is_forgotten(desk: Client, anna: User) -> None:
    desk.get(f"/admin/members/user/{anna.pk}/change/")
    now = datetime.datetime.now(tz=datetime.UTC)
    with time_machine.travel(now + datetime.timedelta(days=364)):
        jobs.run(REMOVE_OLD_VIEWS)
        assert len(noted()) == 1
    with time_machine.travel(now + datetime.timedelta(days=366)):
        jobs.run(REMOVE_OLD_VIEWS)
        assert noted() == []


def test_the_log_cannot_be_changed_in_the_office(desk: Client, anna: User) -> None:
    desk.get(f"/admin/members/user/{anna.pk}/change/")
    view = PersonalDataView.objects.get()
    assert desk.post(f"/admin/common/personaldataview/{view.pk}/change/", {}).status_code == 403
    assert desk.post(f"/admin/common/personaldataview/{view.pk}/delete/", {"post": "yes"}).status_code == 403
