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
    "begin": MovePage(
        _("Begin the work"),
        _("No more teams are taken. Those that you have accepted hand in their work by stages."),
        _("Teams are at work."),
        "play",
        kind="primary",
        asks=False,
    ),
    "defend": MovePage(
        _("Begin the defence"),
        _("Judges are told, and give their scores. Stages, criteria and judges stay as they are from then on."),
        _("The judges are told. You read the scores once all of them have finished."),
        "scale",
        kind="primary",
        asks=False,
    ),
    "complete": MovePage(
        _("Publish the result"),
        _("What has come of it and the awards stand on the page of the challenge; every team reads its scores."),
        _("The result is published, and the teams are told."),
        "flag",
        kind="primary",
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
