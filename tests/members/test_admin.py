"""The association's office: who may do what there, and that its lists and moves are right."""

import datetime
import io
import re
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models import TextChoices
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings

from common.caching import STAMP_KEY
from common.images import LOGO_SIZES, variant_name
from members.admin.decisions import DECISIONS
from members.membership.life import change_membership_status, record_membership_start
from members.models import Kind, Membership, MembershipStatus, Organisation, PublicPerson, Representative, Tier, User
from members.organisations.services import set_logo
from tests.factories.members import (
    DirectionFactory,
    MembershipFactory,
    OfficeFactory,
    OrganisationFactory,
    PublicPersonFactory,
    RepresentativeFactory,
    UserFactory,
)
from tests.office import editor, enter, meanwhile, staff_with

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
TODAY = "2026-11-20"


@pytest.fixture
def people_office() -> Client:
    """Of a person who may do with people whatever a permission can give, but is no superuser."""
    verbs = ("view", "add", "change", "delete")
    rights = [f"members.{verb}_user" for verb in verbs] + [f"auth.{verb}_group" for verb in verbs]
    return enter(staff_with(*rights))


def page(name: str, *args: object) -> str:
    return reverse(f"admin:{name}", args=args)


def fields_of(client: Client, url: str) -> dict[str, object]:
    """What the form at ``url`` would send if nothing were changed."""
    context = client.get(url).context
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    values = {bound.html_name: bound.value() for form in forms for bound in form}
    return {name: value for name, value in values.items() if value is not None and value is not False}


def errors_of(response: Any) -> list[str]:
    """What the form of the page and those of its inlines complain of."""
    context = response.context
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [*inline.formset.forms]
    errors = [f"{name}: {text}" for form in forms for name, texts in form.errors.items() for text in texts]
    return errors + [text for inline in context["inline_admin_formsets"] for text in inline.formset.non_form_errors()]


def messages_of(client: Client, url: str, data: Mapping[str, object]) -> list[str]:
    response = client.post(url, data, follow=True)
    assert response.status_code == 200
    return [str(message) for message in response.context["messages"]]


# --- What everybody in the office has ------------------------------------------------------------------------


LISTS = [
    "members_organisation", "members_membership", "members_publicperson", "members_representativeoffice",
    "members_user", "members_representative", "members_region", "members_direction", "auth_group",
]  # fmt: skip


def make_one_of_each() -> None:
    organisation = OrganisationFactory(tier=Tier.FULL, directions=["robotics"])
    RepresentativeFactory(organisation=organisation)
    PublicPersonFactory(organisation=organisation)
    OfficeFactory()
    Group.objects.create(name=f"group {Group.objects.count()}")


@pytest.mark.parametrize("name", LISTS)
def test_a_list_asks_as_much_for_three_rows_as_for_one(office: Client, name: str) -> None:
    def number_of_queries() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert office.get(page(f"{name}_changelist")).status_code == 200
        return len(queries)

    make_one_of_each()
    office.get(page(f"{name}_changelist"))
    one = number_of_queries()
    make_one_of_each()
    make_one_of_each()
    assert number_of_queries() == one


@pytest.mark.parametrize("name", LISTS)
def test_every_list_can_be_searched_and_every_form_opened(office: Client, name: str) -> None:
    make_one_of_each()
    model = next(model for model in admin.site._registry if model._meta.label_lower == name.replace("_", ".", 1))
    assert office.get(page(f"{name}_changelist"), {"q": "робо"}).status_code == 200
    assert office.get(page(f"{name}_add")).status_code == 200
    last = model._default_manager.last()
    assert last
    assert office.get(page(f"{name}_change", last.pk)).status_code == 200
    assert office.get(page(f"{name}_history", last.pk)).status_code == 200


def test_only_our_own_models_are_in_the_office() -> None:
    by_itself = [
        "common_outgoingmail",
        "common_suppressedaddress",
        "common_unsubscription",
        "common_signedlink",
        "common_jobrun",
        "common_deadtask",
        "common_discrepancy",
        "common_personaldataview",
        "members_consent",
        "members_consenttext",
        "members_dataexport",
        "members_erasureact",
        "members_boardsession",
        "members_handover",
        "members_invitation",
        "members_joinrequest",
        "members_fee",
        "members_associationrequisites",
        "members_invoice",
        "members_membershipapplication",
        "members_membershipperiod",
        "members_joinconditions",
        "members_question",
        "members_partnership",
        "members_profilechange",
        "members_officereport",
        "events_event",
        "events_eventseries",
        "events_ticketpool",
        "events_session",
        "events_registration",
        "events_participantcertificate",
        "agreements_signingrequest",
        "agreements_agreement",
        "agreements_agreementtemplate",
        "agreements_chainhead",
        "agreements_obligation",
        "agreements_obligationreport",
        "agreements_rulesaccession",
        "agreements_timer",
        "projects_challenge",
        "projects_pledge",
        "projects_project",
        "projects_roadmapitem",
        "projects_team",
        "technoparks_technopark",
        "technoparks_lab",
        "technoparks_equipmentclass",
        "technoparks_equipment",
        "technoparks_outage",
        "technoparks_hoursaccount",
        "technoparks_booking",
        "technoparks_instruction",
        "technoparks_induction",
        "technoparks_programme",
        "technoparks_cohort",
        "technoparks_cohortapplication",
        "technoparks_enrolment",
        "technoparks_programmecertificate",
    ]
    import_module(settings.ROOT_URLCONF)  # with which the office comes
    registered = [f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry]
    assert sorted(registered) == sorted([*LISTS, *by_itself])


