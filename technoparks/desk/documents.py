"""Papers of a machine in the dashboard of its host."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from common.errors import RuleViolated
from common.forms import DocumentField
from common.posted import posted_key
from common.private_pages import private_page
from technoparks.desk.access import tended
from technoparks.desk.machines import own_machines
from technoparks.documents import attach_document
from technoparks.models import EquipmentDocument


class EquipmentDocumentForm(forms.Form):
    title = EquipmentDocument._meta.get_field("title").formfield(
        required=False, help_text=gettext_lazy("Empty: the name of the file")
    )
    document = DocumentField(
        label=gettext_lazy("Document"), help_text=gettext_lazy("PDF, DOCX, JPEG or PNG, up to 10 MB")
    )
    is_public = EquipmentDocument._meta.get_field("is_public").formfield()


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_equipment_documents(request: HttpRequest, slug: str, machine: int) -> HttpResponse:
    organisation = tended(request, slug)
    found = get_object_or_404(own_machines(organisation), pk=machine)
    is_sent, status = request.method == "POST" and "remove" not in request.POST, 200
    form = EquipmentDocumentForm(*((request.POST, request.FILES) if is_sent else ()))
    if request.method == "POST" and not is_sent:
        get_object_or_404(found.documents, pk=posted_key(request.POST["remove"])).delete()
        messages.success(request, _("Removed."))
        return redirect(request.path)
    if is_sent and form.is_valid():
        try:
            attach_document(found, **form.cleaned_data)
        except RuleViolated as error:
            form.add_error(None, error.message)
            status = 409
        else:
            messages.success(request, _("The document is attached."))
            return redirect(request.path)
    context = {"organisation": organisation, "machine": found, "documents": found.documents.all(), "form": form}
    return render(request, "technoparks/dashboard_equipment_documents.html", context, status=status)
