"""What journeys share: a person in front of a page does it, in the language of the test."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connections
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from playwright.sync_api import Page

from common.mail.relay import relay
from common.models import OutgoingMail
from members.models import Role
from tests.browser.conftest import Visitor
from tests.mail import Sink
from tests.members.accounts import PASSWORD, link_in

Made = TypeVar("Made")


class Post:
    """The letters of the portal as a mail server has got them."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink

    def forget(self) -> None:
        """What has come before is of no interest."""
        apart(relay)
        self.sink.letters.clear()

    def subjects(self, to: str) -> list[str]:
        apart(relay)
        return [str(one["Subject"]).strip() for one in self.sink.letters if one["To"] == to]

    def text(self, to: str, about: str) -> str:
        """Of the last letter to this address; ``about``: how its subject begins."""
        apart(relay)
        letters = [one for one in self.sink.letters if one["To"] == to and one["Subject"].strip().startswith(about)]
        text = letters[-1].get_body(("plain",))
        assert text
        return str(text.get_content())

    def link(self, to: str, about: str) -> str:
        return re.findall(r"http://testserver(/\S+)", self.text(to, about))[0]


def apart(act: Callable[[], Made]) -> Made:
    """On a connection of its own, so that the portal sees what it has done."""

    def run() -> Made:
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as worker:
        return worker.submit(run).result()


def all_was_quiet(*people: Visitor) -> None:
    for person in people:
        assert (person.errors, person.foreign) == ([], [])


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def fill(page: Page, **fields: str) -> None:
    """By the names of the fields."""
    for name, text in fields.items():
        page.locator(f"[name={name}]").fill(text)


def last_letter(address: str, *, about: str = "") -> OutgoingMail:
    """``about``: the purpose of the letter."""
    letters = OutgoingMail.objects.filter(recipient=address)
    return (letters.filter(purpose=about) if about else letters).latest("pk")


def invite(page: Page, email: str, role: Role) -> None:
    page.get_by_label(_("E-mail")).fill(email)
    page.get_by_label(str(role.label), exact=True).check()
    page.locator(f"[name=language][value={get_language()}]").check()
    press(page, _("Send the invitation"))
    page.get_by_text(_("An invitation is on its way to %(email)s.") % {"email": email}).wait_for()


def accept_invitation(guest: Visitor, email: str, *, last_name: str, first_name: str) -> None:
    """By the link of the letter, with a new account."""
    guest.open(link_in(last_letter(email, about="invitation")))
    guest.page.get_by_role("link", name=_("Sign up and accept")).click()
    fill(guest.page, last_name=last_name, first_name=first_name, password1=PASSWORD)
    guest.page.get_by_role("checkbox").check()
    press(guest.page, _("Sign up"))
    press(guest.page, _("Accept the invitation"))
    guest.page.wait_for_url("**/dashboard/*/")


def leave(page: Page, *, to: str) -> None:
    """From the page of the people; ``to``: who takes over."""
    page.get_by_role("link", name=_("Leave"), exact=True).click()
    page.get_by_label(_("Who takes it over")).select_option(label=to)
    press(page, _("Leave"))
    page.wait_for_url("**/dashboard/")
