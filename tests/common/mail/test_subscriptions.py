"""Whoever has had a letter that is no part of a service can be rid of the next one, by one POST and nothing less."""

import re
from typing import Any

import pytest
from django.core import mail as django_mail
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from pytest_django import DjangoAssertNumQueries, Settings

from common.limits import Throttle
from common.links import revoke_links
from common.mail import relay
from common.mail.letters import Letter
from common.mail.purposes import ACCOUNT, PURPOSES, Purpose
from common.models import MailState, OutgoingMail, SignedLink, Unsubscription
from tests.mail import Sink

pytestmark = pytest.mark.django_db
NEWS = Purpose("news", "Новости", is_service=False)
OTHER = Purpose("other news", "Другие новости", is_service=False)
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture(autouse=True)
def purposes(monkeypatch: pytest.MonkeyPatch) -> None:
    for purpose in (NEWS, OTHER):
        monkeypatch.setitem(PURPOSES, purpose.name, purpose)


def write(to: str = "Reader@example.org", *, purpose: Purpose = NEWS, text: str = "Текст\n") -> OutgoingMail:
    with transaction.atomic():
        Letter("Тема", text, to=[to], purpose=purpose).send()
    return OutgoingMail.objects.latest("pk")


def address_in(letter: OutgoingMail) -> str:
    return letter.headers["List-Unsubscribe"].removeprefix("<http://testserver").removesuffix(">")


def words(response: Any) -> str:
    html = response.content.decode()
    return re.sub(r"\s+", " ", re.sub("<.+?>", " ", html[html.index("<main") : html.index("</main>")]))


def unsubscribed() -> list[tuple[str, str]]:
    return [*Unsubscription.objects.order_by("pk").values_list("purpose", "address")]


# --- What a letter says --------------------------------------------------------------------------------------


def test_a_letter_says_how_to_unsubscribe_to_programs_and_to_people(sink: Sink) -> None:
    write(text="Текст\n\n—\nАссоциация\n")
    relay.relay()
    [letter] = sink.letters
    address = f"http://testserver{address_in(OutgoingMail.objects.get())}"
    assert re.fullmatch(r"http://testserver/unsubscribe/[\w.-]+/", address)
    assert letter["List-Unsubscribe"].strip() == f"<{address}>"  # a long header begins on a line of its own
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert text
    assert html
    assert text.get_content().splitlines()[-4:] == ["—", "Ассоциация", "", f"Отписаться от писем «Новости»: {address}"]
    assert re.search(f'<a href="{address}"[^>]*>Отписаться от писем «Новости»</a>', html.get_content())


def test_a_service_letter_says_nothing_of_it() -> None:
    letter = write(purpose=ACCOUNT)
    assert (letter.headers, "unsubscribe" in letter.text + letter.html) == ({}, False)
    assert not SignedLink.objects.exists()


def test_it_is_said_in_the_language_of_the_letter() -> None:
    with translation.override("en"):
        letter = Letter("Subject", "Text\n", to=["reader@example.org"], purpose=NEWS)
    letter.send()
    written = OutgoingMail.objects.get()
    assert written.headers["List-Unsubscribe"].startswith("<http://testserver/en/unsubscribe/")
    assert written.text.splitlines()[-1].startswith("Unsubscribe from “Новости”: http://testserver/en/unsubscribe/")
    assert '<html lang="en">' in written.html


@pytest.mark.parametrize("html", ["<body><p>Своё</p></body>", "<p>Своё</p>"], ids=["a page", "a fragment"])
def test_html_of_the_caller_has_it_at_its_end(html: str) -> None:
    letter = Letter("Тема", "Текст\n", to=["reader@example.org"], purpose=NEWS)
    letter.attach_alternative(html, "text/html")
    letter.send()
    written = OutgoingMail.objects.get()
    assert re.search(r"Своё</p>.*Отписаться от писем «Новости»</a></p>\s*(</body>)?$", written.html, re.DOTALL)


def test_html_of_the_caller_is_left_alone_in_service_mail() -> None:
    letter = Letter("Тема", "Текст\n", to=["reader@example.org"], purpose=ACCOUNT)
    letter.attach_alternative("<p>Своё</p>", "text/html")
    letter.send()
    assert OutgoingMail.objects.get().html == "<p>Своё</p>"


def test_all_letters_of_a_purpose_to_one_address_share_one_link() -> None:
    first, second, other = write(), write("reader@example.org"), write(purpose=OTHER)
    assert address_in(first) == address_in(second) != address_in(other)
    assert SignedLink.objects.count() == 2


def test_many_letters_are_written_with_as_many_queries_as_one() -> None:
    def queries(*readers: str) -> int:
        letters = [Letter("Тема", "Текст\n", to=[reader], purpose=NEWS, key=f"1 {reader}") for reader in readers]
        with CaptureQueriesContext(connection) as asked, transaction.atomic():
            assert django_mail.get_connection().send_messages(letters) == len(readers)
        return len(asked)

    assert queries("a@example.org") == queries("b@example.org", "c@example.org", "d@example.org")