def test_a_label_knows_every_choice() -> None:
    """Of any other the theme would show its name in the code."""
    import_module(settings.ROOT_URLCONF)
    office = admin.site._registry.values()
    shown = [getattr(tended, str(name), None) for tended in office for name in tended.list_display]
    labels = [label for one in shown if isinstance(label := getattr(one, "label", None), dict)]
    assert len(labels) > 5  # or the theme keeps them elsewhere
    of_choices: list[Any] = [label for label in labels if isinstance(next(iter(label)), TextChoices)]
    assert [one for one in of_choices if {*type(next(iter(one))).values} - {*one}] == []


def test_the_looser_policy_of_the_theme_holds_in_the_office_alone(office: Client) -> None:
    inside = office.get(page("index"))["Content-Security-Policy"]
    outside = office.get("/healthz")["Content-Security-Policy"]
    assert ("'unsafe-eval'" in inside, "'unsafe-eval'" in outside) == (True, False)
    assert ("style-src 'self' 'unsafe-inline'" in inside, "'unsafe-inline'" in outside) == (True, False)
    assert "script-src 'self' 'unsafe-inline'" not in inside


def test_the_office_has_no_log_in_of_its_own(client: Client) -> None:
    response = client.get(page("login"))
    assert (response.status_code, response["Location"].partition("?")[0]) == (302, reverse("account_login"))


def test_a_demo_log_in_is_told_that_production_asks_for_more(office: Client, settings: Settings) -> None:
    assert "demo-notice" not in office.get(page("index")).content.decode()
    visitor = UserFactory(is_staff=True)
    settings.DEMO_LOGINS_WITHOUT_SECOND_FACTOR = [visitor.email]
    client = Client()
    client.force_login(visitor)
    assert "demo-notice" in client.get(page("index")).content.decode()


# --- The start page --------------------------------------------------------------------------------------------


def test_the_start_page_says_so_when_nothing_waits(office: Client) -> None:
    assert "Nothing waits for you." in office.get(page("index")).content.decode()


def test_what_waits_stands_there_longest_waiting_first(office: Client) -> None:
    second, first = (OrganisationFactory(is_published=False, short_name=name) for name in ("Вторая", "Первая"))
    Organisation.objects.filter(pk=first.pk).update(created_at=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC))
    person = PublicPersonFactory(is_published=False)
    suspended = MembershipFactory()
    change_membership_status(
        suspended, status="suspended", on=datetime.date(2026, 11, 1), by=UserFactory(), reason="взнос"
    )
    queues = office.get(page("index")).context["queues"]
    assert [[row for row, _url in queue.rows] for queue in queues] == [[first, second], [person], [suspended]]
    assert queues[2].rows[0][0].waits_since == datetime.date(2026, 11, 1)


def test_a_long_queue_is_cut_and_leads_to_the_whole_list(office: Client) -> None:
    OrganisationFactory.create_batch(9, is_published=False)
    OrganisationFactory()
    (queue,) = office.get(page("index")).context["queues"]
    assert (len(queue.rows), queue.more) == (7, 2)
    assert office.get(queue.url).context["cl"].result_count == 9


def test_figures_lead_to_lists_of_as_many(office: Client) -> None:
    OrganisationFactory(tier=Tier.FULL)
    OrganisationFactory(tier=Tier.FOUNDER, kind="college", is_published=False)
    old = OrganisationFactory(kind="college")
    Organisation.objects.filter(pk=old.pk).update(created_at=datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC))
    RepresentativeFactory(organisation=old)
    RepresentativeFactory(organisation=old, ended_at=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC))
    context = office.get(page("index")).context
    links = [(figure.number, figure.url) for figure in context["figures"]]
    links += [(bar.number, bar.url) for _title, bars, _most in context["charts"] for bar in bars]
    assert [number for number, _url in links] == [3, 2, 2, 2, 1, 1, 2, 1, 1]
    assert [office.get(url).context["cl"].result_count for _number, url in links] == [number for number, _url in links]


