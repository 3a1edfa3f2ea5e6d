"""Who hears what has become of a membership and of a role, wherever it was changed."""

import datetime
from typing import Any

import pytest
from django.core.files.storage import InMemoryStorage
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from common.models import Document, OutgoingMail
from members.demo import stories as demo
from members.membership.certificates import follow_membership, issue_certificate
from members.membership.life import change_membership_status
from members.models import Membership, MembershipStatus, Notification, Organisation, Representative, Role, Tier, User
from members.notices.notifications import Words, notify
from members.notices.topics import MEMBERSHIP
from members.organisations.services import delete_representative, tell_of_role
from tests.factories.members import MembershipFactory, OrganisationFactory, RepresentativeFactory, UserFactory
from tests.members.accounts import PASSWORD, ticked

pytestmark = pytest.mark.django_db
DASHBOARD = "/dashboard/lyceum/"
MEMBERSHIP_PAGE = "/dashboard/lyceum/membership/"


@pytest.fixture(autouse=True)
def storage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Document._meta.get_field("file"), "storage", InMemoryStorage())


@pytest.fixture
def lyceum() -> Organisation:
    return OrganisationFactory(slug="lyceum", short_name="Лицей", short_name_en="Lyceum")


@pytest.fixture
def people(lyceum: Organisation) -> dict[str, User]:
    """One of each role, one who was a head, and a head of another organisation."""
    people = {role: RepresentativeFactory(organisation=lyceum, role=role).user for role in Role.values}
    people["former"] = RepresentativeFactory(organisation=lyceum, role=Role.HEAD, ended_at=timezone.now()).user
    people["elsewhere"] = RepresentativeFactory(role=Role.HEAD).user
    return people


def told(people: dict[str, User]) -> dict[str, list[str]]:
    """Who → the titles, the first one first, on one line each."""
    return {
        who: [title.replace("\N{NO-BREAK SPACE}", " ") for title in titles]
        for who, person in people.items()
        if (titles := Notification.objects.filter(user=person).order_by("pk").values_list("title", flat=True))
    }


# --- Membership ----------------------------------------------------------------------------------------------


def test_an_issued_certificate_is_told_to_heads_and_coordinators(lyceum: Organisation, people: dict[str, User]) -> None:
    certificate = issue_certificate(MembershipFactory(organisation=lyceum), by=None)
    issue_certificate(certificate.membership, by=None)
    title = f"Выдано свидетельство о членстве № {certificate.number}"
    assert told(people) == {"head": [title], "coordinator": [title]}
    assert {*Notification.objects.values_list("topic", "link")} == {("membership", MEMBERSHIP_PAGE)}
    assert {*OutgoingMail.objects.values_list("recipient", flat=True)} == {
        people["head"].email,
        people["coordinator"].email,
    }


def test_a_replaced_and_a_withdrawn_certificate_are_told(lyceum: Organisation, people: dict[str, User]) -> None:
    membership = MembershipFactory(organisation=lyceum)
    first = issue_certificate(membership, by=None)
    Membership.objects.update(tier=Tier.FOUNDER)
    second = issue_certificate(membership, by=None)
    Membership.objects.update(tier=Tier.PARTNER)
    follow_membership(membership, by=None)
    follow_membership(membership, by=None)
    assert told(people)["head"] == [
        f"Выдано свидетельство о членстве № {first.number}",
        f"Выдано свидетельство о членстве № {second.number}",
        f"Отозвано свидетельство о членстве № {second.number}",
    ]
    texts = [*Notification.objects.filter(user=people["head"]).order_by("pk").values_list("text", flat=True)]
    assert [text.replace("\N{NO-BREAK SPACE}", " ") for text in texts] == [
        "Лицей: PDF — в кабинете организации.",
        f"Лицей: прежнее, № {first.number}, больше не действует.",
        "Лицей теперь партнёр ассоциации, а партнёрам свидетельство не выдаётся.",
    ]


