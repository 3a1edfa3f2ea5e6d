"""Programmes of a technopark, groups with lessons in its lab, and learners in them."""

import datetime
from typing import Any

import factory
import time_machine
from django.utils import timezone

from members.consents.services import text_in_force
from members.models import Organisation, Role, User
from technoparks.cohorts.applications import Learner, apply_for_pupils, apply_to, enrol, purpose_of
from technoparks.cohorts.attendance import mark_lesson
from technoparks.cohorts.cohorts import finish_cohort, open_cohort, start_cohort
from technoparks.cohorts.timetable import lessons_of
from technoparks.models import (
    Cohort,
    CohortApplication,
    CohortHours,
    Enrolment,
    Programme,
    ProgrammeCertificate,
    Technopark,
    Whose,
)
from tests.factories.members import ModelFactory, RepresentativeFactory, UserFactory
from tests.factories.technoparks import LabFactory, TechnoparkFactory

DAY = datetime.timedelta(days=1)


class ProgrammeFactory(ModelFactory[Programme]):
    """Of pupils from 12 to 15."""

    class Meta:
        model = Programme

    technopark = factory.SubFactory(TechnoparkFactory)
    name = factory.Sequence(lambda n: f"Робототехника {n}")
    slug = factory.Sequence(lambda n: f"robotics-{n}")
    age_from = 12
    age_to = 15
    hours = 36
    is_published = True


class CohortFactory(ModelFactory[Cohort]):
    """Planned: four lessons from 10 to 12, one a week, the first in a week."""

    class Meta:
        model = Cohort
        skip_postgeneration_save = True

    programme = factory.SubFactory(ProgrammeFactory)
    lab = factory.LazyAttribute(lambda made: LabFactory(technopark=made.programme.technopark))
    name = factory.Sequence(lambda n: f"Группа {n}")
    starts_on = factory.LazyFunction(lambda: timezone.localdate() + 7 * DAY)
    ends_on = factory.LazyAttribute(lambda made: made.starts_on + 21 * DAY)
    apply_until = factory.LazyAttribute(lambda made: made.starts_on + 7 * DAY)
    places = 5

    @factory.post_generation
    def week(self: Any, create: bool, hours: tuple[int, int] | None, **_more: Any) -> None:
        starts, ends = hours or (10, 12)
        times = {"starts": datetime.time(starts), "ends": datetime.time(ends)}
        CohortHours.objects.create(cohort=self, weekday=self.starts_on.weekday(), **times)


def coordinator(cohort: Cohort) -> User:
    """Of the host."""
    return RepresentativeFactory(organisation=cohort.programme.technopark.host, role=Role.COORDINATOR).user


def gathering(**columns: Any) -> Cohort:
    """A group that takes applications, its lessons booked."""
    cohort = CohortFactory(**columns)
    return open_cohort(cohort, by=coordinator(cohort))


def learner(name: str = "Анна Иванова", age: int | None = 13, **more: Any) -> Learner:
    return Learner(name, age, **more)


def applied(cohort: Cohort, by: User | None = None, whose: str = Whose.CHILD, **who: Any) -> CohortApplication:
    """By a new parent, or by ``by``."""
    text = text_in_force(purpose_of(whose))
    return apply_to(cohort, by=by or UserFactory(), learner=learner(**who), whose=whose, text=text)


def sender(application: CohortApplication) -> User:
    assert application.person
    return application.person


def sent(cohort: Cohort, school: tuple[Organisation, User], *names: str) -> list[CohortApplication]:
    """By a school, for pupils of these names."""
    organisation, teacher = school
    people = [learner(name, grade="7А") for name in names]
    apply_for_pupils(cohort, organisation=organisation, by=teacher, learners=people)
    return [*cohort.applications.filter(organisation=organisation, name__in=names).order_by("pk")]


def enrolled(cohort: Cohort, by: User | None = None, **who: Any) -> Enrolment:
    application = applied(cohort, by, **who)
    enrol([application], by=coordinator(cohort))
    return application.enrolments.get()


def lesson_day(cohort: Cohort, number: int = 0) -> time_machine.travel:
    """In the midst of its lesson."""
    lesson = lessons_of(cohort)[number]
    return time_machine.travel(lesson.starts_at + datetime.timedelta(minutes=30), tick=False)


def taught(cohort: Cohort, marks: dict[int, list[str]]) -> Cohort:
    """To its end, with ``marks`` of each lesson by the key of the enrolment."""
    tutor = coordinator(cohort)
    for number, lesson in enumerate(lessons_of(cohort)):
        with lesson_day(cohort, number):
            if number == 0:
                start_cohort(cohort, by=tutor)
            here = {key: given[number] for key, given in marks.items()}
            mark_lesson(lesson, cohort=cohort, marks=here, by=tutor)
    with time_machine.travel(datetime.datetime.combine(cohort.ends_on + 2 * DAY, datetime.time(9), datetime.UTC)):
        return finish_cohort(cohort, by=tutor)


def learners(technopark: Technopark, *, school: Organisation, parent: User) -> dict[str, Any]:
    """A group of the technopark with one of everything that an address may name."""
    cohort = gathering(programme__technopark=technopark, places=10)
    enrolment = enrolled(cohort, parent)
    [pupil] = sent(cohort, (school, coordinator(cohort)), "Пётр Петров")
    return {
        "programme": cohort.programme,
        "cohort": cohort,
        "cohortapplication": enrolment.application,
        "pupil": pupil,
        "enrolment": enrolment,
        "lesson": lessons_of(cohort)[0],
        "programmecertificate": ProgrammeCertificate.objects.create(
            enrolment=enrolment, number=f"П-2020-{enrolment.pk:04}", name="Анна Иванова", hours=36, attended=100
        ),
    }
