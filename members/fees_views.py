"""Papers of the fee."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from common.models import DocumentState
from common.private_files import private_file_response
from members.models import Invoice


@require_safe
def invoice_file(request: HttpRequest, number: str) -> HttpResponseBase:
    visible = Invoice.objects.visible_to(request.user).select_related("document")
    invoice = get_object_or_404(visible, number=number, document__state=DocumentState.MADE)
    name = _("Invoice %(number)s") % {"number": number}
    return private_file_response(invoice.document.file, name=f"{name}.pdf", content_type="application/pdf")
