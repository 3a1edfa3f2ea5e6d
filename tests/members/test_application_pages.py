"""An application from its first line to its submission, as somebody at a browser without JavaScript meets it."""

import re
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.utils import timezone

from common.links import revoke_links
from common.models import OutgoingMail
from members.applying.emails import CONFIRM_WITHIN, LINK, address_to_confirm, token_of
from members.consents.services import text_in_force
from members.models import MembershipApplication, Role, Tier
from tests.factories.members import (
    ApplicationFactory,
    FeeFactory,
    OrganisationFactory,
    RepresentativeFactory,
    UserFactory,
    all_typed,
    valid_inn,
)
from tests.members.accounts import link_in
from tests.members.test_applications import charter, in_state
from tests.office import enter, superuser

pytestmark = pytest.mark.django_db
START = {
    "request_key": "k1",
    "kind": "company",
    "name": "ООО «Робот»",
    "inn": valid_inn(1),
    "email": "anna@example.org",
}
PDF = b"%PDF-1.7\n"


def of(application: MembershipApplication, rest: str = "") -> str:
    return f"/join/applications/{token_of(application)}/{rest}"


# --- The beginning -------------------------------------------------------------------------------------------


def test_four_answers_begin_it_and_lead_to_its_own_address(client: Client) -> None:
    first, second = (client.post("/join/apply/", START) for _ in range(2))
    assert first["Location"] == second["Location"]
    application = MembershipApplication.objects.get()
    assert first["Location"] == of(application, "organisation/")
    assert client.get(first["Location"]).status_code == 200
    assert OutgoingMail.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"inn": "7700000000"}, "inn"),
        ({"email": "anna"}, "email"),
        ({"email": f"{'a' * 250}@example.org"}, "email"),
        ({"kind": "circus"}, "kind"),
        ({"name": ""}, "name"),
    ],
)
def test_a_mistake_at_the_beginning_stands_at_its_field(client: Client, wrong: dict[str, str], field: str) -> None:
    response = client.post("/join/apply/", START | wrong)
    assert [*response.context["form"].errors] == [field]
    assert MembershipApplication.objects.count() == 0


def test_the_kind_comes_with_the_address(client: Client) -> None:
    assert client.get("/join/apply/?kind=college").context["form"]["kind"].value() == "college"


def test_who_works_for_a_member_is_led_to_its_people_and_keeps_what_they_typed(client: Client) -> None:
    member = OrganisationFactory(inn=START["inn"], tier=Tier.FULL, slug="member")
    html = client.post("/join/apply/", START).content.decode()
    address = "/organisations/member/i-work-here/"
    assert f'href="{member.get_absolute_url()}"' in html
    assert f'href="{address}"' in html
    assert START["name"] in html
    assert START["email"] in html
    assert client.get(address)["Location"] == f"/account/login/?next={address}"
    client.force_login(UserFactory())
    assert address in client.post("/join/apply/", START).content.decode()
    assert client.get(address).status_code == 200


def test_one_that_has_become_a_member_meanwhile_is_led_there_at_the_submission(client: Client) -> None:
    application = ApplicationFactory()
    charter(application)
    OrganisationFactory(inn=application.inn, tier=Tier.FULL, slug="member")
    sent = client.post(of(application, "check/"), {"consent": text_in_force("application").pk})
    html = sent.content.decode()
    assert 'href="/organisations/member/i-work-here/"' in html
    application.refresh_from_db()
    assert (application.state, application.typed("city")) == ("draft", "Химки")


