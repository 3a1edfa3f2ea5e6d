"""Events as RSS 2.0: what was announced lately, with the filters of the list."""

import datetime

from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.times import when
from events.models import Event
from events.models.event import EventQuerySet
from events.public.filters import Selection
from events.public.listing import place_of
from members.organisations.filters import Overview

MOST = 50


class EventFeed(Feed):
    def get_object(self, request: HttpRequest) -> Selection:
        return Selection.asked(request.GET, Overview.load())

    def title(self) -> str:
        return _("Events of the School Cluster Association")

    def description(self) -> str:
        return _("What the association and its members invite to.")

    def link(self) -> str:
        return reverse("events:event_list")

    def items(self, selection: Selection) -> EventQuerySet:
        """The newest announcement first."""
        return selection.of(selection.found()).select_related("region").order_by("-created_at", "-pk")[:MOST]

    def item_title(self, item: Event) -> str:
        return item.title

    def item_description(self, item: Event) -> str:
        place = place_of(item.format, item.town, item.region.title if item.region else "")
        return "\n".join(filter(None, (when(item, today=timezone.localdate()), place, item.lead)))

    def item_guid(self, item: Event) -> str:
        return f"urn:uuid:{item.uid}"

    item_guid_is_permalink = False

    def item_pubdate(self, item: Event) -> datetime.datetime:
        return item.created_at

    def item_updateddate(self, item: Event) -> datetime.datetime:
        return item.updated_at

    def item_categories(self, item: Event) -> list[str]:
        return [str(item.get_kind_display())]
