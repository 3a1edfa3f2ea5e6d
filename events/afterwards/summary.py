"""What the answers come to, for whoever held the event: charts, and texts in no order that tells anything."""

import secrets
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from common.charts import Bar, longest
from events.afterwards.forms import RATINGS
from events.models import Event, FeedbackAnswer, FeedbackQuestion
from events.registering.forms import choices_of

LEAST = 3  # answers that name nobody: of fewer, it would be too easy to guess whose they are
Text = str | Promise


@dataclass(frozen=True, slots=True)
class Chart:
    title: Text
    bars: list[Bar]
    average: float | None = None

    @property
    def most(self) -> int:
        return longest(self.bars)

    @property
    def number(self) -> int:
        return sum(bar.number for bar in self.bars)


@dataclass(frozen=True, slots=True)
class Opinion:
    text: str
    name: str  # of who wanted to be named


@dataclass(frozen=True, slots=True)
class Summary:
    """``withheld``: how many answers are counted in ``number`` alone."""

    number: int
    withheld: int
    charts: list[Chart]
    texts: list[tuple[Text, list[Opinion]]]

    @property
    def rows(self) -> Iterator[tuple[object, object, object, object]]:
        """Question, answer, how many, and who said so: of a table."""
        for chart in self.charts:
            yield from ((chart.title, bar.label, bar.number, "") for bar in chart.bars)
        for title, opinions in self.texts:
            yield from ((title, one.text, "", one.name) for one in opinions)

    def without_names(self) -> "Summary":
        """For who may not read who came: they were written for the organiser."""
        return replace(self, texts=[(title, [Opinion(one.text, "") for one in said]) for title, said in self.texts])


def summary_of(event: Event) -> Summary:
    """Two queries, however many answers there are."""
    every = [*event.feedback_answers.select_related("registration")]
    nameless = [one for one in every if one.registration is None]
    withheld = len(nameless) if len(nameless) < LEAST else 0
    told = [one for one in every if one.registration or not withheld]
    secrets.SystemRandom().shuffle(told)
    questions = [*event.feedback_questions.all()]
    charts = [_ratings(_("On the whole"), (one.rating for one in told)), _again(told)]
    texts = [
        (_("What was good"), _opinions(told, lambda one: one.good)),
        (_("What should be done better"), _opinions(told, lambda one: one.better)),
    ]
    for question in questions:
        _add(question, told, charts, texts)
    return Summary(len(every), withheld, [one for one in charts if one.number], [one for one in texts if one[1]])


def _add(question: FeedbackQuestion, told: Sequence[FeedbackAnswer], charts: list[Chart], texts: list) -> None:
    given = [one.answers.get(str(question.pk)) for one in told]
    match question.type:
        case FeedbackQuestion.Type.RATING:
            charts.append(_ratings(question.title, given))
        case FeedbackQuestion.Type.CHOICE:
            numbers = Counter(given)
            charts.append(Chart(question.title, [Bar(label, numbers[kept]) for kept, label in choices_of(question)]))
        case FeedbackQuestion.Type.LINE:
            texts.append((question.title, _opinions(told, lambda one: one.answers.get(str(question.pk), ""))))


def _ratings(title: Text, given: Iterable[int | None]) -> Chart:
    numbers = Counter(one for one in given if one)
    bars = [Bar(f"{number} — {word}", numbers[number]) for number, word in RATINGS]
    average = sum(rating * number for rating, number in numbers.items()) / numbers.total() if numbers else None
    return Chart(title, bars, average)


def _again(told: Sequence[FeedbackAnswer]) -> Chart:
    numbers = Counter(one.again for one in told)
    return Chart(
        _("Would come again, or advise others to"), [Bar(_("Yes"), numbers[True]), Bar(_("No"), numbers[False])]
    )


def _opinions(told: Sequence[FeedbackAnswer], text_of: Any) -> list[Opinion]:
    return [Opinion(text, _name(one)) for one in told if (text := text_of(one))]


def _name(answer: FeedbackAnswer) -> str:
    registration = answer.registration
    if registration is None:
        return ""
    return f"{registration.name} ({registration.group})" if registration.is_group else registration.name
