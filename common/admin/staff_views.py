from django.contrib import admin
from unfold.contrib.filters.admin import ChoicesCheckboxFilter, RangeDateFilter

from common.admin.base import ModelAdmin, ReadOnly
from common.models import PersonalDataView


@admin.register(PersonalDataView)
class PersonalDataViewAdmin(ReadOnly, ModelAdmin):
    list_display = ["at", "staff", "person", "kind", "record", "address"]
    list_filter = [("at", RangeDateFilter), ("kind", ChoicesCheckboxFilter)]
    list_select_related = ["staff", "person"]
    search_fields = ["address", "record"]
    fields = ["at", "staff", "role", "person", "kind", "record", "address"]
