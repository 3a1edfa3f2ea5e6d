"""Forms by which parties change the words."""

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import replace
from typing import Any, cast

from django import forms
from django.core.validators import RegexValidator
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agreements.drafting.forms import LONGEST_TEXT, MOST_DAYS, field_of, kept
from agreements.drafting.promises import MOST_PROMISES
from agreements.kinds import KINDS
from agreements.models import Agreement, ClauseComment, ObligationKind, Party, Renewal, SigningWay
from agreements.terms import Promise, Terms, new_key, parsed
from common.days import PLAUSIBLE
from common.forms import DayInput
from common.one_line import one_line
from members.models import User

DETAIL = "detail_"
TEXT_HELP = _(
    "A line that begins with # is a heading; paragraphs are parted by an empty line and numbered by themselves; a line "
    "that begins with - is a point of the paragraph above it."
)


class TermsForm(forms.Form):
    """All that is negotiated but the obligations and what a party says of itself. ``base`` is the version of which it
    is a change."""

    base = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(
        label=_("What is new, and why"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("The parties read it beside the version"),
    )
    subject = forms.CharField(label=pgettext_lazy("of an agreement", "Subject"), max_length=300)
    text = forms.CharField(
        label=_("Text"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea({"rows": 24, "class": "agreement-source"}),
        help_text=TEXT_HELP,
    )
    place = forms.CharField(
        label=pgettext_lazy("of an agreement", "Place of conclusion"), required=False, max_length=200
    )
    starts_on = forms.DateField(
        label=_("In force from"),
        required=False,
        validators=PLAUSIBLE,
        widget=DayInput,
        help_text=_("Empty: from its conclusion"),
    )
    ends_on = forms.DateField(
        label=_("In force until"),
        required=False,
        validators=PLAUSIBLE,
        widget=DayInput,
        help_text=_("Empty: without a term"),
    )
    renewal = forms.ChoiceField(label=_("Renewal"), choices=Renewal, widget=forms.RadioSelect)
    notice_days = forms.IntegerField(label=_("Days of notice"), min_value=0, max_value=MOST_DAYS)
    subject_en = forms.CharField(
        label=pgettext_lazy("of an agreement", "Subject in English"), required=False, max_length=300
    )
    text_en = forms.CharField(
        label=_("Text in English"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea({"rows": 12, "class": "agreement-source"}),
    )
    prevails = forms.ChoiceField(
        label=_("Text that decides"), choices=[("ru", _("Russian")), ("en", _("English"))], widget=forms.RadioSelect
    )

    def __init__(self, data: QueryDict | None = None, *, agreement: Agreement, terms: Terms, base: int) -> None:
        self.former = terms
        super().__init__(data, initial={"base": base, **initial_of(terms)})
        self.own_fields = KINDS[agreement.kind].fields
        for one in self.own_fields:
            self.fields[DETAIL + one.name] = field_of(one, is_required=one.is_required)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        starts_on, ends_on = data.get("starts_on"), data.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", _("It ends before it begins."))
        if data.get("renewal") == Renewal.AUTOMATIC and not ends_on and "ends_on" not in self.errors:
            self.add_error("ends_on", _("What renews itself has a last day."))
        return data

    @property
    def terms(self) -> Terms:
        """Without the obligations, which have rows of their own."""
        data: dict[str, Any] = {
            name: one_line(value) if isinstance(value, str) and self._is_line(name) else value
            for name, value in self.cleaned_data.items()
        }
        same = {name: data[name] for name in ("subject", "subject_en", "place", "renewal", "notice_days", "prevails")}
        details = {one.name: kept(data[DETAIL + one.name]) for one in self.own_fields}
        return replace(
            self.former,
            **same,
            starts_on=kept(data["starts_on"]) or "",
            ends_on=kept(data["ends_on"]) or "",
            details={**self.former.details, **details},
            clauses=parsed(data["text"]),
            clauses_en=parsed(data["text_en"]),
        )

    def _is_line(self, name: str) -> bool:
        return not isinstance(self.fields[name].widget, forms.Textarea)

    def rest_on(self, number: int) -> None:
        """What is sent next is a change of the version that has come meanwhile, which the page shows."""
        data = cast("QueryDict", self.data).copy()
        data["base"] = str(number)
        self.data = data

    @property
    def sections(self) -> list[tuple[str, Any, list[forms.BoundField]]]:
        names = {
            "text": (_("Subject and text"), ["subject", "text"]),
            "terms": (_("Terms"), ["place", "starts_on", "ends_on", "renewal", "notice_days"]),
            "kind": (_("What this kind asks besides"), [DETAIL + one.name for one in self.own_fields]),
            "english": (_("In English"), ["subject_en", "text_en", "prevails"]),
        }
        return [(key, title, [self[name] for name in fields]) for key, (title, fields) in names.items() if fields]


def initial_of(terms: Terms) -> dict[str, Any]:
    same = ("subject", "subject_en", "place", "starts_on", "ends_on", "renewal", "notice_days", "prevails")
    return {
        **{name: getattr(terms, name) for name in same},
        "text": terms.text,
        "text_en": terms.text_en,
        **{DETAIL + name: value for name, value in terms.details.items()},
    }


# --- Obligations ---------------------------------------------------------------------------------------------


class PromiseForm(forms.Form):
    """A row in which nothing is said is no obligation."""

    key = forms.CharField(widget=forms.HiddenInput, required=False, validators=[RegexValidator(r"^\w{1,8}$")])
    kind = forms.ChoiceField(label=_("Kind"), choices=ObligationKind, initial=ObligationKind.PROJECTS)
    what = forms.CharField(label=_("What is promised"), max_length=500)
    owner = forms.TypedChoiceField(label=_("Who promises it"), coerce=int)
    beneficiary = forms.TypedChoiceField(label=_("To whom"), coerce=int, initial=0)
    amount = forms.DecimalField(
        label=pgettext_lazy("of a promise", "Amount"),
        required=False,
        min_value=0,
        max_digits=14,
        decimal_places=2,
        localize=True,
    )
    due_on = forms.DateField(label=_("Due"), required=False, validators=PLAUSIBLE, widget=DayInput)
    evidence = forms.CharField(label=_("Shown by"), required=False, max_length=300)

    def __init__(self, *args: Any, parties: Iterable[Party], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sides = [(party.position, str(party)) for party in parties]
        fields = cast("dict[str, Any]", self.fields)
        fields["owner"].choices = sides
        fields["beneficiary"].choices = [(0, _("All the other parties")), *sides]
        if not self.initial.get("key"):
            self.initial["key"] = new_key()  # sent twice, it is the same obligation

    def has_changed(self) -> bool:
        return bool({"what", "amount", "due_on", "evidence"} & {*self.changed_data}) or bool(self.initial.get("what"))

    def clean_amount(self) -> Any:
        amount = self.cleaned_data["amount"]
        if amount == 0:
            raise forms.ValidationError(_("An amount is more than nothing."))
        return amount

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("owner") and data.get("owner") == data.get("beneficiary"):
            self.add_error("beneficiary", _("A party promises something to another one."))
        return data

    @property
    def promise(self) -> Promise:
        data = self.cleaned_data
        return Promise(
            kind=data["kind"],
            what=one_line(data["what"]),
            owner=data["owner"],
            beneficiary=data["beneficiary"],
            amount=str(data["amount"]) if data["amount"] is not None else "",
            due_on=kept(data["due_on"]) or "",
            evidence=one_line(data["evidence"]),
            key=data["key"] or new_key(),
        )


class BasePromiseFormSet(forms.BaseFormSet):
    @property
    def promises(self) -> tuple[Promise, ...]:
        """In their order; of two rows with one key the second is another obligation."""
        found: dict[str, Promise] = {}
        for form in self.forms:
            if form in self.deleted_forms or not form.has_changed() or not form.cleaned_data.get("what"):
                continue
            promise = cast("PromiseForm", form).promise
            if promise.key in found:
                promise = replace(promise, key=new_key())
            found[promise.key] = promise
        return tuple(found.values())


PromiseFormSet = forms.formset_factory(
    PromiseForm,
    formset=BasePromiseFormSet,
    extra=2,
    can_delete=True,
    can_delete_extra=False,
    max_num=MOST_PROMISES,
    absolute_max=MOST_PROMISES,
    validate_max=True,
)


def promise_rows(terms: Terms, parties: Sequence[Party], data: QueryDict | None) -> Any:
    told = [
        {
            "key": one.key,
            "kind": one.kind,
            "what": one.what,
            "owner": one.owner,
            "beneficiary": one.beneficiary,
            "amount": one.decimal,
            "due_on": one.due,
            "evidence": one.evidence,
        }
        for one in terms.promises
    ]
    return PromiseFormSet(data, prefix="promises", initial=told, form_kwargs={"parties": parties})


# --- What a party says of itself ----------------------------------------------------------------------------


class OwnPartyForm(forms.ModelForm):
    """Who signs, and on what ground: each party says it of itself alone."""

    class Meta:
        model = Party
        fields = [
            "called", "kpp", "address", "signatory_name", "signatory_position", "signatory",
            "authority", "authority_number", "authority_until", "way",
        ]  # fmt: skip
        widgets = {"authority": forms.RadioSelect, "authority_until": DayInput, "way": forms.RadioSelect}

    def __init__(self, data: QueryDict | None = None, *, instance: Party) -> None:
        super().__init__(data, instance=copy(instance), prefix="party")
        fields = cast("dict[str, Any]", self.fields)
        active = {"representations__organisation": instance.organisation_id, "representations__ended_at": None}
        fields["signatory"].queryset = User.objects.filter(**active, is_active=True).distinct()
        allowed = KINDS[instance.agreement.kind].ways
        fields["way"].choices = [one for one in SigningWay.choices if one[0] in allowed]


class CommentForm(forms.ModelForm):
    class Meta:
        model = ClauseComment
        fields = ["text"]
        labels = {"text": _("Remark")}
        widgets = {"text": forms.Textarea({"rows": 4})}
