"""What the portal writes by itself."""

import datetime

import factory
from django.utils import timezone

from common.models import MailState, OutgoingMail
from tests.factories.members import ModelFactory


class OutgoingMailFactory(ModelFactory[OutgoingMail]):
    """A letter that failed, as it is the one that somebody has to look at."""

    class Meta:
        model = OutgoingMail

    purpose = "system"
    priority = 1
    language = "ru"
    sender = "portal@example.org"
    recipient = "reader@example.org"
    domain = "example.org"
    subject = "Тема"
    text = "Слова письма"
    html = "<p>Письмо</p>"
    give_up_at = factory.LazyFunction(lambda: timezone.now() + datetime.timedelta(days=3))
    message_id = factory.Sequence(lambda n: f"<{n}@example.org>")
    state = MailState.FAILED
    tried_at = factory.LazyFunction(timezone.now)
    finished_at = factory.LazyFunction(timezone.now)
