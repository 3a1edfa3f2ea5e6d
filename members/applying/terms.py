"""Terms of applications: what is late is told of, what has outlived its use goes. Each runs as often as one likes."""

import datetime
from collections.abc import Callable
from functools import partial

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from members.applying import emails
from members.applying.drafts import forget_links
from members.applying.moves import Asked, move_application, reviewers
from members.models import OVER, ApplicationState, Membership, MembershipApplication, Who

REMIND_BEFORE = datetime.timedelta(days=7)  # the end of the term of a returned one
DRAFT_TOLD_AFTER = datetime.timedelta(days=90)  # since it was last touched
DRAFT_KEPT_AFTER_THAT = datetime.timedelta(days=30)
CLOSED_KEPT_FOR = datetime.timedelta(days=3 * 365)  # without a membership: who asks why is answered for so long
OF_THE_OFFICE = (ApplicationState.SUBMITTED, ApplicationState.IN_REVIEW)
CLOSED = (ApplicationState.WITHDRAWN, ApplicationState.DECLINED)
TAKEN = (ApplicationState.ACCEPTED, ApplicationState.MEMBER)


def escalate() -> int:
    """What the office has not done in time is told to all who may, once for each step."""
    late = MembershipApplication.objects.overdue().filter(state__in=OF_THE_OFFICE, escalated_at=None)
    return _each(late, _escalate)


def _escalate(application: MembershipApplication) -> None:
    for reviewer in reviewers():
        emails.application_overdue(application, reviewer=reviewer).send()
    application.escalated_at = timezone.now()
    application.save(update_fields=["escalated_at"])


def remind() -> int:
    """An applicant is reminded once: of remarks before their term ends, of a draft before it goes."""
    unreminded = MembershipApplication.objects.filter(reminded_at=None)
    soon = timezone.localdate() + REMIND_BEFORE
    returned = unreminded.filter(state=ApplicationState.RETURNED, due_on__lte=soon)
    drafts = unreminded.filter(state=ApplicationState.DRAFT, updated_at__lt=timezone.now() - DRAFT_TOLD_AFTER)
    return _each(returned, _remind) + _each(drafts, _remind)


def _remind(application: MembershipApplication) -> None:
    """Nobody is written to who has never shown that the address is theirs."""
    if application.confirmed_at and application.email:
        emails.application_reminded(application).send()
    application.reminded_at = timezone.now()
    application.save(update_fields=["reminded_at"])


def expire() -> int:
    """Returned ones whose term is over end by themselves: a week after the reminder, and after the last touch."""
    a_week_ago = timezone.now() - REMIND_BEFORE
    returned = MembershipApplication.objects.overdue().filter(state=ApplicationState.RETURNED)
    return _each(returned.filter(reminded_at__lt=a_week_ago, updated_at__lt=a_week_ago), _expire)


def _expire(application: MembershipApplication) -> None:
    with override(application.language):
        reason = _("Nobody has answered the remarks within their term.")
    move_application(application, action="expire", who=Who.TIMER, asked=Asked(reason=reason))


def forget() -> int:
    """Drafts that nobody touches, a month after that was told, and what led to nothing, after three years. Of what the
    board had before it the number stays, which its protocol names; so with those of members, three years after they
    have left."""
    now = timezone.now()
    told = MembershipApplication.objects.filter(
        state=ApplicationState.DRAFT,
        updated_at__lt=now - DRAFT_TOLD_AFTER - DRAFT_KEPT_AFTER_THAT,
        reminded_at__lt=now - DRAFT_KEPT_AFTER_THAT,
    )
    closed = MembershipApplication.objects.filter(state__in=CLOSED, updated_at__lt=now - CLOSED_KEPT_FOR)
    running = Membership.objects.exclude(status__in=OVER).filter(organisation=OuterRef("organisation"))
    lately = Membership.objects.filter(
        organisation=OuterRef("organisation"), ended_on__gt=timezone.localdate() - CLOSED_KEPT_FOR
    )
    taken = MembershipApplication.objects.filter(~Exists(running), ~Exists(lately), state__in=TAKEN)
    outlived = taken.filter(updated_at__lt=now - CLOSED_KEPT_FOR)
    gone = (told, closed.exclude(data={}), outlived.exclude(data={}))
    return sum(_each(applications, _delete) for applications in gone)


def _delete(application: MembershipApplication) -> None:
    """With its files, after the commit, and with the consent of whoever had no account to keep it for."""
    for file in application.files.all():
        transaction.on_commit(partial(file.file.storage.delete, str(file.file.name)))
    forget_links(application)
    consent = application.consent
    if application.agenda_items.exists():
        _empty(application)
    else:
        application.delete()
    if consent and consent.user_id is None:
        consent.delete()


def _empty(application: MembershipApplication) -> None:
    """But for what the protocol names: the organisation and the number."""
    application.files.all().delete()
    application.moves.all().delete()
    application.data, application.answers, application.email = {}, [], ""
    application.applicant = application.consent = None
    application.save()


def _each(applications: QuerySet[MembershipApplication], do: Callable[[MembershipApplication], None]) -> int:
    """One in a transaction of its own, and none that another has in hand; how many were done."""
    done = 0
    for key in [*applications.order_by("pk").values_list("pk", flat=True)]:
        with transaction.atomic():
            one = applications.select_for_update(skip_locked=True).filter(pk=key).first()
            if one:
                do(one)
                done += 1
    return done
