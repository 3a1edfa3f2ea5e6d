"""Notifications: a list on the portal for each person, and letters as each of them has chosen by topic."""

import datetime
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.core.mail import get_connection
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import override

from common.addresses import without_language
from common.models import OutgoingMail
from common.one_line import one_line
from members.models import How, Notification, Organisation, Representative, Role, User
from members.notices import emails
from members.notices.topics import DIGEST, TOPICS, Choices, Topic

KEPT_FOR = datetime.timedelta(days=365)
DIGEST_HOUR = 6  # in the time of the association
PEOPLE_AT_ONCE = 250
LONGEST_RUN = 4 * 60  # s, less than the time limit of a task


_UNHEARD = ContextVar("unheard", default=False)


@dataclass(frozen=True, slots=True)
class Words:
    title: str
    text: str = ""


@contextmanager
def nobody_is_told() -> Iterator[None]:
    """For what is taken over from the papers of the association: it happened long ago, to people who know of it."""
    token = _UNHEARD.set(True)
    try:
        yield
    finally:
        _UNHEARD.reset(token)


def notify(
    people: Collection[User],
    *,
    topic: Topic,
    key: str,
    words: Callable[[], Words],
    link: str = "",
    about: User | None = None,
) -> None:
    """Tell each of them, in their own language; with the transaction that runs, and at once by mail who wants that.

    ``key`` names the event: nobody is told twice of it. ``words`` is asked in the language of each reader; ``link`` is
    an address of the portal. ``about``: whom the words name; when that person is erased, they go, and the letter with
    them, which is why their topic is service mail, each in a letter of its own.
    """
    if _UNHEARD.get():
        return
    if about and not topic.is_service:
        raise ValueError("what names a person is no part of a daily letter")
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("a notification is a part of what it tells of")
    told = Notification.objects.filter(user__in=people, key=key).values_list("user_id", flat=True)
    readers = {person.pk: person for person in _open_to_letters(people).exclude(pk__in=[*told])}
    choices = Choices.of(readers.values())
    made = []
    for reader in readers.values():
        with override(reader.language):
            said = words()
        how = choices.how(reader, topic)
        made.append(
            Notification(
                user=reader,
                about=about,
                topic=topic.name,
                key=key,
                title=one_line(said.title),
                text=said.text,
                link=without_language(link) if link else "",
                in_digest=how == How.DIGEST,
                mailed_at=timezone.now() if how == How.AT_ONCE else None,
            )
        )
    Notification.objects.bulk_create(made, ignore_conflicts=True)
    get_connection().send_messages(
        [
            emails.notification_made(readers[one.user_id], notification=one, purpose=topic.purpose)
            for one in made
            if one.mailed_at
        ]
    )


def _open_to_letters(people: Collection[User]) -> QuerySet[User]:
    """As they are now, and held: nobody is erased, or closed out, between this and the end of the transaction."""
    keys = [person.pk for person in people]
    still = User.objects.filter(pk__in=keys, is_active=True)
    return still.select_for_update(no_key=True).order_by("pk")


def heads_of(organisation: Organisation) -> list[User]:
    """Those who answer for it: heads and coordinators."""
    acting = acting_heads().filter(organisation=organisation)
    return [representative.user for representative in acting.select_related("user").order_by("pk")]


def acting_heads() -> QuerySet[Representative]:
    return Representative.objects.active().filter(role__in=(Role.HEAD, Role.COORDINATOR))


# --- The daily letter ----------------------------------------------------------------------------------------


def send_digests() -> int:
    """One letter to each person for whom something has been gathered until DIGEST_HOUR; returns how many were written.

    However often and by how many it is run: the hour is the same all day, people are locked while theirs is written,
    and who has had a letter of this day waits for the next one.
    """
    hour, last, sent, until = _last_digest_hour(), 0, 0, time.monotonic() + LONGEST_RUN
    while time.monotonic() < until:
        with transaction.atomic():
            people = _next_people(after=last, hour=hour)
            if not people:
                return sent
            sent += _gather(people, hour)
            last = people[-1].pk
    return sent


def _last_digest_hour() -> datetime.datetime:
    now = timezone.localtime()
    hour = now.replace(hour=DIGEST_HOUR, minute=0, second=0, microsecond=0)
    return hour if hour <= now else hour - datetime.timedelta(days=1)


def _next_people(*, after: int, hour: datetime.datetime) -> list[User]:
    waiting = Notification.objects.waiting(until=hour).filter(user=OuterRef("pk"))
    people = User.objects.filter(Exists(waiting), pk__gt=after, is_active=True).order_by("pk")
    return [*people.select_for_update(no_key=True, skip_locked=True)[:PEOPLE_AT_ONCE]]


def _gather(people: Sequence[User], hour: datetime.datetime) -> int:
    """What was chosen since holds: of a topic that is switched off nothing is sent any more."""
    choices, waiting = Choices.of(people), defaultdict(list)
    for notification in Notification.objects.waiting(until=hour).filter(user__in=people).order_by("pk"):
        waiting[notification.user_id].append(notification)
    keys = {f"notices {person.pk} {hour:%Y-%m-%d}": person for person in people}
    had = OutgoingMail.objects.filter(key__in=keys).values_list("key", flat=True)
    letters, mailed, decided = [], [], []
    for key in keys.keys() - {*had}:
        person = keys[key]
        wanted = [one for one in waiting[person.pk] if _is_wanted(one, choices.how, person)]
        if wanted:
            letters.append(emails.notifications_gathered(person, notifications=wanted, purpose=DIGEST, key=key))
        mailed += [one.pk for one in wanted]
        decided += [one.pk for one in waiting[person.pk]]
    Notification.objects.filter(pk__in=decided).update(in_digest=False)
    Notification.objects.filter(pk__in=mailed).update(mailed_at=timezone.now())
    return get_connection().send_messages(letters) or 0


def _is_wanted(notification: Notification, how: Callable[[User, Topic], str], person: User) -> bool:
    """Still; of a topic that the code knows no more nothing is."""
    topic = TOPICS.get(notification.topic)
    return topic is not None and how(person, topic) != How.NEVER


def delete_old_notifications() -> int:
    """After a year nobody looks for them, and they name people."""
    deleted, _by_model = Notification.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()
    return deleted
