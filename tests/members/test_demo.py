"""The demo data: the stories as the sources tell them, and any number of plausible organisations."""

import datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import F
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from stdnum.ru import inn, ogrn

from events.models import Event
from members.demo import applications as application_demo
from members.demo import stories as demo
from members.membership.fees import DAY
from members.membership.invoices import bill_period
from members.membership.renewals import renew_and_remind
from members.models import (
    BoardSession,
    Invitation,
    Invoice,
    JoinRequest,
    Kind,
    Membership,
    MembershipApplication,
    MembershipPeriod,
    MembershipReminder,
    MembershipStatusChange,
    Organisation,
    PublicPerson,
    Representative,
    RepresentativeOffice,
    Tier,
    User,
)
from tests.factories.members import FeeFactory, RequisitesFactory

pytestmark = pytest.mark.django_db


def counts() -> list[int]:
    return [model.objects.count() for model in (Organisation, Membership, PublicPerson, RepresentativeOffice, User)]


def test_the_stories_are_loaded_once_however_often_one_loads_them() -> None:
    call_command("demo")
    assert counts() == [18, 3, 9, 4, 0]
    call_command("demo")
    assert counts() == [18, 3, 9, 4, 0]


def test_if_empty_leaves_a_database_with_organisations_alone() -> None:
    Organisation.objects.create(kind=Kind.SCHOOL, name="Школа", short_name="Школа", slug="school")
    call_command("demo", if_empty=True)
    assert counts() == [1, 0, 0, 0, 0]


def test_what_the_source_does_not_say_stays_open() -> None:
    call_command("demo")
    lorett = Organisation.objects.get(slug="lorett")
    assert (lorett.region, lorett.city, lorett.inn, lorett.tier) == (None, "", "", "partner")
    founder = Membership.objects.get(tier="founder")
    assert (founder.organisation.slug, founder.started_on) == ("phystech-lyceum", None)
    # Nor is an organisation that stood in the association in 2023 one that joined when the demo was loaded.
    first = {one.membership.organisation.slug: one.on for one in MembershipStatusChange.objects.all()}
    assert first == {
        "phystech-lyceum": datetime.date(2023, 12, 31),
        "english-club": datetime.date(2023, 12, 31),
        "lorett": timezone.localdate(),
    }


def test_an_office_has_its_history_as_far_as_it_is_known() -> None:
    call_command("demo")
    offices = RepresentativeOffice.objects.filter(organisation__slug="noc-kuzbass")
    told: dict[str, Any] = {
        office.country: [(change.status, str(change.since), change.precision) for change in office.changes.all()]
        for office in offices
    }
    assert told == {
        "CN": [("open", "2020-01-01", "year")],
        "MN": [("open", "2020-01-01", "year")],
        "BY": [("in_talks", "2020-01-01", "year"), ("open", "None", "day")],
        "VN": [("open", "None", "day")],
    }


def test_log_ins_with_a_public_password_exist_on_a_machine_of_ones_own_only(settings: Settings) -> None:
    call_command("demo")
    assert User.objects.count() == 0
    settings.DEBUG = True
    call_command("demo")
    assert User.objects.count() == len(demo.logins())


@pytest.mark.parametrize("login", demo.logins(), ids=lambda login: login.email)
def test_every_demo_log_in_works(login: demo.Login) -> None:
    demo.load()
    demo.load_logins()
    visitor = Client()
    answer = visitor.post("/account/login/", {"login": login.email, "password": demo.PASSWORD})
    assert answer.status_code == 302
    assert visitor.session["_auth_user_id"] == str(User.objects.get(email=login.email).pk)


def test_the_log_ins_have_one_of_each_role() -> None:
    demo.load()
    demo.load_logins()
    assert set(Representative.objects.values_list("role", flat=True)) == {"head", "coordinator", "teacher", "viewer"}
    assert [*User.objects.filter(is_staff=True).values_list("email", "is_superuser").order_by("email")] == [
        ("editor@example.org", False),
        ("staff@example.org", True),
    ]