@pytest.mark.parametrize("hidden", ["a member that is not published", "an application under way"])
def test_a_guest_learns_nothing_of_what_is_not_public_before_the_submission(client: Client, hidden: str) -> None:
    is_member = hidden.startswith("a member")
    known = OrganisationFactory(
        inn=START["inn"], city="Тайна", is_published=False, tier=Tier.FULL if is_member else None
    )
    if not is_member:
        in_state("submitted", inn=START["inn"], short_name="Тайна")
    sent = client.post("/join/apply/", START)
    begun = MembershipApplication.objects.get(state="draft")
    assert (sent.status_code, sent["Location"]) == (302, of(begun, "organisation/"))
    assert (begun.organisation, "Тайна" in str(begun.data)) == (None, False)
    client.force_login(UserFactory())
    html = client.post("/join/apply/", START).content.decode()
    assert "уже" in html
    assert not [word for word in ("Тайна", known.short_name) if word in html]


def test_a_head_begins_from_the_organisation(client: Client) -> None:
    head = RepresentativeFactory(organisation__inn=valid_inn(7), role=Role.HEAD)
    client.force_login(head.user)
    form = client.get("/join/apply/").context["form"]
    assert (form["inn"].value(), form["organisation"].value()) == (valid_inn(7), head.organisation.slug)
    assert "email" not in form.fields
    client.post("/join/apply/", START | {"inn": valid_inn(7), "organisation": head.organisation.slug})
    assert MembershipApplication.objects.get().organisation == head.organisation


def test_nobody_begins_from_the_organisation_of_another(client: Client) -> None:
    foreign = OrganisationFactory(slug="foreign", inn=valid_inn(7))
    client.force_login(UserFactory())
    client.post("/join/apply/", START | {"organisation": foreign.slug})
    assert MembershipApplication.objects.get().organisation is None


def test_who_was_logged_out_on_the_way_goes_on_as_a_guest(client: Client) -> None:
    own = RepresentativeFactory(organisation__slug="own", organisation__inn=valid_inn(7), role=Role.HEAD).organisation
    refused = client.post("/join/apply/", START | {"organisation": own.slug, "email": ""})
    assert [*refused.context["form"].errors] == ["email"]
    assert client.post("/join/apply/", START | {"organisation": own.slug}).status_code == 302
    assert MembershipApplication.objects.get().organisation is None


def test_mistakes_do_not_count_towards_the_applications_of_an_hour(client: Client) -> None:
    for _ in range(31):
        client.post("/join/apply/", START | {"name": ""})
    each = [{"request_key": str(number), "email": f"{number}@example.org"} for number in range(31)]
    answers = [client.post("/join/apply/", START | one) for one in each]
    assert [answer.status_code for answer in answers] == [302] * 30 + [200]
    assert "Слишком много" in str(answers[-1].context["form"].non_field_errors())


# --- The letter ----------------------------------------------------------------------------------------------


def test_the_letter_confirms_by_a_press_and_not_by_a_look(client: Client) -> None:
    client.post("/join/apply/", START)
    address = link_in(OutgoingMail.objects.get())
    for _ in range(3):
        assert Client().get(address).status_code == 200
    assert MembershipApplication.objects.get().confirmed_at is None
    opened = Client().post(address)
    application = MembershipApplication.objects.get()
    assert application.confirmed_at
    assert opened["Location"] == of(application)


def test_the_letter_is_sent_again_when_asked(client: Client) -> None:
    client.post("/join/apply/", START)
    letter = of(MembershipApplication.objects.get(), "letter/")
    client.post(letter, {"email": START["email"]})
    first, second = OutgoingMail.objects.order_by("pk")
    assert link_in(first) == link_in(second)


