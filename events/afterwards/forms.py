"""What is asked of who came, and what the organiser asks besides."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from common.forms import OnceForm
from events.afterwards.feedback import Said
from events.models import Event, FeedbackQuestion, FeedbackSurvey, Registration
from events.models.feedback import LONGEST_TEXT
from events.registration_forms import OneLine, field_of

MOST_QUESTIONS = 5
RATINGS = [
    (5, _("excellent")),
    (4, _("good")),
    (3, _("so-so")),
    (2, _("bad")),
    (1, _("very bad")),
]


def scale() -> list[tuple[int, str]]:
    """The best first, each number with its word."""
    return [(number, format_html("<span><b>{}</b> <small>{}</small></span>", number, word)) for number, word in RATINGS]


class ScaleField(forms.TypedChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        widget = forms.RadioSelect({"class": "scale"})
        super().__init__(choices=scale, coerce=int, empty_value=None, widget=widget, **kwargs)


class FeedbackForm(OnceForm):
    rating = ScaleField(label=_("How was it, on the whole?"))
    again = forms.TypedChoiceField(
        label=_("Would you come again, or advise others to?"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        coerce=lambda said: said == "yes",
        empty_value=None,
        required=False,
        widget=forms.RadioSelect({"class": "either"}),
    )
    good = forms.CharField(
        label=_("What was good?"), required=False, max_length=LONGEST_TEXT, widget=forms.Textarea({"rows": 3})
    )
    better = forms.CharField(
        label=_("What should be done better?"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea({"rows": 3}),
    )
    with_name = forms.BooleanField(label=_("Show my name with this answer to the organiser"), required=False)

    def __init__(self, data: Any = None, *, event: Event, registration: Registration | None = None) -> None:
        super().__init__(data)
        fields: dict[str, Any] = self.fields
        self.questions = [*event.feedback_questions.all()]
        for question in self.questions:
            fields[_name(question)] = _field_of(question)
        if registration is None or not registration.name:
            del fields["with_name"]
        elif registration.is_group:
            fields["with_name"].label = _("Show my name and the group with this answer to the organiser")
        self.order_fields(["request_key", "rating", "again", *map(_name, self.questions)])

    @property
    def said(self) -> Said:
        typed = self.cleaned_data
        answers = {str(question.pk): typed[_name(question)] for question in self.questions}
        given = {key: value for key, value in answers.items() if value not in ("", None)}
        return Said(typed["rating"], typed["again"], typed["good"], typed["better"], given)

    @property
    def wants_name(self) -> bool:
        return bool(self.cleaned_data.get("with_name"))


class SurveyForm(forms.ModelForm):
    in_hall = forms.BooleanField(
        label=_("Let those in the hall answer by a code on the screen"),
        required=False,
        help_text=_(
            "Whoever has the address can answer, more than once too. Switched off and on, it is another address."
        ),
    )

    class Meta:
        model = FeedbackSurvey
        fields = ["asks"]
        labels = {"asks": _("Ask those who came by a letter")}
        help_texts = {"asks": _("Once, at noon of the day after; for a group its teacher is asked")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["in_hall"].initial = bool(self.instance.hall_key)
        if self.instance.asked_at:  # what has gone cannot be called back
            del self.fields["asks"]


class QuestionForm(forms.ModelForm):
    label = OneLine(label=_("Question"), max_length=200, required=False)
    label_en = OneLine(label=_("Question in English"), max_length=200, required=False)

    class Meta:
        model = FeedbackQuestion
        fields = ["label", "label_en", "type", "choices", "choices_en"]
        widgets = {"choices": forms.Textarea({"rows": 3}), "choices_en": forms.Textarea({"rows": 3})}

    def clean(self) -> dict[str, Any]:
        """A question without words is none."""
        data = super().clean() or self.cleaned_data
        if data.get("label") and data.get("type") == FeedbackQuestion.Type.CHOICE:
            choices, english = (_lines(data.get(name, "")) for name in ("choices", "choices_en"))
            if len({*choices}) < 2 or len({*choices}) < len(choices):
                self.add_error("choices", _("Write two choices or more, each another, one a line."))
            elif english and len(english) != len(choices):
                self.add_error("choices_en", _("As many as in Russian, in the same order, or none."))
            data["choices"], data["choices_en"] = "\n".join(choices), "\n".join(english)
        return data


QuestionFormSet = forms.formset_factory(
    QuestionForm, extra=MOST_QUESTIONS, max_num=MOST_QUESTIONS, absolute_max=MOST_QUESTIONS
)


def questions_of(formset: forms.BaseFormSet) -> list[FeedbackQuestion]:
    typed = [form.cleaned_data for form in formset if form.cleaned_data.get("label")]
    return [FeedbackQuestion(**values) for values in typed]


def values_of(questions: Iterable[FeedbackQuestion]) -> list[dict[str, Any]]:
    return [{name: getattr(one, name) for name in QuestionForm.Meta.fields} for one in questions]


def _field_of(question: FeedbackQuestion) -> forms.Field:
    if question.type == FeedbackQuestion.Type.RATING:
        return ScaleField(label=question.title, required=False)
    return field_of(question)


def _name(question: FeedbackQuestion) -> str:
    return f"question_{question.pk}"


def _lines(text: str) -> list[str]:
    return [line for one in text.splitlines() if (line := " ".join(one.split()))]
