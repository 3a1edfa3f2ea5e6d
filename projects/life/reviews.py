"""Experts on a challenge: the association names them, they answer with a verdict and remarks, and the company reads
those once the association has answered."""

import datetime
from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import RuleViolated
from members.models import User
from members.policies import role_of
from projects.life.locked import locked_challenge
from projects.models import Challenge, ChallengeReview, ChallengeState, ReviewRemark, Verdict
from projects.telling.reviews import tell_expert, tell_office_of_review

ANSWER_WITHIN = datetime.timedelta(days=5)


@transaction.atomic
def ask_expert(challenge: Challenge, *, expert: User, by: User) -> ChallengeReview:
    """Anew where the expert had declined, or had answered before the challenge was sent again; asked already, does
    nothing. Raises RuleViolated unless the challenge is under review, for whoever acts for its company, and for a
    closed account."""
    locked = _under_review(challenge)
    if role_of(expert, locked.company):
        raise RuleViolated(_("This person acts for the company: choose another expert."), code="own_challenge")
    if not expert.is_active:
        raise RuleViolated(_("This account is closed."), code="closed_account")
    review = ChallengeReview.objects.filter(challenge=locked, expert=expert).first()
    if review is None:
        review = ChallengeReview(challenge=locked, expert=expert)
    elif not (review.declined_at or _is_of_before(review)):
        return review
    review.asked_at, review.answer_by = timezone.now(), timezone.localdate() + ANSWER_WITHIN
    review.verdict, review.answered_at, review.declined_at, review.reminded_at = "", None, None, None
    review.save()
    tell_expert(review, by=by)
    return review


@transaction.atomic
def answer_review(review: ChallengeReview, *, verdict: Verdict, remarks: Mapping[str, str], by: User) -> None:
    """A verdict, and remarks by the part that they are of; anew as long as the association has not answered. Raises
    RuleViolated afterwards, for anybody else, and for remarks that the verdict speaks of and that are missing."""
    locked = _own(review, by=by)
    written = {part: text.strip() for part, text in remarks.items() if text.strip()}
    if verdict != Verdict.OPEN and not written:
        raise RuleViolated(_("Say what the company should change: write at least one remark."), code="no_remark")
    is_first = not locked.verdict
    locked.verdict, locked.answered_at = verdict, timezone.now()
    locked.save(update_fields=["verdict", "answered_at"])
    locked.remarks.all().delete()
    ReviewRemark.objects.bulk_create(
        ReviewRemark(review=locked, part=part, text=text) for part, text in written.items()
    )
    if is_first:
        tell_office_of_review(locked)


@transaction.atomic
def decline_review(review: ChallengeReview, *, by: User) -> None:
    """The office names somebody else. Raises RuleViolated after an answer, and for anybody else."""
    locked = _own(review, by=by)
    if locked.verdict:
        raise RuleViolated(_("You have answered already."), code="answered")
    locked.declined_at = timezone.now()
    locked.save(update_fields=["declined_at"])
    tell_office_of_review(locked)


def _own(review: ChallengeReview, *, by: User) -> ChallengeReview:
    _under_review(review.challenge)
    locked = ChallengeReview.objects.select_for_update(of=("self",)).select_related("challenge").get(pk=review.pk)
    if locked.expert_id != by.pk or locked.declined_at:
        raise RuleViolated(_("You are not asked about this challenge."), code="not_asked")
    return locked


def _under_review(challenge: Challenge) -> Challenge:
    locked = locked_challenge(challenge)
    if locked.state != ChallengeState.REVIEW:
        raise RuleViolated(_("The association does not look through this challenge now."), code="other_state")
    return locked


def _is_of_before(review: ChallengeReview) -> bool:
    """Answered on what the company has changed since."""
    sent = review.challenge.moves.filter(target=ChallengeState.REVIEW).order_by("pk").last()
    return bool(review.answered_at and sent and review.answered_at < sent.at)
