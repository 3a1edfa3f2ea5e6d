"""Forms by which an organisation draws up an agreement."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise as Words
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from agreements.drafting.drafts import COLUMNS, mark_of
from agreements.drafting.filling import unfilled
from agreements.drafting.parties import heads_at
from agreements.kinds import KINDS, FieldType, KindField
from agreements.models import (
    Agreement,
    AgreementTemplate,
    Authority,
    ObligationKind,
    Party,
    Renewal,
    SigningOrder,
    SigningWay,
)
from agreements.terms import Promise, Terms, parsed, sha256_of
from common.days import PLAUSIBLE
from common.errors import RuleViolated
from common.forms import DayInput, DocumentField, OnceForm
from common.one_line import one_line
from common.uploads import CheckedDocument
from members.models import Organisation, Representative, User

LONGEST_TEXT = 200_000
MOST_DAYS, MOST_AMOUNT = 3650, 12  # of notice; digits before the comma
OWN_DOCUMENT, EMPTY = "document", "empty"


class LineField(forms.CharField):
    """What is kept has one line."""

    def to_python(self, value: Any) -> str:
        return one_line(super().to_python(value) or "")


class BeginForm(OnceForm):
    """From a text of the association, a document, or nothing."""

    subject = LineField(
        label=pgettext_lazy("of an agreement", "Subject"),
        max_length=300,
        help_text=_("What it is about, in a line: lists and letters name it so"),
    )
    start = forms.ChoiceField(label=_("Begin with"), widget=forms.RadioSelect)
    with_english = forms.BooleanField(
        label=_("With an English text beside the Russian one"),
        required=False,
        help_text=_("Of the text chosen above; it can be added later as well"),
    )
    document = DocumentField(
        label=_("Your document"),
        required=False,
        help_text=_("PDF, DOCX, JPEG or PNG, up to 10 MB. It belongs to the agreement, and its hash to what is signed"),
    )

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.templates = {str(one.pk): one for one in AgreementTemplate.objects.filter(kind=kind, is_offered=True)}
        start: Any = self.fields["start"]
        start.choices = [
            *((key, one.name) for key, one in self.templates.items()),
            (OWN_DOCUMENT, gettext("A document of your own")),
            (EMPTY, gettext("An empty text")),
        ]
        start.initial = start.choices[0][0]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("start") == OWN_DOCUMENT and not data.get("document") and "document" not in self.errors:
            self.add_error("document", _("Choose the document."))
        return data

    @property
    def own_document(self) -> CheckedDocument | None:
        return self.cleaned_data["document"] if self.cleaned_data["start"] == OWN_DOCUMENT else None

    @property
    def terms(self) -> Terms:
        template = self.templates.get(self.cleaned_data["start"])
        if template is None:
            return Terms(subject=self.cleaned_data["subject"])
        english = template.text_en if self.cleaned_data["with_english"] else ""
        return Terms(subject=self.cleaned_data["subject"], clauses=parsed(template.text), clauses_en=parsed(english))


class DraftForm(forms.Form):
    """The terms, but for what is promised, which has a page of its own."""

    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)
    subject = LineField(label=pgettext_lazy("of an agreement", "Subject"), max_length=300)
    subject_en = LineField(label=pgettext_lazy("of an agreement", "Subject in English"), max_length=300, required=False)
    place = LineField(label=_("Place"), max_length=200, required=False, help_text=_("Where it is concluded"))
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
        help_text=_("With that day. Empty: without a term"),
    )
    renewal = forms.ChoiceField(label=_("When the term is over"), choices=Renewal, widget=forms.RadioSelect)
    notice_days = forms.IntegerField(
        label=_("Days of notice"),
        min_value=0,
        max_value=MOST_DAYS,
        help_text=_("So long before its end a party may object to the renewal; so long after a notice it still holds"),
    )
    text = forms.CharField(
        label=_("Text"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea({"rows": 24, "class": "draft-text", "spellcheck": "true"}),
        help_text=_("Clauses are numbered by themselves: see below how to write them"),
    )
    text_en = forms.CharField(
        label=_("Text in English"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea({"rows": 12, "class": "draft-text", "lang": "en"}),
    )
    prevails = forms.ChoiceField(
        label=_("If the texts differ, it is decided by the"),
        choices=[("ru", pgettext_lazy("text", "Russian one")), ("en", pgettext_lazy("text", "English one"))],
        widget=forms.RadioSelect,
    )
    is_public = forms.BooleanField(
        label=_("Show it in the public register once it is concluded"),
        required=False,
        help_text=_("Number, day, parties, subject and what has been fulfilled; the text is read by the parties alone"),
    )
    signing_order = forms.ChoiceField(label=_("Order of signing"), choices=SigningOrder, widget=forms.RadioSelect)
    planned_on = forms.DateField(
        label=_("Planned to be signed on"),
        required=False,
        validators=PLAUSIBLE,
        widget=DayInput,
        help_text=_("If it is public, the register announces it as planned once the parties have it"),
    )
    planned_at = LineField(
        label=_("Planned to be signed at"), max_length=200, required=False, help_text=_("For example an event")
    )

    SECTIONS: ClassVar[list[tuple[str, str | Words, str | Words, tuple[str, ...]]]] = [
        ("what", _("What it is about"), "", ("subject", "place")),
        ("term", _("Term"), "", ("starts_on", "ends_on", "renewal", "notice_days")),
        ("kind", _("What this kind asks"), _("What is marked as needed is asked for before it is sent."), ()),
        ("text", _("Text"), "", ("text",)),
        (
            "english",
            _("In English"),
            _("Beside an equal Russian text, never in its place."),
            ("subject_en", "text_en", "prevails"),
        ),
        ("signing", _("Signing and publicity"), "", ("signing_order", "planned_on", "planned_at", "is_public")),
    ]
    OWN = "kind-"  # before the names of the kind's own fields

    def __init__(self, data: Mapping[str, Any] | None = None, *, agreement: Agreement) -> None:
        self.agreement = agreement
        self.asked = KINDS[agreement.kind].fields
        terms = Terms.of(agreement.terms)
        initial = {
            **{name: getattr(terms, name) for name in TYPED},
            "text": terms.text,
            "text_en": terms.text_en,
            **{name: getattr(agreement, name) for name in COLUMNS},
            **{f"{self.OWN}{one.name}": terms.details.get(one.name) for one in self.asked},
            "seen": mark_of(agreement),
        }
        super().__init__(data, initial=initial)
        self.fields |= {f"{self.OWN}{one.name}": field_of(one) for one in self.asked}

    @property
    def sections(self) -> Iterator[tuple[str, str | Words, str | Words, list[tuple[forms.BoundField, bool]]]]:
        """With each field, whether it is needed before the draft is sent: always, or because the text names it."""
        named = {name.strip("{}") for name in unfilled(Terms.of(self.agreement.terms))}
        needed = named | {f"{self.OWN}{one.name}" for one in self.asked if one.is_required or one.name in named}
        for key, title, intro, names in self.SECTIONS:
            own = [f"{self.OWN}{one.name}" for one in self.asked] if key == "kind" else names
            if own:
                yield key, title, intro, [(self[name], name in needed) for name in own]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        starts, ends = data.get("starts_on"), data.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", _("It ends before it begins."))
        if data.get("renewal") == Renewal.AUTOMATIC and not ends and "ends_on" not in self.errors:
            self.add_error("ends_on", _("What renews itself has a last day."))
        if data.get("text_en") and not data.get("text") and "text" not in self.errors:
            self.add_error("text", _("The English text stands beside an equal Russian one."))
        return data

    @property
    def typed(self) -> dict[str, Any]:
        """Of the terms."""
        data = self.cleaned_data
        days = {name: data[name].isoformat() if data[name] else "" for name in ("starts_on", "ends_on")}
        details = {one.name: kept(data[f"{self.OWN}{one.name}"]) for one in self.asked}
        return {
            **{name: data[name] for name in TYPED},
            **days,
            "clauses": parsed(data["text"]),
            "clauses_en": parsed(data["text_en"]),
            "details": {name: value for name, value in details.items() if value not in (None, "")},
        }

    @property
    def columns(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in COLUMNS}

    def refuse(self, error: RuleViolated) -> None:
        """What was typed stays; sent again, it is sent by who has been told."""
        self.data = {**self.data.dict(), "seen": mark_of(Agreement.objects.get(pk=self.agreement.pk))}  # type: ignore[attr-defined]
        self.add_error(None, error.message)


TYPED = ("subject", "subject_en", "place", "starts_on", "ends_on", "renewal", "notice_days", "prevails")


def field_of(one: KindField, *, is_required: bool = False) -> forms.Field:
    """None is required of a draft; what is missing is said when it is sent."""
    told: dict[str, Any] = {"label": one.label, "required": is_required, "help_text": one.help}
    match one.type:
        case FieldType.TEXT:
            return forms.CharField(max_length=5000, widget=forms.Textarea({"rows": 3}), **told)
        case FieldType.NUMBER:
            return forms.IntegerField(min_value=0, max_value=10**12, **told)
        case FieldType.DATE:
            return forms.DateField(validators=PLAUSIBLE, widget=DayInput, **told)
        case FieldType.YES_NO:
            return forms.BooleanField(**told)
    return LineField(max_length=300, **told)


def kept(value: Any) -> Any:
    """As JSON keeps it."""
    return value.isoformat() if hasattr(value, "isoformat") else value


class PartyForm(forms.ModelForm):
    """Who signs for a party, and how."""

    instance: Party
    signatory = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Account of the signatory"),
        required=False,
        empty_label=_("None: signs on paper or elsewhere"),
        help_text=_("Heads of the organisation. To this account, and no other, the code or the link goes"),
    )
    way = forms.ChoiceField(label=_("Way of signing"), widget=forms.RadioSelect)

    class Meta:
        model = Party
        fields = [
            "called", "kpp", "address", "signatory", "signatory_name", "signatory_position",
            "authority", "authority_number", "authority_until", "way",
        ]  # fmt: skip
        widgets = {"authority": forms.RadioSelect, "authority_until": DayInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        heads = heads_at(self.instance.organisation)
        fields["signatory"].queryset = User.objects.filter(pk__in=heads.values("user"))
        ways = KINDS[self.instance.agreement.kind].ways
        fields["way"].choices = [one for one in SigningWay.choices if one[0] in ways]
        fields["authority"].choices = Authority.choices
        fields["kpp"].widget.attrs["inputmode"] = "numeric"

    def clean_kpp(self) -> str:
        kpp = str(self.cleaned_data["kpp"]).replace(" ", "")
        if kpp and not (len(kpp) == 9 and kpp[:4].isdecimal() and kpp[6:].isdecimal() and kpp.isascii()):
            raise forms.ValidationError(_("KPP has nine characters."))
        return kpp

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("authority") == Authority.CHARTER:
            return data | {"authority_number": "", "authority_until": None}
        for name in ("authority_number", "authority_until"):
            if not data.get(name) and name not in self.errors:
                self.add_error(name, _("A power of attorney has a number and a last day."))
        if data.get("way") == SigningWay.CODE and not data.get("signatory"):
            self.add_error("signatory", _("The code goes to an account: choose whose."))
        return data

    def _get_validation_exclusions(self) -> set[str]:
        """What is said beside its field is not said twice."""
        told = {"authority"} if {"authority_number", "authority_until"} & self.errors.keys() else set()
        return super()._get_validation_exclusions() | told  # type: ignore[misc]  # Django's, not in its stubs

    @property
    def typed(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class PromiseForm(OnceForm):
    """Its key comes with the form, so that what is sent twice is promised once."""

    kind = forms.ChoiceField(label=_("Kind"), choices=ObligationKind)
    what = LineField(label=_("What is promised"), max_length=500)
    owner = forms.TypedChoiceField(label=_("Who promises it"), coerce=int, widget=forms.RadioSelect)
    beneficiary = forms.TypedChoiceField(label=_("To whom"), coerce=int, widget=forms.RadioSelect)
    amount = forms.DecimalField(
        label=pgettext_lazy("of a promise", "Amount"),
        required=False,
        min_value=0,
        max_digits=14,
        decimal_places=2,
        help_text=_("Where there is one, progress is counted up to it"),
    )
    due_on = forms.DateField(label=_("Due"), required=False, validators=PLAUSIBLE, widget=DayInput)
    evidence = LineField(
        label=_("Shown by"),
        max_length=300,
        required=False,
        help_text=_("What the other side will look at: a report, an order, a page"),
    )

    def __init__(self, data: Any = None, *, agreement: Agreement, promise: Promise | None = None) -> None:
        known = promise and {name: getattr(promise, name) for name in PROMISED}
        super().__init__(data, initial=known or {"beneficiary": 0})
        parties = [(one.position, str(one)) for one in agreement.parties.select_related("organisation")]
        fields: Any = self.fields
        fields["owner"].choices = parties
        fields["beneficiary"].choices = [(0, gettext("All the other parties")), *parties]
        self.promise = promise

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("owner") and data.get("owner") == data.get("beneficiary"):
            self.add_error("beneficiary", _("Nobody promises anything to themselves."))
        if data.get("amount") == 0:
            self.add_error("amount", _("An amount is more than nothing."))
        return data

    @property
    def written(self) -> Promise:
        data = {name: self.cleaned_data[name] for name in PROMISED}
        amount, due_on = data["amount"], data["due_on"]
        data |= {
            "amount": f"{amount.normalize():f}" if amount is not None else "",
            "due_on": due_on.isoformat() if due_on else "",
        }
        return Promise(**data, key=self.promise.key if self.promise else sha256_of(self.key)[:8])


PROMISED = ("kind", "what", "owner", "beneficiary", "amount", "due_on", "evidence")


class FileForm(forms.Form):
    title = LineField(label=_("Title"), max_length=150, required=False, help_text=_("Empty: the name of the file"))
    document = DocumentField(label=_("Document"), help_text=_("PDF, DOCX, JPEG or PNG, up to 10 MB"))


class SubmitForm(forms.Form):
    approvers = forms.ModelMultipleChoiceField(
        User.objects.none(),
        label=_("Who reviews it"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Heads and coordinators of your organisation. None chosen: its heads but for you"),
    )
    asks_office = forms.BooleanField(label=_("Ask the office of the association to look at it as well"), required=False)

    def __init__(self, data: Any = None, *, organisation: Organisation, by: User, office_reviews: bool) -> None:
        super().__init__(data)
        fields: Any = self.fields
        own = Representative.objects.active().filter(organisation=organisation, role__in=("head", "coordinator"))
        people = User.objects.filter(pk__in=own.values("user"), is_active=True).exclude(pk=by.pk)
        fields["approvers"].queryset = people.order_by("last_name", "pk")
        if not people:
            del fields["approvers"]
        if office_reviews:
            fields["asks_office"].initial = True
            fields["asks_office"].disabled = True
            fields["asks_office"].help_text = _("The association reviews each agreement of this kind.")


class VerdictForm(forms.Form):
    """Approved, or given back with a reason."""

    APPROVE, RETURN = "approve", "return"
    verdict = forms.ChoiceField(choices=[(APPROVE, ""), (RETURN, "")], widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("What is to be changed"),
        max_length=2000,
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("Needed to return it; the author reads it"),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("verdict") == self.RETURN and not data.get("reason", "").strip():
            self.add_error("reason", _("Say what is to be changed."))
        return data


class FollowForm(OnceForm):
    """Nothing is asked but to press."""
