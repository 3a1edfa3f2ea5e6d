"""One learner of a group, as the host reads them, and what it can decide of them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from members.models import User
from technoparks.cohort_desk.forms import GroundsForm, ReasonForm, TransferForm
from technoparks.cohorts.attendance import Share, shares_of
from technoparks.cohorts.certificates import issue_by_decision, revoke_certificate
from technoparks.cohorts.enrolments import leave, transfer
from technoparks.cohorts.moves import DONE_TO_ENROLMENTS, Who
from technoparks.models import (
    Attendance,
    CohortState,
    Enrolment,
    EnrolmentMove,
    EnrolmentState,
    ProgrammeCertificate,
)


@dataclass(frozen=True, slots=True)
class LearnerMove:
    """A form of the page; ``act`` takes the enrolment, who acts and what was typed."""

    name: str
    title: str | Promise
    done: str | Promise
    form: forms.Form
    act: Callable[[User, dict[str, Any]], object]
    kind: str = ""


class LearnerPage:
    def __init__(self, enrolment: Enrolment, *, typed: QueryDict | None) -> None:
        self.enrolment = enrolment
        self.typed = typed

    @cached_property
    def share(self) -> Share:
        return shares_of([self.enrolment])[self.enrolment.pk]

    @cached_property
    def attendances(self) -> list[Attendance]:
        own = self.enrolment.attendances.select_related("lesson__lab__technopark")
        return [*own.order_by("lesson__span")]

    @cached_property
    def certificates(self) -> list[ProgrammeCertificate]:
        return [*self.enrolment.certificates.order_by("-pk")]

    @property
    def standing(self) -> ProgrammeCertificate | None:
        return next((one for one in self.certificates if one.is_valid), None)

    @cached_property
    def history(self) -> list[tuple[str, EnrolmentMove]]:
        """Of all groups they were in by this application."""
        moves = EnrolmentMove.objects.filter(enrolment__application=self.enrolment.application_id)
        return [
            (str(DONE_TO_ENROLMENTS[one.action]), one)
            for one in moves.select_related("enrolment__cohort", "by").order_by("pk")
        ]

    @cached_property
    def moves(self) -> list[LearnerMove]:
        """Those that its state allows."""
        found = []
        if self.enrolment.is_active:
            found += [self._transfer(), self._leave()]
        is_over = self.enrolment.cohort.state == CohortState.FINISHED
        if is_over and self.enrolment.state == EnrolmentState.COMPLETED:
            found.append(self._revoke(self.standing) if self.standing else self._issue())
        return found

    @property
    def chosen(self) -> LearnerMove | None:
        """Whose button was pressed, if it is possible still."""
        name = self.typed.get("move") if self.typed is not None else None
        return next((one for one in self.moves if one.name == name), None)

    def act(self, *, by: User) -> None:
        if self.chosen:
            self.chosen.act(by, self.chosen.form.cleaned_data)

    def _data(self, name: str) -> QueryDict | None:
        return self.typed if self.typed is not None and self.typed.get("move") == name else None

    def _leave(self) -> LearnerMove:
        return LearnerMove(
            "leave",
            _("Take out of the group"),
            _("They are not in the group any more; the place is free."),
            ReasonForm(self._data("leave"), prefix="leave"),
            lambda by, typed: leave(self.enrolment, who=Who.HOST, by=by, reason=typed["reason"]),
            "danger",
        )

    def _transfer(self) -> LearnerMove:
        return LearnerMove(
            "transfer",
            _("Move to another group"),
            _("They are in the other group now; what they attended here stays."),
            TransferForm(self._data("transfer"), cohort=self.enrolment.cohort, prefix="transfer"),
            lambda by, typed: transfer(self.enrolment, to=typed["to"], by=by, reason=typed["reason"]),
        )

    def _issue(self) -> LearnerMove:
        return LearnerMove(
            "issue",
            _("Issue a certificate by decision"),
            _("The certificate is issued."),
            GroundsForm(self._data("issue"), prefix="issue"),
            lambda by, typed: issue_by_decision(self.enrolment, by=by, grounds=typed["grounds"]),
        )

    def _revoke(self, standing: ProgrammeCertificate) -> LearnerMove:
        return LearnerMove(
            "revoke",
            pgettext_lazy("verb", "Revoke the certificate"),
            _("The certificate is revoked."),
            ReasonForm(self._data("revoke"), prefix="revoke"),
            lambda by, typed: revoke_certificate(standing, by=by, reason=typed["reason"]),
            "danger",
        )
