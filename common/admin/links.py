"""Links that were sent to people without an account."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action

from common.admin.base import ModelAdmin, ReadOnly
from common.links import revoke_links
from common.models import SignedLink


@admin.register(SignedLink)
class SignedLinkAdmin(ReadOnly, ModelAdmin):
    """Without what stands in their addresses, which whoever reads it here could use."""

    holds_personal_data = True

    list_display = ["purpose", "subject", "created_at", "expires_at", "revoked_at"]
    search_fields = ["subject"]
    fields = ["purpose", "subject", "created_at", "expires_at", "revoked_at"]
    actions = ["revoke"]

    def has_revoke_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm("common.change_signedlink")

    @action(description=_("Revoke"), permissions=["revoke"])
    def revoke(self, request: HttpRequest, links: QuerySet[SignedLink]) -> None:
        number = sum(revoke_links(link.purpose, subjects=[link.subject]) for link in links.filter(revoked_at=None))
        text = ngettext("%(number)d link is revoked.", "%(number)d links are revoked.", number)
        self.message_user(request, text % {"number": number}, messages.SUCCESS)