def test_the_start_page_asks_as_much_for_many_as_for_one(
    office: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def make(number: int) -> None:
        for _time in range(number):
            PublicPersonFactory(
                organisation=OrganisationFactory(is_published=False, tier=Tier.FULL), is_published=False
            )

    make(1)
    office.get(page("index"))
    with django_assert_num_queries(31):
        office.get(page("index"))
    make(2)
    with django_assert_num_queries(31):
        office.get(page("index"))


def test_an_editor_sees_only_what_an_editor_may_decide() -> None:
    OrganisationFactory(is_published=False)
    suspended = MembershipFactory()
    Membership.objects.filter(pk=suspended.pk).update(status=MembershipStatus.SUSPENDED)
    RepresentativeFactory()
    context = enter(editor()).get(page("index")).context
    assert [queue.decision.icon for queue in context["queues"]] == ["domain"]
    assert [figure.label for figure in context["figures"]] == [
        "organisations", "on the public site", "new this month", "members",
    ]  # fmt: skip


# --- Organisations ---------------------------------------------------------------------------------------------


def test_an_address_is_proposed_from_the_short_name(office: Client) -> None:
    url = page("members_organisation_add")
    given = {"kind": "school", "name": "Лицей № 5", "short_name": "Лицей «Щёлково»", "slug": ""}
    office.post(url, fields_of(office, url) | given)
    assert Organisation.objects.get().slug == "litsey-shchelkovo"


@pytest.mark.parametrize("name", ["№", "北京", "«»"])
def test_a_name_that_makes_no_address_is_told_beside_the_address(office: Client, name: str) -> None:
    url = page("members_organisation_add")
    given = {"kind": "school", "name": "Лицей", "short_name": name, "slug": ""}
    assert errors_of(office.post(url, fields_of(office, url) | given)) == [
        "slug: The short name has no letters to make an address of. Please write one."
    ]
    office.post(url, fields_of(office, url) | given | {"slug": "beijing"})
    assert Organisation.objects.get().slug == "beijing"


@pytest.mark.parametrize(
    "typed", ["7707 083893", "７７０７０８３８９３", " 7707083893 "], ids=["spaces", "wide digits", "edges"]
)
def test_a_number_is_kept_in_plain_digits_and_met_again(office: Client, typed: str) -> None:
    organisation = OrganisationFactory(inn="")
    url = page("members_organisation_change", organisation.pk)
    assert office.post(url, fields_of(office, url) | {"inn": typed}).status_code == 302
    organisation.refresh_from_db()
    assert organisation.inn == "7707083893"
    other = page("members_organisation_change", OrganisationFactory(inn="").pk)
    assert errors_of(office.post(other, fields_of(office, other) | {"inn": typed})) == [
        "__all__: An organisation with this INN is already here."
    ]


def test_a_description_too_long_is_told_beside_it(office: Client) -> None:
    url = page("members_organisation_change", OrganisationFactory().pk)
    data = fields_of(office, url)
    assert errors_of(office.post(url, data | {"about": "<p>" + "а" * 20_000})) == [
        "about: Ensure this value has at most 20000 characters (it has 20003)."
    ]
    assert office.post(url, data | {"about": "а" * 20_000}).status_code == 302


def test_a_website_without_its_scheme_is_taken_for_https(office: Client) -> None:
    organisation = OrganisationFactory()
    url = page("members_organisation_change", organisation.pk)
    office.post(url, fields_of(office, url) | {"website": "example.org"})
    organisation.refresh_from_db()
    assert organisation.website == "https://example.org"


@pytest.mark.parametrize("way", ["its own page", "the list"])
def test_the_files_of_a_logo_go_with_its_organisation(
    office: Client, way: str, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (300, 300)).save(buffer, "PNG")
    organisation = set_logo(OrganisationFactory(), upload=ContentFile(buffer.getvalue()))
    logo = str(organisation.logo)
    names = [logo, *(variant_name(logo, side) for side in LOGO_SIZES)]
    assert [default_storage.exists(name) for name in names] == [True] * 4
    with django_capture_on_commit_callbacks(execute=True):
        if way == "the list":
            data = {"action": "delete_selected", "_selected_action": organisation.pk, "post": "yes"}
            office.post(page("members_organisation_changelist"), data)
        else:
            office.post(page("members_organisation_delete", organisation.pk), {"post": "yes"})
    assert not Organisation.objects.exists()
    assert [default_storage.exists(name) for name in names] == [False] * 4


def test_the_button_that_deletes_says_so_in_one_word(office: Client) -> None:
    office.cookies["language"] = "ru"
    text = office.get(page("members_organisation_change", OrganisationFactory().pk)).content.decode()
    assert re.findall(r">\s*(Удалить\b[^<]*?)\s*<", text.partition('id="submit-row"')[2]) == ["Удалить"]


def test_directions_changed_alone_make_public_pages_old(
    office: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    direction = DirectionFactory()
    url = page("members_organisation_change", OrganisationFactory().pk)
    data = fields_of(office, url) | {"directions": direction.pk}
    cache.set(STAMP_KEY, "old")
    with django_capture_on_commit_callbacks(execute=True):
        office.post(url, data)
    assert [*Organisation.objects.get().directions.all()] == [direction]
    assert cache.get(STAMP_KEY) != "old"


def test_rows_deleted_from_a_list_make_public_pages_old(
    office: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    person = PublicPersonFactory()
    cache.set(STAMP_KEY, "old")
    with django_capture_on_commit_callbacks(execute=True):
        data = {"action": "delete_selected", "_selected_action": person.pk, "post": "yes"}
        office.post(page("members_publicperson_changelist"), data)
    assert not PublicPerson.objects.exists()
    assert cache.get(STAMP_KEY) != "old"


def test_a_logo_is_set_replaced_and_removed(office: Client) -> None:
    organisation = OrganisationFactory()
    url = page("members_organisation_change", organisation.pk)
    buffer = io.BytesIO()
    Image.new("RGB", (300, 300)).save(buffer, "PNG")
    office.post(url, fields_of(office, url) | {"new_logo": SimpleUploadedFile("logo.svg", buffer.getvalue())})
    organisation.refresh_from_db()
    assert str(organisation.logo).endswith(".webp")
    office.post(url, fields_of(office, url) | {"no_logo": "on"})
    organisation.refresh_from_db()
    assert not organisation.logo


def test_what_is_no_picture_is_refused_beside_its_field(office: Client) -> None:
    url = page("members_organisation_change", OrganisationFactory().pk)
    response = office.post(url, fields_of(office, url) | {"new_logo": SimpleUploadedFile("logo.png", b"<svg/>")})
    assert response.context["adminform"].form.errors == {"new_logo": ["This is not a PNG, JPEG or WebP picture."]}


def test_a_description_is_stored_clean(office: Client) -> None:
    organisation = OrganisationFactory()
    url = page("members_organisation_change", organisation.pk)
    office.post(url, fields_of(office, url) | {"about": "<p onclick=x()>Лицей</p><script>x()</script>"})
    organisation.refresh_from_db()
    assert organisation.about == "<p>Лицей</p>"


@pytest.mark.parametrize(
    ("action", "before", "after", "message"),
    [
        ("publish", [False, False, True], [True, True, True], "2 organisations are published."),
        ("unpublish", [True, False, False], [False, False, False], "1 organisation is off the public site."),
    ],
    ids=["publish", "unpublish"],
)
def test_publishing_many_leaves_a_history_row_for_each_that_changes(
    office: Client,
    action: str,
    before: list[bool],
    after: list[bool],
    message: str,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    rows = [OrganisationFactory(is_published=published) for published in before]
    Organisation.history.all().delete()
    cache.set(STAMP_KEY, "old")
    with django_capture_on_commit_callbacks(execute=True):
        data = {"action": action, "_selected_action": [row.pk for row in rows], "sure": "1"}
        assert messages_of(office, page("members_organisation_changelist"), data)[-1] == message
    assert [Organisation.objects.get(pk=row.pk).is_published for row in rows] == after
    assert Organisation.history.count() == sum(a != b for a, b in zip(before, after, strict=True))
    assert set(Organisation.history.values_list("history_user__is_superuser", flat=True)) == {True}
    assert cache.get(STAMP_KEY) != "old"


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"tier": "full"}, ["Член"]),
        ({"tier": "none"}, ["Без ИНН", "Приостановлен"]),
        ({"inn_given": "no"}, ["Без ИНН"]),
        ({"inn_given": "yes"}, ["Приостановлен", "Член"]),
        ({"kind__exact": ["college", "school"]}, ["Без ИНН", "Приостановлен", "Член"]),
        ({"directions__id__exact": "robotics"}, ["Член"]),
        ({"region__id__exact": ""}, ["Без ИНН", "Приостановлен", "Член"]),
        ({"added": "month"}, ["Без ИНН", "Приостановлен", "Член"]),
        ({"q": "приост"}, ["Приостановлен"]),
    ],
    ids=lambda query: "&".join(f"{name}={value}" for name, value in query.items()) if isinstance(query, dict) else "",
)
def test_the_list_of_organisations_is_narrowed(office: Client, query: dict, names: list[str]) -> None:
    OrganisationFactory(short_name="Член", tier=Tier.FULL, directions=["robotics"])
    OrganisationFactory(short_name="Без ИНН", inn="")
    suspended = MembershipFactory(organisation__short_name="Приостановлен", organisation__kind="college")
    suspended.status = MembershipStatus.SUSPENDED
    suspended.save()
    if "directions__id__exact" in query:
        query = {"directions__id__exact": DirectionFactory(slug="robotics").pk}
    found = office.get(page("members_organisation_changelist"), query).context["cl"].result_list
    assert [organisation.short_name for organisation in found] == names


