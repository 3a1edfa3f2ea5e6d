"""What one sees of an application on one screen to decide on it: what was said, what is known of the organisation, and
which buttons there are."""

from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from common.text import fold
from members.applying.moves import MOVES
from members.models import (
    ApplicationFile,
    ApplicationState,
    BoardSession,
    MembershipApplication,
    Organisation,
    Tier,
)

# Of the moves those that the office makes, as its buttons call them.
BUTTONS = {
    "take_up": _("Take up"),
    "put_on_agenda": _("Put on the agenda"),
    "return": _("Return with remarks"),
    "take_off": _("Take off the agenda"),
    "withdraw": _("Withdraw at the applicant's request"),
}
LEADS_ON = ("take_up", "put_on_agenda")
SIMILAR_SHOWN = 5
REMARK = "remark-"  # before the name of the field, in the form of a review


class Review:
    """``typed``: what a refused decision has said."""

    def __init__(self, application: MembershipApplication, *, may_decide: bool, typed: QueryDict) -> None:
        self.application = application
        self.may_decide = may_decide
        self.typed = typed

    @cached_property
    def answers(self) -> list[tuple[str, str, str, str]]:
        """Field, label and value, as they were submitted, and the remark."""
        ending = "_en" if get_language() == "en" else ""
        return [
            (one["name"], one[f"label{ending}"], one[f"shown{ending}"], self.typed.get(f"{REMARK}{one['name']}", ""))
            for one in self.application.answers
        ]

    @property
    def seen(self) -> str:
        """Which submission one looks at: returned, it may come back with other answers."""
        return str(self.application.submitted_at)

    @property
    def reason(self) -> str:
        return self.typed.get("reason", "")

    @property
    def session(self) -> str:
        return self.typed.get("session", "")

    @property
    def tier(self) -> str:
        return self.typed.get("tier") or self.application.tier

    @property
    def files(self) -> list[tuple[ApplicationFile, str]]:
        name = "admin:members_membershipapplication_file"
        files = self.application.files.select_related("question")
        return [(file, reverse(name, args=[self.application.pk, file.pk])) for file in files]

    @cached_property
    def buttons(self) -> list[tuple[str, Any, str]]:
        """What the table of moves lets the office do now; what leads on stands out."""
        if not self.may_decide:
            return []
        state = self.application.state
        possible = [name for name in BUTTONS if state in MOVES[name].sources]
        return [(name, BUTTONS[name], "primary" if name in LEADS_ON else "default") for name in possible]

    @property
    def can_be_put_on_agenda(self) -> bool:
        return any(name == "put_on_agenda" for name, _title, _variant in self.buttons)

    @property
    def sessions(self) -> QuerySet[BoardSession]:
        return BoardSession.objects.planned()

    @property
    def tiers(self) -> list[tuple[str, Any]]:
        """Founders as well: to put one to the vote is the office's alone."""
        return Tier.choices

    @property
    def takes_remarks(self) -> bool:
        """Typed ones stay to be read where they can be sent no more."""
        return any(name == "return" for name, *_rest in self.buttons) or any(remark for *_rest, remark in self.answers)

    @cached_property
    def same_number(self) -> list[Organisation]:
        return [*Organisation.objects.numbered(inn=self.application.inn, ogrn=self.application.ogrn)]

    @cached_property
    def similar(self) -> list[Organisation]:
        """By words that look alike in the name; those of the same number stand apart."""
        alike = Organisation.objects.filter(search_text__trigram_word_similar=fold(self.application.title))
        return [*alike.exclude(pk__in=[one.pk for one in self.same_number])[:SIMILAR_SHOWN]]

    @cached_property
    def other_applications(self) -> list[MembershipApplication]:
        same = MembershipApplication.objects.exclude(inn="").filter(inn=self.application.inn)
        return [*same.exclude(pk=self.application.pk).exclude(state=ApplicationState.DRAFT)]

    @property
    def is_known(self) -> bool:
        return bool(self.same_number or self.similar or self.other_applications)
