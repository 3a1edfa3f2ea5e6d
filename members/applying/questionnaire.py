"""What an applicant is asked, step by step, and how far they are.

Everything is kept as it was typed, right or wrong, and checked whenever somebody looks. Below the services, as a
submission is checked again under its lock.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.utils.datastructures import MultiValueDict
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from stdnum.ru import inn as inn_number

from common.one_line import one_line
from members.membership.fees import tiers_with_fees
from members.models import WISHED_TIERS, MembershipApplication, Organisation, Question, QuestionType, Region
from members.models.organisation import validate_inn, validate_ogrn

LONGEST_TEXT = 5000  # characters
YES_NO = [("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))]


class LineField(forms.CharField):
    def to_python(self, value: Any) -> str:
        return one_line(super().to_python(value) or "")


class WebsiteField(forms.URLField):
    """As long as the directory keeps it, and nothing but a page; typed without its scheme, it is taken for https."""

    default_validators = [URLValidator(["http", "https"])]

    def __init__(self, **kwargs: Any) -> None:
        longest = Organisation._meta.get_field("website").max_length
        super().__init__(max_length=longest, assume_scheme="https", **kwargs)


class NumberField(forms.CharField):
    """Of a register: spaces between the digits do not count."""

    def to_python(self, value: Any) -> str:
        return inn_number.compact(super().to_python(value) or "")


class StepForm(forms.Form):
    """A part of the application. Bound to what was typed so far, it never refuses to be shown."""

    def forgive_what_lacks(self) -> None:
        """Nobody is blamed for what they have not come to yet."""
        for name, errors in self.errors.as_data().items():
            if all(error.code == "required" for error in errors):
                del self.errors[name]


class OrganisationForm(StepForm):
    tier = forms.ChoiceField(
        label=gettext_lazy("Wished tier of membership"),
        widget=forms.RadioSelect,
        help_text=gettext_lazy("The board decides on it."),
    )
    name = LineField(label=gettext_lazy("Full name"), max_length=300, help_text=gettext_lazy("As in the charter"))
    short_name = LineField(label=gettext_lazy("Short name"), max_length=80)
    inn = NumberField(label=gettext_lazy("INN"), validators=[validate_inn])
    ogrn = NumberField(label=gettext_lazy("OGRN"), validators=[validate_ogrn])
    region = forms.ModelChoiceField(Region.objects.all(), label=gettext_lazy("Region"))
    city = LineField(label=gettext_lazy("City"), max_length=100)
    website = WebsiteField(label=gettext_lazy("Website"), required=False)


class PeopleForm(StepForm):
    contact_name = LineField(
        label=gettext_lazy("Who answers our questions"),
        max_length=200,
        help_text=gettext_lazy(
            "Last name, first name, patronymic. Once you are a member, whoever has this address acts on the portal as "
            "the head of the organisation, and can hand that over"
        ),
        widget=forms.TextInput({"autocomplete": "name"}),
    )
    contact_position = LineField(label=gettext_lazy("Position of that person"), max_length=200)
    contact_phone = LineField(
        label=gettext_lazy("Telephone"), max_length=40, widget=forms.TextInput({"type": "tel", "autocomplete": "tel"})
    )
    head_name = LineField(
        label=gettext_lazy("Head of the organisation"),
        max_length=200,
        help_text=gettext_lazy("Last name, first name, patronymic"),
    )
    head_position = LineField(label=gettext_lazy("Position of the head"), max_length=200)
    head_basis = LineField(
        label=gettext_lazy("On what basis the head acts"),
        max_length=200,
        help_text=gettext_lazy("The charter, or a power of attorney with its number and date"),
    )


def field_of(question: Question) -> forms.Field:
    """As the applicant meets it; documents have a step of their own."""
    common: dict[str, Any] = {
        "label": question.title,
        "help_text": question.hint,
        "required": question.is_required,
    }
    match question.type:
        case QuestionType.TEXT:
            return forms.CharField(max_length=LONGEST_TEXT, widget=forms.Textarea({"rows": 5}), **common)
        case QuestionType.NUMBER:
            return forms.IntegerField(min_value=0, max_value=10**9, **common)
        case QuestionType.DATE:
            return forms.DateField(widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), **common)
        case QuestionType.YES_NO:
            return forms.ChoiceField(choices=YES_NO, widget=forms.RadioSelect, **common)
        case QuestionType.CHOICE:
            return forms.ChoiceField(choices=question.pairs, widget=forms.RadioSelect, **common)
        case QuestionType.SEVERAL:
            return forms.MultipleChoiceField(choices=question.pairs, widget=forms.CheckboxSelectMultiple, **common)
    return LineField(max_length=300, **common)


def field_name(question: Question) -> str:
    return f"q-{question.key}"


def is_answered(question: Question) -> bool:
    """By anybody, in a draft as well."""
    typed = MembershipApplication.objects.filter(data__has_key=field_name(question))
    return typed.exists() or question.files.exists()


def questions_form(questions: list[Question], data: MultiValueDict | None = None) -> StepForm:
    form = StepForm(data)
    form.fields |= {field_name(one): field_of(one) for one in questions if one.type != QuestionType.FILE}
    return form


@dataclass(frozen=True, slots=True)
class Lack:
    """What is missing or wrong: in which step, at which field."""

    step: str
    anchor: str
    label: str
    error: str


class Questionnaire:
    """The whole of it for one application, in the language that is active."""

    def __init__(self, application: MembershipApplication) -> None:
        self.application = application
        self.questions = [*Question.objects.asked_of(application.kind)]

    @cached_property
    def forms(self) -> dict[str, StepForm]:
        typed: MultiValueDict = MultiValueDict(self.application.data)
        organisation = OrganisationForm(typed)
        tier: Any = organisation.fields["tier"]
        tier.choices = tiers_with_fees(WISHED_TIERS, kind=self.application.kind)
        return {
            "organisation": organisation,
            "people": PeopleForm(typed),
            "questions": questions_form(self.questions, typed),
        }

    @cached_property
    def cleaned(self) -> dict[str, Any]:
        """What is right of it, as it may be kept elsewhere."""
        for form in self.forms.values():
            form.full_clean()
        return {name: value for form in self.forms.values() for name, value in form.cleaned_data.items()}

    @cached_property
    def documents(self) -> list[tuple[Question, list[Any]]]:
        """Each document that is asked for, and the files that were attached to it; those of a question that is asked
        no more stay in sight as well."""
        attached: dict[Question, list[Any]] = {one: [] for one in self.questions if one.type == QuestionType.FILE}
        for file in self.application.files.select_related("question"):
            attached.setdefault(file.question, []).append(file)
        return [*attached.items()]

    @cached_property
    def lacks(self) -> list[Lack]:
        return [*self._lacks()]

    def _lacks(self) -> Iterator[Lack]:
        for step, form in self.forms.items():
            for name, errors in form.errors.items():
                field = form[name]
                anchor = field.id_for_label or field.auto_id
                yield from (Lack(step, str(anchor), str(field.label), str(error)) for error in errors)
        for question, files in self.documents:
            if question.is_required and not files:
                yield Lack("documents", f"document-{question.key}", question.title, _("This document is required."))

    def answers(self) -> list[dict[str, str]]:
        """As it is submitted: each label and each value as both languages say them on this day."""
        said = {}
        for language in ("ru", "en"):
            with override(language):
                said[language] = [*Questionnaire(self.application).said()]
        return [
            {**russian, "label_en": english["label"], "shown_en": english["shown"]}
            for russian, english in zip(said["ru"], said["en"], strict=True)
        ]

    def said(self) -> Iterator[dict[str, str]]:
        """Each field with its label and its value in words; what is wrong as it was typed."""
        for step, form in self.forms.items():
            wrong = form.errors
            for name, field in form.fields.items():
                typed = ", ".join(self.application.data.get(name, ()))
                shown = typed if name in wrong else _shown(field, form.cleaned_data.get(name))
                yield {"step": step, "name": name, "label": str(field.label), "shown": shown}
        for question, files in self.documents:
            names = ", ".join(file.original_name for file in files)
            yield {"step": "documents", "name": field_name(question), "label": question.title, "shown": names}


def _shown(field: Any, value: Any) -> str:
    match value:
        case None | "":
            return ""
        case list():
            labels = dict(field.choices)
            return ", ".join(str(labels[one]) for one in value)
        case datetime.date():
            return date_format(value)
    is_chosen = isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField)
    return str(dict(field.choices)[value]) if is_chosen else str(value)
