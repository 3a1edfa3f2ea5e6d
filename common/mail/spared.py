"""Letters that somebody may have sent to any address that they type: it gets few of them a day."""

from hashlib import sha256

from django.utils.translation import gettext as _

from common.counters import take
from common.errors import RuleViolated

LETTERS_A_DAY = 5
DAY = 24 * 60 * 60  # s


def spare(address: str, *, what: str) -> None:
    """Count one more of ``what`` to this address, however it is spelt. Raises RuleViolated where it has had enough, the
    same for every address; the links that it has go on leading here."""
    mailbox, _at, host = address.lower().rpartition("@")
    named = sha256(f"{mailbox.partition('+')[0]}@{host}".encode()).hexdigest()  # the cache learns of no address
    if take(f"letters: {what} {named}", limit=LETTERS_A_DAY, seconds=DAY):
        text = _("This address has been sent enough letters today. Use the link in one of them, or come back tomorrow.")
        raise RuleViolated(text, code="too_many_letters")
