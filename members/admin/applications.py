"""Applications for membership: the queue, and what the buttons of a review do. Their state moves by the service."""

from functools import partial
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesCheckboxFilter, DropdownFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSelectWidget

from common.admin import Decision, ModelAdmin, ReadOnly, ReadOnlyInline, colours
from common.admin.mass import MassAction, after_preview
from common.errors import RuleViolated
from common.models import ViewKind
from common.private_files import private_file_response
from common.staff_views import note_view
from members.admin.application_review import BUTTONS, REMARK, Review
from members.applying.moves import MOVES, Asked, move_application
from members.board.agendas import put_on_agenda, take_off_agenda
from members.models import (
    ApplicationFile,
    ApplicationMove,
    ApplicationState,
    BoardSession,
    MembershipApplication,
    Tier,
    User,
    Who,
)

STATE_COLOURS = colours(
    ApplicationState,
    {
        ApplicationState.SUBMITTED: "info",
        ApplicationState.IN_REVIEW: "info",
        ApplicationState.RETURNED: "warning",
        ApplicationState.ON_AGENDA: "primary",
        ApplicationState.ACCEPTED: "success",
        ApplicationState.MEMBER: "success",
        ApplicationState.DECLINED: "danger",
    },
)


class OverdueFilter(DropdownFilter):
    title = _("term")
    parameter_name = "term"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [("over", _("Overdue"))]

    def queryset(self, request: HttpRequest, applications: Any) -> Any:
        return applications.overdue() if self.value() == "over" else applications


class ApplicationMoveInline(ReadOnlyInline):
    model = ApplicationMove
    fk_name = "application"
    fields = ["at", "source", "target", "who", "who_named", "reason"]
    readonly_fields = fields


class ApplicationFileInline(ReadOnlyInline):
    model = ApplicationFile
    fields = ["question", "original_name", "content_type", "size", "sha256", "uploaded_at"]
    readonly_fields = fields