@pytest.mark.parametrize("is_known", [True, False], ids=["of an account", "of nobody"])
def test_an_address_gets_five_letters_a_day_whoever_asks_and_goes_on_by_those_it_has(is_known: bool) -> None:
    if is_known:
        UserFactory(email=START["email"])
    with time_machine.travel(timezone.now(), tick=False) as clock:
        spellings = (
            "anna@example.org",
            "Anna@example.org",
            "anna+1@example.org",
            "anna@example.org",
            "anna@Example.org",
        )
        for number, email in enumerate(spellings):
            begun = Client().post("/join/apply/", START | {"request_key": f"k{number}", "email": email})
            assert begun.status_code == 302
        refused = Client().post("/join/apply/", START | {"request_key": "k6"})
        assert refused.context["form"].non_field_errors() == [
            "На этот адрес сегодня ушло достаточно писем. Откройте ссылку из любого из них или вернитесь завтра."
        ]
        own, fourth = MembershipApplication.objects.order_by("pk")[0:4:3]
        again = {"email": fourth.email}
        Client().post(of(fourth, "letter/"), again)
        assert (OutgoingMail.objects.count(), MembershipApplication.objects.count()) == (5, 5)
        confirming = link_in(OutgoingMail.objects.order_by("pk")[0])
        assert Client().post(confirming)["Location"] == of(own)
        other = Client().post("/join/apply/", START | {"request_key": "k7", "email": "boris@example.org"})
        assert other.status_code == 302
        clock.shift(24 * 60 * 60 + 1)
        Client().post(of(fourth, "letter/"), again)
        assert OutgoingMail.objects.filter(recipient=fourth.email).count() == 3


def test_who_mistyped_the_address_corrects_it_and_the_first_letter_leads_nowhere(client: Client) -> None:
    client.post("/join/apply/", START | {"email": "anna@exmaple.org"})
    application = MembershipApplication.objects.get()
    letter = of(application, "letter/")
    assert all(
        "anna@exmaple.org" in client.get(of(application, rest)).content.decode() for rest in ("people/", "check/")
    )
    assert "has-error" in client.post(letter, {"email": "anna@"}).content.decode()
    assert client.post(letter, {"email": "anna@example.org"})["Location"] == of(application)
    first, second = OutgoingMail.objects.order_by("pk")
    assert (first.recipient, second.recipient) == ("anna@exmaple.org", "anna@example.org")
    assert [Client().post(link_in(one)).status_code for one in (first, second)] == [404, 302]
    client.post(letter, {"email": "boris@example.org"})  # what is confirmed stays
    application.refresh_from_db()
    assert (application.email, OutgoingMail.objects.count()) == ("anna@example.org", 2)


def test_a_link_is_good_for_its_purpose_alone(client: Client) -> None:
    client.post("/join/apply/", START)
    application = MembershipApplication.objects.get()
    confirming = link_in(OutgoingMail.objects.get()).rstrip("/").rpartition("/")[2]
    assert client.get(f"/join/applications/{confirming}/").status_code == 404
    assert client.get(f"/join/confirm/{token_of(application)}/").status_code == 404
    assert client.get(f"/join/applications/{application.pk}/").status_code == 404


def test_the_letter_of_another_an_old_one_and_one_that_was_changed_open_nothing(client: Client) -> None:
    mine, other = ApplicationFactory(), ApplicationFactory(confirmed_at=None, email="anna@example.org")
    with transaction.atomic():
        address_to_confirm(other).send()
    confirming = link_in(OutgoingMail.objects.get())
    key, signature = token_of(mine).split(".")
    foreign_key, foreign_signature = token_of(other).split(".")
    for token in (f"{foreign_key}.{signature}", f"{key}.{foreign_signature}", f"{key}.{signature[:-1]}", key):
        assert client.get(f"/join/applications/{token}/").status_code == 404, token
    other.email = "boris@example.org"
    other.save()
    assert client.post(confirming).status_code == 409  # it proves an address that the application no longer has
    with time_machine.travel(timezone.now() + CONFIRM_WITHIN, tick=False):
        assert [client.get(confirming).status_code, client.post(confirming).status_code] == [404, 404]
    other.refresh_from_db()
    assert other.confirmed_at is None


def test_a_revoked_link_opens_nothing(client: Client) -> None:
    application = ApplicationFactory()
    address = of(application)
    revoke_links(LINK, subjects=[str(application.pk)])
    assert [client.get(address).status_code, client.post(address + "withdraw/").status_code] == [404, 404]


