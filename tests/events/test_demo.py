"""The events of the stories, and those to come, as a newcomer sees them."""

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from events.afterwards.asking import ask_for_feedback
from events.afterwards.attendance import Attendance
from events.afterwards.summary import summary_of
from events.models import Event, Registration, Session, Talk
from tests.events.people import states

pytestmark = pytest.mark.django_db


def test_the_stories_are_told_once_and_every_page_of_them_opens() -> None:
    for _time in range(2):
        call_command("demo")
        assert [model.objects.count() for model in (Event, Session, Talk)] == [13, 12, 5]
    assert Event.objects.past().count() == 5
    for event in Event.objects.all():
        assert Client().get(f"/events/{event.slug}/").status_code == 200


def test_what_a_source_does_not_say_stays_open() -> None:
    call_command("demo")
    camp = Event.objects.get(slug="engineer-researcher-yugra-2023")
    forum = Event.objects.get(slug="technological-education-forum")
    talks = Event.objects.get(slug="international-cooperation-session-2021")
    assert (camp.precision, camp.headcount, camp.sessions.exists()) == ("year", None, False)
    assert (forum.starts_at, forum.region) == (None, None)
    assert (talks.precision, talks.headcount, talks.headcount_is_least, talks.city) == ("month", 400, True, "")


def test_one_is_full_with_a_waiting_list_and_one_has_groups(settings: Settings) -> None:
    settings.DEBUG = True
    for _time in range(2):
        call_command("demo")
    full = Event.objects.get(slug="demo-webinar-agreements")
    assert states(full) == ["confirmed"] * 6 + ["waiting"] * 3
    assert all(one.is_proved for one in Registration.objects.all())
    groups = Registration.objects.exclude(group="").exclude(event__slug="demo-laboratory-day")
    assert sorted(groups.values_list("group", "places", "state")) == [("8А", 12, "confirmed"), ("9Б", 9, "confirmed")]


def test_plausible_events_are_as_many_as_asked_for() -> None:
    call_command("demo", scale=10)
    now = timezone.now()
    assert (Event.objects.past(now).count(), Event.objects.upcoming(now).count()) == (100, 1)
    assert not Event.objects.filter(organiser_cards=[]).exists()


def test_a_day_that_is_over_has_those_who_came_and_what_they_said(settings: Settings) -> None:
    settings.DEBUG = True
    for _time in range(2):
        call_command("demo")
    event = Event.objects.get(slug="demo-laboratory-day")
    total, summary = Attendance(event).total, summary_of(event)
    assert (total.registered, total.confirmed, total.came, total.walk_ins) == (173, 156, 133, 9)
    assert (summary.number, summary.withheld, len(summary.charts), len(summary.texts)) == (38, 0, 4, 3)
    assert ask_for_feedback() == 0
