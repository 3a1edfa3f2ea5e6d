"""The live style guide: every component in every state, for those who build pages."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


@login_not_required
def style_guide(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/style_guide.html")
