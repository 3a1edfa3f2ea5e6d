"""Whoever posts every field of a model changes those that the form shows, and nothing else."""

import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.test import Client
from django.utils import timezone

from events.afterwards.emails import feedback_token
from events.models import FeedbackAnswer, FeedbackQuestion, FeedbackSurvey
from members.models import (
    Direction,
    Invitation,
    Kind,
    OfficeReport,
    OfficeYear,
    Organisation,
    ProfileChange,
    Role,
    User,
)
from tests.events.over import over_since, registered
from tests.factories.events import EventFactory, EventOrganiserFactory
from tests.factories.members import (
    OfficeFactory,
    OrganisationFactory,
    RegionFactory,
    RepresentativeFactory,
    UserFactory,
    valid_inn,
)
from tests.members.accounts import ticked

pytestmark = pytest.mark.django_db
KEPT_BY_ITSELF = {"updated_at", "search_vector", "search_text", "direction_slugs"}


def every_field_of(model: type[models.Model], **known: object) -> dict[str, Any]:
    """A value that differs from the stored one for each field, under its name and under its column's."""
    posted: dict[str, Any] = {}
    for field in [*model._meta.concrete_fields, *model._meta.many_to_many]:
        posted[field.name] = known.get(field.name, _another(field))
        posted[getattr(field, "attname", field.name)] = posted[field.name]
    return posted


def _another(field: models.Field) -> object:
    if field.choices:
        return field.flatchoices[-1][0]
    match field:
        case models.BooleanField():
            return "on"
        case models.FileField():
            return SimpleUploadedFile("logo.png", b"text")
        case models.DateTimeField() | models.DateField():
            return datetime.datetime(2001, 1, 1, tzinfo=datetime.UTC)
        case models.ForeignKey() | models.ManyToManyField():
            return field.related_model._default_manager.order_by("-pk").values_list("pk", flat=True).first() or 1
        case models.URLField():
            return "https://changed.example.org/"
        case models.EmailField():
            return "changed@example.org"
        case models.IntegerField():
            return 4242
    return "changed"


def state(row: models.Model) -> dict[str, Any]:
    row = type(row)._default_manager.get(pk=row.pk)
    plain = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return plain | {field.name: set(getattr(row, field.name).all()) for field in row._meta.many_to_many}


