"""What agreements need not keep is not kept. The terms stand in docs/privacy.md, for people to read."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from agreements.models import OVER, AgreementState, AnnexPerson, SigningCode

ANNEX_KEPT_FOR = timedelta(days=90)  # after the end: what is still to be settled is settled by then
CODES_KEPT_FOR = timedelta(days=180)  # of what was signed the signature itself keeps the proof


@transaction.atomic
def forget_people() -> int:
    """Who is named in annexes of what is over or was never concluded, and where codes went; returns how many."""
    now = timezone.now()
    last_day = timezone.localdate() - ANNEX_KEPT_FOR
    over = Q(agreement__state__in=(*OVER, AgreementState.CANCELLED))
    long_ago = Q(agreement__ended_on__lt=last_day) | Q(
        agreement__ended_on=None, agreement__updated_at__lt=now - ANNEX_KEPT_FOR
    )
    people = AnnexPerson.objects.filter(over & long_ago).delete()[0]
    return people + SigningCode.objects.filter(sent_at__lt=now - CODES_KEPT_FOR).delete()[0]
