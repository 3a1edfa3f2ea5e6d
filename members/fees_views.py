"""Papers of the membership."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from common.models import DocumentState
from common.private_files import private_file_response
from members.models import Invoice, MembershipCertificate


@require_safe
def certificate_file(request: HttpRequest, number: str) -> HttpResponseBase:
    visible = MembershipCertificate.objects.visible_to(request.user).select_related("document")
    certificate = get_object_or_404(visible, number=number, document__state=DocumentState.MADE)
    name = _("Certificate of membership %(number)s") % {"number": number}
    return private_file_response(certificate.document.file, name=f"{name}.pdf", content_type="application/pdf")


@require_safe
def invoice_file(request: HttpRequest, number: str) -> HttpResponseBase:
    visible = Invoice.objects.visible_to(request.user).select_related("document")
    invoice = get_object_or_404(visible, number=number, document__state=DocumentState.MADE)
    name = _("Invoice %(number)s") % {"number": number}
    return private_file_response(invoice.document.file, name=f"{name}.pdf", content_type="application/pdf")
