from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from common.admin import ModelAdmin
from members.models import Direction, Region


class CountsOrganisations(ModelAdmin):
    """Shows how many organisations stand behind each row."""

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(number=Count("organisations"))

    @display(description=_("organisations"), ordering="number")
    def number(self, row: Region | Direction) -> int:
        return row.number  # type: ignore[union-attr]


@admin.register(Region)
class RegionAdmin(CountsOrganisations):
    list_display = ["name", "code", "abbreviation", "time_zone", "number"]
    search_fields = ["name", "name_en", "code"]
    fieldsets = [
        (None, {"fields": ["code", ("name", "name_en"), ("abbreviation", "abbreviation_en"), "time_zone"]}),
        (_("Place on the tile map"), {"fields": [("tile_row", "tile_column")]}),
    ]


@admin.register(Direction)
class DirectionAdmin(CountsOrganisations):
    list_display = ["name", "name_en", "slug", "position", "number"]
    search_fields = ["name", "name_en", "slug"]