def test_history_is_for_reading(office: Client) -> None:
    organisation = OrganisationFactory(short_name="Старое имя")
    organisation.short_name = "Новое имя"
    organisation.save()
    old = organisation.history.earliest()
    url = page("members_organisation_simple_history", organisation.pk, old.pk)
    assert "Старое имя" in office.get(url).content.decode()
    assert office.post(url, {"short_name": "Старое имя"}).status_code == 403
    organisation.refresh_from_db()
    assert organisation.short_name == "Новое имя"


def test_a_reason_that_nobody_gave_is_left_empty(office: Client) -> None:
    organisation = OrganisationFactory()
    text = office.get(page("members_organisation_history", organisation.pk)).content.decode()
    reason = text.partition('data-label="Change reason">')[2].partition("</td>")[0]
    assert reason.strip() == ""


# --- What others do meanwhile ----------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["its own page", "its organisation's page"])
def test_a_membership_that_ended_meanwhile_does_not_run_again(office: Client, place: str) -> None:
    membership = MembershipFactory()
    if place == "its own page":
        url, prefix = page("members_membership_change", membership.pk), ""
    else:
        url, prefix = page("members_organisation_change", membership.organisation_id), "memberships-0-"
    data = fields_of(office, url) | {f"{prefix}note": "протокол № 4"}
    with meanwhile(membership, status="ended", ended_on=TODAY):
        assert office.post(url, data).status_code == 302
    membership.refresh_from_db()
    assert (membership.note, membership.status, str(membership.ended_on)) == ("протокол № 4", "ended", TODAY)


def test_a_logo_and_a_city_that_changed_meanwhile_stay(office: Client) -> None:
    organisation = OrganisationFactory(city="Тверь")
    url = page("members_organisation_change", organisation.pk)
    data = fields_of(office, url) | {"name": "Новое имя"}
    with meanwhile(organisation, logo="logos/new.webp", city="Пермь"):
        assert office.post(url, data).status_code == 302
    before, organisation = organisation, Organisation.objects.get()
    assert (organisation.name, organisation.logo.name, organisation.city) == ("Новое имя", "logos/new.webp", "Пермь")
    assert organisation.updated_at > before.updated_at


