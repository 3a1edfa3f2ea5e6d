"""Forms of applications to groups: the least that decides who is admitted."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from common.forms import OnceForm
from common.one_line import one_line
from members.consents.forms import TextField
from members.models import ConsentText
from technoparks.cohorts.applications import MOST_AT_ONCE, Learner, purpose_of
from technoparks.models import Cohort, Whose

SEPARATORS = re.compile(r"[\t;,]")
LONGEST_LIST = 20_000  # characters
LONGEST_NAME, LONGEST_GRADE = 150, 20  # as the columns are


class ApplyForm(OnceForm):
    """Of a parent for a child, or of an adult for themselves."""

    name = forms.CharField(max_length=LONGEST_NAME)
    age = forms.IntegerField(min_value=3, max_value=99)
    consent = TextField(ConsentText.objects.none(), label=gettext_lazy("Consent"))

    def __init__(self, data: Any = None, *, cohort: Cohort, is_own: bool, person_name: str = "") -> None:
        super().__init__(data)
        fields: dict[str, Any] = self.fields
        self.whose = Whose.OWN if is_own else Whose.CHILD
        fields["name"].label = (
            pgettext_lazy("of oneself", "First and last name")
            if is_own
            else gettext_lazy("First and last name of the child")
        )
        fields["name"].initial = person_name if is_own else ""
        fields["name"].widget.attrs["autocomplete"] = "name" if is_own else "off"
        fields["name"].help_text = gettext_lazy("As it is to stand on the certificate")
        if cohort.programme.asks_age:
            fields["age"].label = gettext_lazy("Full years on the first day of the group")
            fields["age"].help_text = cohort.programme.ages
        else:
            del self.fields["age"]
        fields["consent"].queryset = ConsentText.objects.in_force().filter(purpose=purpose_of(self.whose))

    def clean_name(self) -> str:
        return one_line(self.cleaned_data["name"])

    @property
    def learner(self) -> Learner:
        return Learner(self.cleaned_data["name"], self.cleaned_data.get("age"))


class PupilsForm(OnceForm):
    """A line a person, as teachers have them."""

    learners = forms.CharField(
        label=gettext_lazy("List"),
        max_length=LONGEST_LIST,
        strip=False,
        widget=forms.Textarea({"rows": 10, "spellcheck": "false"}),
    )
    confirms = forms.BooleanField(
        error_messages={"required": gettext_lazy("Tick the box if it is so.")},
    )

    def __init__(self, data: Any = None, *, cohort: Cohort) -> None:
        super().__init__(data)
        fields: dict[str, Any] = self.fields
        self.cohort = cohort
        asks_age, is_for_adults = cohort.programme.asks_age, cohort.programme.is_for_adults
        fields["learners"].help_text = (
            gettext_lazy("A line a person: name; class; full years on the first day. “Anna Ivanova; 7А; 13”")
            if asks_age and not is_for_adults
            else gettext_lazy("A line a person: name; class or position. “Anna Ivanova; mathematics”")
        )
        fields["confirms"].label = (
            gettext_lazy("These people know of the application, and the organisation holds their consents")
            if is_for_adults
            else gettext_lazy(
                "The organisation holds the consents of the parents of these pupils to the processing of their data "
                "by the technopark"
            )
        )

    def clean_learners(self) -> list[Learner]:
        lines = [line for line in self.cleaned_data["learners"].splitlines() if line.strip(" \t;,")]
        if not lines:
            raise forms.ValidationError(_("Paste the list."))
        if len(lines) > MOST_AT_ONCE:
            text = ngettext("At most %(number)d line at once.", "At most %(number)d lines at once.", MOST_AT_ONCE)
            raise forms.ValidationError(text % {"number": MOST_AT_ONCE})
        problems, found = list[str](), list[Learner]()
        for number, line in enumerate(lines, start=1):
            learner, problem = self._learner(line)
            found.append(learner)
            if problem:
                problems.append(_("Line %(number)d: %(problem)s") % {"number": number, "problem": problem})
        if problems:
            raise forms.ValidationError(problems)
        return found

    def _learner(self, line: str) -> tuple[Learner, str]:
        name, *rest = [one_line(part) for part in SEPARATORS.split(line)]
        numbers = [part for part in rest if part.isdecimal() and len(part) < 3]
        words = [part for part in rest if part and part not in numbers]
        asks_age = self.cohort.programme.asks_age
        age = int(numbers[-1]) if numbers and asks_age else None
        grade = words[0] if words else (numbers[0] if len(numbers) > asks_age else "")
        learner = Learner(name, age, grade)
        if not name:
            return learner, _("the name is missing")
        if len(name) > LONGEST_NAME or len(grade) > LONGEST_GRADE:
            return learner, _("name or class are too long")
        if asks_age and age is None:
            return learner, _("the age is missing")
        return learner, ""
