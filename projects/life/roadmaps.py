"""The life of what stands in a roadmap: its moves, its dates, what waits for what. The project is locked before its
items: all of them change one after the other."""

import datetime
from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import RuleViolated
from common.idempotency import once
from members.models import Organisation, User
from projects.life.consistency import check_constraints
from projects.life.locked import locked_project
from projects.life.machine import Move, Who, possible, refuse_unless
from projects.models import (
    ItemState,
    ParticipantRole,
    Project,
    ProjectState,
    RoadmapChange,
    RoadmapItem,
    RoadmapMove,
)
from projects.telling.roadmaps import tell_of_dates, tell_of_item, tell_owner

MOST_ITEMS = 60
PLANNED, RUNNING, DONE, DROPPED = ItemState.PLANNED, ItemState.RUNNING, ItemState.DONE, ItemState.DROPPED
ON_THE_WAY = (ProjectState.RUNNING, ProjectState.PAUSED)
CHANGEABLE = (ProjectState.DRAFT, *ON_THE_WAY)
DATES = ("starts_on", "due_on")

# fmt: off
ITEM_MOVES: dict[str, Move] = {
    "begin":  Move((PLANNED,), RUNNING, (Who.OWNER, Who.LEAD, Who.STAFF)),  # a stage
    "finish": Move((PLANNED, RUNNING), DONE, (Who.OWNER, Who.LEAD, Who.STAFF), is_told=True),
    "drop":   Move((PLANNED, RUNNING), DROPPED, (Who.LEAD, Who.STAFF), needs_reason=True, is_told=True),
    "reopen": Move((DONE, DROPPED), PLANNED, (Who.LEAD, Who.STAFF), needs_reason=True, is_told=True),
}
# fmt: on


@transaction.atomic
def move_item(
    item: RoadmapItem,
    *,
    move: str,
    who: Who,
    by: User | None,
    reason: str = "",
    on: datetime.date | None = None,
) -> RoadmapItem:
    """``on``: the day on which it began or was done, today if None. Asked again for what it is already, does nothing.

    Raises RuleViolated where the move does not lead from the present state, is not of ``who`` or lacks its reason, for
    a milestone that would begin, for a day to come or before the beginning, and unless the project goes on.
    """
    rule = ITEM_MOVES[move]
    project, locked = _locked(item)
    if locked.state == rule.after:
        return locked
    _check_state(project, ON_THE_WAY)
    other = _("Not possible now: it has the state “%(state)s”.") % {"state": locked.get_state_display()}
    refuse_unless(rule, state=locked.state, who=who, other_state=other, reason=reason, lacks=list)
    if move == "begin" and not locked.is_stage:
        raise RuleViolated(_("A milestone is reached, and does not begin."), code="milestone")
    _set_days(locked, move, on or timezone.localdate())
    source, locked.state = locked.state, rule.after
    locked.save()
    made = RoadmapMove.objects.create(item=locked, source=source, target=locked.state, by=by, reason=reason)
    if rule.is_told:
        tell_of_item(made)
    return locked


def possible_item_moves(item: RoadmapItem, *, who: Who) -> list[str]:
    if item.project.state not in ON_THE_WAY:
        return []
    return [name for name in possible(ITEM_MOVES, state=item.state, who=who) if name != "begin" or item.is_stage]


@transaction.atomic
def add_item(project: Project, *, typed: Mapping[str, Any], by: User, key: str) -> RoadmapItem:
    """Made once for one key. Raises RuleViolated past MOST_ITEMS, for an owner that takes no part, for dates that do
    not go together, and unless the project may be changed."""
    locked = locked_project(project)
    _check_state(locked, CHANGEABLE)

    def make() -> RoadmapItem:
        if locked.roadmap.count() >= MOST_ITEMS:
            raise RuleViolated(
                _("%(number)d stages and milestones are the most.") % {"number": MOST_ITEMS}, code="many"
            )
        item = RoadmapItem(project=locked, **{name: value for name, value in typed.items() if name != "after"})
        check_owner(locked, item.owner)
        check_constraints(item)
        item.save()
        _set_after(item, typed.get("after", ()))
        if locked.state in ON_THE_WAY:
            tell_owner(item, by=by)
        return item

    return once(make, model=RoadmapItem, scope=f"roadmap of project {locked.pk} by {by.pk}", key=key, asked=typed)


@transaction.atomic
def edit_item(item: RoadmapItem, *, typed: Mapping[str, Any], by: User) -> RoadmapItem:
    """Write what was typed anew. Raises RuleViolated as ``add_item`` does, and for dates that everybody has read:
    those ``reschedule`` changes."""
    project, locked = _locked(item)
    _check_state(project, CHANGEABLE)
    if project.state != ProjectState.DRAFT and not typed.keys().isdisjoint(("kind", *DATES)):
        raise RuleViolated(_("Everybody has read these dates: say why they change."), code="dates")
    owner = locked.owner_id
    for name, value in typed.items():
        if name != "after":
            setattr(locked, name, value)
    if locked.owner_id != owner:
        check_owner(project, locked.owner)
    check_constraints(locked)
    locked.save()
    if "after" in typed:
        _set_after(locked, typed["after"])
    if locked.owner_id != owner and project.state in ON_THE_WAY:
        tell_owner(locked, by=by)
    return locked