def test_publishing_from_the_list_leaves_what_changed_meanwhile(office: Client) -> None:
    organisation = OrganisationFactory(is_published=False)
    with meanwhile(organisation, logo="logos/new.webp"):
        data = {"action": "publish", "_selected_action": organisation.pk, "sure": "1"}
        office.post(page("members_organisation_changelist"), data)
    organisation.refresh_from_db()
    assert (organisation.is_published, organisation.logo.name) == (True, "logos/new.webp")


def test_a_form_in_which_nothing_was_changed_leaves_no_trace(office: Client) -> None:
    organisation = OrganisationFactory(directions=["robotics"], about="<p>Лицей</p>")
    url = page("members_organisation_change", organisation.pk)
    rows = organisation.history.count()
    assert office.post(url, fields_of(office, url)).status_code == 302
    assert organisation.history.count() == rows


# --- Addresses typed by hand -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "answer"),
    [
        ("/admin/members/membership/abc/change/", 302),
        ("/admin/members/membership/abc/suspend_this/", 302),
        ("/admin/members/organisation/abc/history/", 404),
        ("/admin/members/organisation/{pk}/history/abc/", 404),
        ("/admin/members/organisation/abc/history/1/", 404),
        ("/admin/members/organisation/?kind__exact=%00", 400),
        ("/admin/members/organisation/?tier=%00", 400),
        ("/admin/autocomplete/?app_label=members&model_name=organisation&field_name=region&term=%00", 400),
        ("/admin/members/publicperson/add/?organisation=abc", 200),
        ("/admin/members/publicperson/add/?organisation={pk}", 200),
        ("/admin/members/organisation/add/?directions=abc,1&nonsense=1&memberships=1", 200),
        ("/admin/members/membership/add/?started_on=abc", 200),
        ("/admin/members/representative/add/?ended_at=abc", 200),
        ("/admin/members/representative/add/?ended_at=2026-01-01T10:00", 200),
    ],
)
def test_an_address_that_means_nothing_is_answered_without_an_error(office: Client, address: str, answer: int) -> None:
    assert office.get(address.format(pk=OrganisationFactory().pk)).status_code == answer


def test_what_an_address_proposes_stands_in_the_form(office: Client) -> None:
    organisation = OrganisationFactory()
    form = (
        office.get(f"{page('members_publicperson_add')}?organisation={organisation.pk}&order=x&name=Анна")
        .context["adminform"]
        .form
    )
    assert (form["organisation"].value(), form["order"].value(), form["name"].value()) == (organisation.pk, 0, "Анна")


# --- Memberships -----------------------------------------------------------------------------------------------


def test_memberships_are_moved_row_by_row_and_refusals_are_told(office: Client) -> None:
    running, ended = MembershipFactory(), MembershipFactory(organisation__short_name="Ушедшая")
    Membership.objects.filter(pk=ended.pk).update(status=MembershipStatus.ENDED, ended_on="2026-01-01")
    url = page("members_membership_changelist")
    chosen = {"action": "suspend", "_selected_action": [running.pk, ended.pk]}
    asked = office.post(url, chosen)
    assert asked.context["form"].is_bound is False
    assert messages_of(office, url, chosen | {"on": TODAY, "reason": "протокол № 3", "sure": "1"}) == [
        "Ушедшая — Full member: A membership that is “Ended” cannot become “Suspended”.",
        "1 membership is changed.",
    ]
    running.refresh_from_db()
    change = running.changes.get()
    assert (running.status, change.status, str(change.on), change.reason) == (
        "suspended", "suspended", TODAY, "протокол № 3",
    )  # fmt: skip
    assert change.by
    assert change.by.is_superuser


def test_one_membership_is_ended_from_its_own_page(office: Client) -> None:
    membership = MembershipFactory(started_on=datetime.date(2026, 1, 1))
    url = page("members_membership_leave_this", membership.pk)
    assert office.get(url).status_code == 200
    told = messages_of(office, url, {"on": TODAY, "reason": "по заявлению", "sure": "1"})
    assert told == ["1 membership is changed."]
    membership.refresh_from_db()
    assert (membership.status, str(membership.ended_on)) == ("left", TODAY)


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        ({"on": "2999-01-01", "reason": "x"}, {"on": ["The status changes at once, so the date cannot lie ahead."]}),
        ({"on": TODAY, "reason": ""}, {"reason": ["This field is required."]}),
        ({"on": "вчера", "reason": "x"}, {"on": ["Enter a valid date."]}),
    ],
    ids=["ahead", "no reason", "no date"],
)
def test_a_move_asks_for_a_date_and_a_reason(office: Client, data: dict, errors: dict) -> None:
    membership = MembershipFactory()
    response = office.post(page("members_membership_suspend_this", membership.pk), data | {"sure": "1"})
    assert response.context["form"].errors == errors
    membership.refresh_from_db()
    assert membership.status == MembershipStatus.ACTIVE