# --- The steps -----------------------------------------------------------------------------------------------


def test_what_is_wrong_is_told_and_kept(client: Client) -> None:
    application = ApplicationFactory(data={})
    response = client.post(of(application, "organisation/"), {"inn": "77 половина", "city": "Сургут"})
    assert response.status_code == 200
    assert 'class="error-summary"' in response.content.decode()
    again = client.get(of(application, "organisation/")).content.decode()
    assert 'value="77 половина"' in again
    assert 'value="Сургут"' in again
    assert "контрольные" in again or "ошибка" in again


def test_what_is_too_long_is_told_and_not_cut(client: Client) -> None:
    application = ApplicationFactory(data={})
    response = client.post(of(application, "questions/"), {"q-why": "ё" * 30_000})
    assert [error.code for error in response.context["page"].form.errors["q-why"].as_data()] == ["max_length"]
    application.refresh_from_db()
    assert len(application.typed("q-why")) == 30_000


def test_who_has_not_come_to_a_field_is_not_blamed(client: Client) -> None:
    application = ApplicationFactory(data={})
    assert "has-error" not in client.get(of(application, "people/")).content.decode()
    assert "has-error" in client.get(of(application, "people/") + "?check=1").content.decode()


def test_a_right_step_leads_to_the_next(client: Client) -> None:
    application = ApplicationFactory()
    ways = {"organisation": "people/", "people": "questions/", "questions": "documents/"}
    for step, after in ways.items():
        posted = client.post(of(application, f"{step}/"), all_typed(application))
        assert posted["Location"] == of(application, after)


def test_one_may_leave_in_the_middle(client: Client) -> None:
    application = ApplicationFactory(data={})
    response = client.post(of(application, "people/"), {"contact_name": "Анна", "later": "1"})
    assert response["Location"] == of(application)
    application.refresh_from_db()
    assert application.contact == "Анна"


def test_with_javascript_it_is_kept_while_it_is_typed_and_the_page_stays(client: Client) -> None:
    application = ApplicationFactory(data={})
    response = client.post(of(application, "people/"), {"contact_name": "Ан"}, headers={"HX-Request": "true"})
    assert re.fullmatch(r"\s*<p id=\"saved\".*\d\d:\d\d\s*</p>\s*", response.content.decode(), re.DOTALL)
    application.refresh_from_db()
    assert application.contact == "Ан"


def test_a_step_changes_its_own_fields_alone(client: Client) -> None:
    application = ApplicationFactory()
    before = dict(application.data)
    client.post(of(application, "people/"), {"contact_name": "Анна", "city": "Чужой", "state": "member"})
    application.refresh_from_db()
    assert (application.data["city"], application.state) == (before["city"], "draft")


def test_the_applicant_says_which_tier_is_wished_and_sees_what_it_costs(client: Client) -> None:
    FeeFactory(tier=Tier.FULL, amount=60_000)
    FeeFactory(tier=Tier.FULL, kind="company", amount=90_000)
    FeeFactory(tier=Tier.ASSOCIATE, exempt=True, amount=0)
    application = ApplicationFactory()
    address = of(application, "organisation/")
    choices = client.get(address).context["page"].form.fields["tier"].choices
    assert [" ".join(label.split()) for _value, label in choices] == [
        "Действительный член — 90 000 ₽ в год",
        "Ассоциированный член — без взноса",
        "Партнёр",
    ]
    client.post(address, all_typed(application) | {"tier": "associate"})
    application.refresh_from_db()
    assert application.tier == Tier.ASSOCIATE
    charter(application)
    client.post(of(application, "check/"), {"consent": text_in_force("application").pk})
    application.refresh_from_db()
    assert [one["shown"] for one in application.answers if one["name"] == "tier"] == [
        "Ассоциированный член — без взноса"
    ]


