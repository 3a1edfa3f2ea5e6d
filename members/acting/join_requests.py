"""Requests of people who say that they work for an organisation. The order of locks stands in ``invitations``."""

from datetime import timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import RuleViolated
from common.idempotency import once
from members.models import JoinRequest, JoinRequestState, Organisation, Representative, Role, User
from members.models.invitation import JoinRequestQuerySet
from members.notices.notifications import Words, heads_of, notify
from members.notices.topics import PEOPLE
from members.organisations.services import tell_of_role
from members.people import locked_person

MOST_OPEN = 10  # of one person
MOST_A_DAY = 20  # of one person, whatever became of them
MOST_THERE = 3  # a day of one person to one organisation
KEPT_FOR = timedelta(days=90)  # once decided


def ask_once(organisation: Organisation, *, by: User, key: str, asked: dict[str, Any]) -> JoinRequest:
    """``ask``, but once however often this ``key`` of that person arrives. Raises KeyReused besides."""
    return once(
        lambda: ask(organisation, by=by, **asked),
        model=JoinRequest,
        scope=f"request to join {organisation.pk} by {by.pk}",
        key=key,
        asked=asked,
    )


@transaction.atomic
def ask(organisation: Organisation, *, by: User, role: str, text: str = "") -> JoinRequest:
    """Those who answer for the organisation are told; where it has no head, the staff find it in their queue. Whoever
    has an open request there keeps it as it is.

    Raises RuleViolated for who acts for the organisation already, and for who has asked too many, or too often today.
    """
    person = locked_person(by)
    if Representative.objects.active().filter(user=person, organisation=organisation).exists():
        raise RuleViolated(_("You already act for this organisation."), code="has_role")
    own = JoinRequest.objects.open().filter(user=person)
    if known := own.filter(organisation=organisation).first():
        return known
    if own.count() >= MOST_OPEN:
        raise RuleViolated(_("You have asked many organisations. Wait for their answers first."), code="too_many")
    today = JoinRequest.objects.filter(user=person, created_at__gt=timezone.now() - timedelta(days=1))
    if today.count() >= MOST_A_DAY or today.filter(organisation=organisation).count() >= MOST_THERE:
        raise RuleViolated(_("You have asked often enough today. Try again tomorrow."), code="too_many_today")
    asked = JoinRequest.objects.create(organisation=organisation, user=person, role=role, text=text)
    notify(
        heads_of(organisation),
        topic=PEOPLE,
        key=f"join request {asked.pk}",
        words=partial(_words_to_heads, asked),
        link=asked.get_absolute_url(),
        about=person,
    )
    return asked


@transaction.atomic
def approve(join_request: JoinRequest, *, role: str, by: User, position: str = "") -> Representative:
    """Give the role. Repeated by the same person, it is the role that there is; so it is for who has got one meanwhile.

    Raises RuleViolated where it has been decided by somebody else, or otherwise.
    """
    person = locked_person(join_request.user)
    locked = _locked(join_request)
    own = Representative.objects.active().filter(user=person, organisation=locked.organisation).first()
    if own and (locked.state, locked.decided_by_id) == (JoinRequestState.APPROVED, by.pk):
        return own
    _decide(locked, state=JoinRequestState.APPROVED, by=by)
    if own:
        return own
    given = Representative.objects.create(organisation=locked.organisation, user=person, role=role, position=position)
    tell_of_role(given)
    return given


@transaction.atomic
def decline(join_request: JoinRequest, *, reason: str, by: User) -> JoinRequest:
    """The person is told why. Repeated by the same person, does nothing. Raises RuleViolated as ``approve`` does."""
    person = locked_person(join_request.user)
    locked = _locked(join_request)
    if (locked.state, locked.decided_by_id) == (JoinRequestState.DECLINED, by.pk):
        return locked
    _decide(locked, state=JoinRequestState.DECLINED, by=by, reason=reason)
    words = partial(_words_of_refusal, locked)
    notify([person], topic=PEOPLE, key=f"join request {locked.pk} declined", words=words)
    return locked


@transaction.atomic
def withdraw(join_request: JoinRequest) -> JoinRequest:
    """By who has asked. Repeated, does nothing. Raises RuleViolated where it has been decided meanwhile."""
    locked_person(join_request.user)
    locked = _locked(join_request)
    if locked.state != JoinRequestState.WITHDRAWN:
        _decide(locked, state=JoinRequestState.WITHDRAWN, by=locked.user)
    return locked


def without_head() -> JoinRequestQuerySet:
    """Open ones that nobody but the staff can decide, the oldest first."""
    headed = Representative.objects.heads().values("organisation")
    waiting = JoinRequest.objects.open().exclude(organisation__in=headed)
    return waiting.select_related("user", "organisation").order_by("created_at", "pk")


def forget_old_requests() -> int:
    """Decided ones: what somebody wrote of themselves is of use to nobody any more."""
    return JoinRequest.objects.filter(decided_at__lt=timezone.now() - KEPT_FOR).delete()[0]


def _locked(join_request: JoinRequest) -> JoinRequest:
    rows = JoinRequest.objects.select_related("organisation", "user", "decided_by")
    return rows.select_for_update(of=["self"]).get(pk=join_request.pk)


def _decide(locked: JoinRequest, *, state: JoinRequestState, by: User, reason: str = "") -> None:
    if locked.state != JoinRequestState.OPEN:
        text = _("This request has been decided already: %(state)s. Decided by: %(person)s.")
        named = {"state": locked.get_state_display(), "person": locked.decided_by or "—"}
        raise RuleViolated(text % named, code="decided")
    locked.state, locked.decided_by, locked.decided_at, locked.reason = state, by, timezone.now(), reason
    locked.save(update_fields=["state", "decided_by", "decided_at", "reason"])


def _words_to_heads(asked: JoinRequest) -> Words:
    named = {"person": str(asked.user), "organisation": asked.organisation.title}
    lines = [_("Role wished: %(role)s") % {"role": Role(asked.role).label}, *filter(None, [asked.text])]
    return Words(_("%(person)s asks to act for %(organisation)s") % named, "\n".join(lines))


def _words_of_refusal(declined: JoinRequest) -> Words:
    title = _("Your request was declined: %(organisation)s") % {"organisation": declined.organisation.title}
    return Words(title, _("The reason: %(reason)s") % {"reason": declined.reason})