# --- One POST ------------------------------------------------------------------------------------------------


def test_one_click_needs_no_cookie_no_log_in_and_no_token() -> None:
    address, program = address_in(write()), Client(enforce_csrf_checks=True)
    answers = [program.post(address, ONE_CLICK).status_code for _ in range(3)]
    assert (answers, unsubscribed()) == ([200, 200, 200], [("news", "reader@example.org")])
    assert program.cookies == {}


def test_whoever_follows_the_link_changes_nothing(client: Client) -> None:
    """Mail scanners do, before the reader has seen the letter."""
    address = address_in(write())
    for _ in range(3):
        assert "Отписаться" in words(client.get(address, ONE_CLICK))
        assert client.head(address).status_code == 200
        assert client.put(address).status_code == 405
    assert unsubscribed() == []


def test_a_person_presses_a_button_and_may_undo_it(client: Client) -> None:
    address = address_in(write())
    asked = words(client.get(address))
    assert "Новости" in asked
    assert "r***@example.org" in asked
    assert "reader@example.org" not in asked.lower()
    assert "Вы отписаны" in words(client.post(address))
    assert "Вы отписаны" in words(client.get(address))
    assert unsubscribed() == [("news", "reader@example.org")]
    assert "Отписаться от этих писем?" in words(client.post(address, {"undo": "1"}))
    assert unsubscribed() == []


def test_the_page_speaks_the_language_of_its_address_and_is_kept_nowhere(client: Client) -> None:
    response = client.get(f"/en{address_in(write())}")
    assert '<html lang="en"' in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert '<meta name="robots" content="noindex">' in response.content.decode()


def test_unsubscribing_is_of_one_purpose_and_one_address(client: Client) -> None:
    client.post(address_in(write()))
    for letter in (write(purpose=OTHER), write("other@example.org")):
        assert "Вы отписаны" not in words(client.get(address_in(letter)))


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_link_that_is_not_valid_is_explained_and_changes_nothing(client: Client, method: str) -> None:
    address = address_in(write())
    revoke_links("unsubscribe", subjects=["reader@example.org news"])
    for wrong in (address, "/unsubscribe/forged/", f"{address.rstrip('/')}x/"):
        response = getattr(client, method)(wrong)
        assert (response.status_code, "больше не действует" in words(response)) == (404, True)
    assert unsubscribed() == []


def test_a_link_of_letters_that_have_become_service_mail_is_not_valid(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = address_in(write())
    monkeypatch.setitem(PURPOSES, "news", Purpose("news", "Новости"))
    assert client.post(address).status_code == 404
    assert unsubscribed() == []


def test_forged_links_cost_no_query(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        client.post("/unsubscribe/forged.forged/")


def test_one_network_address_may_unsubscribe_many_readers_but_not_without_end(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The servers of a large mail service press the button for all its readers."""
    assert settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]["unsubscribe"] == "600/min"
    monkeypatch.setitem(Throttle.THROTTLE_RATES, "unsubscribe", "3/min")
    address, client = address_in(write()), Client()
    assert [client.post(address, ONE_CLICK).status_code for _ in range(4)] == [200, 200, 200, 429]


# --- What goes out -------------------------------------------------------------------------------------------


def test_a_letter_that_was_queued_before_does_not_go_out(sink: Sink, client: Client) -> None:
    letter, other = write(), write(purpose=OTHER)
    client.post(address_in(letter), ONE_CLICK)
    relay.relay()
    letter.refresh_from_db()
    other.refresh_from_db()
    assert (letter.state, letter.error, bool(letter.finished_at)) == (
        MailState.UNWANTED,
        "its reader has unsubscribed",
        True,
    )
    assert other.state == MailState.SENT
    assert len(sink.letters) == 1


def test_a_letter_that_was_put_off_does_not_go_out_either(sink: Sink, client: Client) -> None:
    sink.answers["*"] = "451 later"
    letter = write()
    relay.relay()
    client.post(address_in(letter), ONE_CLICK)
    sink.answers.clear()
    OutgoingMail.objects.update(due_at=letter.created_at)
    relay.relay()
    letter.refresh_from_db()
    assert (letter.state, sink.letters) == (MailState.UNWANTED, [])


def test_after_an_undo_the_next_letter_goes_out(sink: Sink, client: Client) -> None:
    address = address_in(write())
    client.post(address)
    client.post(address, {"undo": "1"})
    assert relay.relay() == 1


def test_service_mail_goes_out_whatever_was_refused(sink: Sink) -> None:
    Unsubscription.objects.create(purpose="account", address="reader@example.org")
    write(purpose=ACCOUNT)
    assert relay.relay() == 1
