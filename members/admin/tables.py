"""Organisations as XLSX and CSV: export of the list as it is filtered, import with a preview."""

from pathlib import PurePath
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export.admin import ImportExportMixin
from import_export.forms import ConfirmImportForm
from import_export.results import Result
from import_export.tmp_storages import CacheStorage
from unfold.contrib.import_export.forms import ExportForm, ImportForm
from unfold.widgets import UnfoldAdminFileFieldWidget

from common.errors import RuleViolated
from common.tables import FORMATS as TABLES
from common.tables import MAX_BYTES, MAX_ROWS, Xlsx, unreadable
from members.organisations.resources import OrganisationResource, template_book

FORMATS = [*TABLES.values()]


class TableExportForm(ExportForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("format", "0")


class TableFileField(forms.FileField):
    widget = UnfoldAdminFileFieldWidget

    def __init__(self, *, most_rows: int) -> None:
        text = _("XLSX or CSV, up to %(rows)d rows and 5 MB") % {"rows": most_rows}
        super().__init__(label=_("File to import"), help_text=text)
        self.widget.attrs["accept"] = ",".join(TABLES)

    def clean(self, data: Any, initial: Any = None) -> Any:
        upload = super().clean(data, initial)
        if upload.size > MAX_BYTES:
            raise ValidationError(_("The file is larger than 5 MB."))
        if not upload.name.lower().endswith(tuple(TABLES)):
            raise ValidationError(_("This is neither an XLSX nor a CSV file."))
        return upload


class TableImportForm(ImportForm):
    """Only the file is asked for: its name tells the format."""

    import_file = TableFileField(most_rows=MAX_ROWS)

    def __init__(self, formats: list, resources: list, **kwargs: Any) -> None:
        super().__init__(formats, resources, **kwargs)
        self.fields["format"].required = False
        self.fields["format"].widget = forms.HiddenInput()

    @property
    def media(self) -> forms.Media:
        """The library's script guesses the format, which nobody chooses here."""
        return forms.Media()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if upload := data.get("import_file"):
            data["format"] = str([*TABLES].index(PurePath(upload.name).suffix.lower()))
        return data


class TableConfirmForm(ConfirmImportForm):
    """What it holds was written by the portal; whoever wrote something else starts again."""

    format = forms.ChoiceField(choices=[(str(index), "") for index in range(len(FORMATS))], widget=forms.HiddenInput)
    resource = forms.ChoiceField(choices=[("0", "")], required=False, widget=forms.HiddenInput)


class UploadInCache(CacheStorage):
    """Between preview and confirmation, whichever process answers; what is never confirmed goes by itself."""

    CACHE_LIFETIME = 60 * 60  # s

    def read(self) -> bytes:
        content = super().read()
        if content is None:
            text = gettext("The uploaded table is no longer kept. Please upload it again.")
            raise RuleViolated(text, code="upload_gone")
        return content


def book_response(content: bytes, *, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=Xlsx.CONTENT_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


class OrganisationTablesMixin(ImportExportMixin):
    """First what would change, row by row; then all of it or nothing."""

    formats = FORMATS
    resource_classes = [OrganisationResource]
    export_form_class = TableExportForm
    import_form_class = TableImportForm
    confirm_form_class = TableConfirmForm
    tmp_storage_class = UploadInCache

    def get_urls(self) -> list:
        app, model = self.get_model_info()
        view = self.admin_site.admin_view(self.import_template)
        template = path("import/template/", view, name=f"{app}_{model}_import_template")
        return [template, *super().get_urls()]

    def import_template(self, request: HttpRequest) -> HttpResponse:
        """A table with the headings, and a second sheet that explains them."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        book = template_book(OrganisationResource.COLUMNS, title=gettext("Organisations"))
        return book_response(book, name=f"{self.get_model_info()[1]}s.xlsx")

    def get_import_context_data(self, **kwargs: Any) -> dict[str, Any]:
        app, model = self.get_model_info()
        template_url = reverse(f"admin:{app}_{model}_import_template")
        return {"template_url": template_url, "columns": OrganisationResource.COLUMNS}

    def get_import_data_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        """One row with a mistake, and nothing at all is written."""
        return {**super().get_import_data_kwargs(**kwargs), "rollback_on_validation_errors": True}

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not self.has_import_permission(request):
            raise PermissionDenied
        if request.method == "POST" and not self.create_confirm_form(request).is_valid():
            raise BadRequest
        return super().process_import(request, **kwargs)

    def process_result(self, result: Result, request: HttpRequest) -> HttpResponse:
        if result.has_errors() or result.has_validation_errors():
            text = _("Nothing was imported: since the preview the data have changed. Please check the table again.")
            self.message_user(request, text, messages.ERROR)
            app, model = self.get_model_info()
            return HttpResponseRedirect(reverse(f"admin:{app}_{model}_import"))
        return super().process_result(result, request)

    def add_data_read_fail_error_to_form(self, form: forms.Form, e: Exception) -> None:
        form.add_error("import_file", e if isinstance(e, ValidationError) else unreadable())

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request) and self.has_change_permission(request)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)
