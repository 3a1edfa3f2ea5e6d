"""One agreement in the dashboard: what each reader sees of it, and how its words are negotiated there."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from agreements.desk.move_pages import MOVE_PAGES
from agreements.drafting.drafts import return_draft, submit
from agreements.drafting.forms import MOST_DAYS
from agreements.drafting.promises import MOST_PROMISES
from agreements.models import Acceptance, Agreement, AgreementState, ClauseComment, VersionReading
from agreements.negotiating.comparing import compared, compared_clauses
from agreements.negotiating.versions import comment, propose_version
from agreements.terms import Clause, Terms, parsed
from members.models import Organisation, Role, User
from tests.factories import agreements as made
from tests.factories.members import OrganisationFactory, RepresentativeFactory

pytestmark = pytest.mark.django_db
S = AgreementState
LONGER = made.TEXT.replace("год.", "два года.")


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def acting(organisation: Organisation, role: str = Role.HEAD) -> Client:
    found = organisation.representatives.active().filter(role=role).first()
    return client_of(found.user if found else RepresentativeFactory(organisation=organisation, role=role).user)


def address(agreement: Agreement, organisation: Organisation, page: str = "", **named: Any) -> str:
    name = f"agreements:dashboard_agreement{'_' if page else ''}{page}"
    return reverse(name, kwargs={"slug": organisation.slug, "pk": agreement.pk, **named})


def sides(agreement: Agreement) -> list[Organisation]:
    return [party.organisation for party in agreement.parties.select_related("organisation")]


def text_of(response: Any) -> str:
    """As it is read, in one line."""
    main = response.content.decode().split("<main", 1)[1]
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", main))


def propose(agreement: Agreement, *, text: str = LONGER, **changes: Any) -> None:
    party = made.last_party(agreement)
    base = agreement.newest_version.number
    terms = made.terms(clauses=parsed(text), **changes)
    propose_version(agreement, party=party, terms=terms, base=base, by=made.head_of(party.organisation), note="Срок")


def typed(client: Client, url: str, **changes: Any) -> dict[str, Any]:
    """What the form holds when it is opened, and what is typed into it."""
    context = client.get(url).context
    data: dict[str, Any] = {}
    forms = [context["form"], context["own"], context["promises"].management_form, *context["promises"]]
    for form in forms:
        for field in form:
            value = field.value()
            if value is not None and value is not False:
                data[field.html_name] = value.isoformat() if hasattr(value, "isoformat") else value
    return {**data, **changes}


def pages(agreement: Agreement, organisation: Organisation) -> list[str]:
    return [
        address(agreement, organisation),
        address(agreement, organisation, "versions"),
        address(agreement, organisation, "version", number=agreement.newest_version.number),
        address(agreement, organisation, "compare"),
        address(agreement, organisation, "remarks", clause="whole"),
    ]


def acts(agreement: Agreement, organisation: Organisation) -> list[str]:
    return [
        address(agreement, organisation, "propose"),
        address(agreement, organisation, "accept"),
        address(agreement, organisation, "move", move="reopen"),
        address(agreement, organisation, "move", move="cancel"),
    ]


# --- Who reads and who acts ----------------------------------------------------------------------------------


def test_a_stranger_and_a_third_organisation_find_nothing() -> None:
    agreement = made.in_negotiation()
    propose(agreement)
    school, third = agreement.initiator, OrganisationFactory()
    every = [*pages(agreement, school), *acts(agreement, school)]
    assert {acting(third).get(url).status_code for url in every} == {404}
    own_addresses = [*pages(agreement, third), *acts(agreement, third)]
    assert {acting(third).get(url).status_code for url in own_addresses} == {404}
    assert {Client().get(url).status_code for url in every} == {302}


def test_who_was_removed_finds_nothing_any_more() -> None:
    agreement = made.in_negotiation()
    propose(agreement)
    company = sides(agreement)[1]
    client = acting(company)
    assert {client.get(url).status_code for url in pages(agreement, company)} == {200}
    company.representatives.update(ended_at=timezone.now())
    assert {client.get(url).status_code for url in [*pages(agreement, company), *acts(agreement, company)]} == {404}


@pytest.mark.parametrize("role", [Role.TEACHER, Role.VIEWER])
def test_teachers_and_viewers_read_and_do_not_act(role: str) -> None:
    agreement = made.in_negotiation()
    propose(agreement)
    company = sides(agreement)[1]
    client = acting(company, role)
    assert {client.get(url).status_code for url in pages(agreement, company)} == {200}
    assert {client.get(url).status_code for url in acts(agreement, company)} == {403}
    assert {client.post(url).status_code for url in acts(agreement, company)} == {403}
    remarks = address(agreement, company, "remarks", clause="whole")
    assert client.post(remarks, {"text": "Нет"}).status_code == 403
    overview = text_of(client.get(address(agreement, company)))
    assert "Принять редакцию" not in overview
    assert "Ждём, пока" in overview
    assert (agreement.versions.count(), ClauseComment.objects.count()) == (2, 0)


def test_how_a_draft_was_reviewed_stays_with_who_drew_it_up() -> None:
    agreement = made.draft()
    school, company = sides(agreement)
    head = made.head_of(school)
    other = RepresentativeFactory(organisation=school, role=Role.HEAD).user
    submit(agreement, by=head)
    comment(
        agreement,
        version=agreement.newest_version,
        clause="",
        party=agreement.parties.get(organisation=school),
        by=other,
        text="Только между нами",
    )
    return_draft(agreement, by=other, reason="Слишком щедро")
    RepresentativeFactory._meta.model.objects.filter(user=other).update(role=Role.VIEWER)
    submit(agreement, by=head)
    told = [text_of(acting(one).get(address(agreement, one))) for one in (school, company)]
    assert ["Слишком щедро" in one for one in told] == [True, False]
    remarks = [
        text_of(acting(one).get(address(agreement, one, "remarks", clause="whole"))) for one in (school, company)
    ]
    assert ["Только между нами" in one for one in remarks] == [True, False]
    answers = [acting(one).get(address(agreement, one, "version", number=1)).status_code for one in (school, company)]
    assert answers == [200, 404]


# --- The overview --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "now", "said"),
    [
        (made.draft, "Черновик", "Заполните черновик и отправьте его на проверку."),
        (made.in_negotiation, "Согласование", "Прочитайте редакцию 1 и примите её или предложите другую."),
        (made.frozen, "Согласовано", "Все стороны приняли одну и ту же редакцию. Откройте подписание."),
        (made.being_signed, "Подписание", "Вас просят подписать от имени вашей организации"),
        (made.concluded, "Заключено", "Вступит в силу"),
        (made.in_force, "Действует", "Действует без срока."),
    ],
)
def test_the_overview_says_how_far_it_is_and_what_comes_next(make: Any, now: str, said: str) -> None:
    found = make()
    agreement = getattr(found, "agreement", found)
    response = acting(agreement.initiator).get(address(agreement, agreement.initiator))
    [step] = [one for one in response.context["steps"] if one.place == "now"]
    assert step.title == now
    assert said in text_of(response)


def test_who_has_accepted_waits_for_the_others_by_name() -> None:
    agreement = made.in_negotiation(OrganisationFactory(short_name="Завод"), OrganisationFactory(short_name="Вуз"))
    school = agreement.initiator
    client = acting(school)
    data = {"sha256": agreement.newest_version.sha256}
    assert client.post(address(agreement, school, "accept"), data).status_code == 302
    assert "Ждём, пока Завод, Вуз примут редакцию 1." in text_of(client.get(address(agreement, school)))


def test_the_overview_offers_what_the_reader_may_do_now() -> None:
    offered = {}
    for make in (made.in_negotiation, made.frozen, made.being_signed, made.in_force):
        found: Any = make()
        agreement: Agreement = getattr(found, "agreement", found)
        for organisation in sides(agreement):
            context = acting(organisation).get(address(agreement, organisation)).context
            offered[agreement.state, organisation == agreement.initiator] = [name for name, _page in context["moves"]]
    assert offered == {
        ("negotiation", True): ["cancel"],
        ("negotiation", False): [],
        ("frozen", True): ["open", "reopen", "cancel"],
        ("frozen", False): ["reopen"],
        ("signing", True): ["recall", "cancel"],
        ("signing", False): [],
        ("active", True): ["notice"],
        ("active", False): ["notice"],
    }


def test_a_move_asks_for_its_reason_and_is_done_once() -> None:
    agreement = made.in_negotiation()
    school = agreement.initiator
    url, client = address(agreement, school, "move", move="cancel"), acting(school)
    refused = client.post(url, {"reason": "", "words": "да"})
    assert set(refused.context["form"].errors) == {"reason", "words"}
    agreement.refresh_from_db()
    assert agreement.state == S.NEGOTIATION
    words = str(MOVE_PAGES["cancel"].form.asked)  # type: ignore[attr-defined]
    sent = {"reason": "Передумали", "words": words}
    assert [client.post(url, sent).status_code for _ in range(2)] == [302, 302]
    agreement.refresh_from_db()
    assert agreement.state == S.CANCELLED
    assert "Передумали" in text_of(client.get(address(agreement, school)))


def test_a_move_that_is_not_possible_any_more_keeps_what_was_typed() -> None:
    agreement = made.frozen()
    company = sides(agreement)[1]
    url, client = address(agreement, company, "move", move="reopen"), acting(company)
    assert client.post(url, {"reason": "Сменился директор"}).status_code == 302
    response = client.post(url, {"reason": "Ещё раз"})
    assert response.status_code == 409
    assert "Ещё раз" in text_of(response)


# --- Comparing -----------------------------------------------------------------------------------------------


def test_a_clause_is_compared_word_by_word() -> None:
    old = (Clause("a", 1, "Сроки"), Clause("b", 2, "Соглашение действует год."), Clause("c", 2, "Его продлевают."))
    new = (
        Clause("a", 1, "Сроки"),
        Clause("d", 2, "Вводится впервые."),
        Clause("b", 2, "Соглашение действует два года."),
    )
    rows = compared_clauses(old, new)
    assert [(one.shown.clause.key, one.status) for one in rows] == [
        ("a", "same"), ("d", "added"), ("b", "changed"), ("c", "removed"),
    ]  # fmt: skip
    changed = rows[2]
    assert (changed.before and changed.before.number, changed.after and changed.after.number) == ("1.1", "1.2")
    assert changed.sides == (
        [("Соглашение действует", False), (" ", False), ("год.", True)],
        [("Соглашение действует", False), (" ", False), ("два года.", True)],
    )


def test_terms_parties_and_obligations_are_compared_as_well() -> None:
    agreement = made.in_negotiation(promises=(made.promise(key="aaaaaaaa"),))
    propose(agreement, notice_days=60, promises=(made.promise(key="aaaaaaaa", amount="7"),))
    second, first = agreement.versions.order_by("-number")
    comparison = compared(first, second)
    differs = [["".join(words for words, marked in side if marked) for side in one.sides] for one in comparison.terms]
    assert differs == [["30", "60"], ["5", "7"]]
    assert not comparison.is_same
    assert compared(second, second).is_same


def test_the_redline_is_read_without_colours_and_without_eyes() -> None:
    agreement = made.in_negotiation()
    propose(agreement, text=LONGER + "\n\n<script>alert(1)</script>")
    company = sides(agreement)[1]
    page = acting(company).get(address(agreement, company, "compare")).content.decode()
    said = '<ins><span class="visually-hidden">'
    assert said in page
    assert "два года." in page
    assert "<script>alert(1)" not in page
    assert "изменено" in page


def test_only_versions_that_are_there_are_compared() -> None:
    agreement = made.in_negotiation()
    company = sides(agreement)[1]
    url, client = address(agreement, company, "compare"), acting(company)
    assert client.get(url).status_code == 404
    propose(agreement)
    assert client.get(url, {"before": 1, "after": 2}).status_code == 200
    assert client.get(url, {"before": 1, "after": 7}).status_code == 404
    assert client.get(url, {"before": "x"}).status_code == 404


def test_each_reader_sees_what_is_new_since_they_looked_last() -> None:
    agreement = made.in_negotiation()
    school = agreement.initiator
    head = acting(school)
    coordinator = acting(school, Role.COORDINATOR)
    head.get(address(agreement, school, "version", number=1))
    propose(agreement)
    propose(agreement, text=LONGER.replace("два", "три"))
    overview = text_of(head.get(address(agreement, school)))
    assert "С вашего прошлого просмотра появилась редакция 3." in overview
    assert "С вашего прошлого просмотра" not in text_of(coordinator.get(address(agreement, school)))
    comparison = head.get(address(agreement, school, "compare")).context["comparison"]
    assert (comparison.before.number, comparison.after.number) == (1, 3)
    assert "С вашего прошлого просмотра" not in text_of(head.get(address(agreement, school)))
    assert VersionReading.objects.count() == 2


def test_who_has_accepted_a_version_hears_what_is_new_since() -> None:
    agreement = made.in_negotiation()
    school = agreement.initiator
    head = acting(school)
    head.post(address(agreement, school, "accept"), {"sha256": agreement.newest_version.sha256})
    propose(agreement)
    assert "С вашего прошлого просмотра появилась редакция 2." in text_of(head.get(address(agreement, school)))


# --- Remarks -------------------------------------------------------------------------------------------------


def test_a_remark_stays_with_its_clause_through_the_versions() -> None:
    agreement = made.in_negotiation()
    school, company = sides(agreement)
    key = Terms.of(agreement.newest_version.terms).clauses[-1].key
    url = address(agreement, company, "remarks", clause=key)
    assert acting(company).post(url, {"text": "Почему только год?"}).status_code == 302
    propose(agreement, text=LONGER.replace("# Предмет", "# Стороны\n\nСтороны равны.\n\n# Предмет"))
    page = acting(school).get(address(agreement, school, "version", number=2))
    assert "Почему только год?" in text_of(page)
    thread = text_of(acting(school).get(address(agreement, school, "remarks", clause=key)))
    assert "Замечания к пункту 3.1" in thread
    assert "Соглашение действует два года." in thread


def test_who_has_raised_a_remark_settles_it() -> None:
    agreement = made.in_negotiation()
    school, company = sides(agreement)
    acting(company).post(address(agreement, company, "remarks", clause="whole"), {"text": "Где место?"})
    remark = ClauseComment.objects.get()
    named = {"clause": "whole", "comment": remark.pk}
    assert acting(school).post(address(agreement, school, "settle", **named)).status_code == 403
    assert acting(company, Role.VIEWER).post(address(agreement, company, "settle", **named)).status_code == 403
    assert acting(company).post(address(agreement, company, "settle", **named)).status_code == 302
    remark.refresh_from_db()
    assert remark.settled_by == made.head_of(company)
    elsewhere = made.in_negotiation()
    other = elsewhere.initiator
    assert acting(other).post(address(elsewhere, other, "settle", **named)).status_code == 404


def test_what_is_settled_is_not_remarked_on_and_the_words_typed_stay() -> None:
    agreement = made.frozen()
    company = sides(agreement)[1]
    response = acting(company).post(address(agreement, company, "remarks", clause="whole"), {"text": "Поздно?"})
    assert response.status_code == 409
    assert "Поздно?" in text_of(response)
    unknown = address(agreement, company, "remarks", clause="deadbeef")
    assert acting(company).get(unknown).status_code == 404


# --- Proposing and accepting ---------------------------------------------------------------------------------


def test_a_version_is_proposed_by_the_form() -> None:
    agreement = made.in_negotiation(promises=(made.promise(key="aaaaaaaa"),))
    company = sides(agreement)[1]
    url, client = address(agreement, company, "propose"), acting(company)
    sent = typed(client, url, text=LONGER, note="Год — мало", notice_days="60")
    sent |= {"promises-0-amount": "7", "promises-1-what": "Десять мест", "promises-1-owner": "2"}
    assert client.post(url, sent).status_code == 302
    version = agreement.newest_version
    terms = Terms.of(version.terms)
    assert (version.number, version.organisation, version.note) == (2, company, "Год — мало")
    assert (terms.clauses[-1].text, terms.notice_days) == ("Соглашение действует два года.", 60)
    assert [(one.what, one.amount, one.owner) for one in terms.promises] == [
        ("Пять совместных проектов", "7", 1), ("Десять мест", "", 2),
    ]  # fmt: skip
    assert terms.promises[0].key == "aaaaaaaa"


def test_whatever_a_draft_may_hold_the_parties_can_change() -> None:
    promises = tuple(made.promise(what=f"Проект № {number}") for number in range(MOST_PROMISES))
    details = {"directions": "о" * 5000}
    agreement = made.in_negotiation(promises=promises, notice_days=MOST_DAYS, details=details)
    company = sides(agreement)[1]
    url, client = address(agreement, company, "propose"), acting(company)
    assert client.post(url, typed(client, url, place="Пермь")).status_code == 302
    terms = Terms.of(agreement.newest_version.terms)
    assert (terms.place, terms.notice_days, terms.promises) == ("Пермь", MOST_DAYS, promises)
    assert terms.details["directions"] == "о" * 5000


def test_sent_twice_it_is_one_version() -> None:
    agreement = made.in_negotiation()
    company = sides(agreement)[1]
    url, client = address(agreement, company, "propose"), acting(company)
    sent = typed(client, url, text=LONGER)
    sent |= {"promises-0-what": "Десять мест", "promises-0-owner": "2"}
    assert [client.post(url, sent).status_code for _ in range(2)] == [302, 302]
    assert agreement.versions.count() == 2


def test_when_another_party_was_quicker_nothing_typed_is_lost() -> None:
    agreement = made.in_negotiation(promises=(made.promise(key="aaaaaaaa"),))
    school = agreement.initiator
    url, client = address(agreement, school, "propose"), acting(school)
    mine = made.TEXT.replace("наставников", "трёх наставников")
    sent = typed(client, url, text=mine, note="Трое", **{"promises-0-evidence": "Отчёты"})
    propose(agreement, promises=(made.promise(key="aaaaaaaa"),))
    response = client.post(url, sent)
    assert response.status_code == 409
    form, news = response.context["form"], response.context["news"]
    assert (form["text"].value(), form["note"].value()) == (mine, "Трое")
    assert response.context["promises"][0]["evidence"].value() == "Отчёты"
    assert [one.shown.number for one in news.changed] == ["2.1"]
    assert "Что нового в редакции 2" in text_of(response)
    assert agreement.versions.count() == 2
    again = {**sent, "base": form["base"].value()}
    assert (again["base"], client.post(url, again).status_code) == ("2", 302)
    assert Terms.of(agreement.newest_version.terms).text == Terms(subject="", clauses=parsed(mine)).text


def test_what_is_wrong_stands_beside_its_field() -> None:
    agreement = made.in_negotiation()
    company = sides(agreement)[1]
    url, client = address(agreement, company, "propose"), acting(company)
    sent = typed(client, url, starts_on="2027-05-01", ends_on="2027-04-01")
    sent |= {"promises-0-what": "Места", "promises-0-owner": "2", "promises-0-beneficiary": "2"}
    response = client.post(url, {**sent, "party-authority": "power_of_attorney"})
    assert response.status_code == 200
    assert set(response.context["form"].errors) == {"ends_on"}
    assert set(response.context["promises"][0].errors) == {"beneficiary"}
    assert response.context["own"].errors
    assert agreement.versions.count() == 1


def test_a_party_names_another_signatory_of_its_own() -> None:
    agreement = made.in_negotiation()
    school, company = sides(agreement)
    url, client = address(agreement, company, "propose"), acting(company)
    stranger = made.head_of(school)
    refused = client.post(url, typed(client, url, **{"party-signatory": stranger.pk}))
    assert set(refused.context["own"].errors) == {"signatory"}
    sent = typed(client, url, **{"party-signatory_name": "Орлова Анна", "party-signatory_position": "Ректор"})
    assert client.post(url, sent).status_code == 302
    assert "Орлова Анна" in agreement.newest_version.content
    assert agreement.parties.get(organisation=company).signatory_name == "Орлова Анна"


def test_what_is_accepted_is_what_was_read() -> None:
    agreement = made.in_negotiation()
    school, company = sides(agreement)
    url, client = address(agreement, school, "accept"), acting(school)
    first = agreement.newest_version
    assert first.sha256 in client.get(url).content.decode()
    propose(agreement)
    response = client.post(url, {"sha256": first.sha256})
    assert response.status_code == 409
    assert [one.shown.number for one in response.context["news"].changed] == ["2.1"]
    assert not Acceptance.objects.exists()
    second = agreement.newest_version
    for organisation in (school, company):
        where = address(agreement, organisation, "accept")
        assert acting(organisation).post(where, {"sha256": second.sha256}).status_code == 302
    agreement.refresh_from_db()
    assert agreement.state == S.FROZEN
    assert client.post(url, {"sha256": second.sha256}).status_code == 302  # repeated


def asked_of(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as found:
        assert client.get(url).status_code == 200
    return len(found)


def test_pages_ask_the_database_as_often_for_four_versions_as_for_two() -> None:
    counts = []
    for versions in (2, 4):
        agreement = made.in_negotiation(promises=(made.promise(key="aaaaaaaa"),))
        school, company = sides(agreement)
        for number in range(1, versions):
            propose(agreement, text=made.TEXT.replace("год.", f"{number} года."))
            key = Terms.of(agreement.newest_version.terms).clauses[-1].key
            acting(company).post(address(agreement, company, "remarks", clause=key), {"text": "Почему?"})
        urls = [*pages(agreement, school), address(agreement, school, "propose"), address(agreement, school, "accept")]
        client = acting(school)
        counts.append([asked_of(client, url) for url in urls])
    assert counts[0] == counts[1]


def test_one_version_is_read_as_cheaply_as_three() -> None:
    counts = []
    for versions in (1, 3):
        agreement = made.in_negotiation()
        for number in range(1, versions):
            propose(agreement, text=made.TEXT.replace("год.", f"{number} года."))
        client = acting(agreement.initiator)
        urls = [address(agreement, agreement.initiator), address(agreement, agreement.initiator, "versions")]
        counts.append([asked_of(client, url) for url in urls])
    assert counts[0] == counts[1]
