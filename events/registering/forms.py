"""What is asked of whoever comes to an event."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from common.caching import kept_until_change
from common.forms import OnceForm
from common.one_line import one_line
from events.models import Event, FeedbackQuestion, RegistrationQuestion, TicketPool
from events.registering.offers import Offer, offers_of, pools_of, questions_of
from events.registering.places import POOL_GONE
from events.registering.registrations import Asked
from members.consents.forms import TextField, consent_label
from members.consents.services import text_in_force
from members.models import ConsentPurpose, ConsentText, Organisation

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from members.models import User

LONGEST_ANSWER = 500  # characters


class OneLine(forms.CharField):
    """A name or the like: what was pasted with line breaks, or with what nobody sees, is one line all the same."""

    def to_python(self, value: Any) -> str:
        return one_line(super().to_python(value) or "")


class OfferedForm(OnceForm):
    """Chooses one of the pools, and answers the organiser's questions."""

    pool = forms.TypedChoiceField(
        label=_("How you take part"),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": POOL_GONE},
    )
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(),
        label=_("Which organisation you come from"),
        required=False,
        empty_label=_("From none, by myself"),
    )
    consent = forms.MultipleChoiceField(
        label=_("Consent"), widget=forms.CheckboxSelectMultiple, error_messages=TextField.default_error_messages
    )

    def __init__(self, data: Any = None, files: Any = None, *, event: Event, own: Sequence[Organisation]) -> None:
        super().__init__(data, files)
        fields: dict[str, Any] = self.fields
        self.event, self.own = event, own
        self.pools = {pool.pk: pool for pool in self.pools_to_choose()}
        fields["pool"].choices = [(key, pool.title) for key, pool in self.pools.items()]
        fields["pool"].initial = next(iter(self.pools), None)
        self._ask_of(own)
        self.questions = questions_of(event)
        for question in self.questions:
            fields[f"question_{question.pk}"] = field_of(question)
        self.text = _text_in_force()
        fields["consent"].choices = [(str(self.text.pk), consent_label(self.text))]
        self.order_fields([name for name in fields if name != "consent"])

    def _ask_of(self, own: Sequence[Organisation]) -> None:
        """Only who acts for an organisation may come from one."""
        field: Any = self.fields["organisation"]
        if own:
            field.queryset = Organisation.objects.filter(pk__in=[one.pk for one in own]).order_by("sort_name")
        else:
            del self.fields["organisation"]

    def pools_to_choose(self) -> list[TicketPool]:
        return pools_of(self.event)

    def count_places(self) -> None:
        """Say beside each pool what is free. For a form that is shown; one that was sent needs no count."""
        field: Any = self.fields["pool"]
        offers = offers_of(self.event, own=[one.pk for one in self.own])
        field.choices = [(offer.pool.pk, _label(offer)) for offer in offers if offer.pool.pk in self.pools]

    @property
    def chosen_pool(self) -> TicketPool:
        return self.pools[self.cleaned_data["pool"]]

    @property
    def answers(self) -> dict[str, str]:
        """In the words of the organiser, so that they can be read when the question has changed."""
        found = {question.label: self.cleaned_data[f"question_{question.pk}"] for question in self.questions}
        return {label: gettext("yes") if answer is True else answer for label, answer in found.items() if answer}


class RegistrationForm(OfferedForm):
    """Whoever has an account is asked for no address, and for a name only where the account has none."""

    name = OneLine(label=_("First and last name"), max_length=150, widget=forms.TextInput({"autocomplete": "name"}))
    email = forms.EmailField(
        label=_("E-mail"),
        help_text=_("A letter with a link goes there; the place is kept when you press the button it leads to"),
        widget=forms.EmailInput({"autocomplete": "email"}),
    )
    field_order = ["request_key", "pool", "name", "email", "organisation"]

    def __init__(self, data: Any = None, *, user: "User | AnonymousUser", **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.user = user if user.is_authenticated else None
        if self.user:
            del self.fields["email"]
            if self.user.get_full_name():
                del self.fields["name"]

    def to_ask(self) -> Asked:
        typed: Mapping[str, Any] = self.cleaned_data
        return Asked(
            name=typed.get("name") or (self.user.get_full_name() if self.user else ""),
            email=self.user.email if self.user else typed["email"],
            user=self.user,
            organisation=typed.get("organisation"),
            language=get_language() or "ru",
            answers=self.answers,
            consent_text=self.text,
            key=self.key,
        )


def field_of(question: RegistrationQuestion | FeedbackQuestion) -> forms.Field:
    match question.type:
        case RegistrationQuestion.Type.CHECK:
            return forms.BooleanField(label=question.title, required=question.is_required)
        case RegistrationQuestion.Type.CHOICE:
            choices = choices_of(question)
            return forms.ChoiceField(
                label=question.title, choices=choices, required=question.is_required, widget=forms.RadioSelect
            )
    return OneLine(label=question.title, required=question.is_required, max_length=LONGEST_ANSWER)


def choices_of(question: RegistrationQuestion | FeedbackQuestion) -> list[tuple[str, str]]:
    """The answer that is kept, and what this reader sees."""
    kept, shown = question.choices.splitlines(), question.options.splitlines()
    return [*zip(kept, shown if len(shown) == len(kept) else kept, strict=True)]


def _label(offer: Offer) -> str:
    return format_html('<span>{} <small class="soft">{}</small></span>', offer.pool.title, offer.words)


def _text_in_force() -> ConsentText:
    key = f"text of registrations {timezone.localdate()}"  # tomorrow another one may be in force
    return kept_until_change(key, lambda: text_in_force(ConsentPurpose.REGISTRATION))