@pytest.mark.parametrize(
    ("status", "title"),
    [
        (MembershipStatus.SUSPENDED, "Членство приостановлено"),
        (MembershipStatus.LEFT, "Организация вышла из ассоциации"),
    ],
)
def test_a_move_of_the_membership_is_told_with_its_day_and_reason(
    lyceum: Organisation, people: dict[str, User], status: str, title: str
) -> None:
    membership, day, staff = MembershipFactory(organisation=lyceum), datetime.date(2026, 11, 16), UserFactory()
    for _ in range(2):
        change_membership_status(membership, status=status, on=day, by=staff, reason="протокол 7")
    assert told(people) == {"head": [title], "coordinator": [title]}
    assert Notification.objects.filter(user=people["head"]).get().text == (
        "Лицей\nДата: 16\N{NO-BREAK SPACE}ноября 2026\N{NO-BREAK SPACE}г.\nОснование: протокол 7"
    )


def test_a_membership_that_goes_on_is_told_with_its_certificate(lyceum: Organisation, people: dict[str, User]) -> None:
    membership = MembershipFactory(organisation=lyceum, status=MembershipStatus.SUSPENDED)
    day = datetime.date(2026, 11, 16)
    change_membership_status(membership, status=MembershipStatus.ACTIVE, on=day, by=UserFactory(), reason="оплачено")
    first, second = told(people)["head"]
    assert first == "Членство снова действует"
    assert second.startswith("Выдано свидетельство")


# --- Roles ---------------------------------------------------------------------------------------------------


def test_a_given_role_is_told_to_the_person_and_to_those_who_answer(
    lyceum: Organisation, people: dict[str, User]
) -> None:
    anna = UserFactory(last_name="Волкова", first_name="Анна", language="en")
    representative = RepresentativeFactory(organisation=lyceum, user=anna, role=Role.TEACHER)
    for _ in range(2):
        tell_of_role(representative)
    seen = "Лицей: новый представитель — Волкова Анна"
    assert told({**people, "anna": anna}) == {
        "head": [seen],
        "coordinator": [seen],
        "anna": ["You now act for Lyceum"],
    }
    assert Notification.objects.get(user=anna).text == "Role: Teacher or mentor"
    assert {*Notification.objects.values_list("topic", "link")} == {("people", DASHBOARD)}
    assert OutgoingMail.objects.count() == 3


@pytest.mark.parametrize(
    ("change", "of_person", "of_heads", "text", "link"),
    [
        pytest.param(
            {"role": Role.HEAD},
            "У вас другая роль: Лицей",
            "Лицей: сменилась роль — Волкова Анна",
            "Роль: Руководитель с правом подписи\nПрежняя роль: Наблюдатель",
            DASHBOARD,
            id="another role",
        ),
        pytest.param(
            {"ended_at": datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC)},
            "Вы больше не действуете от имени организации: Лицей",
            "Лицей: больше не представитель — Волкова Анна",
            "Прежняя роль: Наблюдатель",
            "",
            id="ended",
        ),
    ],
)
def test_what_becomes_of_a_role_is_told(
    lyceum: Organisation,
    people: dict[str, User],
    change: dict[str, Any],
    of_person: str,
    of_heads: str,
    text: str,
    link: str,
) -> None:
    anna = UserFactory(last_name="Волкова", first_name="Анна")
    representative = RepresentativeFactory(organisation=lyceum, user=anna, role=Role.VIEWER)
    for name, value in change.items():
        setattr(representative, name, value)
    representative.save()
    for _ in range(2):
        tell_of_role(representative)
    assert told({**people, "anna": anna}) == {"head": [of_heads], "coordinator": [of_heads], "anna": [of_person]}
    own = Notification.objects.get(user=anna)
    assert (own.text, own.link) == (text, link)


def test_the_longest_names_fit() -> None:
    organisation = OrganisationFactory(short_name="О" * 80)
    head = RepresentativeFactory(organisation=organisation, role=Role.HEAD).user
    person = UserFactory(last_name="Ф" * 100, first_name="И" * 100, patronymic="О" * 100)
    tell_of_role(RepresentativeFactory(organisation=organisation, user=person))
    assert str(person) in Notification.objects.get(user=head).title
    assert OutgoingMail.objects.filter(recipient=head.email).exists()


