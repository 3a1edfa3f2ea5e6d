"""What journeys share: a person in front of a page does it, in the language of the test."""

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from playwright.sync_api import Page

from common.models import OutgoingMail
from members.models import Role
from tests.browser.conftest import Visitor
from tests.members.accounts import PASSWORD, link_in


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