class SessionForm(forms.Form):
    session = forms.ModelChoiceField(
        BoardSession.objects.none(),
        label=_("Session of the board"),
        widget=UnfoldAdminSelectWidget,
        help_text=_("If none is planned, plan one first."),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        sessions: Any = self.fields["session"]
        sessions.queryset = BoardSession.objects.planned()


@admin.register(MembershipApplication)
class MembershipApplicationAdmin(ReadOnly, ModelAdmin):
    holds_personal_data = True
    list_display = ["number_or_draft", "named", "kind", "state_label", "due_on", "submitted_at"]
    list_filter = [("state", ChoicesCheckboxFilter), ("kind", ChoicesCheckboxFilter), OverdueFilter]
    search_fields = ["number", "name", "short_name", "inn", "ogrn", "email"]
    fields = [
        ("number", "state"), ("kind", "tier"), ("email", "confirmed_at"), ("applicant", "language"),
        ("organisation", "consent"), ("due_on", "escalated_at"), ("created_at", "submitted_at"),
        ("updated_at", "reminded_at"),
    ]  # fmt: skip
    inlines = [ApplicationMoveInline, ApplicationFileInline]
    actions = ["take_up", "put_on_agenda"]
    change_form_outer_before_template = "admin/members/application_review.html"

    def has_decide_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm("members.decide_application")

    def get_queryset(self, request: HttpRequest) -> QuerySet[MembershipApplication]:
        """A draft is its applicant's alone: nothing was said to the office yet, and no consent given."""
        return super().get_queryset(request).exclude(state=ApplicationState.DRAFT)

    def person_in(self, record: Any) -> Any:
        return record.applicant

    def get_urls(self) -> list[URLPattern]:
        name = "members_membershipapplication"
        move, file = (self.admin_site.admin_view(view) for view in (self.move, self.file))
        return [
            path("<int:pk>/move/", move, name=f"{name}_move"),
            path("<int:pk>/files/<int:file_pk>/", file, name=f"{name}_file"),
            *super().get_urls(),
        ]

    def get_ordering(self, request: HttpRequest) -> Any:
        """What is overdue longest stands on top, then what is due next."""
        return [F("due_on").asc(nulls_last=True), "-created_at"]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        application = self.get_object(request, object_id)
        review = application and Review(application, may_decide=self.has_decide_permission(request), typed=request.POST)
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "review": review})

    def move(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A button of the review was pressed. Refused, the review is shown with all that was typed."""
        if request.method != "POST" or not self.has_decide_permission(request):
            raise PermissionDenied
        application = get_object_or_404(self.get_queryset(request), pk=pk)
        posted = request.POST.items()
        remarks = {name.removeprefix(REMARK): str(text).strip() for name, text in posted if name.startswith(REMARK)}
        action = request.POST.get("action", "")
        if action in BUTTONS:
            asked = Asked(reason=request.POST.get("reason", "").strip(), remarks=remarks)
            if not self._move(request, application, action, asked):
                request.method = "GET"  # the page itself takes no POST
                return self.change_view(request, str(pk))
        return HttpResponseRedirect(reverse("admin:members_membershipapplication_change", args=[pk]))

    def _move(self, request: HttpRequest, application: MembershipApplication, action: str, asked: Asked) -> bool:
        staff = cast("User", request.user)  # nobody else gets here
        try:
            moved = _moved(application, action, asked, staff, request.POST)
        except RuleViolated as error:
            self.message_user(request, f"{application}: {error.message}", messages.ERROR)
            return False
        self.message_user(request, f"{moved}: {moved.get_state_display()}", messages.SUCCESS)
        return True

    def file(self, request: HttpRequest, pk: int, file_pk: int) -> HttpResponseBase:
        if not self.has_view_permission(request):
            raise PermissionDenied
        application = get_object_or_404(self.get_queryset(request), pk=pk)
        file, person = get_object_or_404(application.files, pk=file_pk), application.applicant
        note_view(ApplicationFile, staff=request.user, person=person, kind=ViewKind.PAGE, address=request.path)
        return private_file_response(file.file, name=file.original_name, content_type=file.content_type)

    @action(description=BUTTONS["take_up"], permissions=["decide"])
    def take_up(self, request: HttpRequest, applications: QuerySet[MembershipApplication]) -> HttpResponse | None:
        staff = cast("User", request.user)
        mass = MassAction(
            "take_up",
            _("Take up applications"),
            _("They are in review from now on, and the applicants are told."),
            lambda row, data: move_application(row, action="take_up", who=Who.STAFF, by=staff),
            ngettext_lazy("%(number)d application is taken up.", "%(number)d applications are taken up.", "number"),
            check=partial(_check_move, "take_up"),
        )
        return after_preview(self, request, applications, mass)

    @action(description=BUTTONS["put_on_agenda"], permissions=["decide"])
    def put_on_agenda(self, request: HttpRequest, applications: QuerySet[MembershipApplication]) -> HttpResponse | None:
        staff = cast("User", request.user)
        mass = MassAction(
            "put_on_agenda",
            BUTTONS["put_on_agenda"],
            _("The board votes on them at this session, and the applicants are told."),
            lambda row, data: put_on_agenda(row, session=data["session"], by=staff),
            ngettext_lazy(
                "%(number)d application is put on the agenda.",
                "%(number)d applications are put on the agenda.",
                "number",
            ),
            check=partial(_check_move, "put_on_agenda"),
            words=lambda row: f"{row} — {row.get_kind_display()}",
            form=SessionForm,
        )
        return after_preview(self, request, applications, mass)

    @display(description=_("number"), ordering="number")
    def number_or_draft(self, application: MembershipApplication) -> str:
        return application.number or "—"

    @display(description=_("organisation"), ordering="short_name")
    def named(self, application: MembershipApplication) -> str:
        return application.title

    @display(description=_("state"), ordering="state", label=STATE_COLOURS)
    def state_label(self, application: MembershipApplication) -> tuple[str, str]:
        return application.state, application.get_state_display()


def _check_move(action: str, application: MembershipApplication) -> None:
    if application.state not in MOVES[action].sources:
        raise RuleViolated(application.get_state_display(), code="application_moved")


def _moved(
    application: MembershipApplication, action: str, asked: Asked, staff: User, posted: QueryDict
) -> MembershipApplication:
    """``posted``: which submission was looked at; for the agenda, the key of the session, and the tier, where it is not
    that which was asked for."""
    if posted.get("seen", str(application.submitted_at)) != str(application.submitted_at):
        text = gettext("It was submitted anew while you were reading. Here is what it says now.")
        raise RuleViolated(text, code="submitted_anew")
    if action == "take_off":
        return take_off_agenda(application, by=staff)
    if action != "put_on_agenda":
        return move_application(application, action=action, who=Who.STAFF, by=staff, asked=asked)
    session, tier = posted.get("session", ""), posted.get("tier", "")
    chosen = BoardSession.objects.planned().filter(pk=session).first() if session.isdecimal() else None
    if chosen is None:
        text = gettext("Choose a session of the board. If none is planned, plan one first.")
        raise RuleViolated(text, code="no_session")
    put_on_agenda(application, session=chosen, by=staff, tier=tier if tier in Tier.values else "")
    application.refresh_from_db()
    return application


def _waiting() -> QuerySet[MembershipApplication]:
    """What the office has to do, overdue first."""
    office = (ApplicationState.SUBMITTED, ApplicationState.IN_REVIEW)
    return (
        MembershipApplication.objects.filter(state__in=office)
        .annotate(waits_since=F("submitted_at"))
        .order_by("due_on", "pk")
    )


APPLICATIONS = Decision(
    _("Applications for membership"),
    "how_to_reg",
    _waiting,
    "state__in=submitted&state__in=in_review",
    permission="members.decide_application",
)
