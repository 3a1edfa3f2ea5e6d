"""What organisations are offered and asked when they join; edited here, shown on the public page at once."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesCheckboxFilter, DropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from common.admin import HistoryModelAdmin
from members.applying.questionnaire import is_answered
from members.models import JoinConditions, Kind, Question


def preview_of(kind: str) -> str:
    return reverse("members:join_preview", args=[kind])


@admin.register(JoinConditions)
class JoinConditionsAdmin(HistoryModelAdmin):
    list_display = ["kind", "promise", "is_open", "preview"]
    search_fields = ["summary", "summary_en"]
    fieldsets = [
        (None, {"fields": ["kind", "is_open", ("summary", "summary_en"), "preview"]}),
        (_("Terms"), {"fields": [("gets", "gets_en"), ("gives", "gives_en"), ("asked", "asked_en")]}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return ["kind", "preview"] if obj else ["preview"]

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A kind that joins no more is closed."""
        return False

    @display(description=_("in one sentence"))
    def promise(self, conditions: JoinConditions) -> str:
        return conditions.promise

    @display(description=_("form of the application"))
    def preview(self, conditions: JoinConditions) -> str:
        if not conditions.kind:
            return "—"
        return format_html(
            '<a href="{}" target="_blank">{}</a>', preview_of(conditions.kind), _("As applicants see it")
        )


class KindFilter(DropdownFilter):
    title = _("asked of")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [*Kind.choices]

    def queryset(self, request: HttpRequest, questions: Any) -> Any:
        return questions.filter(kinds__contains=[self.value()]) if self.value() in Kind.values else questions


class QuestionForm(forms.ModelForm):
    kinds = forms.MultipleChoiceField(label=_("Asked of"), choices=Kind, widget=UnfoldAdminCheckboxSelectMultipleWidget)


@admin.register(Question)
class QuestionAdmin(HistoryModelAdmin):
    form = QuestionForm
    list_display = ["title", "type", "asked_of", "is_required", "is_active", "position"]
    list_filter = [KindFilter, ("type", ChoicesCheckboxFilter), ("is_active", BooleanRadioFilter)]
    search_fields = ["label", "label_en", "key"]
    fieldsets = [
        (None, {"fields": ["key", ("label", "label_en"), ("help", "help_en"), "type", ("choices", "choices_en")]}),
        (_("Whom and when"), {"fields": ["kinds", ("is_required", "is_active"), "position", "preview"]}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Question | None = None) -> list[str]:
        """What answers are kept under, and how they are read, is not changed under them."""
        return ["preview", "key", "type"] if obj and is_answered(obj) else ["preview"]

    def has_delete_permission(self, request: HttpRequest, obj: Question | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and is_answered(obj))

    @display(description=_("question"), ordering="label")
    def title(self, question: Question) -> str:
        return question.title

    @display(description=_("asked of"))
    def asked_of(self, question: Question) -> str:
        if {*question.kinds} == {*Kind.values}:
            return str(_("all"))
        return ", ".join(str(Kind(kind).label) for kind in question.kinds)

    @display(description=_("form of the application"))
    def preview(self, question: Question) -> str:
        links = ((preview_of(kind), Kind(kind).label) for kind in question.kinds or ())
        return format_html_join(", ", '<a href="{}" target="_blank">{}</a>', links) or "—"
