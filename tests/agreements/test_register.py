"""The public register: what everybody may read of agreements, and what is proven of one."""

import csv
import datetime
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agreements import chain
from agreements.drafting.drafts import submit
from agreements.fulfilment.obligations import decide_report, report_progress
from agreements.models import Agreement, HistoryEntry, Party, Version
from agreements.register.bonds import pairs
from agreements.register.lattice import Lattice
from agreements.register.listing import Register
from agreements.signing.rounds import open_round
from common import documents
from common.caching import invalidate_public_pages
from common.models import Document
from members.models import Organisation, Region
from tests.factories import agreements as made
from tests.factories.members import OrganisationFactory

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


def found(query: str = "") -> list[str]:
    return [row.title for row in Register(QueryDict(query)).rows]


def page(client: Client, agreement: Agreement) -> str:
    return client.get(agreement.get_absolute_url()).content.decode()


# --- The list ------------------------------------------------------------------------------------------------


def test_concluded_and_announced_agreements_are_public_and_drafts_are_not() -> None:
    made.in_force(subject="Действует")
    made.concluded(subject="Заключено")
    made.draft(subject="Черновик")
    made.being_signed(subject="Подписывается")
    made.in_force(subject="Закрытое", is_public=False)
    made.in_negotiation(subject="Намечено", planned_on=TODAY() + datetime.timedelta(days=9))
    assert found() == ["Намечено", "Заключено", "Действует"]


def test_an_amendment_of_what_is_not_public_is_not_public() -> None:
    parent = made.in_force(is_public=False)
    school, company = (party.organisation for party in parent.parties.all())
    made.in_force(company, initiator=school, parent=parent, relation="amendment")
    assert found() == []


def test_a_plan_that_its_parties_have_not_seen_is_announced_to_nobody() -> None:
    agreement = made.draft(planned_on=TODAY())
    assert [*Agreement.objects.shown()] == []
    submit(agreement, by=made.head_of(agreement.initiator))
    assert [*Agreement.objects.shown()] == [agreement]


def test_a_called_off_plan_leaves_the_register() -> None:
    agreement = made.in_negotiation(planned_on=TODAY())
    assert found() == [agreement.subject]
    Agreement.objects.filter(pk=agreement.pk).update(state="cancelled")
    assert found() == []


def test_filters_narrow_and_their_numbers_are_of_what_is_behind_them() -> None:
    moscow, omsk = Region.objects.get(code="RU-MOW"), Region.objects.get(code="RU-OMS")
    school, company = OrganisationFactory(region=moscow), OrganisationFactory(region=omsk, slug="zavod")
    made.in_force(company, initiator=school, subject="Первое")
    made.concluded(subject="Второе", initiator=school)
    planned = TODAY().replace(year=TODAY().year + 1)
    made.in_negotiation(subject="Третье", planned_on=planned)
    assert found("state=active") == ["Первое"]
    assert found("state=planned") == ["Третье"]
    assert found("state=planned&state=concluded") == ["Третье", "Второе"]
    assert found("region=RU-OMS") == ["Первое"]
    assert found("organisation=zavod") == ["Первое"]
    assert found(f"year={planned.year}") == ["Третье"]
    assert found(f"year={TODAY().year}") == ["Второе", "Первое"]
    assert found("kind=membership") == []
    register = Register(QueryDict(""))
    assert register.counts["state"] == {"active": 1, "concluded": 1, "planned": 1}
    assert register.counts["year"] == {str(TODAY().year): 2, str(planned.year): 1}
    assert register.counts["region"]["RU-MOW"] == 2


def test_it_is_found_by_number_words_of_its_subject_and_its_parties() -> None:
    school = OrganisationFactory(short_name="Физтех-лицей", name="Лицей имени Капицы")
    first = made.in_force(initiator=school, subject="Проектные смены школьников")
    made.in_force(subject="Стажировки инженеров")
    for words in (first.number, "проектная смена", "Физтех", "капицы", "праектные смены"):
        assert found(f"q={words}") == [first.subject], words
    school.short_name = "Лицей на Волге"
    school.save()
    assert found("q=Волге") == [first.subject]


def test_it_is_sorted_by_day_and_by_the_last_day() -> None:
    made.in_force(subject="Без срока")
    made.in_force(subject="Скоро кончится", ends_on=made.days_from(TODAY(), 20))
    made.in_force(subject="Кончится позже", ends_on=made.days_from(TODAY(), 200))
    assert found() == ["Кончится позже", "Скоро кончится", "Без срока"]
    assert found("sort=end") == ["Скоро кончится", "Кончится позже", "Без срока"]