@pytest.mark.parametrize(
    ("status", "offered"),
    [
        ("active", ["Suspend", "Has left", "Exclusion by the board", "Bill a year", "Issue a certificate"]),
        ("grace", ["Suspend", "Has left", "Exclusion by the board", "Bill a year", "Issue a certificate"]),
        ("suspended", ["Resume", "Has left", "Exclusion by the board", "Bill a year"]),
        ("lapsed", []),
        ("left", []),
        ("excluded", []),
        ("ended", []),
    ],
)
def test_only_possible_moves_are_offered(office: Client, status: str, offered: list[str]) -> None:
    membership = MembershipFactory()
    Membership.objects.filter(pk=membership.pk).update(status=status)
    actions = office.get(page("members_membership_change", membership.pk)).context["actions_detail"]
    assert [action["title"] for action in actions] == offered


def test_the_status_cannot_be_written_past_the_service(office: Client) -> None:
    membership = MembershipFactory()
    for name, pk in (("members_membership", membership.pk), ("members_organisation", membership.organisation_id)):
        url = page(f"{name}_change", pk)
        data = fields_of(office, url) | {"status": "ended", "ended_on": TODAY, "memberships-0-status": "ended"}
        assert office.post(url, data).status_code == 302
    membership.refresh_from_db()
    assert (membership.status, membership.ended_on) == ("active", None)


@pytest.mark.parametrize("place", ["its own page", "its organisation's page"])
def test_a_new_membership_leaves_the_row_of_its_beginning(office: Client, place: str) -> None:
    organisation = OrganisationFactory()
    given = {"tier": "full", "started_on": "2026-03-01", "note": "протокол № 1", "note_en": ""}
    if place == "its own page":
        url = page("members_membership_add")
        data = fields_of(office, url) | given | {"organisation": organisation.pk}
    else:
        url = page("members_organisation_change", organisation.pk)
        inline = {f"memberships-0-{name}": value for name, value in given.items()}
        data = fields_of(office, url) | inline | {"memberships-TOTAL_FORMS": 1}
    assert office.post(url, data).status_code == 302
    change = organisation.memberships.get().changes.get()
    assert change.by
    assert (change.status, str(change.on), change.reason, change.by.is_superuser) == (
        "active", "2026-03-01", "протокол № 1", True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("place", "refusal"),
    [
        ("its own page", "__all__: This organisation already has a membership that has not ended."),
        ("its organisation's page", "This organisation already has a membership that has not ended."),
    ],
)
def test_a_second_membership_that_has_not_ended_is_refused_in_words(office: Client, place: str, refusal: str) -> None:
    first = MembershipFactory(status=MembershipStatus.SUSPENDED)
    if place == "its own page":
        url = page("members_membership_add")
        data = fields_of(office, url) | {"organisation": first.organisation_id, "tier": "full"}
    else:
        url = page("members_organisation_change", first.organisation_id)
        data = fields_of(office, url) | {"memberships-1-tier": "full", "memberships-TOTAL_FORMS": 2}
    assert errors_of(office.post(url, data)) == [refusal]
    assert Membership.objects.get() == first


def test_two_new_memberships_at_once_are_refused_in_words(office: Client) -> None:
    url = page("members_organisation_change", OrganisationFactory().pk)
    two = {"memberships-0-tier": "full", "memberships-1-tier": "partner", "memberships-TOTAL_FORMS": 2}
    assert errors_of(office.post(url, fields_of(office, url) | two)) == [
        "This organisation already has a membership that has not ended."
    ]
    assert not Membership.objects.exists()


@pytest.mark.parametrize("place", ["its own page", "its organisation's page"])
def test_a_start_after_the_end_is_refused_in_words(office: Client, place: str) -> None:
    ended = MembershipFactory(status=MembershipStatus.ENDED, started_on="2025-01-01", ended_on="2026-01-01")
    if place == "its own page":
        url, prefix = page("members_membership_change", ended.pk), ""
    else:
        url, prefix = page("members_organisation_change", ended.organisation_id), "memberships-0-"
    data = fields_of(office, url) | {f"{prefix}started_on": "2026-01-02"}
    assert errors_of(office.post(url, data)) == ["__all__: A membership cannot end before it starts."]


@pytest.mark.parametrize("place", ["its own page", "its organisation's page"])
@pytest.mark.parametrize(
    ("day", "refusal"),
    [
        (timezone.localdate() + datetime.timedelta(days=1), "This day has not come yet."),
        ("1899-12-31", "Check the year: this is too long ago."),
    ],
    ids=["ahead", "long ago"],
)
def test_a_start_that_nobody_means_is_refused_in_words(office: Client, place: str, day: object, refusal: str) -> None:
    membership = MembershipFactory(started_on=datetime.date(2025, 1, 1))
    record_membership_start(membership, by=None)
    if place == "its own page":
        url, prefix = page("members_membership_change", membership.pk), ""
    else:
        url, prefix = page("members_organisation_change", membership.organisation_id), "memberships-0-"
    data = fields_of(office, url) | {f"{prefix}started_on": day}
    assert errors_of(office.post(url, data)) == [f"started_on: {refusal}"]
    assert office.post(url, data | {f"{prefix}started_on": timezone.localdate()}).status_code == 302
    assert membership.changes.get().on == timezone.localdate()


