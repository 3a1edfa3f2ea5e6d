"""Who works with whom: pairs of organisations that an agreement in force binds."""

from typing import NamedTuple

from django.db import connection

from common.caching import kept_until_change

MOST = 200  # pairs, those with most agreements first

# Amendments and the like bind nobody anew.
PAIRS = """
SELECT one.organisation_id, other.organisation_id, count(*)
FROM agreements_agreement AS agreement
JOIN agreements_party AS one ON one.agreement_id = agreement.id
JOIN agreements_party AS other
    ON other.agreement_id = agreement.id AND other.organisation_id > one.organisation_id
JOIN members_organisation AS first ON first.id = one.organisation_id AND first.is_published
JOIN members_organisation AS second ON second.id = other.organisation_id AND second.is_published
WHERE agreement.is_public AND agreement.state IN ('concluded', 'active') AND agreement.relation IN ('', 'renewal')
GROUP BY 1, 2
ORDER BY 3 DESC, 1, 2
LIMIT %s
"""


class Pair(NamedTuple):
    one: int
    other: int
    agreements: int


def pairs() -> list[Pair]:
    """Kept until anything public changes."""
    return kept_until_change("agreements:pairs", _pairs)


def _pairs() -> list[Pair]:
    with connection.cursor() as cursor:
        cursor.execute(PAIRS, [MOST])
        return [Pair(*row) for row in cursor.fetchall()]
