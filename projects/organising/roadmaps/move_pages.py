"""What the page of each move in a roadmap asks and tells."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.move_pages import MovePage
from projects.organising.roadmaps.forms import DayForm, WhyForm

MOVE_PAGES = {
    "finish": MovePage(
        pgettext_lazy("of a roadmap", "It is done"),
        _("All participants are told; it stands in the roadmap with its day."),
        _("Thank you! All participants are told."),
        "circle-check",
        DayForm,
        "primary",
    ),
    "begin": MovePage(
        pgettext_lazy("of a roadmap", "It has begun"),
        _("The roadmap shows that it is under way."),
        _("The roadmap shows that it is under way."),
        "play",
        DayForm,
    ),
    "drop": MovePage(
        pgettext_lazy("of a roadmap", "Give it up"),
        _("It stays in the roadmap as given up, with the reason. All participants are told."),
        _("It stays in the roadmap as given up."),
        "circle-stop",
        WhyForm,
        "danger",
    ),
    "reopen": MovePage(
        pgettext_lazy("of a roadmap", "Open it again"),
        _("It is to be done again. All participants are told, with the reason."),
        _("It is open again."),
        "rotate-ccw",
        WhyForm,
    ),
}
