"""What the pages of an application show: its steps while it is written, its progress afterwards."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy, pgettext_lazy

from common.links import link_tokens
from members.applying.emails import LINK
from members.applying.moves import MOVES
from members.applying.questionnaire import Lack, Questionnaire, StepForm
from members.models import (
    ApplicationFile,
    ApplicationState,
    JoinConditions,
    Kind,
    MembershipApplication,
    Question,
    User,
)

S = ApplicationState
STEPS: dict[str, str | Promise] = {
    "organisation": gettext_lazy("Organisation"),
    "people": gettext_lazy("People"),
    "questions": gettext_lazy("Questions"),
    "documents": gettext_lazy("Documents"),
    "check": gettext_lazy("Check and submit"),
}


@dataclass(frozen=True, slots=True)
class Chance:
    """What one kind of organisation is offered and asked."""

    kind: str
    label: str
    conditions: JoinConditions
    documents: list[Question]


def chances() -> list[Chance]:
    """In the order of the kinds; two queries."""
    conditions = {one.kind: one for one in JoinConditions.objects.all()}
    documents = [*Question.objects.filter(is_active=True).documents()]
    return [
        Chance(kind, str(label), conditions[kind], [one for one in documents if kind in one.kinds])
        for kind, label in Kind.choices
        if kind in conditions
    ]


@dataclass(frozen=True, slots=True)
class StepLink:
    slug: str
    title: str | Promise
    url: str
    is_current: bool
    lacks: int

    @property
    def is_done(self) -> bool:
        return not self.lacks and self.slug != "check"


class Page:
    """One step of an application, or the whole of it where ``step`` is ""."""

    def __init__(self, application: MembershipApplication, token: str, step: str = "") -> None:
        self.application = application
        self.token = token
        self.step = step if application.is_editable else ""
        self.questionnaire = Questionnaire(application)

    @cached_property
    def form(self) -> StepForm:
        """Apart from those that the steps are counted by: what lacks may be forgiven here."""
        return Questionnaire(self.application).forms[self.step]

    @property
    def title(self) -> str | Promise:
        return STEPS[self.step]

    def url_of(self, step: str) -> str:
        if step in ("documents", "check"):
            return reverse(f"members:application_{step}", args=[self.token])
        return reverse("members:application_step", args=[self.token, step])

    @property
    def overview(self) -> str:
        return reverse("members:application_detail", args=[self.token])

    @property
    def after(self) -> str:
        """The step that follows this one."""
        slugs = [*STEPS]
        return self.url_of(slugs[slugs.index(self.step) + 1])

    @cached_property
    def steps(self) -> list[StepLink]:
        lacking = [lack.step for lack in self.questionnaire.lacks]
        return [
            StepLink(slug, title, self.url_of(slug), slug == self.step, lacking.count(slug))
            for slug, title in STEPS.items()
        ]

    @property
    def lacks(self) -> list[tuple[Lack, str]]:
        """With the address of the place where it is mended."""
        return [(lack, f"{self.url_of(lack.step)}?check=1#{lack.anchor}") for lack in self.questionnaire.lacks]

    @property
    def files(self) -> QuerySet[ApplicationFile]:
        return self.application.files.all()

    @cached_property
    def reason(self) -> str:
        """Why it was returned or declined, as a whole."""
        last = self.application.moves.last()
        return last.reason if last else ""

    @cached_property
    def remarks(self) -> list[tuple[str, str, str]]:
        """Label, address and words of what is to be mended."""
        return [(label, self.url_of(step), text) for step, label, text in self.application.remarks()]

    @property
    def filled(self) -> list[tuple[StepLink, list[tuple[str, str]]]]:
        """Each step with its labels and what was typed there."""
        said = [*self.questionnaire.said()]
        return [
            (step, [(one["label"], one["shown"]) for one in said if one["step"] == step.slug])
            for step in self.steps
            if step.slug != "check"
        ]


def own_applications(user: User, *, closed: bool = True) -> list[tuple[MembershipApplication, str]]:
    """Those of this person that have not made a member, newest first, each with the address to go on at; or those
    alone that are not ``closed``, neither declined nor withdrawn.
    """
    left_out = [S.MEMBER] if closed else [S.MEMBER, S.DECLINED, S.WITHDRAWN]
    own = [*MembershipApplication.objects.filter(applicant=user).exclude(state__in=left_out)]
    tokens = link_tokens(LINK, subjects=[str(one.pk) for one in own])
    return [(one, reverse("members:application_detail", args=[tokens[str(one.pk)]])) for one in own]


STAGES: tuple[tuple[str | Promise, tuple[str, ...]], ...] = (
    (gettext_lazy("Draft"), (S.DRAFT,)),
    (pgettext_lazy("application", "Submitted"), (S.SUBMITTED,)),
    (gettext_lazy("Review"), (S.IN_REVIEW, S.RETURNED)),
    (gettext_lazy("Board"), (S.ON_AGENDA,)),
    (gettext_lazy("Decision"), (S.ACCEPTED, S.DECLINED, S.MEMBER)),
)


class Progress:
    """Where an application stands, and how it came there."""

    def __init__(self, application: MembershipApplication) -> None:
        self.application = application
        self.moves = [(move, MOVES[move.action].done) for move in application.moves.all()]

    @property
    def stages(self) -> list[tuple[str | Promise, str]]:
        """Each with "done", "now" or ""; of a withdrawn application none is now."""
        at = next((number for number, (_title, states) in enumerate(STAGES) if self.application.state in states), -1)
        return [
            (title, "now" if number == at else "done" if number < at else "")
            for number, (title, _states) in enumerate(STAGES)
        ]

    @property
    def may_be_withdrawn(self) -> bool:
        return self.application.state in MOVES["withdraw"].sources
