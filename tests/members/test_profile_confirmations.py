"""Once a year the people of an organisation say whether its profile still holds."""

import datetime
from threading import Barrier, Thread

import pytest
import time_machine
from django.db import connections
from django.test import Client
from django.utils import timezone

from members.models import Notification, Organisation, ProfileReminder, Role, User
from members.organisations.profile_confirmations import ask_to_confirm_profiles, confirm_profile
from tests.factories.members import OrganisationFactory, RepresentativeFactory
from tests.office import enter, superuser

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


def confirmed(days_ago: int, **fields: object) -> Organisation:
    day = timezone.localdate() - days_ago * DAY
    organisation = OrganisationFactory(profile_confirmed_on=day, **fields)
    RepresentativeFactory(organisation=organisation, role=Role.HEAD)
    return organisation


def head_of(organisation: Organisation) -> User:
    return organisation.representatives.get(role=Role.HEAD).user


@pytest.mark.parametrize(("days_ago", "asked"), [(364, 0), (365, 1), (372, 1)], ids=["too early", "today", "late"])
def test_who_is_asked(days_ago: int, asked: int) -> None:
    organisation = confirmed(days_ago)
    assert ask_to_confirm_profiles() == asked
    assert Notification.objects.filter(user=head_of(organisation)).count() == asked


@pytest.mark.parametrize(("days_ago", "asked"), [(364, 0), (365, 1)])
def test_a_profile_that_nobody_confirmed_held_when_it_was_entered(days_ago: int, asked: int) -> None:
    organisation = confirmed(0)
    entered = timezone.now() - days_ago * DAY
    Organisation.objects.filter(pk=organisation.pk).update(profile_confirmed_on=None, created_at=entered)
    assert ask_to_confirm_profiles() == asked


def test_nobody_is_asked_who_cannot_answer() -> None:
    confirmed(400, is_published=False)
    OrganisationFactory(profile_confirmed_on=timezone.localdate() - 400 * DAY)
    assert (ask_to_confirm_profiles(), ProfileReminder.objects.count()) == (0, 0)


def test_each_year_asks_once_however_often_it_is_run_and_whatever_days_are_missed() -> None:
    organisation = confirmed(365)
    start, asked = timezone.now(), []
    with time_machine.travel(start, tick=False) as clock:
        for day in [0, 0, 1, 2, 200, 364, 372, 373, 380, 400]:  # down from the 365th day to the 371st
            clock.move_to(start + day * DAY)
            asked += [day] * ask_to_confirm_profiles()
    assert asked == [0, 372]
    assert Notification.objects.filter(user=head_of(organisation)).count() == 2


def test_an_answer_ends_the_asking_for_a_year() -> None:
    organisation, start = confirmed(365), timezone.now()
    ask_to_confirm_profiles()
    with time_machine.travel(start, tick=False) as clock:
        clock.move_to(start + 10 * DAY)
        confirm_profile(organisation)
        clock.move_to(start + 374 * DAY)
        assert ask_to_confirm_profiles() == 0
        clock.move_to(start + 375 * DAY)
        assert ask_to_confirm_profiles() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_ask_once() -> None:
    organisation = confirmed(365)
    barrier, asked = Barrier(4), []

    def run() -> None:
        barrier.wait()
        asked.append(ask_to_confirm_profiles())
        connections.close_all()

    threads = [Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(asked) == 1
    assert Notification.objects.filter(user=head_of(organisation)).count() == 1


def test_one_press_confirms_and_the_history_says_who_did() -> None:
    organisation = confirmed(400, slug="lyceum")
    client = Client()
    client.force_login(head_of(organisation))
    assert "Всё верно" in client.get("/dashboard/lyceum/").content.decode()
    html = client.post("/dashboard/lyceum/profile/confirm/", follow=True).content.decode()
    assert "Всё верно" not in html
    saved = Organisation.objects.get()
    assert (saved.profile_confirmed_on, saved.updated_at) == (timezone.localdate(), organisation.updated_at)
    assert saved.history.latest().history_user == head_of(organisation)
    rows = saved.history.count()
    confirm_profile(saved)
    assert saved.history.count() == rows


def test_the_office_lists_who_has_not_confirmed_for_18_months() -> None:
    stale, fresh = confirmed(548, short_name="Забытая школа"), confirmed(547, short_name="Живая школа")
    html = enter(superuser()).get("/admin/members/organisation/?confirmed=stale").content.decode()
    assert (stale.short_name in html, fresh.short_name in html) == (True, False)
