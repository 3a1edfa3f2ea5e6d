"""Forms by which an organisation gives a pledge and says that it is delivered."""

from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.forms import DayInput, OnceForm
from members.models import Organisation
from projects.life.pledges import obligations_for
from projects.models import Pledge, Project


class PledgeForm(OnceForm, forms.ModelForm):
    class Meta:
        model = Pledge
        fields: ClassVar = ["kind", "source", "what", "amount", "receiver", "due_on", "obligation", "shown", "what_en"]
        widgets: ClassVar = {"due_on": DayInput, "kind": forms.RadioSelect, "shown": forms.RadioSelect}

    def __init__(self, *args: Any, project: Project, donor: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        parts = project.participant_links.exclude(organisation=donor)
        fields["receiver"].queryset = Organisation.objects.filter(pk__in=parts.values("organisation"))
        fields["receiver"].empty_label = None
        fields["obligation"].queryset = obligations_for(donor)
        fields["obligation"].label_from_instance = lambda one: f"{one.agreement.title}: {one.what}"
        fields["obligation"].empty_label = pgettext_lazy("of an obligation", "None")
        if not fields["obligation"].queryset.exists():
            del fields["obligation"]

    def _post_clean(self) -> None:
        """The service writes the row, and says what its constraints say."""


class DeliverForm(forms.Form):
    delivered = forms.DecimalField(
        label=pgettext_lazy("a pledge", "How much has been delivered"), max_digits=14, decimal_places=2
    )
    on = forms.DateField(label=pgettext_lazy("a pledge", "On which day"), initial=timezone.localdate, widget=DayInput)
    note = forms.CharField(
        label=pgettext_lazy("a pledge", "What shows it"),
        max_length=500,
        required=False,
        help_text=_("An act, a payment order, the name of the equipment; name no private persons"),
    )


class WhyForm(forms.Form):
    reason = forms.CharField(
        label=_("The reason"),
        max_length=500,
        help_text=_("The other side reads it"),
        widget=forms.Textarea({"rows": 3}),
    )
