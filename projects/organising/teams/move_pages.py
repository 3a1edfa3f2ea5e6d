"""What the page of each move of a team asks, says and tells: those of its lead, and those of the company."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.move_pages import MovePage
from projects.organising.teams.forms import ReasonForm

MOVE_PAGES = {
    "apply": MovePage(
        _("Send to the company"),
        _("The company has ten days to answer. What is said of the team stays as it is from then on."),
        _("Sent. You will hear of the answer here and by a notification."),
        "send",
        kind="primary",
        asks=False,
    ),
    "withdraw": MovePage(
        pgettext_lazy("a team", "Withdraw the team"),
        _("The company and the other organisations of the team are told."),
        _("The team is withdrawn."),
        "circle-stop",
        kind="danger",
    ),
}
COMPANY_PAGES = {
    "accept": MovePage(
        pgettext_lazy("a team", "Accept"),
        _("The team takes one of the places. It is told at once, and stands on the page of the challenge."),
        _("The team is accepted."),
        "circle-check",
        kind="primary",
    ),
    "decline": MovePage(
        pgettext_lazy("a team", "Decline"),
        _("The team reads the reason: say what was missing."),
        _("The team is declined."),
        "circle-x",
        ReasonForm,
        "danger",
    ),
}
