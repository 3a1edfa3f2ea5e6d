"""What is done to many organisations: shown to the public or not, and asked whether their profile holds."""

from typing import TYPE_CHECKING, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from common.admin import HistoryModelAdmin, save_columns
from common.admin.mass import MassAction, after_preview
from common.errors import RuleViolated
from members.models import Organisation
from members.organisations.profile_confirmations import ask_to_confirm, can_be_asked, with_asking

ASK_TO_CONFIRM = _("Ask to confirm the profile")

if TYPE_CHECKING:
    _Admin = HistoryModelAdmin
else:
    _Admin = object


class PublishingMixin(_Admin):
    OF_MANY: ClassVar = ["publish", "unpublish", "ask_to_confirm"]

    @action(description=_("Publish"), permissions=["change"])
    def publish(self, request: HttpRequest, organisations: QuerySet[Organisation]) -> HttpResponse | None:
        mass = MassAction(
            "publish",
            _("Publish organisations"),
            _("Their pages can be read by everybody."),
            lambda row, data: _publish(row, published=True),
            ngettext_lazy("%(number)d organisation is published.", "%(number)d organisations are published.", "number"),
            check=lambda row: _check_differs(row, published=True),
        )
        return after_preview(self, request, organisations, mass)

    @action(description=_("Take off the public site"), permissions=["change"])
    def unpublish(self, request: HttpRequest, organisations: QuerySet[Organisation]) -> HttpResponse | None:
        mass = MassAction(
            "unpublish",
            _("Take organisations off the public site"),
            _("Their pages are for their own people and the staff alone."),
            lambda row, data: _publish(row, published=False),
            ngettext_lazy(
                "%(number)d organisation is off the public site.",
                "%(number)d organisations are off the public site.",
                "number",
            ),
            check=lambda row: _check_differs(row, published=False),
        )
        return after_preview(self, request, organisations, mass)

    @action(description=ASK_TO_CONFIRM, permissions=["change"])
    def ask_to_confirm(self, request: HttpRequest, organisations: QuerySet[Organisation]) -> HttpResponse | None:
        mass = MassAction(
            "ask_to_confirm",
            ASK_TO_CONFIRM,
            _("Heads and coordinators are asked whether the public profile still holds."),
            lambda row, data: ask_to_confirm(row),
            ngettext_lazy("%(number)d organisation is asked.", "%(number)d organisations are asked.", "number"),
            check=can_be_asked,
        )
        return after_preview(self, request, with_asking(organisations), mass)


def _check_differs(organisation: Organisation, *, published: bool) -> None:
    if organisation.is_published == published:
        text = gettext("It is on the public site.") if published else gettext("It is not on the public site.")
        raise RuleViolated(text, code="is_so")


def _publish(organisation: Organisation, *, published: bool) -> None:
    """Row by row, so that each leaves its history."""
    _check_differs(organisation, published=published)
    organisation.is_published = published
    save_columns(organisation, ["is_published"])
