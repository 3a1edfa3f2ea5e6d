"""The projects of the stories, from ``data/demo.yaml``; loading again changes nothing twice."""

import datetime
from pathlib import Path
from typing import Any

import yaml
from django.utils import timezone

from members.models import Direction, Organisation, Region
from projects.models import (
    ItemKind,
    ItemState,
    Pledge,
    PledgeState,
    Project,
    ProjectParticipant,
    ProjectResult,
    ProjectState,
    ProjectUpdate,
    RoadmapChange,
    RoadmapItem,
)

DATA = Path(__file__).parents[1] / "data" / "demo.yaml"
WORDS = ("name", "name_en", "summary", "summary_en", "about", "about_en")


def entries(of: str) -> list[dict[str, Any]]:
    return yaml.safe_load(DATA.read_text(encoding="utf-8"))[of]


def load() -> None:
    for entry in entries("projects"):
        _load_project(entry)


def _load_project(entry: dict[str, Any]) -> None:
    first, last = entry.get("grades", (None, None))
    project, _made = Project.objects.update_or_create(
        slug=entry["slug"],
        defaults={
            **{name: entry[name] for name in WORDS},
            "kind": entry["kind"],
            "starts_on": entry.get("starts_on"),
            "precision": entry.get("precision", "day"),
            "region": Region.objects.get(code=entry["region"]),
            "audience": entry["audience"],
            "grade_from": first,
            "grade_to": last,
            "ends_on": entry.get("ends_on"),
            "state": entry.get("state", ProjectState.RUNNING),
        },
    )
    slugs, every = entry["directions"], Direction.objects.all()
    project.directions.set(every if slugs == "all" else every.filter(slug__in=slugs))
    for position, (slug, role) in enumerate(entry["participants"]):
        organisation = Organisation.objects.get(slug=slug)
        ProjectParticipant.objects.update_or_create(
            project=project, organisation=organisation, role=role, defaults={"position": position}
        )
    for update in entry.get("updates", ()):
        ProjectUpdate.objects.update_or_create(project=project, name=update["name"], defaults=update)
    for item in entry.get("roadmap", ()):
        _load_item(project, item)
    for pledge in entry.get("pledges", ()):
        _load_pledge(project, pledge)
    for result in entry.get("results", ()):
        ProjectResult.objects.update_or_create(project=project, name=result["name"], defaults=result)


def _load_item(project: Project, entry: dict[str, Any]) -> None:
    """``days``: of a stage both, of a milestone one; ``slips``: day of the change, last day before it, reason."""
    *first, last = entry["days"]
    slips = entry.get("slips", ())
    item, _made = RoadmapItem.objects.update_or_create(
        project=project,
        name=entry["name"],
        defaults={
            **{name: entry.get(name, "") for name in ("name_en", "expected", "expected_en")},
            "kind": ItemKind.STAGE if first else ItemKind.MILESTONE,
            "owner": Organisation.objects.get(slug=entry["owner"]),
            "starts_on": first[0] if first else None,
            "due_on": last,
            "begun_on": entry.get("begun_on"),
            "done_on": entry.get("done_on"),
            "state": entry.get("state", ItemState.PLANNED),
        },
    )
    item.after.set(project.roadmap.filter(name__in=entry.get("after", ())))
    for number, (on, due_before, reason) in enumerate(slips):
        RoadmapChange.objects.update_or_create(
            item=item,
            reason=reason,
            defaults={
                "starts_before": item.starts_on,
                "starts_after": item.starts_on,
                "due_before": due_before,
                "due_after": slips[number + 1][1] if number + 1 < len(slips) else last,
                "at": timezone.make_aware(datetime.datetime.combine(on, datetime.time(12))),
            },
        )


def _load_pledge(project: Project, entry: dict[str, Any]) -> None:
    Pledge.objects.update_or_create(
        project=project,
        what=entry["what"],
        defaults={
            **{name: entry.get(name, "") for name in ("what_en", "source", "note")},
            "kind": entry["kind"],
            "amount": entry["amount"],
            "donor": Organisation.objects.get(slug=entry["donor"]),
            "receiver": Organisation.objects.get(slug=entry["receiver"]),
            "due_on": entry["due_on"],
            "state": entry.get("state", PledgeState.PLEDGED),
            "delivered": entry.get("delivered"),
            "delivered_on": entry.get("delivered_on"),
        },
    )