@transaction.atomic
def reschedule(
    item: RoadmapItem, *, starts_on: datetime.date | None, due_on: datetime.date, reason: str, by: User | None
) -> RoadmapItem:
    """Other dates, with the reason, which all participants are told and everybody reads; the first ones stay on
    record. The same ones again do nothing. Raises RuleViolated without a reason, for what is done or given up, for
    dates that do not go together, and unless the project goes on."""
    project, locked = _locked(item)
    if (locked.starts_on, locked.due_on) == (starts_on, due_on):
        return locked
    _check_state(project, ON_THE_WAY)
    if not locked.is_open:
        text = _("Not possible now: it has the state “%(state)s”.")
        raise RuleViolated(text % {"state": locked.get_state_display()}, code="other_state")
    if not reason.strip():
        raise RuleViolated(_("Say why: people will read it."), code="reason_missing")
    before = {"starts_before": locked.starts_on, "due_before": locked.due_on}
    locked.starts_on, locked.due_on = starts_on, due_on
    check_constraints(locked)
    locked.save()
    change = RoadmapChange.objects.create(
        item=locked, **before, starts_after=starts_on, due_after=due_on, reason=reason.strip(), by=by
    )
    tell_of_dates(change)
    return locked


@transaction.atomic
def remove_item(item: RoadmapItem) -> None:
    """Of a draft; what everybody has read is given up, and stays."""
    project, locked = _locked(item)
    if project.state != ProjectState.DRAFT:
        raise RuleViolated(_("Everybody has read it: give it up with a reason instead."), code="read")
    locked.delete()


def give_to_lead(project: Project, *, organisation: Organisation) -> None:
    """What is still to be done by one that takes part no more. The project is locked by the caller."""
    if project.participant_links.filter(organisation=organisation).exists():
        return
    lead = project.participant_links.select_related("organisation").get(role=ParticipantRole.LEAD)
    for item in project.roadmap.filter(owner=organisation, state__in=(PLANNED, RUNNING)):
        item.owner = lead.organisation
        item.save()
        if project.state in ON_THE_WAY:
            tell_owner(item, by=None)


def waits_too_short(item: RoadmapItem) -> list[RoadmapItem]:
    """What must be done before it, and is to be done only after it begins (a milestone: after its own day)."""
    if not item.is_open:
        return []
    begins = item.now.first
    return [one for one in item.after.all() if one.is_open and one.due_on > begins]


def check_owner(project: Project, owner: Organisation) -> None:
    if not project.participant_links.filter(organisation=owner).exists():
        raise RuleViolated(_("Who answers for it takes part in the project."), code="takes_no_part")


def check_after(item: RoadmapItem, others: Collection[RoadmapItem]) -> None:
    """Raises RuleViolated for items of another roadmap, and where something would wait for itself."""
    if any(one.project_id != item.project_id for one in others):
        raise RuleViolated(_("This stands in another roadmap."), code="other_roadmap")
    links = RoadmapItem.after.through.objects.filter(from_roadmapitem__project=item.project_id)
    waits: dict[int, set[int]] = {}
    for one, other in links.values_list("from_roadmapitem_id", "to_roadmapitem_id"):
        waits.setdefault(one, set()).add(other)
    waits[item.pk] = {one.pk for one in others}
    reached, ahead = set(), [*waits[item.pk]]
    while ahead:
        key = ahead.pop()
        if key not in reached:
            reached.add(key)
            ahead += waits.get(key, ())
    if item.pk in reached:
        raise RuleViolated(_("So it would wait for itself."), code="cycle")


def _set_after(item: RoadmapItem, others: Collection[RoadmapItem]) -> None:
    check_after(item, others)
    item.after.set(others)


def _set_days(item: RoadmapItem, move: str, day: datetime.date) -> None:
    """The days on which it began and was done, as the move says."""
    if day > timezone.localdate():
        raise RuleViolated(_("This day is still to come."), code="to_come")
    match move:
        case "begin":
            item.begun_on = day
        case "finish":
            if item.begun_on and day < item.begun_on:
                raise RuleViolated(_("It had not begun yet on this day."), code="before_it_began")
            item.done_on = day
        case "reopen":
            item.begun_on = item.done_on = None


def _locked(item: RoadmapItem) -> tuple[Project, RoadmapItem]:
    project = locked_project(item.project)
    locked = RoadmapItem.objects.select_related("owner").get(pk=item.pk)
    locked.project = project
    return project, locked


def _check_state(project: Project, states: tuple[ProjectState, ...]) -> None:
    if project.state not in states:
        text = _("Not possible now: the project has the state “%(state)s”.")
        raise RuleViolated(text % {"state": project.get_state_display()}, code="other_state")
