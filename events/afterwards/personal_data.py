"""Of what people say of events: the answers of those who wanted to be named. Any other is nobody's."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from common.personal_data import Holder, Person, Record, described, register, told
from events.afterwards.feedback import take_all_names_off
from events.models import FeedbackAnswer, FeedbackQuestion, Registration


def _answers_of(person: Person) -> QuerySet[FeedbackAnswer]:
    return FeedbackAnswer.objects.filter(registration__in=Registration.objects.about(person)).select_related("event")


def _collect(person: Person) -> Iterator[Record]:
    answers = [*_answers_of(person)]
    questions = {
        str(one.pk): one for one in FeedbackQuestion.objects.filter(event__in=[one.event_id for one in answers])
    }
    for one in answers:
        own = [told(f"question_{key}", str(questions[key]), value) for key, value in one.answers.items()]
        yield [*described(one, "event", "rating", "again", "good", "better"), *own]


def _erase(person: Person) -> int:
    """What was marked counts on, without the name and the words."""
    return take_all_names_off(_answers_of(person))


register(Holder("feedback", _("What you said of events, with your name"), ("events.FeedbackAnswer",), _collect, _erase))