def test_nobody_applies_as_a_founder(client: Client) -> None:
    application = ApplicationFactory()
    client.post(of(application, "organisation/"), all_typed(application) | {"tier": "founder"})
    application.refresh_from_db()
    assert application.tier == Tier.FULL
    assert "tier" in client.get(of(application, "organisation/")).context["page"].form.errors


def test_steps_tell_what_is_done_and_what_lacks(client: Client) -> None:
    application = ApplicationFactory()
    del application.data["q-why"]
    application.save()
    page = client.get(of(application, "people/")).context["page"]
    assert [(step.slug, step.lacks, step.is_done) for step in page.steps] == [
        ("organisation", 0, True),
        ("people", 0, True),
        ("questions", 1, False),
        ("documents", 1, False),
        ("check", 0, False),
    ]


def test_a_step_that_is_open_is_counted_like_the_others(client: Client) -> None:
    application = ApplicationFactory(data={})
    counted = client.get(of(application)).context["page"].steps
    assert client.get(of(application, "people/")).context["page"].steps[1].lacks == counted[1].lacks == 6


def test_documents_are_attached_seen_and_removed(client: Client) -> None:
    application = ApplicationFactory()
    address = of(application, "documents/")
    posted = {"question": "charter", "file": SimpleUploadedFile("Устав.pdf", PDF)}
    assert client.post(address, posted).status_code == 302
    file = application.files.get()
    sent: Any = client.get(of(application, f"files/{file.pk}/"))
    assert b"".join(sent.streaming_content) == PDF
    assert sent["Content-Disposition"].startswith("attachment")
    for _ in range(2):
        assert client.post(of(application, f"files/{file.pk}/remove/")).status_code == 302
    assert application.files.count() == 0


@pytest.mark.parametrize(
    ("sent", "words"),
    [({}, "Выберите файл"), ({"file": SimpleUploadedFile("charter.pdf", b"MZ")}, "PDF, JPEG, PNG")],
    ids=["nothing", "no document"],
)
def test_a_file_that_is_refused_says_why_at_its_field(client: Client, sent: dict[str, Any], words: str) -> None:
    html = client.post(of(ApplicationFactory(), "documents/"), {"question": "charter", **sent}).content.decode()
    assert words in html[html.index('id="error-charter"') :]


def test_nobody_has_a_file_by_the_address_of_another_application(client: Client) -> None:
    file = charter(ApplicationFactory())
    stranger = ApplicationFactory()
    assert client.get(of(stranger, f"files/{file.pk}/")).status_code == 404
    client.post(of(stranger, f"files/{file.pk}/remove/"))
    file.refresh_from_db()
    assert client.post(of(stranger, "documents/"), {"question": "statute"}).status_code == 404


# --- Check, submit, follow -----------------------------------------------------------------------------------


def test_what_lacks_leads_to_where_it_is_mended(client: Client) -> None:
    application = ApplicationFactory()
    del application.data["city"]
    application.save()
    html = client.get(of(application, "check/")).content.decode()
    assert f'href="{of(application, "organisation/")}?check=1#id_city"' in html
    assert f'href="{of(application, "documents/")}?check=1#document-charter"' in html
    assert 'name="consent"' not in html


def test_it_is_submitted_with_a_tick_that_nobody_has_set(client: Client) -> None:
    application = ApplicationFactory()
    charter(application)
    address = of(application, "check/")
    html = client.get(address).content.decode()
    assert "checked" not in html[html.index('name="consent"') :].partition(">")[0]
    assert client.post(address).context["form"].errors == {"consent": ["Поставьте отметку, если согласны."]}
    for _ in range(2):
        client.post(address, {"consent": text_in_force("application").pk})
    application.refresh_from_db()
    assert (application.state, application.moves.count()) == ("submitted", 1)


