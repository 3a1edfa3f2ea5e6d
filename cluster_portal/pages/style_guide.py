"""The live style guide: every component in every state, for those who build pages."""

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from cluster_portal.pages.style_guide_events import example_events
from common.charts import Bar
from common.tiles import Tile
from members.models import Kind, Organisation, ProfileChange, ProfileChangeState
from members.organisations.filters import Overview
from members.organisations.profile_changes import Difference

COLOURS = ["paper", "wash", "raised", "ink", "soft", "line", "edge", "accent", "accent-strong", "accent-wash", "warn",
           "warn-wash", "calm", "calm-wash"]  # fmt: skip
TEXTS = ["3xl", "2xl", "xl", "l", "m", "s"]
ICONS = ["search", "sliders-horizontal", "download", "pencil", "globe", "circle-user", "log-in", "check", "x", "info",
         "triangle-alert", "circle-check"]  # fmt: skip


class ExampleForm(forms.Form):
    """Every native control."""

    name = forms.CharField(label=_("Text"), help_text=_("Help stands under the field"))
    note = forms.CharField(label=_("Long text"), widget=forms.Textarea({"rows": 3}), required=False)
    kind = forms.ChoiceField(label=_("Choice from a list"), choices=Kind.choices)
    role = forms.ChoiceField(label=_("One of a few"), choices=[("a", _("One")), ("b", _("Other"))],
                             widget=forms.RadioSelect)  # fmt: skip
    days = forms.MultipleChoiceField(label=_("Several"), choices=[("a", _("One")), ("b", _("Other"))],
                                     widget=forms.CheckboxSelectMultiple, required=False)  # fmt: skip
    day = forms.DateField(label=_("Date"), widget=forms.DateInput({"type": "date"}), required=False)
    file = forms.FileField(label=_("File"), required=False)
    agreed = forms.BooleanField(label=_("I have read the rules"))


class ExampleDecision(forms.Form):
    accept = forms.MultipleChoiceField(required=False)


def _differences() -> dict[str, list[Difference]]:
    """One that waits, of which a part is overtaken, and one that was decided."""
    about = _("A lyceum for those who want to know how things work.")
    return {
        "waiting": [
            Difference("about", f"<p>{about}</p>", f"<p><strong>{about}</strong></p>", False, is_rich=True),
            Difference("city", "Рязань", "Ряжск", is_overtaken=True, is_rich=False),
        ],
        "decided": [
            Difference("short_name", "Лицей № 1", "Лицей № 1 «Вектор»", False, is_rich=False),
            Difference("website", "https://example.org", "", False, is_rich=False),
            Difference("logo", "", "logo.webp", False, is_rich=False),
        ],
    }


@login_not_required
@require_safe
def style_guide(request: HttpRequest) -> HttpResponse:
    overview = Overview.load()
    bars = [Bar(label, number, kind=kind) for number, (kind, label) in enumerate(Kind.choices, 1)]
    context = {
        "colours": COLOURS,
        "texts": TEXTS,
        "icons": ICONS,
        "kinds": Kind.choices,
        "directions": overview.directions.values(),
        "fresh_form": ExampleForm(prefix="fresh"),
        "wrong_form": ExampleForm({}, prefix="wrong"),
        "bars": bars,
        "most": len(bars),
        "tiles": [
            Tile.of_region(region, number=position % 9, url="#tiles", chosen=position == 1)
            for position, region in enumerate(overview.regions.values())
            if region.has_tile
        ],
        "chips": [{"label": label, "url": "#chips"} for _kind, label in Kind.choices[:3]],
        "page": Paginator(range(200), 10).page(7),
        "organisations": Organisation.objects.published().select_related("region")[:3],
        "differences": _differences(),
        "waiting": ProfileChange(),
        "decided": ProfileChange(state=ProfileChangeState.ACCEPTED, accepted_fields=["short_name"]),
        "decision": ExampleDecision({"accept": ["about"]}),
        "events": example_events(),
    }
    return render(request, "pages/style_guide.html", context)
