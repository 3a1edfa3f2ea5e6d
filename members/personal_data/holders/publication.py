"""What a person has agreed to, and what is published of them."""

from collections.abc import Iterator

from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from common.caching import invalidate_public_pages
from common.personal_data import Person, Record, described
from members.models import Consent, PublicPerson


def collect_public_roles(person: Person) -> Iterator[Record]:
    names = ("organisation", "name", "name_en", "position", "position_en", "basis", "source", "is_published")
    for role in PublicPerson.objects.filter(user=person.user).select_related("organisation"):
        yield described(role, *names)


def erase_public_roles(person: Person) -> int:
    invalidate_public_pages()
    return PublicPerson.objects.filter(user=person.user).delete()[0]


def collect_consents(person: Person) -> Iterator[Record]:
    for consent in Consent.objects.of(person.user).select_related("text"):
        yield described(consent, "text", "item", "words", "words_en", "way", "paper", "given_at", "withdrawn_at")


def erase_consents(person: Person) -> int:
    """They end, and stay as the proof that the data were processed by right."""
    return (
        Consent.objects.standing()
        .filter(pk__in=Consent.objects.of(person.user).values("pk"))
        .update(withdrawn_at=Greatest(timezone.now(), F("given_at")))
    )
