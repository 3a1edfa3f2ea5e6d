"""The address of a calendar is its key: a program that asks for it can log in nowhere.

It belongs to one person, or to one person in one organisation, so each has one to renew without taking that of a
colleague, and that of whoever leaves the organisation opens nothing any more.
"""

from typing import NamedTuple

from django.db import transaction
from django.urls import reverse

from common.addresses import absolute, webcal, without_language
from common.links import link_tokens, revoke_links, subject_of
from members.models import Organisation, User
from technoparks.models import Lab

LINK = "calendar"


class Reader(NamedTuple):
    """Whose calendar it is; of an organisation, by whom it is read."""

    user: User
    organisation: Organisation | None

    @property
    def subject(self) -> str:
        return f"{self.user.pk} {self.organisation.pk}" if self.organisation else str(self.user.pk)


class Address(NamedTuple):
    https: str

    @property
    def webcal(self) -> str:
        return webcal(self.https)

    def of_lab(self, lab: Lab) -> "Address":
        """Of a host: the bookings of one of its labs alone."""
        return Address(f"{self.https}?lab={lab.pk}")


def address_of(reader: Reader) -> Address:
    """The same until it is renewed."""
    [token] = link_tokens(LINK, subjects=[reader.subject]).values()
    return Address(absolute(without_language(reverse("events:own_feed", args=[token])), language="ru"))


@transaction.atomic
def renew_address(reader: Reader) -> Address:
    """The former one leads nowhere from now on."""
    revoke_links(LINK, subjects=[reader.subject])
    return address_of(reader)


def reader_of(token: str) -> Reader | None:
    """None where the address was renewed or made up, and once the account is closed or the role has ended."""
    person, _space, own = (subject_of(token, purpose=LINK) or "0").partition(" ")
    user = User.objects.filter(pk=person, is_active=True).first()
    if user is None:
        return None
    if not own:
        return Reader(user, None)
    organisation = Organisation.objects.represented_by(user).filter(pk=own).first()
    return Reader(user, organisation) if organisation else None
