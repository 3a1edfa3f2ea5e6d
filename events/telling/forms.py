"""What somebody writes to the registered of an event, and to which of them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import OnceForm
from events.models import ACTIVE, Came, Event, RegistrationState, TicketPool
from events.registering.forms import OneLine
from events.telling.messages import Written
from members.models import Organisation


class MessageForm(OnceForm):
    to_state = forms.ChoiceField(label=_("State of the registration"), required=False)
    to_pool = forms.ModelChoiceField(
        TicketPool.objects.none(), label=_("Pool of places"), required=False, empty_label=_("Any")
    )
    to_organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("Organisation that they come from"), required=False, empty_label=_("Any")
    )
    to_came = forms.ChoiceField(label=_("Who came"), required=False, choices=[("", _("All")), *Came.choices])
    subject = OneLine(label=_("Subject"), max_length=150)
    text = forms.CharField(label=_("Text"), max_length=5000, widget=forms.Textarea({"rows": 8}))
    subject_en = OneLine(
        label=_("Subject in English"),
        max_length=150,
        required=False,
        help_text=_("For those who read English; without it they get the Russian one"),
    )
    text_en = forms.CharField(
        label=_("Text in English"), max_length=5000, required=False, widget=forms.Textarea({"rows": 5})
    )

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["to_pool"].queryset = event.pools.all()
        fields["to_organisation"].queryset = Organisation.objects.filter(
            pk__in=event.registrations.values("organisation")
        )
        chosen = [one for one in RegistrationState.choices if one[0] in ACTIVE]
        fields["to_state"].choices = [("", _("Any")), *chosen]

    def clean(self) -> dict[str, Any]:
        """Half of a letter is none."""
        data = super().clean() or self.cleaned_data
        for given, lacks in (("subject_en", "text_en"), ("text_en", "subject_en")):
            if data.get(given) and not data.get(lacks) and lacks not in self.errors:
                self.add_error(lacks, _("Write it in English as well, or leave both empty."))
        return data

    @property
    def to(self) -> list[forms.BoundField]:
        """What chooses the readers; each of them may be left as it is."""
        return [self[name] for name in ("to_state", "to_pool", "to_organisation", "to_came")]

    @property
    def written(self) -> Written:
        return Written(**self.asked)
