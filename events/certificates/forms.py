"""Forms by which a certificate is revoked, and mended."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from events.models import AttendeeRole, ParticipantCertificate
from events.registering.forms import OneLine

REASON_READ = _("Whose certificate it is reads it")


class RevocationForm(forms.Form):
    reason = OneLine(
        label=_("The reason"),
        max_length=ParticipantCertificate._meta.get_field("reason").max_length,
        help_text=REASON_READ,
    )


class AnewForm(forms.Form):
    name = OneLine(
        label=pgettext_lazy("of a person", "Name"), max_length=ParticipantCertificate._meta.get_field("name").max_length
    )
    role = forms.ChoiceField(label=_("Role"), choices=AttendeeRole)
