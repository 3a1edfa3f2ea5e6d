"""Groups of learners of the demonstration, for pages of parents, schools and the host."""

from technoparks.cohorts.timetable import lessons_of
from technoparks.models import Cohort, CohortApplication, Enrolment, Programme, ProgrammeCertificate
from tests.browser.pages import VISITOR


def places() -> dict[str, object]:
    gathering, running, finished = (
        Cohort.objects.told().filter(state=state).order_by("pk")[0] for state in ("gathering", "running", "finished")
    )
    own = CohortApplication.objects.filter(person__email=VISITOR)
    pupil = CohortApplication.objects.filter(cohort=running, organisation__slug="phystech-lyceum").earliest("pk")
    return {
        "programme": Programme.objects.get(slug="robot-from-scratch").pk,
        "group_gathering": gathering.pk,
        "group_running": running.pk,
        "group_finished": finished.pk,
        "group_application": own.get(cohort=running).pk,
        "group_asked": own.filter(cohort=gathering, state="submitted").earliest("pk").pk,
        "pupil": pupil.pk,
        "learner": Enrolment.objects.filter(cohort=running).earliest("pk").pk,
        "lesson": lessons_of(running)[2].pk,
        "learner_certificate": ProgrammeCertificate.objects.earliest("pk").code,
    }
