"""Teams and roadmaps of the demonstration, for pages of schools, of the company and of judges."""

from projects.models import Pledge, RoadmapItem, StageWork, Team


def places() -> dict[str, object]:
    handed = StageWork.objects.get(team__name="Капля", state="handed_in")
    return {
        "team": Team.objects.get(name="Орбита").pk,
        "at_work": handed.team_id,
        "handed": handed.stage_id,
        "finished": Team.objects.get(name="Арка").pk,
        "slipped": RoadmapItem.objects.get(changes__isnull=False).pk,
        "delivered": Pledge.objects.get(state="delivered").pk,
        "pledged": Pledge.objects.get(state="pledged", donor__slug="lorett").pk,
        "judged": Team.objects.get(name="Лейка").pk,
    }
