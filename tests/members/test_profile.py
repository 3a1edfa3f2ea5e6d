"""A profile is changed by its organisation and checked by the office; the public page shows what was accepted."""

import io
import re
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from common.errors import RuleViolated
from common.marks import to_marks
from common.private_files import private_storage
from members.models import Direction, Notification, Organisation, ProfileChange, ProfileChangeState, Role, User
from members.organisations.profile_changes import (
    decide_profile_change,
    differences,
    fingerprint,
    profile_of,
    propose_profile,
    withdraw_profile_change,
)
from members.organisations.services import PROFILE_FIELDS, delete_organisation
from tests.factories.members import OrganisationFactory, RepresentativeFactory, UserFactory
from tests.office import editor, enter, staff_with

pytestmark = pytest.mark.django_db
WAITING, ACCEPTED = ProfileChangeState.WAITING, ProfileChangeState.ACCEPTED
DECLINED, WITHDRAWN = ProfileChangeState.DECLINED, ProfileChangeState.WITHDRAWN
PROFILE = "/dashboard/lyceum/profile/"


@pytest.fixture
def lyceum() -> Organisation:
    return OrganisationFactory(slug="lyceum", city="Долгопрудный", about="<p>Мы учим физике.</p>")


@pytest.fixture
def head(lyceum: Organisation) -> User:
    return RepresentativeFactory(organisation=lyceum, role=Role.HEAD).user


@pytest.fixture
def client(head: User) -> Client:
    client = Client()
    client.force_login(head)
    return client


def picture(side: int = 600) -> ContentFile:
    buffer = io.BytesIO()
    Image.new("RGB", (side, side)).save(buffer, "PNG")
    return ContentFile(buffer.getvalue(), name="../logo.svg")


def form_of(organisation: Organisation, **changes: Any) -> dict[str, Any]:
    """What the form of the profile gives where these fields are changed."""
    texts = {name: value for name, value in profile_of(organisation).items() if name not in ("directions", "logo")}
    directions = Direction.objects.filter(slug__in=organisation.direction_slugs)
    return {**texts, "directions": directions, "new_logo": None, "no_logo": False, **changes}


def propose(organisation: Organisation, by: User, **changes: Any) -> ProfileChange:
    organisation.refresh_from_db()
    change = propose_profile(organisation, changes=form_of(organisation, **changes), by=by)
    assert change
    return change


def decide(change: ProfileChange, *accept: str, by: User | None = None, reason: str = "") -> ProfileChange:
    change = ProfileChange.objects.get(pk=change.pk)
    by = by or UserFactory(is_staff=True)
    return decide_profile_change(change, accept=accept, by=by, seen=fingerprint(change), reason=reason)


def proposed_files() -> list[str]:
    storage = private_storage()
    return storage.listdir("profile-changes")[1] if storage.exists("profile-changes") else []


@pytest.fixture(autouse=True)
def empty_storage() -> None:
    for name in proposed_files():
        private_storage().delete(f"profile-changes/{name}")


def told(person: User) -> list[str]:
    return [*Notification.objects.filter(user=person).order_by("pk").values_list("title", flat=True)]


# --- The organisation proposes --------------------------------------------------------------------------------


def test_what_is_proposed_waits_and_the_page_stays_as_it_is(lyceum: Organisation, head: User) -> None:
    change = propose(lyceum, head, city="Сургут", about="<p onclick=x>Мы учим инженеров.</p>", name="Лицей № 1")
    assert (change.state, change.proposed_by) == (WAITING, head)
    assert change.after == {"name": "Лицей № 1", "city": "Сургут", "about": "<p>Мы учим инженеров.</p>"}
    assert change.before == {"name": lyceum.name, "city": "Долгопрудный", "about": "<p>Мы учим физике.</p>"}
    assert profile_of(Organisation.objects.get()) == profile_of(lyceum)


def test_saving_again_amends_what_waits(lyceum: Organisation, head: User) -> None:
    first = propose(lyceum, head, city="Сургут", website="https://example.org")
    again = propose(lyceum, head, city="Югорск")
    assert (again.pk, again.after) == (first.pk, {"city": "Югорск"})
    assert ProfileChange.objects.count() == 1


