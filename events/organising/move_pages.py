"""What the page of each move of an organiser asks, says and tells."""

from django.utils.translation import gettext_lazy as _

from common.move_pages import MovePage
from events.organising.forms import CancellationForm, ReasonForm

TOLD = _("Everybody who is registered is told by e-mail, with the reason.")


MOVE_PAGES = {
    "submit": MovePage(
        _("Send to the association"),
        _("The association looks through the event and publishes it, or returns it and says why. Until then it stays."),
        _("Sent. The association publishes the event or returns it with a reason; you will find it here."),
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
    "postpone": MovePage(
        _("Postpone"),
        TOLD,
        _("The event is postponed. Give the new time whenever it is known, then resume."),
        "calendar-clock",
        ReasonForm,
    ),
    "resume": MovePage(
        _("Resume"),
        _("Everybody who is registered is told of the time and the place; free places are offered to who waits."),
        _("The event takes place."),
        "play",
        kind="primary",
    ),
    "cancel": MovePage(
        _("Cancel the event"), TOLD, _("The event is cancelled."), "calendar-x", CancellationForm, "danger"
    ),
}
