"""The register as RSS 2.0: what was concluded lately, with the filters of the list."""

import datetime

from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.register.listing import Register, Row

MOST = 50


class RegisterFeed(Feed):
    def get_object(self, request: HttpRequest) -> Register:
        return Register(request.GET)

    def title(self) -> str:
        return _("Agreements of the School Cluster Association")

    def description(self) -> str:
        return _("What its members have agreed on.")

    def link(self) -> str:
        return reverse("agreements:agreement_list")

    def items(self, register: Register) -> list[Row]:
        return register.few(MOST)

    def item_title(self, item: Row) -> str:
        return " ".join(filter(None, (item.number and f"№ {item.number}:", item.title)))

    def item_description(self, item: Row) -> str:
        return "\n".join((item.kind, item.label, ", ".join(party.title for party in item.parties)))

    def item_link(self, item: Row) -> str:
        return item.url

    def item_pubdate(self, item: Row) -> datetime.datetime | None:
        """Of what is concluded: a day that is only planned is no day of publication."""
        if item.concluded_on is None:
            return None
        return timezone.make_aware(datetime.datetime.combine(item.concluded_on, datetime.time()))

    def item_categories(self, item: Row) -> list[str]:
        return [item.kind]