def test_obligations_are_counted_as_they_are_fulfilled(client: Client) -> None:
    agreement = made.in_force(promises=(made.promise(), made.promise(what="Экскурсии", amount="")))
    first = agreement.obligations.get(what="Пять совместных проектов")
    other = made.last_party(agreement).organisation
    report = report_progress(
        first, organisation=first.owner, by=made.head_of(first.owner), text="Все пять", amount=Decimal(5)
    )
    decide_report(report, organisation=other, by=made.head_of(other), confirms=True)
    [row] = Register(QueryDict("")).rows
    assert row.progress
    assert (row.progress.fulfilled, row.progress.number) == (1, 2)
    assert "1 из 2" in client.get("/agreements/").content.decode()


@pytest.mark.parametrize(
    "path", ["/agreements/", "/agreements/feed.rss", "/agreements/network/", "/agreements/export.csv"]
)
def test_many_agreements_take_as_many_queries_as_few(client: Client, path: str) -> None:
    def count() -> int:
        invalidate_public_pages()
        with CaptureQueriesContext(connection) as queries:
            response = client.get(path)
            b"".join(response) if response.streaming else response.content
        return len(queries)

    made.in_force(promises=(made.promise(),))
    count()
    few = count()
    for _number in range(5):
        made.in_force(promises=(made.promise(),))
    assert count() == few


def test_the_list_narrows_by_htmx_and_shows_what_it_did_not_understand(client: Client) -> None:
    made.in_force(subject="Одно")
    response = client.get("/agreements/?kind=other", headers={"HX-Request": "true"})
    assert "Одно" in response.content.decode()
    assert "<html" not in response.content.decode()


def test_an_empty_register_says_so(client: Client) -> None:
    assert client.get("/agreements/").status_code == 200
    assert client.get("/agreements/?q=ничего").status_code == 200
    assert client.get("/agreements/network/").status_code == 200
    assert client.get("/agreements/history/").status_code == 200


def test_the_feeds_hold_what_the_list_holds(client: Client) -> None:
    first = made.in_force(subject="=Первое", promises=(made.promise(),))
    made.in_negotiation(subject="Намечено", planned_on=TODAY() + datetime.timedelta(days=1))
    feed = ElementTree.fromstring(client.get("/agreements/feed.rss?state=active").content)  # noqa: S314 - our own
    assert [one.findtext("title") for one in feed.iter("item")] == [f"№ {first.number}: =Первое"]
    assert [one.findtext("link") for one in feed.iter("item")] == [f"http://testserver/agreements/{first.number}/"]
    table = b"".join(client.get("/agreements/export.csv")).decode("utf-8-sig")
    rows = [*csv.reader(table.splitlines(), delimiter=";")]
    assert [row[4] for row in rows[1:]] == ["Намечено", "'=Первое"]
    assert rows[2][:2] == [first.number, str(first.concluded_on)]
    assert rows[2][8:10] == ["0", "1"]


# --- One agreement -------------------------------------------------------------------------------------------


def test_the_page_tells_the_terms_and_nobodys_name(client: Client) -> None:
    agreement = made.in_force(
        promises=(made.promise(due_on=made.days_from(TODAY(), -3)),),
        details={"directions": "Робототехника", "coordinators": "Иван Иванович, +7 900 000-00-00"},
    )
    text = page(client, agreement)
    for told in (agreement.number, agreement.subject, "Робототехника", "Пять совместных проектов", "0 из 5"):
        assert told in text
    for party in agreement.parties.select_related("organisation", "signatory"):
        assert party.organisation.title in text
        assert party.signatory
        assert party.signatory_name not in text
        assert party.signatory.email not in text
    assert "Иван Иванович" not in text
    assert "Стороны совместно ведут" not in text  # the text is the parties'


@pytest.mark.parametrize("path", ["2026-9999", "planned-999999"])
def test_what_is_not_in_the_register_has_no_page(client: Client, path: str) -> None:
    made.draft()
    assert client.get(f"/agreements/{path}/").status_code == 404


def test_what_is_not_public_or_not_announced_has_no_page(client: Client) -> None:
    for agreement in (made.in_force(is_public=False), made.draft(), made.in_negotiation()):
        assert client.get(agreement.get_absolute_url()).status_code == 404


def test_a_planned_one_is_told_as_planned_and_its_address_leads_on_to_the_number(client: Client) -> None:
    agreement = made.frozen(planned_on=TODAY())
    address = agreement.get_absolute_url()
    assert address == f"/agreements/planned-{agreement.pk}/"
    assert "Ещё не подписано" in page(client, agreement)
    signing = open_round(agreement, by=made.head_of(agreement.initiator))
    for request in signing.requests.all():
        agreement = made.sign(request)
    response = client.get(f"{address}?again")  # not the stored page: nothing is committed in a test
    assert (response.status_code, response.headers["Location"]) == (302, f"/agreements/{agreement.number}/")


def test_children_and_parents_are_linked(client: Client) -> None:
    parent = made.in_force()
    school, company = (party.organisation for party in parent.parties.all())
    child = made.in_force(company, initiator=school, parent=parent, relation="amendment", subject="Поправка")
    secret = made.in_force(
        company, initiator=school, parent=parent, relation="amendment", subject="Тайная", is_public=False
    )
    text = page(client, parent)
    assert child.get_absolute_url() in text
    assert secret.number not in text
    assert parent.get_absolute_url() in page(client, child)