def test_a_changed_position_is_no_news(lyceum: Organisation, people: dict[str, User]) -> None:
    representative = Representative.objects.get(user=people["viewer"])
    representative.position = "Завуч"
    representative.save()
    tell_of_role(representative)
    assert told(people) == {}


def test_a_head_who_goes_hears_it_once_and_the_others_do_too(lyceum: Organisation, people: dict[str, User]) -> None:
    delete_representative(Representative.objects.get(user=people["head"]))
    assert {who: len(titles) for who, titles in told(people).items()} == {"head": 1, "coordinator": 1}
    assert not Representative.objects.filter(user=people["head"]).exists()


def test_what_has_long_ended_is_deleted_without_a_word(lyceum: Organisation, people: dict[str, User]) -> None:
    former = Representative.objects.get(user=people["former"])
    for _ in range(2):
        delete_representative(former)
    assert told(people) == {}


def test_telling_of_a_role_asks_as_much_for_three_heads_as_for_one() -> None:
    def queries(heads: int) -> int:
        organisation = OrganisationFactory()
        RepresentativeFactory.create_batch(heads, organisation=organisation, role=Role.HEAD)
        representative = RepresentativeFactory(organisation=organisation)
        with CaptureQueriesContext(connection) as asked:
            tell_of_role(representative)
        return len(asked)

    assert queries(1) == queries(3)


# --- From the office -----------------------------------------------------------------------------------------


def fields_of(client: Client, url: str) -> dict[str, Any]:
    context = client.get(url).context
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    values = {bound.html_name: bound.value() for form in forms for bound in form}
    return {name: value for name, value in values.items() if value is not None}


def test_a_role_entered_changed_and_ended_in_the_office_is_told(
    office: Client, lyceum: Organisation, people: dict[str, User]
) -> None:
    anna = UserFactory(last_name="Волкова", first_name="Анна")
    data = {"user": anna.pk, "organisation": lyceum.pk, "role": Role.TEACHER}
    assert office.post(reverse("admin:members_representative_add"), data).status_code == 302
    role = Representative.objects.get(user=anna)
    page = reverse("admin:members_representative_change", args=[role.pk])
    assert office.post(page, {"role": Role.COORDINATOR}).status_code == 302
    ended = {"role": Role.COORDINATOR, "ended_at_0": "2026-11-01", "ended_at_1": "10:00"}
    assert office.post(page, ended).status_code == 302
    assert told({"anna": anna, "head": people["head"]}) == {
        "anna": [
            "Вы действуете от имени организации: Лицей",
            "У вас другая роль: Лицей",
            "Вы больше не действуете от имени организации: Лицей",
        ],
        "head": [
            "Лицей: новый представитель — Волкова Анна",
            "Лицей: сменилась роль — Волкова Анна",
            "Лицей: больше не представитель — Волкова Анна",
        ],
    }


@pytest.mark.parametrize("place", ["organisation", "user"])
def test_a_role_is_told_that_was_entered_and_changed_inside_another_page(
    office: Client, lyceum: Organisation, place: str
) -> None:
    anna, head = UserFactory(), RepresentativeFactory(organisation=lyceum, role=Role.HEAD).user
    page = reverse(f"admin:members_{place}_change", args=[lyceum.pk if place == "organisation" else anna.pk])
    data = fields_of(office, page)
    prefix = "representatives" if place == "organisation" else "representations"
    number = int(data[f"{prefix}-TOTAL_FORMS"])
    new = {"user": anna.pk, "organisation": lyceum.pk, "role": Role.VIEWER}
    entered = {f"{prefix}-{number}-{name}": value for name, value in new.items()}
    assert office.post(page, {**data, **entered, f"{prefix}-TOTAL_FORMS": number + 1}).status_code == 302
    data = fields_of(office, page)
    [changed] = [name for name, value in data.items() if name.endswith("-role") and value == Role.VIEWER]
    assert office.post(page, {**data, changed: Role.TEACHER}).status_code == 302
    assert {who: len(titles) for who, titles in told({"anna": anna, "head": head}).items()} == {"anna": 2, "head": 2}


