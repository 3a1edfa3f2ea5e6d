"""Sessions of the board: the agenda, the votes, and the closing that carries the decisions out."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import action, display

from common.admin import Decision, ModelAdmin
from common.admin.documents import pdf_of
from common.admin.single import SingleAction, after_question
from common.documents import make_again
from common.errors import RuleViolated
from common.private_files import private_file_response
from members.admin.certificates import MAKE_AGAIN
from members.board.agendas import announce_changes, lacks_of_notice, open_session
from members.board.checks import mistakes
from members.board.sessions import close_session, fingerprint
from members.models import AgendaItem, BoardSession, Outcome, User


class BoardSessionForm(forms.ModelForm):
    def clean(self) -> dict[str, Any]:
        """Held until it is saved, so that no vote changes once the session is closed."""
        data = super().clean() or self.cleaned_data
        if self.instance.pk:
            try:
                open_session(self.instance)
            except RuleViolated as error:
                raise forms.ValidationError(error.message, code=error.code) from error
        return data


class AgendaItemForm(forms.ModelForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """In a table the theme shows no labels; who hears the page is told whose vote each field is."""
        super().__init__(*args, **kwargs)
        named = f": {self.instance}" if self.instance.pk else ""
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = f"{field.label}{named}"
        self.fields["tier"].disabled = self.instance.is_exclusion


class AgendaItemInline(TabularInline):
    """Items come by applications and memberships; here the board's votes are entered."""

    model = AgendaItem
    form = AgendaItemForm
    extra = 0
    can_delete = False
    fields = [
        "position", "matter_link", "tier", "votes_for", "votes_against", "abstained", "is_postponed", "reason",
        "outcome",
    ]  # fmt: skip
    readonly_fields = ["matter_link", "outcome"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[AgendaItem]:
        """What was withdrawn meanwhile is not voted on."""
        items: Any = super().get_queryset(request)
        return items.on_it().with_matter().select_related("session")

    def has_add_permission(self, request: HttpRequest, obj: BoardSession | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: BoardSession | None = None) -> bool:
        """Votes are a part of their session."""
        return request.user.has_perm("members.change_boardsession") and not (obj and obj.is_closed)

    def has_view_permission(self, request: HttpRequest, obj: BoardSession | None = None) -> bool:
        return request.user.has_perm("members.view_boardsession")

    @display(description=_("application or exclusion"))
    def matter_link(self, item: AgendaItem) -> str:
        page, matter = (
            ("membership", item.membership) if item.membership else ("membershipapplication", item.application)
        )
        address = reverse(f"admin:members_{page}_change", args=[cast("Any", matter).pk])
        return format_html('<a href="{}">{}</a>', address, item)


@admin.register(BoardSession)
class BoardSessionAdmin(ModelAdmin):
    form = BoardSessionForm
    list_display = ["__str__", "place", "number_of_items", "is_closed", "pdf"]
    list_select_related = ["protocol"]
    fields = [
        ("held_on", "place"), ("seats", "present"), ("chair", "secretary"), "protocol_number",
        ("closed_at", "closed_by"), "pdf",
    ]  # fmt: skip
    readonly_fields = ["closed_at", "closed_by", "pdf"]
    inlines = [AgendaItemInline]
    actions_detail = ["close_this", "protocol_this", "make_again_this"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[BoardSession]:
        return super().get_queryset(request).prefetch_related("items")

    @display(description=_("on the agenda"))
    def number_of_items(self, session: BoardSession) -> int:
        return len(session.items.all())

    @display(description=_("closed"), boolean=True, ordering="closed_at")
    def is_closed(self, session: BoardSession) -> bool:
        return session.is_closed

    @display(description=_("protocol"))
    def pdf(self, session: BoardSession) -> str | Promise:
        if session.protocol is None:
            return "—"
        return pdf_of(session.protocol, reverse("admin:members_boardsession_protocol_this", args=[session.pk]))

    def has_change_permission(self, request: HttpRequest, obj: BoardSession | None = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and obj.is_closed)

    def has_delete_permission(self, request: HttpRequest, obj: BoardSession | None = None) -> bool:
        """Only what was planned by mistake."""
        return super().has_delete_permission(request, obj) and not (obj and obj.items.exists())

    def save_model(self, request: HttpRequest, obj: BoardSession, form: forms.ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if {"held_on", "place"}.isdisjoint(form.changed_data):
            return
        for item in announce_changes(obj):
            if lacks := lacks_of_notice(item):
                self.message_user(request, f"{item}: {lacks}", messages.WARNING)

    def has_close_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return request.user.has_perm("members.close_boardsession")

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list:
        session = self.get_object(request, object_id)
        possible = {"close_this"} if session and not session.is_closed else set()
        if session and session.protocol and session.protocol.is_made:
            possible.add("protocol_this")
        if session and session.protocol and session.protocol.has_failed:
            possible.add("make_again_this")
        offered = super().get_actions_detail(request, object_id)
        return [one for one in offered if one.method.original_function_name in possible]

    @action(description=_("Close the session"), icon="gavel", permissions=["close"])
    def close_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Shows what the votes mean, or what is missing; carries it out on a POST."""
        session = self.get_object(request, object_id)
        if session is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if request.method == "POST" and self._close(request, session):
            return HttpResponseRedirect(reverse("admin:members_boardsession_change", args=[object_id]))
        session.refresh_from_db()
        items = [*session.items.on_it().with_matter()]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Close the session"),
            "opts": self.opts,
            "session": session,
            "items": items,
            "excluded": [item.organisation for item in items if item.decision == Outcome.EXCLUDED],
            "mistakes": mistakes(session),
            "seen": fingerprint(session),
        }
        return TemplateResponse(request, "admin/members/session_close.html", context)

    def _close(self, request: HttpRequest, session: BoardSession) -> bool:
        try:
            close_session(session, by=cast("User", request.user), seen=request.POST.get("seen", ""))
        except RuleViolated as error:
            self.message_user(request, error.message, messages.ERROR)
            return False
        self.message_user(request, _("The decisions are carried out. The protocol is being made."), messages.SUCCESS)
        return True

    @action(description=_("Download the protocol"), icon="description", permissions=["view"])
    def protocol_this(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        session = self.get_object(request, object_id)
        if session is None or session.protocol is None or not session.protocol.is_made:
            raise Http404
        return private_file_response(session.protocol.file, name=f"{session}.pdf", content_type="application/pdf")

    @action(description=MAKE_AGAIN, icon="refresh", permissions=["close"])
    def make_again_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        single = SingleAction(
            MAKE_AGAIN,
            _make_again,
            _("The PDF is being made."),
            text=_("The portal tries at once, and not at the time of the next try. The number stays as it is."),
        )
        return after_question(self, request, object_id, single)


def _make_again(session: BoardSession, _data: dict[str, Any]) -> None:
    if session.protocol:
        make_again(session.protocol)


def _to_close() -> QuerySet[BoardSession]:
    """Held, and not carried out yet."""
    held = BoardSession.objects.planned().filter(held_on__lte=timezone.localdate())
    return held.annotate(waits_since=F("held_on"))


TO_CLOSE = Decision(_("Sessions of the board: enter the votes and close"), "gavel", _to_close, "")
