"""How an induction is got, by the quiz and the practice that the manager has seen, and how it is taken away.

The labs of the technopark are held first, then the person, so that two presses make one induction and no booking slips
through beside it.
"""

import datetime
from collections.abc import Collection, Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import RuleViolated
from members.models import User
from members.people import locked_person
from technoparks.induction.review import hold_labs, review
from technoparks.induction.telling import tell_managers, tell_person
from technoparks.models import Induction, InductionKind, InstructionVersion, QuizAttempt

TRIES_A_DAY = 5
DAY = datetime.timedelta(days=1)
RENEWED_FROM = 30 * DAY  # before its last day it can be repeated


@transaction.atomic
def answer_quiz(version: InstructionVersion, *, person: User, answers: Sequence[Collection[int]]) -> QuizAttempt:
    """``answers``: of each question the numbers of the options that were chosen. With enough right ones the person has
    the induction, or waits for the practice where that is needed.

    Raises RuleViolated for a text that is old or not in use, after TRIES_A_DAY of a day, and while one that is valid
    for long, or waits for the practice, stands.
    """
    instruction = version.instruction
    hold_labs(instruction.technopark_id)
    locked_person(person)
    if not instruction.is_offered or instruction.current != version:
        raise RuleViolated(_("There is a newer text. Read it, and answer its questions."), code="old_version")
    check_need(version, person)
    tries = QuizAttempt.objects.filter(version=version, person=person, at__gt=timezone.now() - DAY)
    if tries.count() >= TRIES_A_DAY:
        raise RuleViolated(_("Enough for today. Read the text again and come back tomorrow."), code="too_often")
    right = sum({*chosen} == {*one["right"]} for one, chosen in zip(version.questions, answers, strict=True))
    attempt = QuizAttempt.objects.create(version=version, person=person, right=right, asked=len(version.questions))
    if attempt.is_passed:
        _begin(attempt)
    return attempt


def check_need(version: InstructionVersion, person: User) -> None:
    """Raises RuleViolated while the person has it for long yet, or waits for the practice."""
    theirs = Induction.objects.filter(person=person, version=version)
    if theirs.waiting().exists():
        raise RuleViolated(_("You have passed. The manager has to see your practice now."), code="waits")
    soon = timezone.localdate() + RENEWED_FROM
    if theirs.valid_on(soon).exists():
        raise RuleViolated(_("You have this induction, and it is valid."), code="valid")


def _begin(attempt: QuizAttempt) -> None:
    version, person = attempt.version, attempt.person
    induction = Induction(version=version, person=person, right=attempt.right, asked=attempt.asked)
    induction.kind = _kind(version, person)
    if version.instruction.needs_practice:
        induction.save()
        tell_managers(induction)
    else:
        _complete(induction)


def _kind(version: InstructionVersion, person: User) -> str:
    earlier = Induction.objects.filter(person=person, version__instruction=version.instruction)
    if not earlier.filter(completed_on__isnull=False).exists():
        return version.instruction.kind
    is_new = version.is_needed_anew and not earlier.filter(version=version).exists()
    return InductionKind.UNPLANNED if is_new else InductionKind.REPEATED


def _complete(induction: Induction) -> None:
    today = timezone.localdate()
    instruction = induction.version.instruction
    induction.completed_on = induction.used_on = today
    induction.valid_until = instruction.valid_until(today)
    induction.save()
    tell_person(induction, gettext_lazy("Induction passed: %(name)s"), event="passed")
    review(instruction.technopark_id, people=[induction.person_id])


@transaction.atomic
def sign_off(induction: Induction, *, by: User) -> Induction:
    """That the manager has seen the practice. Repeated, does nothing.

    Raises RuleViolated for one's own, and for one that is revoked.
    """
    current = _locked(induction)
    if current.completed_on:
        return current
    if current.person_id == by.pk:
        raise RuleViolated(_("Somebody else has to see your practice."), code="own_practice")
    if current.revoked_at:
        raise RuleViolated(_("It was revoked. The person passes the quiz anew."), code="revoked")
    if _is_outdated(current.version):
        raise RuleViolated(
            _("There is a newer text since. The person answers its questions first."), code="old_version"
        )
    current.signed_by = by
    _complete(current)
    return current


def _is_outdated(version: InstructionVersion) -> bool:
    """Whether whoever knows it learns a later one."""
    later = InstructionVersion.objects.filter(instruction=version.instruction_id, number__gt=version.number)
    return later.filter(is_needed_anew=True).exists()


@transaction.atomic
def revoke(induction: Induction, *, by: User, reason: str) -> Induction:
    """With every other that the person has of the instruction: what they know is in doubt, not one date of it. Their
    bookings to come are held, and they are told, with the reason. Repeated, does nothing."""
    current = _locked(induction)
    if current.revoked_at:
        return current
    if not reason.strip():
        raise RuleViolated(_("Say why: the other side will read it."), code="reason_missing")
    others = Induction.objects.filter(person=current.person_id, version__instruction=current.version.instruction_id)
    for one in (current, *others.filter(revoked_at=None).exclude(pk=current.pk)):
        one.revoked_at, one.revoked_by, one.reason = timezone.now(), by, reason
        one.save(update_fields=["revoked_at", "revoked_by", "reason"])
    said = gettext_lazy("Induction revoked: %(name)s")
    tell_person(current, said, event="revoked", reason=reason)
    review(current.version.instruction.technopark_id, people=[current.person_id], by=by)
    return current


def _locked(induction: Induction) -> Induction:
    hold_labs(induction.version.instruction.technopark_id)
    locked_person(induction.person)
    return Induction.objects.select_related("version__instruction", "person").get(pk=induction.pk)