def test_what_says_the_same_as_the_page_is_no_change(lyceum: Organisation, head: User) -> None:
    assert propose_profile(lyceum, changes=form_of(lyceum, about="Мы учим физике."), by=head) is None
    assert not ProfileChange.objects.exists()


def test_a_change_that_is_taken_back_field_by_field_is_withdrawn(lyceum: Organisation, head: User) -> None:
    change = propose(lyceum, head, city="Сургут")
    assert propose_profile(lyceum, changes=form_of(lyceum), by=head) is None
    change.refresh_from_db()
    assert change.state == WITHDRAWN


@pytest.mark.django_db(transaction=True)
def test_those_who_propose_at_once_have_one_change_between_them() -> None:
    lyceum = OrganisationFactory(city="Долгопрудный", profile_confirmed_on=timezone.localdate())
    people = [RepresentativeFactory(organisation=lyceum, role=Role.HEAD).user for _ in range(4)]
    start, proposed = Barrier(len(people)), []

    def run(person: User) -> None:
        start.wait()
        proposed.append(propose(Organisation.objects.get(), person, city=f"Город {person.pk}").pk)
        connections.close_all()

    threads = [Thread(target=run, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert proposed == [ProfileChange.objects.get().pk] * len(people)


def test_the_other_heads_hear_of_a_proposal_once(lyceum: Organisation, head: User) -> None:
    other = RepresentativeFactory(organisation=lyceum, role=Role.COORDINATOR).user
    viewer = RepresentativeFactory(organisation=lyceum, role=Role.VIEWER).user
    propose(lyceum, head, city="Сургут")
    propose(lyceum, head, city="Югорск")
    assert told(other) == ["Изменение публичного профиля ждёт проверки"]
    assert told(head) == told(viewer) == []


# --- The logo -------------------------------------------------------------------------------------------------


def test_a_proposed_logo_is_drawn_anew_and_kept_in_private(lyceum: Organisation, head: User) -> None:
    change = propose(lyceum, head, new_logo=picture())
    assert re.fullmatch(r"profile-changes/[0-9a-f]{32}\.webp", str(change.new_logo))
    with change.new_logo.open("rb") as file:
        assert (Image.open(file).format, Image.open(file).size) == ("WEBP", (512, 512))
    assert Organisation.objects.get().logo.name == ""


def test_what_is_no_picture_is_not_proposed(lyceum: Organisation, head: User) -> None:
    with pytest.raises(ValidationError):
        propose(lyceum, head, new_logo=ContentFile(b"<svg/>", name="logo.png"))
    assert (proposed_files(), ProfileChange.objects.count()) == ([], 0)


@pytest.mark.parametrize(
    "changes",
    [{"new_logo": picture(300)}, {"same_logo": True}, {"no_logo": True}],
    ids=["another logo", "the logo of now", "no logo"],
)
def test_the_file_of_a_logo_that_is_proposed_no_more_goes(
    lyceum: Organisation,
    head: User,
    changes: dict[str, Any],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    [first] = [propose(lyceum, head, city="Сургут", new_logo=picture()).new_logo.name]
    with django_capture_on_commit_callbacks(execute=True):
        change = propose(lyceum, head, city="Сургут", **changes)
    assert first is not None
    assert not private_storage().exists(first)
    assert len(proposed_files()) == bool(change.new_logo)


def test_a_logo_that_waits_stays_when_other_fields_are_amended(lyceum: Organisation, head: User) -> None:
    first = propose(lyceum, head, new_logo=picture())
    again = propose(lyceum, head, city="Сургут")
    assert again.after == {"city": "Сургут", "logo": first.new_logo.name}


@pytest.mark.parametrize("end", ["accept", "decline", "withdraw", "delete"])
def test_no_end_of_a_change_leaves_its_file_behind(
    lyceum: Organisation, end: str, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    change = propose(lyceum, UserFactory(), new_logo=picture())
    assert len(proposed_files()) == 1
    with django_capture_on_commit_callbacks(execute=True):
        match end:
            case "accept":
                decide(change, "logo")
            case "decline":
                decide(change, reason="Не тот логотип")
            case "withdraw":
                withdraw_profile_change(lyceum)
            case "delete":
                delete_organisation(lyceum)
    assert proposed_files() == []
    assert [row.new_logo.name for row in ProfileChange.objects.all()] == ([] if end == "delete" else [""])


def test_an_accepted_logo_stands_on_the_page_in_each_size(lyceum: Organisation, head: User) -> None:
    decide(propose(lyceum, head, new_logo=picture()), "logo")
    logo = str(Organisation.objects.get().logo)
    stem = logo.removesuffix(".webp")
    assert [default_storage.exists(name) for name in (logo, f"{stem}-96.webp", f"{stem}-512.webp")] == [True] * 3
    decide(propose(Organisation.objects.get(), head, no_logo=True), "logo")
    assert Organisation.objects.get().logo.name == ""


# --- The office decides ---------------------------------------------------------------------------------------


def test_what_is_accepted_stands_on_the_page(lyceum: Organisation, head: User) -> None:
    chosen = Direction.objects.filter(slug__in=["robotics", "biotechnology"])
    change = propose(lyceum, head, city="Сургут", directions=chosen, short_name="Лицей")
    decided = decide(change, *change.after)
    saved = Organisation.objects.get()
    assert (saved.city, saved.short_name) == ("Сургут", "Лицей")
    assert sorted(saved.direction_slugs) == ["biotechnology", "robotics"]
    assert (decided.state, decided.accepted_fields) == (ACCEPTED, ["short_name", "city", "directions"])
    assert saved.slug == "lyceum"


def test_a_change_is_accepted_in_part_with_a_reason(lyceum: Organisation, head: User) -> None:
    change = propose(lyceum, head, city="Сургут", about="<p>Лучшие в мире</p>")
    with pytest.raises(RuleViolated) as refused:
        decide(change, "city")
    assert refused.value.code == "reason_missing"
    decided = decide(change, "city", reason="Без превосходных степеней")
    saved = Organisation.objects.get()
    assert (saved.city, saved.about) == ("Сургут", "<p>Мы учим физике.</p>")
    assert (decided.state, decided.accepted_fields, decided.is_refused_lately) == (ACCEPTED, ["city"], True)


def test_a_declined_change_changes_nothing(lyceum: Organisation, head: User) -> None:
    decided = decide(propose(lyceum, head, city="Сургут"), reason="Это не ваш город")
    assert (decided.state, decided.reason) == (DECLINED, "Это не ваш город")
    assert profile_of(Organisation.objects.get()) == profile_of(lyceum)


def test_the_heads_hear_of_the_decision_with_its_reason(lyceum: Organisation, head: User) -> None:
    decide(propose(lyceum, head, city="Сургут"), reason="Это не ваш город")
    change = propose(lyceum, head, city="Сургут", website="https://example.org")
    decide(change, "website", reason="Город не тот")
    decide(propose(lyceum, head, city="Югорск"), "city")
    assert told(head) == [
        "Изменение публичного профиля отклонено",
        "Часть изменения — на публичной странице",
        "Изменение — на публичной странице",
    ]
    texts = Notification.objects.order_by("pk").values_list("text", flat=True)
    assert "Это не ваш город" in texts[0]
    assert "Не принято: Город" in texts[1]
    assert {one.link for one in Notification.objects.all()} == {PROFILE}


def test_what_staff_changed_meanwhile_is_told_and_asked_again(lyceum: Organisation, head: User) -> None:
    change = propose(lyceum, head, city="Сургут")
    seen = fingerprint(change)
    Organisation.objects.filter(pk=lyceum.pk).update(city="Москва")
    staff = UserFactory()
    with pytest.raises(RuleViolated) as refused:
        decide_profile_change(change, accept=["city"], by=staff, seen=seen)
    assert refused.value.code == "changed_meanwhile"
    assert Organisation.objects.get().city == "Москва"
    [difference] = differences(ProfileChange.objects.get())
    assert (difference.now, difference.after, difference.is_overtaken) == ("Москва", "Сургут", True)
    decide(change, "city", by=staff)
    assert Organisation.objects.get().city == "Сургут"


def test_what_the_organisation_amends_meanwhile_is_not_accepted_unseen(lyceum: Organisation, head: User) -> None:
    seen = fingerprint(propose(lyceum, head, about="<p>Хорошо</p>"))
    change = propose(lyceum, head, about="<p>Плохо</p>")
    with pytest.raises(RuleViolated) as refused:
        decide_profile_change(change, accept=["about"], by=UserFactory(), seen=seen)
    assert refused.value.code == "changed_meanwhile"


def test_what_others_changed_elsewhere_in_the_profile_does_not_matter(lyceum: Organisation, head: User) -> None:
    change = propose(lyceum, head, city="Сургут")
    seen = fingerprint(change)
    Organisation.objects.filter(pk=lyceum.pk).update(website="https://example.org")
    decide_profile_change(change, accept=["city"], by=UserFactory(), seen=seen)
    saved = Organisation.objects.get()
    assert (saved.city, saved.website) == ("Сургут", "https://example.org")


def test_a_decision_asked_for_again_is_the_same_and_another_is_told(lyceum: Organisation, head: User) -> None:
    change, staff = propose(lyceum, head, city="Сургут"), UserFactory(last_name="Орлова", first_name="Мария")
    seen = fingerprint(change)
    first = decide_profile_change(change, accept=["city"], by=staff, seen=seen)
    again = decide_profile_change(change, accept=["city"], by=staff, seen=seen)
    assert (first.decided_at, told(head)) == (again.decided_at, ["Изменение — на публичной странице"])
    with pytest.raises(RuleViolated, match="Орлова") as refused:
        decide_profile_change(change, accept=[], by=UserFactory(), seen=seen, reason="Нет")
    assert refused.value.code == "already_decided"


def test_a_withdrawn_change_cannot_be_accepted(lyceum: Organisation, head: User) -> None:
    change = propose(lyceum, head, city="Сургут")
    withdraw_profile_change(lyceum)
    withdraw_profile_change(lyceum)
    with pytest.raises(RuleViolated, match="отозвала"):
        decide(change, "city")


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_once_one_does_and_the_other_is_told() -> None:
    lyceum = OrganisationFactory(city="Долгопрудный")
    change = propose(lyceum, UserFactory(), city="Сургут")
    seen, start, outcomes = fingerprint(change), Barrier(2), []

    def run(accept: list[str], by: User) -> None:
        start.wait()
        try:
            decided = decide_profile_change(change, accept=accept, by=by, seen=seen, reason="Так")
            outcomes.append(decided.state)
        except RuleViolated as error:
            outcomes.append(error.code)
        connections.close_all()

    threads = [Thread(target=run, args=[accept, UserFactory()]) for accept in (["city"], [])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    state = ProfileChange.objects.get().state
    assert sorted(outcomes) == sorted([state, "already_decided"])
    assert Organisation.objects.get().city == ("Сургут" if state == ACCEPTED else "Долгопрудный")


def test_a_link_that_leads_elsewhere_is_seen_in_the_comparison(lyceum: Organisation, head: User) -> None:
    Organisation.objects.filter(pk=lyceum.pk).update(about='<p>См. <a href="https://a.example.org">сайт</a></p>')
    lyceum.refresh_from_db()
    propose(lyceum, head, about='<p>См. <a href="https://b.example.org">сайт</a></p>')
    [difference] = differences(ProfileChange.objects.get())
    now, after = ([words.strip() for words, differs in side if differs] for side in difference.sides)
    assert (now, after) == (["(https://a.example.org)"], ["(https://b.example.org)"])


# --- The page of the organisation -----------------------------------------------------------------------------


def post(client: Client, organisation: Organisation, **changes: Any) -> Any:
    texts = {name: value for name, value in profile_of(organisation).items() if isinstance(value, str)}
    texts["about"] = to_marks(texts["about"])
    return client.post(PROFILE, {**texts, **changes}, follow=True)


def test_the_page_shows_both_versions_and_the_public_one_stays(client: Client, lyceum: Organisation) -> None:
    html = post(client, lyceum, city="Сургут").content.decode()
    assert "Ждёт проверки" in html
    assert re.search(r"<del>Долгопрудный</del>.*<ins>Сургут</ins>", html, re.DOTALL)
    assert 'value="Сургут"' in html
    public = Client().get("/organisations/lyceum/").content.decode()
    assert ("Долгопрудный" in public, "Сургут" in public) == (True, False)


def test_a_form_sent_as_it_is_says_that_there_is_nothing_to_check(client: Client, lyceum: Organisation) -> None:
    response = post(client, lyceum)
    assert [message.level_tag for message in response.context["messages"]] == ["info"]
    assert not ProfileChange.objects.exists()


def test_what_a_colleague_proposes_meanwhile_is_not_lost_unseen(client: Client, lyceum: Organisation) -> None:
    """Both have opened the page; the first one's city must not go by the second one's website."""
    address = f"/dashboard/{lyceum.slug}/profile/"
    page = client.get(address).context
    typed = {name: page["form"][name].value() or "" for name in PROFILE_FIELDS}
    sent = {**typed, "seen": page["seen"], "website": "https://b.example.org"}
    colleague = RepresentativeFactory(organisation=lyceum, role=Role.COORDINATOR).user
    first = propose(lyceum, colleague, city="Химки")
    refused = client.post(address, sent)
    assert refused.context["form"].non_field_errors()[0].startswith(str(colleague))
    assert refused.context["form"]["website"].value() == "https://b.example.org"
    assert ProfileChange.objects.get().after == {"city": "Химки"}
    client.post(address, {**sent, "seen": refused.context["seen"]})
    assert ProfileChange.objects.get(pk=first.pk).after == {"website": "https://b.example.org"}
    client.post(address, {**sent, "website": "https://c.example.org"})
    assert ProfileChange.objects.get().after == {"website": "https://c.example.org"}


def test_a_change_is_withdrawn_by_one_press(client: Client, lyceum: Organisation) -> None:
    post(client, lyceum, city="Сургут")
    html = client.post(f"{PROFILE}withdraw/", follow=True).content.decode()
    assert ProfileChange.objects.get().state == WITHDRAWN
    assert 'value="Долгопрудный"' in html


def test_a_refusal_is_shown_with_its_reason_until_the_next_proposal(client: Client, lyceum: Organisation) -> None:
    post(client, lyceum, city="Сургут")
    decide(ProfileChange.objects.get(), reason="Это не ваш город")
    assert "Это не ваш город" in client.get(PROFILE).content.decode()
    assert "Это не ваш город" not in post(client, lyceum, city="Югорск").content.decode()


def test_a_name_cannot_be_emptied(client: Client, lyceum: Organisation) -> None:
    response = post(client, lyceum, name="", short_name="")
    assert [*response.context["form"].errors] == ["short_name", "name"]
    assert not ProfileChange.objects.exists()


def test_a_proposed_logo_is_for_its_organisation_and_the_office(lyceum: Organisation, head: User) -> None:
    change = propose(lyceum, head, new_logo=picture())
    address = reverse("members:profile_change_logo", args=[change.pk])
    stranger = RepresentativeFactory(role=Role.HEAD).user
    answers = []
    for person in (head, stranger, RepresentativeFactory(organisation=lyceum).user):
        client = Client()
        client.force_login(person)
        answers.append(client.get(address).status_code)
    answers.append(enter(editor()).get(address).status_code)
    assert answers == [200, 404, 200, 200]


def test_the_page_costs_as_much_for_three_fields_as_for_one(
    client: Client, lyceum: Organisation, head: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.get(PROFILE)
    propose(lyceum, head, city="Сургут")
    with django_assert_num_queries(10):
        client.get(PROFILE)
    propose(lyceum, head, city="Сургут", website="https://example.org", about="Мы")
    with django_assert_num_queries(10):
        client.get(PROFILE)


# --- The page of the office -----------------------------------------------------------------------------------


def office_page(change: ProfileChange) -> str:
    return reverse("admin:members_profilechange_change", args=[change.pk])


def test_an_editor_accepts_what_is_ticked(lyceum: Organisation, head: User) -> None:
    change, office = propose(lyceum, head, city="Сургут", website="https://example.org"), enter(editor())
    html = office.get(office_page(change)).content.decode()
    assert html.count('name="accept"') == 2
    seen = fingerprint(change)
    office.post(office_page(change), {"accept": ["city"], "seen": seen, "reason": "Сайт не открывается"})
    saved = Organisation.objects.get()
    assert (saved.city, saved.website) == ("Сургут", "")
    assert saved.history.latest().history_user.is_staff


def test_declining_all_leaves_the_ticks_out_of_account(lyceum: Organisation, head: User) -> None:
    change, office = propose(lyceum, head, city="Сургут"), enter(editor())
    data = {"accept": ["city"], "seen": fingerprint(change), "reason": "Нет", "decline": "1"}
    office.post(office_page(change), data)
    assert (ProfileChange.objects.get().state, Organisation.objects.get().city) == (DECLINED, "Долгопрудный")


def test_who_comes_second_is_told_and_sees_how_it_stands(lyceum: Organisation, head: User) -> None:
    change, office = propose(lyceum, head, city="Сургут"), enter(editor())
    data = {"accept": ["city"], "seen": fingerprint(change)}
    Organisation.objects.filter(pk=lyceum.pk).update(city="Москва")
    response = office.post(office_page(change), data | {"reason": "Как просили"})
    assert "Пока вы читали" in response.content.decode()
    assert response.context["form"]["reason"].value() == "Как просили"
    assert "Москва" in response.content.decode()
    decide(change, "city")
    html = office.post(office_page(change), data).content.decode()
    assert "уже решено" in html.lower()
    assert 'name="accept"' not in html


def test_ticks_and_words_outlive_a_refusal(lyceum: Organisation, head: User) -> None:
    change, office = propose(lyceum, head, city="Сургут", website="https://example.org"), enter(editor())
    answer = office.post(office_page(change), {"accept": ["website"], "seen": fingerprint(change), "reason": ""})
    assert "Напишите причину" in answer.content.decode()
    assert answer.context["form"]["accept"].value() == ["website"]


def test_who_may_only_look_decides_nothing(lyceum: Organisation, head: User) -> None:
    change = propose(lyceum, head, city="Сургут")
    office = enter(staff_with("members.view_profilechange"))
    assert 'name="accept"' not in office.get(office_page(change)).content.decode()
    data = {"accept": ["city"], "seen": fingerprint(change)}
    assert office.post(office_page(change), data).status_code == 403
    assert Organisation.objects.get().city == "Долгопрудный"


def test_the_queue_shows_what_waits_with_its_term(lyceum: Organisation, head: User) -> None:
    change = propose(lyceum, head, city="Сургут")
    html = enter(editor()).get("/admin/").content.decode()
    assert office_page(change) in html
    assert "решить до" in html
    ProfileChange.objects.update(proposed_at="2026-01-01T12:00Z")
    assert "срок истёк" in enter(editor()).get("/admin/").content.decode()


# --- The description is typed in marks ------------------------------------------------------------------------


def test_a_description_is_typed_in_marks_and_survives_a_mistake(lyceum: Organisation, client: Client) -> None:
    stored = "<p>Мы учим <strong>физике</strong>.</p><p>И химии.</p>"
    Organisation.objects.filter(pk=lyceum.pk).update(about=stored)
    form = client.get(PROFILE).context["form"]
    assert form["about"].value() == "Мы учим **физике**.\n\nИ химии."
    page = {name: form[name].value() for name in form.fields if isinstance(form[name].value(), str)}
    page["about"] = page["about"].replace("\n", "\r\n")
    assert client.post(PROFILE, page).status_code == 302
    assert not lyceum.profile_changes.exists()
    typed = "Мы учим:\r\n- физике,\r\n- <b>химии</b>"
    again = client.post(PROFILE, {**page, "about": typed, "short_name": ""}).context["form"]
    assert again.errors
    assert again["about"].value() == typed
    client.post(PROFILE, {**page, "about": typed})
    assert lyceum.profile_changes.get().after == {
        "about": "<p>Мы учим:</p>\n<ul>\n<li>физике,</li>\n<li>&lt;b&gt;химии&lt;/b&gt;</li>\n</ul>"
    }
