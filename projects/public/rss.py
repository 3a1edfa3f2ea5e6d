"""Projects as RSS 2.0: what was published lately, with the filters of the list."""

import datetime

from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from members.organisations.filters import Overview
from projects.models import Project
from projects.models.project import ProjectQuerySet
from projects.public.filters import Selection
from projects.public.listing import when

MOST = 50


class ProjectFeed(Feed):
    def get_object(self, request: HttpRequest) -> Selection:
        return Selection.asked(request.GET, Overview.load())

    def title(self) -> str:
        return _("Projects of the School Cluster Association")

    def description(self) -> str:
        return _("What the association and its members do together.")

    def link(self) -> str:
        return reverse("projects:project_list")

    def items(self, selection: Selection) -> ProjectQuerySet:
        """The newest first."""
        return selection.narrowed(selection.found()).order_by("-created_at", "-pk")[:MOST]

    def item_title(self, item: Project) -> str:
        return item.title

    def item_description(self, item: Project) -> str:
        return "\n".join(filter(None, (when(item), item.lead)))

    def item_guid(self, item: Project) -> str:
        return f"urn:uuid:{item.uid}"

    item_guid_is_permalink = False

    def item_pubdate(self, item: Project) -> datetime.datetime:
        return item.created_at

    def item_updateddate(self, item: Project) -> datetime.datetime:
        return item.updated_at

    def item_categories(self, item: Project) -> list[str]:
        return [str(item.get_kind_display())]
