"""What the office types of an agreement on paper, or has in a row of a table: the same fields, checked alike."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from stdnum.ru import inn as inn_number
from unfold.widgets import (
    INPUT_CLASSES,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from agreements.drafting.drafts import MOST_PARTIES
from agreements.entering.entries import PaperAgreement
from agreements.models import Agreement, AgreementKind, ObligationKind
from agreements.terms import Promise
from common.days import PAST, PLAUSIBLE
from common.forms import DocumentField
from common.one_line import one_line
from common.text import fold
from members.models import Organisation
from members.organisations.resources import whole_inn, words_of

WRITTEN = ["%d.%m.%Y", "%Y-%m-%d", "%Y-%m-%d %H:%M:%S"]  # the last by a spreadsheet
MOST_PROMISES = 30
LONGEST_WHAT = 500
MOST = Decimal(10) ** 12


class DayField(forms.DateField):
    def __init__(self, **told: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date", "class": " ".join(INPUT_CLASSES)}, format="%Y-%m-%d")
        super().__init__(input_formats=WRITTEN, widget=widget, **told)


class LineField(forms.CharField):
    widget = UnfoldAdminTextInputWidget

    def clean(self, value: Any) -> str:
        return super().clean(one_line(value or ""))


def column(name: str) -> Any:
    return Agreement._meta.get_field(name)


class PaperForm(forms.Form):
    kind = forms.ChoiceField(label=column("kind").verbose_name, choices=AgreementKind, widget=UnfoldAdminSelectWidget)
    parties = forms.CharField(
        label=gettext_lazy("parties"),
        help_text=gettext_lazy("INN or address on the portal, one in a line; first who drew it up"),
        widget=UnfoldAdminTextareaWidget({"rows": 3}),
    )
    subject = LineField(label=column("subject").verbose_name, max_length=300)
    subject_en = LineField(label=column("subject_en").verbose_name, max_length=300, required=False)
    own_number = LineField(label=column("own_number").verbose_name, max_length=60, required=False)
    concluded_on = DayField(label=column("concluded_on").verbose_name, validators=PAST)
    starts_on = DayField(
        label=column("starts_on").verbose_name,
        help_text=column("starts_on").help_text,
        validators=PLAUSIBLE,
        required=False,
    )
    ends_on = DayField(
        label=column("ends_on").verbose_name,
        help_text=column("ends_on").help_text,
        validators=PLAUSIBLE,
        required=False,
    )
    is_public = forms.BooleanField(
        label=column("is_public").verbose_name, required=False, widget=UnfoldBooleanSwitchWidget
    )
    obligations = forms.CharField(
        label=gettext_lazy("obligations"),
        max_length=6000,
        required=False,
        help_text=gettext_lazy(
            "One in a line: kind | whose, by the place of the party | what | how much | by which day. For example: "
            "projects | 1 | Five joint projects | 5 | 31.12.2026"
        ),
        widget=UnfoldAdminTextareaWidget({"rows": 4}),
    )
    scan = DocumentField(
        label=gettext_lazy("copy of the paper"),
        required=False,
        help_text=gettext_lazy("PDF, JPEG, PNG or DOCX, up to 10 MB"),
        widget=UnfoldAdminFileFieldWidget,
    )

    def clean_parties(self) -> tuple[Organisation, ...]:
        words = [one.strip() for one in self.cleaned_data["parties"].replace(";", "\n").splitlines() if one.strip()]
        numbers = {word: whole_inn(inn_number.compact(word)) for word in words}
        found = Organisation.objects.filter(Q(slug__in=words) | Q(inn__in=numbers.values()))
        known = {one.slug: one for one in found} | {one.inn: one for one in found if one.inn}
        parties = [known.get(word) or known.get(numbers[word]) for word in words]
        if strangers := [word for word, party in zip(words, parties, strict=True) if party is None]:
            raise ValidationError(_("Not in the directory: %(words)s") % {"words": ", ".join(strangers)})
        distinct = tuple(dict.fromkeys(filter(None, parties)))
        if not 2 <= len(distinct) <= MOST_PARTIES or len(distinct) < len(words):
            raise ValidationError(
                _("From 2 to %(number)d parties, each of them once.") % {"number": MOST_PARTIES}, code="parties"
            )
        return distinct

    def clean_obligations(self) -> tuple[Promise, ...]:
        lines = [one for one in self.cleaned_data["obligations"].splitlines() if one.strip()]
        if len(lines) > MOST_PROMISES:
            raise ValidationError(_("%(number)d obligations are the most.") % {"number": MOST_PROMISES})
        return tuple(map(_promise, lines))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first, last = data.get("starts_on") or data.get("concluded_on"), data.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("It ends before it begins."))
        for promise in data.get("obligations", ()) if "parties" in data else ():
            if promise.owner > len(data["parties"]):
                self.add_error(
                    "obligations", _("There is no party in the place %(number)d.") % {"number": promise.owner}
                )
        return data

    @property
    def entry(self) -> PaperAgreement:
        data = {name: value for name, value in self.cleaned_data.items() if name not in ("obligations", "scan")}
        return PaperAgreement(**data, promises=self.cleaned_data["obligations"])


def _promise(line: str) -> Promise:
    """Raises ValidationError that names the line."""
    told = {"line": line.strip()}
    cells = [one.strip() for one in line.split("|")]
    kind, owner, what, amount, due = [*cells, "", ""][:5] if 3 <= len(cells) <= 5 else [""] * 5
    kind = words_of(ObligationKind).get(fold(kind), "")
    if not (kind and owner.isdecimal() and 1 <= int(owner) <= MOST_PARTIES and 0 < len(what) <= LONGEST_WHAT):
        raise ValidationError(_("Not understood: “%(line)s”. Write: kind | place of the party | what.") % told)
    try:
        number = Decimal(amount.replace(",", ".").replace(" ", "")) if amount else None
        is_right = number is None or (0 < number < MOST and number == round(number, 2))
    except InvalidOperation:
        is_right = False
    if not is_right:
        raise ValidationError(_("“%(line)s”: the amount is a number more than nothing.") % told)
    try:
        day = DayField(validators=PLAUSIBLE, required=False).clean(due)
    except ValidationError as error:
        raise ValidationError(_("“%(line)s”: the day is not understood. Write it as 31.12.2026.") % told) from error
    return Promise(
        kind=kind,
        what=what,
        owner=int(owner),
        amount=str(number) if number is not None else "",
        due_on=day.isoformat() if day else "",
    )


def form_of_row(row: Mapping[str, str]) -> PaperForm:
    """Of a table, where words stand for the codes of a form."""
    told: dict[str, Any] = {**row}
    told["kind"] = words_of(AgreementKind).get(fold(row.get("kind", "")), row.get("kind", ""))
    return PaperForm(told)
