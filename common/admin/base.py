"""Ground of the admin site: what its lists and forms share, and what waits for a decision of the staff."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.exceptions import FieldDoesNotExist, PermissionDenied, ValidationError
from django.db.models import Field, Max, Model, QuerySet, TextChoices
from django.db.models.options import Options
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise
from simple_history.admin import SimpleHistoryAdmin
from unfold import admin as unfold
from unfold.contrib.forms.widgets import WysiwygWidget

from common.caching import invalidate_public_pages
from common.html import RichTextField
from common.models import ViewKind
from common.staff_views import note_view


class RichTextWidget(WysiwygWidget):
    """Writes the tags that RichTextField keeps."""

    class Media:
        js = ("js/admin-editor.js",)


class WritesWhatChanged(admin.ModelAdmin):
    """Of an existing row writes the fields that differ in the form.

    A whole row, read without a lock, would undo what others wrote meanwhile: an ended membership would run again.
    """

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        if not change:
            super().save_model(request, obj, form, change)
        elif form.changed_data:
            save_columns(obj, form.changed_data)

    def save_formset(self, request: HttpRequest, form: forms.ModelForm, formset: Any, change: bool) -> None:
        """Rows that stand inside the page of another are written as that other is."""
        formset.save(commit=False)
        for row in formset.deleted_objects:
            row.delete()
        for row, names in formset.changed_objects:
            save_columns(row, names)
        for row in formset.new_objects:
            row.save()
        formset.save_m2m()


class ModelAdmin(unfold.ModelAdmin, WritesWhatChanged):
    formfield_overrides: ClassVar[dict[type, dict[str, Any]]] = {RichTextField: {"widget": RichTextWidget}}
    list_filter_submit = True
    list_per_page = 50
    show_full_result_count = False
    warn_unsaved_form = True
    # Whether a record holds data of a person: then who of the staff looked at it is logged (quality.md, «Privacy»).
    holds_personal_data = False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        response = super().change_view(request, object_id, form_url, extra_context)
        return self.note_view(request, object_id, response, ViewKind.PAGE)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        response = super().delete_view(request, object_id, extra_context)
        return self.note_view(request, object_id, response, ViewKind.PAGE)

    def note_view(self, request: HttpRequest, object_id: str, response: HttpResponse, kind: ViewKind) -> HttpResponse:
        """Of a page that was really shown, be it again with what a rule forbids."""
        if self.holds_personal_data and response.status_code in (HTTPStatus.OK, HTTPStatus.CONFLICT):
            record = self.get_object(request, object_id)
            for person in self.people_in(record, kind) if record else [None]:
                note_view(self.model, staff=request.user, person=person, kind=kind, address=request.path)
        return response

    def people_in(self, record: Model, kind: ViewKind) -> Iterable[Any]:
        """Whose data stand on that page."""
        return [self.person_in(record)]

    def person_in(self, record: Model) -> Any:
        return record if isinstance(record, get_user_model()) else getattr(record, "user", None)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """What the address proposes for a new row; a value that its field cannot hold is left out."""
        initial: dict[str, Any] = {}
        for name, value in super().get_changeform_initial_data(request).items():
            try:
                initial[name] = _understood(self.opts, name, value)
            except ValidationError:
                continue
        return initial

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        """A deletion of many goes past ``delete``, which would have made the public pages old."""
        super().delete_queryset(request, queryset)
        invalidate_public_pages()


class HistoryModelAdmin(SimpleHistoryAdmin, ModelAdmin):
    """With the history of a record, for reading: an old state is never written back over later work."""

    def revert_disabled(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        _refuse_no_number(object_id)
        response = super().history_view(request, object_id, extra_context)
        return self.note_view(request, object_id, response, ViewKind.HISTORY)

    def set_history_delta_changes(self, request: HttpRequest, historical_records: Any, **kwargs: Any) -> None:
        """The library's list would show a reason that nobody gave as “None”."""
        super().set_history_delta_changes(request, historical_records, **kwargs)
        for record in historical_records:
            record.history_change_reason = record.history_change_reason or ""

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The library lets whoever may view a record revert it by a POST, so none is taken."""
        if request.method != "GET":
            raise PermissionDenied
        _refuse_no_number(object_id, version_id)
        response = super().history_form_view(request, object_id, version_id, extra_context)
        return self.note_view(request, object_id, response, ViewKind.HISTORY)


def save_columns(row: Model, names: Iterable[str]) -> None:
    """Write these fields, the time of the change, and nothing else of the row."""
    chosen = {*names}
    fields = row._meta.concrete_fields
    row.save(update_fields=[one.name for one in fields if one.name in chosen or getattr(one, "auto_now", False)])


def _understood(opts: Options, name: str, value: Any) -> Any:
    """``value``, which stands in an address, as the field of this name holds it."""
    try:
        field = opts.get_field(name)
    except FieldDoesNotExist:
        return value
    if not isinstance(field, Field):
        return value
    target: Field = getattr(field, "target_field", field)
    return [target.to_python(one) for one in value] if isinstance(value, list) else target.to_python(value)


def _refuse_no_number(*keys: str) -> None:
    if not all(key.isdecimal() for key in keys):
        raise Http404


def colours(choices: type[TextChoices], chosen: Mapping[str, str]) -> dict[str, str | None]:
    """For the labels of a list. Of a choice that is not there the theme would show its name in the code."""
    return {**dict.fromkeys([*choices]), **chosen}


class ReadOnly:
    """For what is written by the portal alone."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnlyInline(ReadOnly, unfold.TabularInline):
    extra = 0
    tab = True


class MoveInline(ReadOnlyInline):
    """Moves of a record from state to state."""

    fields = ["at", "source", "target", "by", "reason"]
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("by")


def since_last_move(records: QuerySet) -> QuerySet:
    """Longest waiting first, with ``waits_since``. Their rows of history are their ``moves``."""
    return records.annotate(waits_since=Max("moves__at")).order_by("waits_since", "pk")


@dataclass(frozen=True, slots=True)
class Decision:
    """A kind of thing that waits for the staff. Each domain names its own; the start page shows them together."""

    title: str | Promise
    icon: str  # of Material Symbols
    waiting: Callable[[], QuerySet]  # longest waiting first, annotated with ``waits_since`` (a moment, a day or None)
    query: str  # of the address of the list that shows the same
    permission: str = ""  # to decide, where it is not that to change such rows
    owner: str = ""  # the field that names whose it is, where only they are to be asked; what is nobody's, everybody is