def changed(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    return {name for name in before if before[name] != after[name]} - KEPT_BY_ITSELF


def test_a_head_proposes_of_the_organisation_what_the_profile_shows() -> None:
    consortium = OrganisationFactory(kind=Kind.CONSORTIUM)
    organisation = OrganisationFactory(kind=Kind.COMPANY)
    head = RepresentativeFactory(organisation=organisation, role=Role.HEAD).user
    posted = every_field_of(
        Organisation, inn=valid_inn(77), consortium=consortium.pk, region=RegionFactory().pk, is_published=""
    )
    before, client = state(organisation), Client()
    client.force_login(head)
    assert client.post(f"/dashboard/{organisation.slug}/profile/", posted).status_code == 302
    assert changed(before, state(organisation)) == {"profile_confirmed_on"}
    assert state(organisation)["profile_confirmed_on"] == timezone.localdate()
    last = Direction.objects.order_by("pk").last()
    assert last
    texts = dict.fromkeys(["name", "name_en", "short_name", "short_name_en", "city", "city_en"], "changed")
    assert ProfileChange.objects.get().after == {
        **texts,
        "about": "<p>changed</p>",
        "about_en": "<p>changed</p>",
        "website": "https://changed.example.org/",
        "directions": [last.slug],
    }
    assert Organisation.objects.count() == 2


def test_who_signs_up_gets_no_more_than_a_name_an_address_and_a_password() -> None:
    posted = every_field_of(User, email="new@example.org") | {"password1": "Сложный-пароль-1"} | ticked()
    assert Client().post("/account/signup/", posted).status_code == 302
    made, bare = state(User.objects.get()), state(UserFactory(password=None))
    differing = changed(bare, made) - {"id", "date_joined", "last_login"}
    assert differing == {"email", "password", "first_name", "last_name"}
    assert (made["is_staff"], made["is_superuser"], made["groups"], made["user_permissions"]) == (
        False,
        False,
        set(),
        set(),
    )
    assert made["date_joined"].year != 2001


def test_a_person_changes_of_themselves_what_the_page_shows() -> None:
    user, client = UserFactory(), Client()
    client.force_login(user)
    before = state(user)
    assert client.post("/account/person/", every_field_of(User)).status_code == 302
    assert changed(before, state(user)) == {"first_name", "last_name", "patronymic", "language", "time_zone"}


def test_who_invites_says_no_more_than_the_form_shows() -> None:
    head, other = RepresentativeFactory(role=Role.HEAD), OrganisationFactory()
    posted = every_field_of(Invitation, role="teacher", email="new@example.org", organisation=other.pk)
    client = Client()
    client.force_login(head.user)
    place = f"/dashboard/{head.organisation.slug}/people/"
    assert client.post(place, posted | {"request_key": "k"}).status_code == 302
    made = Invitation.objects.get()
    assert (made.organisation, made.invited_by, made.accepted_by) == (head.organisation, head.user, None)
    assert (made.is_open, made.expires_at.year != 2001) == (True, True)


def test_who_reports_on_an_office_decides_nothing() -> None:
    head = RepresentativeFactory(role=Role.HEAD, organisation__kind=Kind.CONSORTIUM)
    office, other = OfficeFactory(organisation=head.organisation), OrganisationFactory(kind=Kind.CONSORTIUM)
    posted = every_field_of(OfficeReport, organisation=other.pk) | {"request_key": "k", "country": "CN"}
    year = every_field_of(OfficeYear, office=office.pk, year=2025) | {"request_key": "k2"}
    posted |= {"status": "open", "since": "2026-03-01", "precision": "day"}
    client = Client()
    client.force_login(head.user)
    place = f"/dashboard/{head.organisation.slug}/offices/"
    for form in (posted, {f"year-{name}": value for name, value in year.items()}):
        assert client.post(place, form).status_code == 302
    made = OfficeReport.objects.values_list("organisation", "state", "decided_by", "reason", "reported_by")
    assert [*made] == [(head.organisation.pk, "waiting", None, "", head.user.pk)] * 2


def test_who_asks_what_people_think_says_no_more_than_the_forms_show() -> None:
    event = EventOrganiserFactory(organisation__slug="a", event__slug="forum").event
    head = RepresentativeFactory(organisation=event.organisers.get(), role=Role.HEAD).user
    other, client = EventFactory(), Client()
    client.force_login(head)
    place = "/dashboard/a/events/forum/feedback/"
    assert client.post(place, every_field_of(FeedbackSurvey, event=other.pk)).status_code == 302
    survey = FeedbackSurvey.objects.get()
    assert (survey.event, survey.asks, survey.hall_key, survey.asked_at, survey.asked) == (event, True, "", None, 0)
    asked = {f"form-0-{name}": value for name, value in every_field_of(FeedbackQuestion, event=other.pk).items()}
    asked |= {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-type": "line"}
    assert client.post(f"{place}questions/", asked).status_code == 302
    assert FeedbackQuestion.objects.values_list("event", "label", "position").get() == (event.pk, "changed", 0)


def test_who_says_what_they_think_says_no_more_than_the_form_shows() -> None:
    event = over_since(days=1)
    registration, other = registered(event, came=1), registered(event, came=1)
    posted = every_field_of(FeedbackAnswer, registration=other.pk, event=EventFactory().pk)
    answer = {"rating": "4", "again": "no", "request_key": "k"}
    assert Client().post(f"/events/feedback/{feedback_token(registration)}/", posted | answer).status_code == 302
    made = FeedbackAnswer.objects.values_list("event", "registration", "rating", "again", "good", "answers").get()
    assert made == (event.pk, None, 4, False, "changed", {})


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("address", ["organisations/", "organisations/a/", "regions/RU-KHM/", "directions/robotics/"])
def test_the_api_changes_nothing(address: str, method: str) -> None:
    organisation = OrganisationFactory(slug="a")
    before, client = state(organisation), Client()
    client.force_login(RepresentativeFactory(organisation=organisation, role=Role.HEAD).user)
    assert getattr(client, method)(f"/api/v1/{address}", {"name": "changed"}, "application/json").status_code == 405
    assert changed(before, state(organisation)) == set()
