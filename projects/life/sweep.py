"""What the clock does: reminds companies of teams, tells the association where that does not help, reminds experts,
teams of their stages, owners of what stands in a roadmap, and both sides of a pledge."""

import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from members.models import User
from projects.life.locked import locked_challenge, locked_team
from projects.models import (
    ChallengeReview,
    ChallengeStage,
    ChallengeState,
    Pledge,
    PledgeState,
    RoadmapItem,
    Team,
    TeamState,
)
from projects.telling.pledges import tell_donor_late, tell_donor_near, tell_receiver_waits
from projects.telling.reviews import tell_late_expert
from projects.telling.roadmaps import tell_lead_late, tell_owner_late, tell_owner_near
from projects.telling.teams import tell_office, tell_overdue
from projects.telling.work import tell_team_of_stage

ESCALATE_AFTER = datetime.timedelta(days=5)
STAGE_AHEAD = datetime.timedelta(days=3)
ROADMAP_AHEAD = datetime.timedelta(days=7)
LEAD_AFTER = datetime.timedelta(days=14)
PLEDGE_AHEAD = CONFIRM_WITHIN = datetime.timedelta(days=7)


def remind_of_answers() -> int:
    """Once the term of an answer is over the company is reminded, and after ESCALATE_AFTER of silence the office of the
    association is told, once each. Returns how many teams."""
    silent = Q(escalated_at=None, answer_by__lt=timezone.localdate() - ESCALATE_AFTER)
    found = Team.objects.overdue().filter(Q(reminded_at=None) | silent).order_by("pk")
    return sum(_remind(team) for team in found)


@transaction.atomic
def _remind(team: Team) -> bool:
    """Under the lock: the company may just be answering."""
    locked, now = locked_team(team), timezone.now()
    if not Team.objects.overdue().filter(pk=locked.pk).exists():
        return False
    if locked.reminded_at is None:
        tell_overdue(locked)
        Team.objects.filter(pk=locked.pk).update(reminded_at=now)
        return True
    if locked.escalated_at is None:
        tell_office(_office(), locked)
        Team.objects.filter(pk=locked.pk).update(escalated_at=now)
        return True
    return False


def remind_of_reviews() -> int:
    """Each expert once, on the last day for the answer. Returns how many."""
    late = ChallengeReview.objects.waiting().filter(answer_by__lte=timezone.localdate(), reminded_at=None)
    return sum(_remind_expert(review) for review in late.select_related("challenge").order_by("pk"))


@transaction.atomic
def _remind_expert(review: ChallengeReview) -> bool:
    """Under the lock: the expert, or the association, may just be answering."""
    locked_challenge(review.challenge)
    still = ChallengeReview.objects.waiting().filter(pk=review.pk, reminded_at=None)
    if still.update(reminded_at=timezone.now()):
        tell_late_expert(review)
        return True
    return False


def remind_of_stages() -> int:
    """Teams that have handed in nothing of a stage whose day is near, once. Returns how many."""
    today = timezone.localdate()
    near = ChallengeStage.objects.filter(
        challenge__state=ChallengeState.WORK, due_on__range=(today, today + STAGE_AHEAD)
    )
    return sum(_remind_teams(stage) for stage in near.order_by("pk"))


@transaction.atomic
def _remind_teams(stage: ChallengeStage) -> int:
    """Whoever was told is not told again: that is what the key of a notification is for."""
    silent = Team.objects.filter(challenge=stage.challenge_id, state=TeamState.ACCEPTED).exclude(works__stage=stage)
    for team in silent.order_by("pk"):
        tell_team_of_stage(team, stage)
    return len(silent)


def remind_of_roadmaps() -> int:
    """Owners a week before the day and once it has passed; the lead after LEAD_AFTER of silence. Returns how many
    items are near or late."""
    near = RoadmapItem.objects.open().filter(due_on__lte=timezone.localdate() + ROADMAP_AHEAD)
    return sum(_remind_of_item(item.pk) for item in near.order_by("pk").only("pk"))


@transaction.atomic
def _remind_of_item(key: int) -> bool:
    """Under the lock: the owner may just be saying so. Nobody is told twice of one day: that is what the key of a
    notification is for."""
    item = RoadmapItem.objects.open().select_for_update(of=("self",)).filter(pk=key)
    found = item.select_related("project", "owner").first()
    if found is None:
        return False
    late = timezone.localdate() - found.due_on
    if late <= datetime.timedelta():
        tell_owner_near(found)
    else:
        tell_owner_late(found)
    if late > LEAD_AFTER:
        tell_lead_late(found)
    return True


def remind_of_pledges() -> int:
    """Donors a week before the day and once it has passed, receivers a week after the delivery. Returns how many
    pledges are near, late or unconfirmed."""
    today = timezone.localdate()
    due = Q(state=PledgeState.PLEDGED, due_on__lte=today + PLEDGE_AHEAD)
    unconfirmed = Q(state=PledgeState.DELIVERED, delivered_on__lte=today - CONFIRM_WITHIN)
    found = Pledge.objects.filter(due | unconfirmed).order_by("pk").values_list("pk", flat=True)
    return sum(_remind_of_pledge(key) for key in found)


@transaction.atomic
def _remind_of_pledge(key: int) -> bool:
    """Under the lock, as above."""
    rows = Pledge.objects.select_for_update(of=("self",)).select_related("project", "donor", "receiver")
    pledge = rows.get(pk=key)
    match pledge.state:
        case PledgeState.DELIVERED:
            tell_receiver_waits(pledge)
        case PledgeState.PLEDGED if pledge.is_late:
            tell_donor_late(pledge)
        case PledgeState.PLEDGED:
            tell_donor_near(pledge)
        case _over:
            return False
    return True


def _office() -> list[User]:
    """Those of the staff who may answer in a company's place."""
    staff = User.objects.filter(is_staff=True, is_active=True).order_by("pk")
    return [person for person in staff if person.has_perm("projects.change_team")]
