"""What the page of each move of a lead asks, says and tells."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.move_pages import MovePage
from projects.organising.forms import ReasonForm, StopForm

TOLD = _("All participants are told, with the reason.")


MOVE_PAGES = {
    "submit": MovePage(
        _("Send to the association"),
        _("The association looks through it and publishes it, or returns it and says why. Until then it stays."),
        _("Sent. The association publishes the project or returns it with a reason; you will find it here."),
        "send",
        kind="primary",
        asks=False,
    ),
    "withdraw": MovePage(
        _("Take back"),
        _("It is a draft again: change it, and send it when it is ready."),
        _("It is a draft again."),
        "undo-2",
        asks=False,
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
    "stop": MovePage(_("Stop the project"), TOLD, _("The project is stopped."), "circle-stop", StopForm, "danger"),
}
