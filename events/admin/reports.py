"""From the office to what follows an event: the pages are those of its organiser."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from events.models import Event


class ReportMixin:
    """For the admin of events."""

    @action(description=_("Report and feedback"), icon="monitoring", permissions=["change"])
    def report_this(self: Any, request: HttpRequest, object_id: str) -> HttpResponse:
        event = self.get_object(request, object_id)
        link = event and event.organiser_links.select_related("organisation").first()
        if link is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        place = {"slug": link.organisation.slug, "event": event.slug}
        return HttpResponseRedirect(reverse("events:dashboard_event_report", kwargs=place))


def report_actions(event: Event) -> set[str]:
    """Once it has begun; the address of the page names an organiser."""
    return {"report_this"} if event.has_begun and event.organiser_links.exists() else set()
