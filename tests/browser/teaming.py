"""Teams of the demonstration, for pages of schools and of the company."""

from projects.models import Team


def places() -> dict[str, object]:
    return {"team": Team.objects.get(name="Орбита").pk}
