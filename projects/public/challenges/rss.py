"""Challenges as RSS 2.0: the newest of the list, with its filters."""

import datetime

from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from members.organisations.filters import Overview
from projects.models import Challenge
from projects.models.challenge import ChallengeQuerySet
from projects.public.challenges.filters import Selection
from projects.public.challenges.listing import company_of, teams_said

MOST = 50


class ChallengeFeed(Feed):
    def get_object(self, request: HttpRequest) -> Selection:
        return Selection.asked(request.GET, Overview.load())

    def title(self) -> str:
        return _("Challenges of companies")

    def description(self) -> str:
        return _("Tasks that companies of the School Cluster Association set for teams.")

    def link(self) -> str:
        return reverse("projects:challenge_list")

    def items(self, selection: Selection) -> ChallengeQuerySet:
        return selection.narrowed(selection.found()).order_by("-created_at", "-pk")[:MOST]

    def item_title(self, item: Challenge) -> str:
        company = company_of(item)
        return f"{company.title}: {item.title}" if company else item.title

    def item_description(self, item: Challenge) -> str:
        day = item.applications_until
        until = _("Applications until %(day)s") % {"day": date_format(day)} if day else ""
        return "\n".join(filter(None, (item.lead, teams_said(item), until)))

    def item_guid(self, item: Challenge) -> str:
        return f"urn:uuid:{item.uid}"

    item_guid_is_permalink = False

    def item_pubdate(self, item: Challenge) -> datetime.datetime:
        return item.created_at

    def item_updateddate(self, item: Challenge) -> datetime.datetime:
        return item.updated_at
