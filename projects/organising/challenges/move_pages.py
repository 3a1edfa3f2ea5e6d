"""What the page of each move of a company asks, says and tells."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.move_pages import MovePage
from projects.organising.challenges.forms import ReasonForm

MOVE_PAGES = {
    "submit": MovePage(
        _("Send to the association"),
        _("The association looks through it and opens it for teams, or returns it with remarks."),
        _("Sent. The association opens the challenge or returns it with remarks; you will find it here."),
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
    "cancel": MovePage(
        pgettext_lazy("a challenge", "Withdraw the challenge"),
        _("Nobody can apply any more. Its page stays and says why."),
        _("The challenge is withdrawn."),
        "circle-stop",
        ReasonForm,
        "danger",
    ),
}
