"""Texts from which drafts start, with their clauses numbered as the parties will read them."""

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesCheckboxFilter
from unfold.decorators import display

from agreements.models import AgreementTemplate
from agreements.terms import HEADING, numbered, parsed
from common.admin import ModelAdmin


@admin.register(AgreementTemplate)
class AgreementTemplateAdmin(ModelAdmin):
    list_display = ["title", "kind", "needs_office", "is_offered", "updated_at"]
    list_filter = [("kind", ChoicesCheckboxFilter)]
    search_fields = ["title", "title_en", "text"]
    fields = [
        "kind",
        ("title", "title_en"),
        ("needs_office", "is_offered", "position"),
        "text",
        "clauses",
        "text_en",
        "clauses_en",
    ]
    readonly_fields = ["clauses", "clauses_en"]

    @display(description=_("as it is numbered, once saved"))
    def clauses(self, template: AgreementTemplate) -> SafeString | str:
        return _drawn(template.text)

    @display(description=_("the English text as it is numbered"))
    def clauses_en(self, template: AgreementTemplate) -> SafeString | str:
        return _drawn(template.text_en)


def _drawn(text: str) -> SafeString | str:
    shown = numbered(parsed(text))
    if not shown:
        return "—"
    rows = (
        (
            format_html("<strong>{} {}</strong>", one.number, one.clause.text)
            if one.clause.level == HEADING
            else format_html("{} {}", one.number, one.clause.text),
        )
        for one in shown
    )
    return format_html("<div>{}</div>", format_html_join("", "<p>{}</p>", rows))
