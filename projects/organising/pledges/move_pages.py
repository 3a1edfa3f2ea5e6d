"""What the page of each move of a pledge asks and tells."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.move_pages import MovePage
from projects.organising.pledges.forms import DeliverForm, WhyForm

MOVE_PAGES = {
    "deliver": MovePage(
        pgettext_lazy("a pledge", "It is delivered"),
        _("The receiver confirms it, or says what is missing."),
        _("The receiver is told, and confirms it."),
        "package-check",
        DeliverForm,
        "primary",
    ),
    "confirm": MovePage(
        pgettext_lazy("a pledge", "Confirm"),
        _("It has come as it stands here: from now on it counts for the project and for the agreement."),
        _("Confirmed. The donor is told."),
        "circle-check",
        kind="primary",
    ),
    "refuse": MovePage(
        pgettext_lazy("a pledge", "It has not come"),
        _("It stays pledged. The donor reads what is missing."),
        _("The donor is told what is missing."),
        "undo-2",
        WhyForm,
    ),
    "withdraw": MovePage(
        pgettext_lazy("a pledge", "Withdraw the pledge"),
        _("It counts no more. The receiver is told, with the reason."),
        _("The pledge is withdrawn, and the receiver is told."),
        "circle-stop",
        WhyForm,
        "danger",
    ),
}