def test_an_organisation_shows_its_public_agreements(client: Client) -> None:
    agreement = made.in_force(subject="Открытое")
    made.in_force(subject="Закрытое", is_public=False, initiator=agreement.initiator)
    text = client.get(agreement.initiator.get_absolute_url()).content.decode()
    assert "Открытое" in text
    assert "Закрытое" not in text


# --- Who works with whom -------------------------------------------------------------------------------------


def test_bonds_are_public_agreements_in_force(client: Client) -> None:
    one, other, third = (OrganisationFactory(short_name=name) for name in ("Первая", "Вторая", "Третья"))
    made.in_force(other, initiator=one)
    made.in_force(other, initiator=one)
    parent = made.in_force(third, initiator=one)
    made.in_force(third, initiator=one, parent=parent, relation="amendment")
    made.in_force(other, initiator=third, is_public=False)
    made.in_negotiation(other, initiator=third, planned_on=TODAY())
    told = {(frozenset((pair.one, pair.other)), pair.agreements) for pair in pairs()}
    assert told == {(frozenset((one.pk, other.pk)), 2), (frozenset((one.pk, third.pk)), 1)}
    lattice = Lattice.bound(Organisation.objects.filter(pk__in=[one.pk, other.pk, third.pk]), pairs())
    assert lattice.nodes[0].organisation == one
    assert len({(node.x, node.y) for node in lattice.nodes}) == 3
    text = client.get("/agreements/network/").content.decode()
    assert text.count('class="agreed') == 2
    assert text.count('<th scope="row">') == 2


def test_an_organisation_that_is_not_published_stands_in_no_picture(client: Client) -> None:
    agreement = made.in_force(OrganisationFactory(is_published=False, slug="secret"))
    assert pairs() == []
    assert "secret" not in client.get("/agreements/network/").content.decode()
    assert "/secret/" not in page(client, agreement)


# --- What is proven ------------------------------------------------------------------------------------------


def verified(client: Client, agreement: Agreement, file: bytes | None = None) -> str:
    address = f"/verify/{agreement.code}/"
    data = {"file": SimpleUploadedFile("a.bin", file)} if file is not None else None
    return (client.post(address, data) if data else client.get(address)).content.decode()


def test_whoever_has_the_papers_reads_what_is_proven(client: Client) -> None:
    agreement = made.in_force(is_public=False)
    text = verified(client, agreement)
    assert agreement.newest_version.sha256 in text
    assert agreement.number in text
    assert "не изменилось" in text
    assert "Оригинал не подтверждён" in text
    for party in Party.objects.filter(agreement=agreement):
        assert party.organisation.title in text
        assert party.signatory_name not in text
    assert agreement.history.order_by("-sequence")[0].sha256 in text
    assert "Пока ни один" in text
    chain.publish_head()
    assert "Пока ни один" not in verified(client, agreement)


def test_before_it_is_concluded_nothing_is_proven(client: Client) -> None:
    agreement = made.frozen()
    assert client.get(f"/verify/{agreement.code}/").status_code == 404
    assert client.post(f"/verify/{agreement.code}/").status_code == 405


def test_a_file_is_told_to_be_ours_or_not_and_nothing_is_kept(client: Client) -> None:
    agreement = made.concluded()
    documents.make_due()
    agreement.refresh_from_db()
    assert agreement.package
    with agreement.package.file.open("rb") as file:
        package = file.read()
    assert "пакет документов этого соглашения" in verified(client, agreement, package)
    assert "текст этого соглашения" in verified(client, agreement, agreement.newest_version.content.encode())
    for other in (package[:-1] + b"?", b""):
        assert "не относится к файлам этого соглашения" in verified(client, agreement, other)
    assert client.post(f"/verify/{agreement.code}/").status_code == 200


def test_a_changed_word_is_told_on_the_page(client: Client) -> None:
    agreement = made.concluded()
    version = agreement.newest_version
    Version.objects.filter(pk=version.pk).update(content=version.content.replace("совместно", "врозь"))
    assert "не совпадает" in verified(client, agreement)


def test_another_package_than_the_history_knows_is_told_on_the_page(client: Client) -> None:
    agreement = made.concluded()
    documents.make_due()
    assert "не совпадает" not in verified(client, agreement)
    Document.objects.update(sha256="1" * 64)
    assert "не совпадает" in verified(client, agreement)


def test_the_heads_are_published_for_people_and_programs(client: Client) -> None:
    made.in_negotiation()
    head = chain.publish_head()
    assert head
    assert head.sha256 in client.get("/agreements/history/").content.decode()
    told = client.get("/agreements/history/export.json").json()
    last = HistoryEntry.objects.order_by("-sequence")[0]
    assert told == {
        "algorithm": "SHA-256",
        "heads": [{"day": TODAY().isoformat(), "sequence": last.sequence, "sha256": last.sha256}],
    }