@pytest.mark.parametrize("rest", ["people/", "documents/", "check/"])
def test_who_comes_back_to_a_step_of_what_was_submitted_is_led_to_where_it_stands(client: Client, rest: str) -> None:
    application = in_state("submitted")
    typed = all_typed(application) | {"question": "charter", "consent": text_in_force("application").pk}
    come, sent = client.get(of(application, rest)), client.post(of(application, rest), typed)
    assert come["Location"] == sent["Location"] == of(application)
    assert "изменить его нельзя" in client.get(of(application)).content.decode()
    unsaved = client.post(of(application, rest), typed, headers={"HX-Request": "true"})
    assert (unsaved.status_code, application.moves.count()) == (409, 1)


def test_without_a_confirmed_address_it_says_so(client: Client) -> None:
    application = ApplicationFactory(confirmed_at=None)
    charter(application)
    response = client.post(of(application, "check/"), {"consent": text_in_force("application").pk})
    assert "письм" in response.context["form"].non_field_errors()[0]
    application.refresh_from_db()
    assert application.state == "draft"


@pytest.mark.parametrize("state", ["draft", "submitted", "in_review", "returned", "on_agenda", "declined", "member"])
def test_where_it_stands_is_told_in_plain_words(client: Client, state: str) -> None:
    application = in_state(state)
    response = client.get(of(application))
    html = response.content.decode()
    assert str(application.next) in html
    assert ("withdraw/" in html) is (state not in ("declined", "member"))
    now = [place for _title, place in response.context["progress"].stages if place == "now"]
    assert now == ["now"]


def test_a_returned_one_shows_its_remarks_and_can_be_mended(client: Client) -> None:
    application = in_state("returned")
    application.moves.filter(action="return").update(remarks={"city": "Какой город?"})
    for page in (of(application), of(application, "people/")):
        assert "Какой город?" in client.get(page).content.decode()
    client.post(of(application, "check/"), {"consent": text_in_force("application").pk})
    application.refresh_from_db()
    assert application.state == "submitted"
    assert "Какой город?" not in client.get(of(application)).content.decode()


def test_it_is_withdrawn_after_a_question_once(client: Client) -> None:
    application = in_state("submitted")
    address = of(application, "withdraw/")
    assert client.get(address).status_code == 200
    application.refresh_from_db()
    assert application.state == "submitted"
    for _ in range(2):
        assert client.post(address).status_code == 302
    application.refresh_from_db()
    assert (application.state, application.moves.count()) == ("withdrawn", 2)


@pytest.mark.parametrize("state", ["withdrawn", "declined", "member"])
def test_of_what_is_decided_nothing_is_asked_and_no_letter_goes(client: Client, state: str) -> None:
    application = in_state(state)
    MembershipApplication.objects.update(confirmed_at=None)  # or that alone would stop the letter
    letters = OutgoingMail.objects.count()
    assert client.get(of(application, "withdraw/"))["Location"] == of(application)
    assert client.post(of(application, "letter/"), {"email": "anna@example.org"})["Location"] == of(application)
    assert OutgoingMail.objects.count() == letters


def test_the_office_withdraws_no_draft() -> None:
    draft = ApplicationFactory()
    move = f"/admin/members/membershipapplication/{draft.pk}/move/"
    assert enter(superuser()).post(move, {"action": "withdraw"}).status_code == 404
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_pages_of_an_application_are_kept_by_no_cache(client: Client) -> None:
    application = ApplicationFactory()
    for rest in ("", "people/", "documents/", "check/", "withdraw/"):
        assert "no-store" in client.get(of(application, rest))["Cache-Control"]


def test_english_readers_get_english_labels_everywhere(client: Client) -> None:
    application = in_state("returned", language="en")
    for rest in ("organisation/", "people/", "questions/", "documents/", "check/"):
        html = client.get("/en" + of(application, rest)).content.decode()
        main = html[html.index("<h1>") : html.index("</main>")]
        assert "Next" in main or "Submit" in main
