"""The queue of letters: what waits, what went, what did not."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import ChoicesCheckboxFilter, RangeDateFilter
from unfold.decorators import action, display

from common.admin.base import ModelAdmin, ReadOnly, ReadOnlyInline
from common.admin.single import SingleAction, after_question
from common.errors import RuleViolated
from common.mail.preview import shows_a_letter
from common.mail.purposes import PURPOSES, named
from common.mail.relay import send_again
from common.models import MailAttachment, MailState, OutgoingMail, SuppressedAddress, Unsubscription, ViewKind
from common.translation import reason

STATE_COLOURS = {
    MailState.QUEUED: "info",
    MailState.SENDING: "info",
    MailState.SENT: "success",
    MailState.RETRY: "warning",
    MailState.FAILED: "danger",
    MailState.UNKNOWN: "danger",
    MailState.UNWANTED: "warning",
}


class PurposeFilter(admin.SimpleListFilter):
    title = _("purpose")
    parameter_name = "purpose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, purpose.title) for name, purpose in PURPOSES.items()]

    def queryset(self, request: HttpRequest, letters: QuerySet[OutgoingMail]) -> QuerySet[OutgoingMail]:
        return letters.filter(purpose=self.value()) if self.value() else letters


class AttachmentInline(ReadOnlyInline):
    model = MailAttachment
    fields = ["name", "kind"]


@admin.register(OutgoingMail)
class OutgoingMailAdmin(ReadOnly, ModelAdmin):
    holds_personal_data = True
    list_display = ["subject", "recipient", "purpose_title", "state_label", "created_at", "attempts", "finished_at"]
    list_filter = [("state", ChoicesCheckboxFilter), PurposeFilter, ("created_at", RangeDateFilter)]
    search_fields = ["recipient", "subject", "message_id"]
    fields = [
        "recipient",
        "subject",
        "purpose_title",
        "state_label",
        "attempts",
        "last_error",
        "created_at",
        "tried_at",
        "due_at",
        "finished_at",
        "message_id",
        "as_read",
        "words",
    ]
    readonly_fields = ["purpose_title", "state_label", "last_error", "as_read", "words"]
    inlines = [AttachmentInline]
    actions = ["send_again"]
    actions_detail = ["send_this_again"]

    def has_resend_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm("common.change_outgoingmail")

    @display(description=_("purpose"), ordering="purpose")
    def purpose_title(self, letter: OutgoingMail) -> str:
        return str(named(letter.purpose).title)

    @display(description=_("state"), ordering="state", label=STATE_COLOURS)
    def state_label(self, letter: OutgoingMail) -> tuple[str, str]:
        return letter.state, letter.get_state_display()

    @display(description=_("last error"))
    def last_error(self, letter: OutgoingMail) -> str:
        return reason(letter.error)

    @display(description=_("as its reader sees it"))
    def as_read(self, letter: OutgoingMail) -> SafeString | str:
        if named(letter.purpose).is_secret:
            return "—"
        return format_html(
            '<a href="{}">{}</a>',
            reverse("admin:common_outgoingmail_letter", args=[letter.pk]),
            _("As the reader sees it"),
        )

    @display(description=_("text"))
    def words(self, letter: OutgoingMail) -> Any:
        if named(letter.purpose).is_secret:
            return _("It opens an account, so only its reader sees it.")
        return letter.text

    def get_urls(self) -> list[URLPattern]:
        letter = self.admin_site.admin_view(self.letter)
        return [path("<int:pk>/letter/", letter, name="common_outgoingmail_letter"), *super().get_urls()]

    def letter(self, request: HttpRequest, pk: int) -> HttpResponse:
        letter = self.get_object(request, str(pk))
        if letter is None:
            raise Http404
        if not self.has_view_permission(request, letter) or named(letter.purpose).is_secret:
            raise PermissionDenied
        shown = shows_a_letter(lambda request: HttpResponse(letter.html))(request)
        return self.note_view(request, str(pk), shown, ViewKind.LETTER)  # type: ignore[arg-type]

    def person_in(self, record: Model) -> Any:
        return get_user_model().objects.filter(email=record.recipient.lower()).first()  # type: ignore[attr-defined]

    @action(description=_("Send again"), permissions=["resend"])
    def send_again(self, request: HttpRequest, letters: Iterable[OutgoingMail]) -> None:
        sent = 0
        for letter in letters:
            try:
                send_again(letter)
                sent += 1
            except RuleViolated as error:
                self.message_user(request, f"{letter}: {error.message}", messages.ERROR)
        if sent:
            text = ngettext("%(number)d letter goes out again.", "%(number)d letters go out again.", sent)
            self.message_user(request, text % {"number": sent}, messages.SUCCESS)

    @action(description=_("Send again"), icon="forward_to_inbox", permissions=["resend"])
    def send_this_again(self, request: HttpRequest, object_id: str) -> HttpResponse:
        single = SingleAction(
            _("Send again"),
            lambda letter, data: send_again(letter),
            _("The letter goes out again."),
            text=_("It goes out with the next letters, to the same address and in the same words."),
        )
        return after_question(self, request, object_id, single)


@admin.register(SuppressedAddress)
class SuppressedAddressAdmin(ModelAdmin):
    """Deleting a row lets letters go there again."""

    holds_personal_data = True

    list_display = ["address", "reason", "since"]
    search_fields = ["address"]
    fields = ["address", "reason"]


@admin.register(Unsubscription)
class UnsubscriptionAdmin(ReadOnly, ModelAdmin):
    """For reading: only the reader decides what is wanted again."""

    holds_personal_data = True

    list_display = ["address", "purpose_title", "since"]
    search_fields = ["address"]
    fields = ["address", "purpose_title", "since"]
    readonly_fields = ["purpose_title"]

    @display(description=_("purpose"), ordering="purpose")
    def purpose_title(self, unsubscription: Unsubscription) -> str:
        return str(named(unsubscription.purpose).title)
