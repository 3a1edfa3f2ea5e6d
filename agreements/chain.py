"""The history of agreements is one chain: each entry is hashed with the hash of the one before, so that nothing can be
changed, taken out or put in between without being found.

Nobody's name is hashed: who acted stands as a key, what they wrote as a hash, so that a person can be erased from the
rows and the chain still holds (152-ФЗ, ст. 21).
"""

import datetime
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from agreements.models import Agreement, ChainHead, HistoryEntry
from common import locks
from members.models import User

BEGINNING = "0" * 64
AT_ONCE = 2000  # entries read from the database together


@dataclass(frozen=True, slots=True)
class Finding:
    """``what``: gap, hash, reason, head, version, file, signature or package; ``where``: which row."""

    what: str
    where: str


def hold() -> None:
    """Until the end of the transaction nobody else appends."""
    locks.hold("history of agreements")


def append(
    agreement: Agreement,
    action: str,
    *,
    by: User | None,
    source: str = "",
    target: str = "",
    reason: str = "",
    facts: Mapping[str, Any] | None = None,
) -> HistoryEntry:
    """Within the transaction of what it tells of; others who append wait for its end.

    ``facts`` take keys and hashes, never names.
    """
    hold()
    last = HistoryEntry.objects.order_by("-sequence").values_list("sequence", "sha256").first()
    number, previous = last or (0, BEGINNING)
    entry = HistoryEntry(
        sequence=number + 1,
        agreement=agreement,
        action=action,
        source=source,
        target=target,
        at=timezone.now(),
        by=by,
        reason=reason,
        facts={**(facts or {}), "actor": by.pk if by else None, "reason": _hashed(reason) if reason else ""},
        previous=previous,
    )
    entry.sha256 = hash_of(entry)
    entry.save(force_insert=True)
    return entry


def hash_of(entry: HistoryEntry) -> str:
    told = {
        "sequence": entry.sequence,
        "agreement": entry.agreement_id,
        "action": entry.action,
        "source": entry.source,
        "target": entry.target,
        "at": entry.at.astimezone(datetime.UTC).isoformat(),
        "facts": entry.facts,
        "previous": entry.previous,
    }
    return hash_of_facts(told)


def hash_of_facts(told: Mapping[str, Any]) -> str:
    return _hashed(json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")))


def broken_links() -> Iterator[Finding]:
    """Entries that are not what they were when they were written, or not where they were; and published heads that
    the chain has left behind."""
    before, number = BEGINNING, 0
    heads = dict(ChainHead.objects.values_list("sequence", "sha256"))
    for entry in HistoryEntry.objects.order_by("sequence").iterator(AT_ONCE):
        number += 1
        if entry.sequence != number:
            yield Finding("gap", f"{number}–{entry.sequence - 1}")
            number = entry.sequence
        elif entry.previous != before or entry.sha256 != hash_of(entry):
            yield Finding("hash", str(entry.sequence))
        if entry.reason and _hashed(entry.reason) != entry.facts.get("reason"):
            yield Finding("reason", str(entry.sequence))
        if heads.pop(entry.sequence, entry.sha256) != entry.sha256:
            yield Finding("head", str(entry.sequence))
        before = entry.sha256
    yield from (Finding("head", str(sequence)) for sequence in heads)  # the end has been cut off


@transaction.atomic
def publish_head() -> ChainHead | None:
    """Of yesterday's end, once a day; None where there is no entry yet. However often it is run."""
    hold()
    today = timezone.localdate()
    last = HistoryEntry.objects.order_by("-sequence").first()
    if last is None:
        return None
    told = {"sequence": last.sequence, "sha256": last.sha256}
    return ChainHead.objects.get_or_create(day=today, defaults=told)[0]


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