def rows() -> list[tuple[Any, ...]]:
    columns = ("name", "kind", "inn", "city", "direction_slugs", "tier", "memberships__status", "invoices__paid_on")
    return [*Organisation.objects.order_by("pk", "invoices__pk", "memberships__pk").values_list(*columns)]


def test_the_same_seed_makes_the_same_organisations() -> None:
    made = []
    for seed in (7, 7, 8):
        call_command("demo", scale=40, seed=seed)
        assert Organisation.objects.count() == 40
        made.append(rows())
        for model in (Event, Invoice, MembershipPeriod, Organisation):
            model.objects.all().delete()
    assert made[0] == made[1] != made[2]


def test_made_memberships_are_as_the_clock_would_have_left_them() -> None:
    call_command("demo", scale=200)
    memberships = Membership.objects.with_status_on(timezone.localdate())
    assert memberships.exclude(status=F("status_then")).count() == 0
    assert {*memberships.values_list("status", flat=True)} >= {"active", "grace", "lapsed", "left"}
    before = [row.objects.count() for row in (MembershipStatusChange, MembershipPeriod, MembershipReminder)]
    renew_and_remind()
    assert [row.objects.count() for row in (MembershipStatusChange, MembershipPeriod, MembershipReminder)] == before
    RequisitesFactory(), FeeFactory(tier=Tier.FULL)
    paying = Membership.objects.filter(status="active", tier=Tier.FULL, organisation__invoices__state="issued")
    [invoice, *_] = Invoice.objects.filter(period__membership__in=paying)
    [period] = MembershipPeriod.objects.filter(pk=invoice.period_id)
    following = bill_period(period.membership, starts_on=period.ends_on + DAY, by=None)
    assert following is not None
    numbers = Invoice.objects.filter(number__startswith=f"{timezone.localdate().year}-").count()
    assert following.number == f"{timezone.localdate().year}-{numbers:04}"


def test_made_organisations_are_published_found_and_numbered_rightly() -> None:
    call_command("demo", scale=60)
    organisations = Organisation.objects.all()
    assert all(inn.is_valid(one.inn) and ogrn.is_valid(one.ogrn) for one in organisations)
    assert Organisation.objects.published().count() == 60
    some = organisations[0]
    assert some in Organisation.objects.published().searched(some.short_name)


def test_more_are_added_beside_what_is_there() -> None:
    call_command("demo")
    call_command("demo", scale=5)
    call_command("demo", scale=5)
    assert Organisation.objects.count() == 28


def test_applications_stand_in_every_state_and_are_loaded_once(settings: Settings) -> None:
    settings.DEBUG = True
    for _ in range(2):
        call_command("demo")
    states = MembershipApplication.objects.order_by("pk").values_list("state", flat=True)
    assert [*states] == [*application_demo.WAYS]
    assert [one.email for one in MembershipApplication.objects.all() if not one.email.endswith("@example.org")] == []
    assert [one.inn for one in MembershipApplication.objects.overdue()] != []


def test_the_board_has_made_a_member_that_goes_on_by_itself(settings: Settings) -> None:
    settings.DEBUG = True
    for _ in range(2):
        call_command("demo")
    held, planned = BoardSession.objects.order_by("held_on")
    assert sorted(held.items.values_list("outcome", flat=True)) == ["accepted", "declined"]
    assert (held.is_closed, planned.is_closed) == (True, False)
    assert [*planned.items.values_list("application__state", flat=True)] == ["on_agenda"]
    organisation = Organisation.objects.get(applications__state="member")
    assert organisation.memberships.get().certificates.standing().count() == 1
    assert organisation.invoices.get().state == "paid"
    assert organisation.representatives.get().user.email == application_demo.NEWCOMER
    assert Invitation.objects.open().filter(organisation=organisation).count() == 1
    assert JoinRequest.objects.open().filter(organisation=organisation).count() == 1
    assert organisation.profile_changes.get().is_waiting