@pytest.mark.parametrize("name", ["members_membership", "members_organisation"])
@pytest.mark.parametrize("way", ["its own page", "the list"])
def test_a_membership_on_record_is_not_deleted(office: Client, name: str, way: str) -> None:
    """Of a partner; that of a member has a certificate besides, which nothing deletes (test_certificates.py)."""
    membership = MembershipFactory(tier=Tier.PARTNER)
    record_membership_start(membership, by=UserFactory())
    pk = membership.pk if name == "members_membership" else membership.organisation_id
    if way == "the list":
        data = {"action": "delete_selected", "_selected_action": pk, "post": "yes"}
        assert office.post(page(f"{name}_changelist"), data).status_code == 403
    else:
        assert office.post(page(f"{name}_delete", pk), {"post": "yes"}).status_code == 403
    assert Membership.objects.get() == membership


def test_a_membership_without_a_record_is_deleted(office: Client) -> None:
    office.post(page("members_membership_delete", MembershipFactory().pk), {"post": "yes"})
    assert not Membership.objects.exists()


def test_those_who_may_only_look_cannot_move_a_membership() -> None:
    membership = MembershipFactory()
    client = enter(editor())
    url = page("members_membership_suspend_this", membership.pk)
    assert client.post(url, {"on": TODAY, "reason": "x", "sure": "1"}).status_code == 403
    client.post(
        page("members_membership_changelist"),
        {"action": "suspend", "_selected_action": membership.pk, "on": TODAY, "reason": "x", "sure": "1"},
    )
    membership.refresh_from_db()
    assert membership.status == MembershipStatus.ACTIVE


# --- People ----------------------------------------------------------------------------------------------------


def test_an_account_is_made_with_a_lower_case_address(office: Client) -> None:
    url = page("members_user_add")
    password = {"usable_password": "true", "password1": "Тайна-лицея-5", "password2": "Тайна-лицея-5"}
    data = {"email": "Olga@Example.ORG", "last_name": "Волкова", "first_name": "Ольга", "patronymic": ""}
    assert office.post(url, data | password).status_code == 302
    made = User.objects.get(email="olga@example.org")
    assert (made.check_password("Тайна-лицея-5"), made.is_staff, made.is_superuser) == (True, False, False)


def test_an_address_is_changed_by_nobody_but_its_owner(office: Client) -> None:
    person = UserFactory(email="olga@example.org")
    url = page("members_user_change", person.pk)
    assert office.post(url, fields_of(office, url) | {"email": "mine@example.org"}).status_code == 302
    person.refresh_from_db()
    assert person.email == "olga@example.org"


def test_a_password_is_changed_by_a_form(office: Client) -> None:
    person = UserFactory()
    data = {"usable_password": "true", "password1": "Тайна-лицея-5", "password2": "Тайна-лицея-5"}
    assert office.post(page("auth_user_password_change", person.pk), data).status_code == 302
    person.refresh_from_db()
    assert person.check_password("Тайна-лицея-5")


RIGHTS = {"is_staff": "on", "is_superuser": "on", "groups": "1", "user_permissions": "1"}


def test_limited_staff_cannot_raise_an_account_they_may_change(people_office: Client) -> None:
    person = UserFactory(last_name="Старая")
    url = page("members_user_change", person.pk)
    rights = RIGHTS | {"groups": Group.objects.get().pk}
    assert people_office.post(url, fields_of(people_office, url) | rights | {"last_name": "Новая"}).status_code == 302
    person.refresh_from_db()
    assert (person.last_name, person.is_staff, person.is_superuser) == ("Новая", False, False)
    assert (person.groups.count(), person.user_permissions.count()) == (0, 0)


def test_limited_staff_cannot_make_an_account_with_rights(people_office: Client) -> None:
    data = {"email": "new@example.org", "usable_password": "true", "password1": "Тайна-лицея-5"}
    people_office.post(page("members_user_add"), data | {"password2": "Тайна-лицея-5"} | RIGHTS)
    made = User.objects.get(email="new@example.org")
    assert (made.is_staff, made.is_superuser, made.groups.count()) == (False, False, 0)


@pytest.mark.parametrize("rank", [{"is_staff": True}, {"is_superuser": True}], ids=["staff", "superuser"])
def test_limited_staff_cannot_touch_colleagues(people_office: Client, rank: dict[str, bool]) -> None:
    colleague = UserFactory(last_name="Прежняя", **rank)
    password = {"usable_password": "true", "password1": "Тайна-лицея-5", "password2": "Тайна-лицея-5"}
    attempts = [
        (page("members_user_change", colleague.pk), {"last_name": "Другая", "language": "ru"}),
        (page("auth_user_password_change", colleague.pk), password),
        (page("members_user_delete", colleague.pk), {"post": "yes"}),
    ]
    assert [people_office.post(url, data).status_code for url, data in attempts] == [403, 403, 403]
    people_office.post(
        page("members_user_changelist"), {"action": "delete_selected", "_selected_action": colleague.pk, "post": "yes"}
    )
    after = User.objects.get(pk=colleague.pk)
    assert (after.last_name, after.password) == ("Прежняя", colleague.password)


def test_limited_staff_cannot_change_groups_whatever_permission_they_hold(people_office: Client) -> None:
    group = Group.objects.get()
    attempts = [
        (page("auth_group_add"), {"name": "new"}),
        (page("auth_group_change", group.pk), {"name": "new"}),
        (page("auth_group_delete", group.pk), {"post": "yes"}),
    ]
    assert [people_office.post(url, data).status_code for url, data in attempts] == [403, 403, 403]


