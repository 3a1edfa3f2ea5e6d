"""The projects of the stories, from ``data/demo.yaml``; loading again changes nothing twice."""

from pathlib import Path
from typing import Any

import yaml

from members.models import Direction, Organisation, Region
from projects.models import Project, ProjectParticipant, ProjectResult, ProjectState, ProjectUpdate

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
    for result in entry.get("results", ()):
        ProjectResult.objects.update_or_create(project=project, name=result["name"], defaults=result)
