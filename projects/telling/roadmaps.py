"""What participants hear of their roadmap."""

from collections.abc import Callable
from functools import partial

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.models import Organisation, User
from members.notices.notifications import Words, heads_of, notify
from projects.models import ItemState, ParticipantRole, RoadmapChange, RoadmapItem, RoadmapMove
from projects.telling.projects import PROJECTS


def tell_of_item(move: RoadmapMove) -> None:
    _tell_all(move.item, f"roadmap move {move.pk}", partial(_moved, move), move.by)


def tell_of_dates(change: RoadmapChange) -> None:
    _tell_all(change.item, f"roadmap change {change.pk}", partial(_rescheduled, change), change.by)


def tell_owner(item: RoadmapItem, *, by: User | None) -> None:
    _tell(item, item.owner, f"roadmap owner {item.pk} {item.owner_id}", partial(_owned, item), by)


def tell_owner_near(item: RoadmapItem) -> None:
    _tell(item, item.owner, f"roadmap near {item.pk} {item.due_on}", partial(_near, item), None)


def tell_owner_late(item: RoadmapItem) -> None:
    _tell(item, item.owner, f"roadmap late {item.pk} {item.due_on}", partial(_late, item), None)


def tell_lead_late(item: RoadmapItem) -> None:
    for link in item.project.participant_links.filter(role=ParticipantRole.LEAD).select_related("organisation"):
        _tell(item, link.organisation, f"roadmap silent {item.pk} {item.due_on}", partial(_silent, item), None)


def _tell_all(item: RoadmapItem, key: str, words: Callable[[], Words], by: User | None) -> None:
    """Who acts for several participants, once."""
    for link in item.project.participant_links.select_related("organisation"):
        _tell(item, link.organisation, key, words, by)


def _tell(item: RoadmapItem, organisation: Organisation, key: str, words: Callable[[], Words], by: User | None) -> None:
    notify(
        [person for person in heads_of(organisation) if person != by],
        topic=PROJECTS,
        key=key,
        words=words,
        link=reverse("projects:dashboard_roadmap_item", args=[organisation.slug, item.project.slug, item.pk]),
    )


def _named(item: RoadmapItem) -> dict[str, str]:
    return {"item": item.title, "project": item.project.title, "day": date_format(item.due_on)}


def _moved(move: RoadmapMove) -> Words:
    named = {**_named(move.item), "reason": move.reason}
    match move.target:
        case ItemState.DONE:
            after = move.item.before.filter(state=ItemState.PLANNED)
            text = _("What waited for it: %(items)s") % {"items": "; ".join(map(str, after))} if after else ""
            return Words(_("Done in the roadmap: %(item)s (%(project)s)") % named, text)
        case ItemState.DROPPED:
            text = _("The reason: %(reason)s") % named
            return Words(_("Given up in the roadmap: %(item)s (%(project)s)") % named, text)
    return Words(_("Open again in the roadmap: %(item)s (%(project)s)") % named, _("The reason: %(reason)s") % named)


def _rescheduled(change: RoadmapChange) -> Words:
    item = change.item
    named = {
        **_named(item),
        "before": date_format(change.due_before),
        "after": date_format(change.due_after),
        "reason": change.reason,
    }
    parts = [_("The last day was: %(before)s\nIt is now: %(after)s\nThe reason: %(reason)s") % named]
    if change.days > 0 and (waiting := [str(one) for one in item.before.all() if one.is_open]):
        parts.append(_("What waits for it: %(items)s") % {"items": "; ".join(waiting)})
    days = abs(change.days)
    if change.days > 0:
        title = ngettext(
            "The roadmap slips by %(days)d day: %(item)s (%(project)s)",
            "The roadmap slips by %(days)d days: %(item)s (%(project)s)",
            days,
        )
    elif change.days < 0:
        title = ngettext(
            "Sooner by %(days)d day in the roadmap: %(item)s (%(project)s)",
            "Sooner by %(days)d days in the roadmap: %(item)s (%(project)s)",
            days,
        )
    else:
        title = _("It begins on another day: %(item)s (%(project)s)")
    return Words(title % {**named, "days": days}, "\n\n".join(parts))


def _owned(item: RoadmapItem) -> Words:
    text = _("It is to be done by: %(day)s\nThe portal reminds you a week before.") % _named(item)
    return Words(_("Your organisation answers for: %(item)s (%(project)s)") % _named(item), text)


def _near(item: RoadmapItem) -> Words:
    text = _("It is to be done by: %(day)s\nIs it done, or does it take longer? Say so, and everybody knows.")
    return Words(_("The day is near: %(item)s (%(project)s)") % _named(item), text % _named(item))


def _late(item: RoadmapItem) -> Words:
    text = _("It was to be done by: %(day)s\nSay that it is done, or by when it will be and why.")
    return Words(_("The day has passed: %(item)s (%(project)s)") % _named(item), text % _named(item))


def _silent(item: RoadmapItem) -> Words:
    named = {**_named(item), "owner": item.owner.title}
    text = _("%(owner)s was to do it by: %(day)s\nSpeak with them, and change the plan if need be.")
    return Words(_("Nobody says how it stands: %(item)s (%(project)s)") % named, text % named)
