"""What people are told of, and how each of them wants to hear of it: at once, in a daily letter, or not by mail."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Self

from django.db import transaction
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import RuleViolated
from common.links import revoke_links
from common.mail import purposes
from common.mail.purposes import Priority, Purpose
from common.mail.subscriptions import LINK
from members.models import How, NotificationChoice, User


@dataclass(frozen=True, slots=True)
class Topic:
    """``service_reason``: why its letters are service mail, which comes at once whatever a person chooses."""

    name: str
    title: str | Promise
    about: str | Promise
    default: How = How.AT_ONCE
    service_reason: str | Promise = ""

    @property
    def is_service(self) -> bool:
        return bool(self.service_reason)

    @property
    def purpose(self) -> Purpose:
        """Of the letters that come at once."""
        return purposes.named(f"notice_{self.name}")


TOPICS: dict[str, Topic] = {}


def register(topic: Topic) -> Topic:
    """Raises ValueError where another topic has the name."""
    if TOPICS.setdefault(topic.name, topic) is not topic:
        raise ValueError(f"two topics are called {topic.name}")
    readers = TopicReaders(topic)
    purposes.register(Purpose(f"notice_{topic.name}", topic.title, is_service=topic.is_service, readers=readers))
    return topic


@dataclass(frozen=True, slots=True)
class Choices:
    """How some people want to hear of each topic."""

    made: Mapping[tuple[int, str], NotificationChoice]

    @classmethod
    def of(cls, people: Collection[User]) -> Self:
        chosen = NotificationChoice.objects.filter(user__in=people)
        return cls({(choice.user_id, choice.topic): choice for choice in chosen})

    def how(self, person: User, topic: Topic) -> str:
        choice = self.made.get((person.pk, topic.name))
        return topic.default if choice is None or topic.is_service else choice.how

    def before(self, person: User, topic: Topic) -> str:
        """How it was until a link of a letter has switched it off; "" where none has."""
        choice = self.made.get((person.pk, topic.name))
        return choice.before if choice else ""


def choose(person: User, *, choices: Mapping[str, str]) -> None:
    """Topic → how. Raises RuleViolated for service mail: whoever acts for others cannot shut it off."""
    if any(TOPICS[name].is_service for name in choices):
        raise RuleViolated(_("Letters that belong to the service cannot be switched off."), code="service_mail")
    _write(person, {name: (how, "") for name, how in choices.items()})


def _write(person: User, choices: Mapping[str, tuple[str, str]]) -> None:
    """Topic → how, and how it was before the link of a letter switched it off."""
    rows = [
        NotificationChoice(user=person, topic=name, how=how, before=before)
        for name, (how, before) in sorted(choices.items())
    ]
    NotificationChoice.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["user", "topic"], update_fields=["how", "before"]
    )


# --- The links of letters ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TopicReaders:
    """Those who hear of a topic by mail. The link of a letter switches the topic off; undone, it is as it was."""

    topic: Topic

    def want(self, purpose: str, address: str) -> bool:
        return any(Choices.of([person]).how(person, self.topic) != How.NEVER for person in _people_at(address))

    @transaction.atomic
    def turn(self, purpose: str, address: str, *, on: bool) -> None:
        for person in _people_at(address).select_for_update(no_key=True):
            choices = Choices.of([person])
            how, before = choices.how(person, self.topic), choices.before(person, self.topic)
            if on and how == How.NEVER:
                _write(person, {self.topic.name: (before or How.AT_ONCE, "")})
            elif not on and how != How.NEVER:
                _write(person, {self.topic.name: (How.NEVER, how)})


class DigestReaders:
    """Those who get the daily letter. Its link switches off whatever comes in it; undone, it is as it was."""

    def want(self, purpose: str, address: str) -> bool:
        return any(
            choices.how(person, topic) == How.DIGEST
            for person in _people_at(address)
            for choices in [Choices.of([person])]
            for topic in TOPICS.values()
        )

    @transaction.atomic
    def turn(self, purpose: str, address: str, *, on: bool) -> None:
        for person in _people_at(address).select_for_update(no_key=True):
            choices = Choices.of([person])
            if on:
                off = [topic for topic in TOPICS.values() if choices.before(person, topic) == How.DIGEST]
                _write(person, {topic.name: (How.DIGEST, "") for topic in off})
            else:
                gathered = [topic for topic in TOPICS.values() if choices.how(person, topic) == How.DIGEST]
                _write(person, {topic.name: (How.NEVER, How.DIGEST) for topic in gathered})


def forget_owner(*addresses: str) -> None:
    """From now on the letters that went to these addresses change nothing: they were somebody else's."""
    refusable = [DIGEST, *(topic.purpose for topic in TOPICS.values())]
    subjects = [f"{address.lower()} {purpose.name}" for address in addresses for purpose in refusable]
    revoke_links(LINK, subjects=subjects)


def new_owner_begins_anew(instance: User, *, created: bool, **kwargs: object) -> None:
    """Receiver of ``post_save``."""
    if created:
        forget_owner(instance.email)


def _people_at(address: str) -> QuerySet[User]:
    """The one who has the address now, if there is one."""
    return User.objects.filter(email=address.lower())


DIGEST = purposes.register(
    Purpose(
        "notice_digest",
        gettext_lazy("Notifications of the day"),
        Priority.BULK,
        is_service=False,
        readers=DigestReaders(),
    )
)

MEMBERSHIP = register(
    Topic(
        "membership",
        gettext_lazy("Membership of your organisation"),
        gettext_lazy("Its status in the association, and its certificate: issued, replaced or withdrawn"),
    )
)
PROFILE = register(
    Topic(
        "profile",
        gettext_lazy("Public profile of your organisation"),
        gettext_lazy("A change waits for the check, or was accepted or declined; once a year, whether all still holds"),
    )
)
PEOPLE = register(
    Topic(
        "people",
        gettext_lazy("Who acts for your organisation"),
        gettext_lazy("A role is given, changed or ended; somebody asks for one"),
        service_reason=gettext_lazy("Always at once, as the safety of your organisation depends on it"),
    )
)
FEES = register(
    Topic(
        "fees",
        gettext_lazy("Fees of your organisation"),
        gettext_lazy("Invoices, payments, and reminders of what is to be paid"),
        service_reason=gettext_lazy("Always at once, as the membership depends on it"),
    )
)
EXCLUSION = register(
    Topic(
        "exclusion",
        gettext_lazy("Exclusion of your organisation"),
        gettext_lazy("The board is to decide on it, and what it has decided"),
        service_reason=gettext_lazy("Always at once, so that the organisation can answer before the board votes"),
    )
)
