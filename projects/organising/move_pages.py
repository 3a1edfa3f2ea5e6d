"""What the page of each move of a lead asks, says and tells."""

from dataclasses import dataclass

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from projects.organising.forms import ReasonForm, StopForm

TOLD = _("All participants are told, with the reason.")


@dataclass(frozen=True, slots=True)
class MovePage:
    title: str | Promise
    text: str | Promise
    done: str | Promise
    icon: str
    form: type[forms.Form] = forms.Form


MOVE_PAGES = {
    "submit": MovePage(
        _("Send to the association"),
        _("The association looks through it and publishes it, or returns it and says why. Until then it stays."),
        _("Sent. The association publishes the project or returns it with a reason; you will find it here."),
        "send",
    ),
    "withdraw": MovePage(
        _("Take back"),
        _("It is a draft again: change it, and send it when it is ready."),
        _("It is a draft again."),
        "undo-2",
    ),
    "complete": MovePage(
        pgettext_lazy("a project", "Complete"),
        _("It stays on the portal with its results. All participants are told."),
        _("The project is completed. Thank you!"),
        "circle-check",
    ),
    "pause": MovePage(pgettext_lazy("a project", "Pause"), TOLD, _("The project is paused."), "pause", ReasonForm),
    "resume": MovePage(
        pgettext_lazy("a project", "Go on"), _("All participants are told."), _("The project goes on."), "play"
    ),
    "stop": MovePage(_("Stop the project"), TOLD, _("The project is stopped."), "circle-stop", StopForm),
}
