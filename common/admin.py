"""Ground of the admin site: what its lists and forms share, and what waits for a decision of the staff."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from simple_history.admin import SimpleHistoryAdmin
from unfold import admin as unfold
from unfold.contrib.forms.widgets import WysiwygWidget

from common.caching import invalidate_public_pages
from common.html import RichTextField


class RichTextWidget(WysiwygWidget):
    """Writes the tags that RichTextField keeps."""

    class Media:
        js = ("js/admin-editor.js",)


class ModelAdmin(unfold.ModelAdmin):
    formfield_overrides: dict[type, dict[str, Any]] = {RichTextField: {"widget": RichTextWidget}}
    list_filter_submit = True
    list_per_page = 50
    show_full_result_count = False
    warn_unsaved_form = True

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        """A deletion of many goes past ``delete``, which would have made the public pages old."""
        super().delete_queryset(request, queryset)
        invalidate_public_pages()


class HistoryModelAdmin(SimpleHistoryAdmin, ModelAdmin):
    """With the history of a record, for reading: an old state is never written back over later work."""

    def revert_disabled(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The library lets whoever may view a record revert it by a POST, so none is taken."""
        if request.method != "GET":
            raise PermissionDenied
        return super().history_form_view(request, object_id, version_id, extra_context)


class ReadOnlyInline(unfold.TabularInline):
    extra = 0
    tab = True

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class Decision:
    """A kind of thing that waits for the staff. Each domain names its own; the start page shows them together."""

    title: str | Promise
    icon: str  # of Material Symbols
    waiting: Callable[[], QuerySet]  # longest waiting first, annotated with ``waits_since`` (a moment, a day or None)
    query: str  # of the address of the list that shows the same