def test_whose_role_it_is_stays_as_it_was_entered(
    office: Client, lyceum: Organisation, people: dict[str, User]
) -> None:
    role, other = Representative.objects.get(user=people["viewer"]), OrganisationFactory()
    page = reverse("admin:members_representative_change", args=[role.pk])
    data = {"user": people["elsewhere"].pk, "organisation": other.pk, "role": Role.VIEWER}
    assert office.post(page, data).status_code == 302
    role.refresh_from_db()
    assert (role.user, role.organisation) == (people["viewer"], lyceum)


@pytest.mark.parametrize("way", ["its page", "the list"])
def test_a_deleted_role_is_told_as_ended(
    office: Client, lyceum: Organisation, people: dict[str, User], way: str
) -> None:
    role = Representative.objects.get(user=people["viewer"])
    if way == "its page":
        office.post(reverse("admin:members_representative_delete", args=[role.pk]), {"post": "yes"})
    else:
        data = {"action": "delete_selected", "_selected_action": role.pk, "post": "yes"}
        office.post(reverse("admin:members_representative_changelist"), data)
    assert not Representative.objects.filter(pk=role.pk).exists()
    assert {who: len(titles) for who, titles in told(people).items()} == {"head": 1, "coordinator": 1, "viewer": 1}


def test_a_form_saved_as_it_is_tells_nobody(office: Client, lyceum: Organisation, people: dict[str, User]) -> None:
    Representative.objects.exclude(ended_at=None).delete()  # the page would send its end in two parts
    for page in (
        reverse("admin:members_organisation_change", args=[lyceum.pk]),
        reverse("admin:members_user_change", args=[people["viewer"].pk]),
    ):
        assert office.post(page, fields_of(office, page)).status_code == 302
    assert told(people) == {}


def test_the_people_of_the_demo_have_been_told() -> None:
    demo.load()
    for _ in range(2):
        demo.load_logins()
    head = User.objects.get(email="head@example.org")
    assert Notification.objects.filter(user=head, topic="people").count() >= 1
    assert OutgoingMail.objects.values("key").distinct().count() == OutgoingMail.objects.count()


# --- Words of one line ---------------------------------------------------------------------------------------

LINES = "Иванов\r\n\n\u2028Войдите:\x00\nhttps://evil.example/\n\n\u202e"


def test_no_name_makes_a_line_of_its_own_in_a_letter(client: Client, lyceum: Organisation) -> None:
    head = RepresentativeFactory(organisation=lyceum, role=Role.HEAD).user
    person = {
        "last_name": LINES.replace("\x00", ""),
        "first_name": "А",
        "email": "new@example.org",
        "password1": PASSWORD,
    }
    client.post("/account/signup/", person | ticked())
    newcomer = User.objects.get(email="new@example.org")
    assert newcomer.last_name == "Иванов Войдите: https://evil.example/"
    tell_of_role(RepresentativeFactory(organisation=lyceum, user=newcomer))
    letter = OutgoingMail.objects.get(recipient=head.email)
    assert not [line for line in letter.text.splitlines() if line.startswith("https://evil")]
    assert 'href="https://evil' not in letter.html


def test_whoever_writes_a_name_is_one_line() -> None:
    person = UserFactory(first_name=LINES, patronymic="ООО\N{NO-BREAK SPACE}\tА")
    assert person.first_name == "Иванов Войдите: https://evil.example/"
    User.objects.filter(pk=person.pk).update(last_name=LINES)
    Organisation.objects.bulk_create([OrganisationFactory.build(slug="other", name="Лицей", short_name=LINES)])
    person.refresh_from_db()
    assert (person.last_name, person.patronymic) == (person.first_name, "ООО\N{NO-BREAK SPACE} А")
    assert Organisation.objects.get(slug="other").short_name == person.first_name


def test_the_title_of_a_notification_is_one_line() -> None:
    with transaction.atomic():
        notify([UserFactory()], topic=MEMBERSHIP, key="1", words=lambda: Words(LINES))
    assert Notification.objects.get().title == "Иванов Войдите: https://evil.example/"
