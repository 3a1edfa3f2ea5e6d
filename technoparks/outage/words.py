"""What becomes of a booking that an outage hits, in words."""

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from technoparks.models import Equipment


class Fate(TextChoices):
    """Of a booking that goes to no other machine."""

    WITHOUT = "without", pgettext_lazy("booking", "Stands, without the machine")
    CANCEL = "cancel", pgettext_lazy("booking", "Is cancelled")


def fate_said(fate: Equipment | Fate) -> str:
    """Within a sentence."""
    match fate:
        case Equipment():
            return _("%(machine)s instead") % {"machine": fate.title}
        case Fate.WITHOUT:
            return pgettext("fate of a booking", "it stands, without the machine")
        case Fate.CANCEL:
            return pgettext("fate of a booking", "it is cancelled")
