"""Development only: the letters the portal has written, readable in the browser."""

import email
import email.policy
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Letter:
    to: str
    subject: str
    date: str
    text: str


@login_not_required
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    files = sorted(Path(settings.EMAIL_FILE_PATH).glob("*.log"), reverse=True)[:SHOWN]
    return render(request, "pages/mailbox.html", {"letters": [_letter(file) for file in files]})


def _letter(file: Path) -> Letter:
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    body = message.get_body(("plain",))
    return Letter(message["To"], message["Subject"], message["Date"], body.get_content() if body else "")
