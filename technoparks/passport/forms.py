"""The quiz of an instruction."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from technoparks.models import InstructionVersion


class QuizForm(forms.Form):
    """A field for each question; ``answers`` as the service wants them."""

    def __init__(self, data: Any = None, *, version: InstructionVersion) -> None:
        super().__init__(data)
        self.version = version
        self.fields["version"] = forms.IntegerField(widget=forms.HiddenInput, initial=version.pk, required=False)
        for number, question in enumerate(version.questions):
            choices = [(str(one), option) for one, option in enumerate(question["options"])]
            several = len(question["right"]) > 1
            field: type[forms.ChoiceField] = forms.MultipleChoiceField if several else forms.ChoiceField
            self.fields[f"question_{number}"] = field(
                label=question["text"],
                choices=choices,
                widget=forms.CheckboxSelectMultiple if several else forms.RadioSelect,
                help_text=_("Several answers are right") if several else "",
                error_messages={"required": _("Choose an answer.")},
            )

    @property
    def is_of_old_text(self) -> bool:
        """Whether the questions that were answered are not those of the version any more."""
        return self.is_bound and self.data.get("version", str(self.version.pk)) != str(self.version.pk)

    @property
    def answers(self) -> list[list[int]]:
        return [[int(one) for one in self.cleaned_data[name]] for name in self.fields if name != "version"]