def test_a_superuser_gives_rights(office: Client) -> None:
    person = UserFactory()
    url = page("members_user_change", person.pk)
    group = Group.objects.get()
    assert office.post(url, fields_of(office, url) | {"is_staff": "on", "groups": group.pk}).status_code == 302
    person.refresh_from_db()
    assert (person.is_staff, person.is_superuser, [*person.groups.all()]) == (True, False, [group])


def test_who_gave_which_rights_stands_in_the_history_of_the_account(office: Client) -> None:
    person, group = UserFactory(), Group.objects.get()
    url = page("members_user_change", person.pk)
    office.post(url, fields_of(office, url) | {"is_staff": "on", "groups": group.pk})
    last = person.history.latest()
    assert (last.is_staff, [link.group for link in last.groups.all()], last.history_user.is_superuser) == (
        True, [group], True,
    )  # fmt: skip
    shown = office.get(page("members_user_history", person.pk)).content.decode()
    assert "Works in the association&#x27;s office:" in shown
    assert "editors" in shown


def test_a_person_with_roles_is_not_deleted(office: Client) -> None:
    role = RepresentativeFactory(ended_at=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC))
    office.post(page("members_user_delete", role.user_id), {"post": "yes"})
    assert Representative.objects.get().user == role.user


def test_editors_tend_the_directory_and_see_nobodys_account() -> None:
    client = enter(editor())
    url = page("members_organisation_change", OrganisationFactory().pk)
    data = fields_of(client, url) | {"city": "Пермь"}
    assert not any(name.startswith("representatives") for name in data)
    assert client.post(url, data).status_code == 302
    assert Organisation.objects.get().city == "Пермь"
    hidden = ("members_user", "members_representative", "auth_group")
    assert [client.get(page(f"{name}_changelist")).status_code for name in hidden] == [403, 403, 403]
    assert client.get(page("members_organisation_delete", Organisation.objects.get().pk)).status_code == 403


def test_a_role_cannot_end_at_a_time_to_come(office: Client) -> None:
    url = page("members_representative_change", RepresentativeFactory().pk)
    data = fields_of(office, url) | {"ended_at_0": "2999-01-01", "ended_at_1": "10:00"}
    assert errors_of(office.post(url, data)) == ["ended_at: A role ends at once: the time cannot lie ahead."]
    assert Representative.objects.active().exists()


def test_an_ended_role_stays_with_its_history(office: Client) -> None:
    role = RepresentativeFactory()
    url = page("members_representative_change", role.pk)
    ended = {"ended_at_0": "2026-11-01", "ended_at_1": "10:00"}
    assert office.post(url, fields_of(office, url) | ended).status_code == 302
    assert not Representative.objects.active().exists()
    assert role.history.count() == 2


def test_a_membership_stays_with_its_organisation(office: Client) -> None:
    membership, other = MembershipFactory(), OrganisationFactory()
    url = page("members_membership_change", membership.pk)
    form = office.get(url).context["adminform"].form
    assert "organisation" not in form.fields
    assert "organisation" in office.get(page("members_membership_add")).context["adminform"].form.fields
    office.post(url, fields_of(office, url) | {"organisation": other.pk, "tier": "associate"})
    membership.refresh_from_db()
    assert (membership.tier, membership.organisation_id == other.pk) == ("associate", False)


def test_the_sidebar_leads_to_every_queue(office: Client) -> None:
    """Whatever waits on the start page is found from every other page as well."""
    sidebar: Any = settings.UNFOLD["SIDEBAR"]
    links = {str(item["link"]) for section in sidebar["navigation"] for item in section["items"]}
    lists = {f"admin:{one.waiting().model._meta.label_lower.replace('.', '_')}_changelist" for one in DECISIONS}
    assert {reverse(name) for name in lists} - links == set()
    assert reverse("admin:members_membershipperiod_changelist") in links


@pytest.mark.parametrize(
    ("name", "marked", "heading"),
    [
        ("members_membership_changelist", "Memberships", "Memberships"),
        ("members_membership_reports", "Reports of membership", "Reports of membership"),
    ],
)
def test_the_sidebar_and_the_heading_name_the_page_that_is_open(
    office: Client, name: str, marked: str, heading: str
) -> None:
    shown = office.get(reverse(f"admin:{name}"))
    items = [item for section in shown.context["sidebar_navigation"] for item in section["items"]]
    assert [str(item["title"]) for item in items if item["active"]] == [marked]
    assert heading in shown.content.decode().partition("<h1")[2].partition("</h1>")[0]


@pytest.mark.parametrize("is_part_still", [True, False], ids=["now", "before"])
def test_a_consortium_others_stand_through_is_not_deleted(office: Client, is_part_still: bool) -> None:
    """The one in between, without a membership of its own: the standing of its parts, now and then, hangs on it."""
    member = MembershipFactory(organisation__kind=Kind.CONSORTIUM).organisation
    between = OrganisationFactory(kind=Kind.CONSORTIUM, consortium=member)
    if is_part_still:
        Organisation.objects.filter(pk=OrganisationFactory().pk).update(consortium=between)  # leaves no history
    else:
        part = OrganisationFactory(consortium=between)
        part.consortium = None
        part.save()
    many = {"action": "delete_selected", "_selected_action": [between.pk], "post": "yes"}
    office.post(page("members_organisation_delete", between.pk), {"post": "yes"})
    office.post(page("members_organisation_changelist"), many)
    assert Organisation.objects.filter(pk=between.pk).exists()
