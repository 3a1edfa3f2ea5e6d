"""Texts of consents, and who agreed to which. A text that is in use is never edited: a new version takes its place."""

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesCheckboxFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextInputWidget

from common.admin import HistoryModelAdmin, ModelAdmin, ReadOnly
from common.admin.single import SingleAction, after_question
from members.consents.services import publish_consent_text, set_publication, text_in_force
from members.models import (
    Consent,
    ConsentPurpose,
    ConsentText,
    ConsentWay,
    PublicationBasis,
    PublicItem,
    PublicPerson,
    User,
)


class ConsentTextForm(forms.ModelForm):
    def clean(self) -> dict[str, Any]:
        """What the service refuses stands beside the field."""
        data = super().clean() or self.cleaned_data
        day = data.get("in_force_from")
        if self.instance.pk is None and day and day < timezone.localdate():
            self.add_error("in_force_from", _("A new text cannot be in force before it is published."))
        return data


@admin.register(ConsentText)
class ConsentTextAdmin(ModelAdmin):
    form = ConsentTextForm
    list_display = ["name", "in_force_from", "number_of_consents", "page"]
    list_filter = [("purpose", ChoicesCheckboxFilter)]
    search_fields = ["text"]
    fields = ["purpose", "in_force_from", "text", "text_en"]
    ordering = ["purpose", "-version"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ConsentText]:
        return super().get_queryset(request).annotate(given=Count("consents"))

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return ["purpose"] if obj else []

    def has_change_permission(self, request: HttpRequest, obj: ConsentText | None = None) -> bool:
        """Until its day: what is in force may be before somebody's eyes at this moment."""
        return super().has_change_permission(request, obj) and not (obj and obj.in_force_from <= timezone.localdate())

    def has_delete_permission(self, request: HttpRequest, obj: ConsentText | None = None) -> bool:
        """The one before would be in force again; whoever has published a wrong text publishes a right one."""
        return False

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new version begins with the words of the last one: ``?purpose=news``."""
        initial = super().get_changeform_initial_data(request)
        last = ConsentText.objects.filter(purpose=initial.get("purpose", "")).first()
        return {**initial, **({"text": last.text, "text_en": last.text_en} if last else {})}

    def save_model(self, request: HttpRequest, obj: ConsentText, form: forms.ModelForm, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        names = ("text", "text_en", "in_force_from")
        made = publish_consent_text(obj.purpose, **{name: form.cleaned_data[name] for name in names})
        obj.pk, obj.version = made.pk, made.version

    @display(description=_("text"), ordering="purpose")
    def name(self, text: ConsentText) -> str:
        return str(text)

    @display(description=_("consents"), ordering="given")
    def number_of_consents(self, text: ConsentText) -> int:
        return text.given  # type: ignore[attr-defined]

    @display(description=_("page"))
    def page(self, text: ConsentText) -> str:
        address = reverse("members:consent_text", args=[text.purpose, text.version])
        return format_html('<a href="{}">{}</a>', address, _("As people read it"))


class StandingFilter(admin.SimpleListFilter):
    title = _("in force")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("In force")), ("no", _("Withdrawn"))]

    def queryset(self, request: HttpRequest, consents: QuerySet[Consent]) -> QuerySet[Consent]:
        if self.value() in ("yes", "no"):
            return consents.filter(withdrawn_at__isnull=self.value() == "yes")
        return consents


@admin.register(Consent)
class ConsentAdmin(ReadOnly, ModelAdmin):
    holds_personal_data = True
    list_display = ["text", "item", "user", "public_person", "way", "given_at", "withdrawn_at"]
    list_filter = [StandingFilter, ("text__purpose", ChoicesCheckboxFilter), ("way", ChoicesCheckboxFilter)]
    list_select_related = ["text", "user", "public_person"]
    search_fields = ["user__email", "user__last_name", "public_person__name", "paper"]
    fields = [
        "text", "item", "words", "words_en", "user", "public_person",
        "way", "paper", "recorded_by", "given_at", "withdrawn_at",
    ]  # fmt: skip


class PaperForm(forms.Form):
    items = forms.MultipleChoiceField(
        label=_("Published by consent"),
        choices=PublicItem,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("Clear what was withdrawn. Nothing ticked: the person leaves the public pages."),
    )
    paper = forms.CharField(
        label=_("Where the paper is kept"), max_length=200, required=False, widget=UnfoldAdminTextInputWidget
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if {*data.get("items", ())} - {*self.initial["items"]} and not data.get("paper"):
            self.add_error("paper", _("A consent on paper needs the place where it is kept."))
        return data


if TYPE_CHECKING:
    _Admin = HistoryModelAdmin
else:
    _Admin = object


class PaperConsentMixin(_Admin):
    """On the page of a person in a public role: what they have agreed to on paper."""

    def save_model(self, request: HttpRequest, obj: PublicPerson, form: forms.ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        stale = obj.consents.standing().exclude(pk__in=obj.consents.holding())
        if obj.basis == PublicationBasis.CONSENT and stale.exists():
            text = _("The consent was given to other words. What has changed is not shown until a new one is given.")
            self.message_user(request, text, messages.WARNING)

    @action(description=_("Consent on paper"), icon="contract", permissions=["change"])
    def record_consent_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        staff = cast("User", request.user)
        single = SingleAction(
            _("Consent on paper"),
            lambda person, data: _record(person, by=staff, **data),
            _("The consent is recorded."),
            facts=_facts,
            form=PaperForm,
            initial=lambda person: {"items": [*person.consents.holding().values_list("item", flat=True)]},
            button=_("Save"),
        )
        return after_question(self, request, object_id, single)


def _facts(person: PublicPerson) -> list[tuple[str | Promise, object]]:
    text = text_in_force(ConsentPurpose.PUBLICATION)
    signed = format_html('<a href="{}">{}</a>', reverse("members:consent_text", args=[text.purpose]), text)
    return [
        (_("Role"), person.role),
        (_("Organisation"), person.organisation),
        (_("The text that the person has signed"), signed),
    ]


def _record(person: PublicPerson, *, items: list[str], paper: str, by: User) -> None:
    text = text_in_force(ConsentPurpose.PUBLICATION)
    set_publication(person, items=items, text=text, by=by, way=ConsentWay.PAPER, paper=paper)
