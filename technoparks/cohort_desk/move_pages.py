"""Moves of a group: what the page of each asks, says and tells."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from members.models import User
from technoparks.cohort_desk.forms import ReasonForm
from technoparks.cohorts.cohorts import cancel_cohort, finish_cohort, open_cohort, start_cohort
from technoparks.cohorts.moves import OF_COHORTS
from technoparks.models import Cohort


@dataclass(frozen=True, slots=True)
class MovePage:
    action: str
    title: str | Promise
    text: str | Promise
    done: str | Promise
    icon: str
    act: Callable[[Cohort, User, dict[str, Any]], object]
    form: type[forms.Form] = forms.Form
    kind: str = ""

    def is_possible(self, cohort: Cohort) -> bool:
        return cohort.state in OF_COHORTS[self.action].before


MOVE_PAGES = {
    "open": MovePage(
        "open",
        _("Open the group"),
        _("All its lessons are booked in the laboratory, and people can apply."),
        _("The group is open, and its lessons are booked."),
        "calendar-check",
        lambda cohort, by, typed: open_cohort(cohort, by=by),
        kind="primary",
    ),
    "start": MovePage(
        "start",
        _("Start the group"),
        _("On its first day it starts by itself. Applications are still taken until their last day."),
        _("The group has started."),
        "play",
        lambda cohort, by, typed: start_cohort(cohort, by=by),
    ),
    "finish": MovePage(
        "finish",
        _("Finish the group"),
        _("Learners have finished it, and certificates can be issued. After its last day it finishes by itself."),
        _("The group has finished."),
        "flag",
        lambda cohort, by, typed: finish_cohort(cohort, by=by),
    ),
    "cancel": MovePage(
        "cancel",
        _("Cancel the group"),
        _("Its lessons to come are off, and everybody who has applied or learns there gets a letter with the reason."),
        _("The group is cancelled, and people are told."),
        "ban",
        lambda cohort, by, typed: cancel_cohort(cohort, by=by, reason=typed["reason"]),
        form=ReasonForm,
        kind="danger",
    ),
}
