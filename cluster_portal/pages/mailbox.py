"""Development only: the letters the portal has written, readable in the browser."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from common.mail.preview import shows_a_letter
from common.models import OutgoingMail

SHOWN = 50


@login_not_required
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/mailbox.html", {"letters": OutgoingMail.objects.all()[:SHOWN]})


@login_not_required
@require_safe
@shows_a_letter  # type: ignore[arg-type]
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse(get_object_or_404(OutgoingMail, pk=pk).html)
