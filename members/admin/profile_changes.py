"""What organisations want their public profiles to say: compared, accepted, declined, or accepted in part."""

from datetime import timedelta
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesCheckboxFilter, DropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget

from common.admin import Decision, ModelAdmin, ReadOnlyInline, colours
from common.errors import RuleViolated
from common.models import ViewKind
from members.models import ProfileChange, ProfileChangeState, ProfileReminder, User
from members.models.organisation import OrganisationQuerySet
from members.organisations.profile_changes import (
    FIELDS,
    decide_profile_change,
    differences,
    fields_of,
    fingerprint,
    label_of,
)

STALE_AFTER = timedelta(days=548)  # 18 months
STATE_COLOURS = colours(
    ProfileChangeState,
    {
        ProfileChangeState.WAITING: "info",
        ProfileChangeState.ACCEPTED: "success",
        ProfileChangeState.DECLINED: "danger",
    },
)


class DecisionForm(forms.Form):
    """Which fields are accepted; what stood before the person who decides; why the others are not."""

    accept = forms.MultipleChoiceField(choices=[(name, name) for name in FIELDS], required=False)
    seen = forms.CharField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason, where not all of it is accepted"),
        max_length=500,
        required=False,
        help_text=_("The organisation reads it"),
        widget=UnfoldAdminTextareaWidget({"rows": 3}),
    )

    def __init__(self, *args: Any, change: ProfileChange, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["accept"].initial = fields_of(change)
        self.fields["seen"].initial = fingerprint(change)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if "decline" in self.data:
            data["accept"] = []
        return data


@admin.register(ProfileChange)
class ProfileChangeAdmin(ModelAdmin):
    holds_personal_data = True
    list_display = ["organisation", "what_changes", "state_label", "proposed_at", "proposed_by", "decided_by"]
    list_filter = [("state", ChoicesCheckboxFilter)]
    list_select_related = ["organisation", "proposed_by", "decided_by"]
    search_fields = ["organisation__short_name", "organisation__name", "reason"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Organisations propose; what the office changes stands on the page at once."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def person_in(self, record: Any) -> User | None:
        return record.proposed_by

    @display(description=_("what changes"))
    def what_changes(self, change: ProfileChange) -> str:
        return ", ".join(map(label_of, fields_of(change)))

    @display(description=_("state"), ordering="state", label=STATE_COLOURS)
    def state_label(self, change: ProfileChange) -> tuple[str, str]:
        return change.state, change.get_state_display()

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The two versions side by side, and the decision under them."""
        change = self.get_object(request, object_id)
        if not self.has_view_permission(request, change):
            raise PermissionDenied
        if change is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if request.method == "POST" and not self.has_change_permission(request, change):
            raise PermissionDenied
        form = DecisionForm(request.POST or None, change=change)
        if form.is_valid():
            if self._decided(request, change, form.cleaned_data):
                return HttpResponseRedirect(reverse("admin:members_profilechange_changelist"))
            change = ProfileChange.objects.select_related("organisation").get(pk=change.pk)
            form = DecisionForm(change=change, initial=form.cleaned_data | {"seen": fingerprint(change)})
        context = {
            **self.admin_site.each_context(request),
            "title": _("Change of the profile: %(organisation)s") % {"organisation": change.organisation},
            "opts": self.opts,
            "change": change,
            "differences": differences(change),
            "form": form,
            "may_decide": change.is_waiting and self.has_change_permission(request, change),
        }
        response = TemplateResponse(request, "admin/members/profile_change.html", context)
        return self.note_view(request, object_id, response, ViewKind.PAGE)

    def _decided(self, request: HttpRequest, change: ProfileChange, decision: dict[str, Any]) -> bool:
        """What forbids it is told above the versions, which are then those of now."""
        try:
            decided = decide_profile_change(change, by=cast("User", request.user), **decision)
        except RuleViolated as error:
            self.message_user(request, error.message, messages.ERROR)
            return False
        text = f"{decided.organisation}: {decided.get_state_display().lower()}"
        self.message_user(request, text, messages.SUCCESS)
        return True


class ConfirmedFilter(DropdownFilter):
    title = _("profile confirmed")
    parameter_name = "confirmed"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [("stale", _("Not for 18 months"))]

    def queryset(self, request: HttpRequest, organisations: OrganisationQuerySet) -> OrganisationQuerySet:
        if self.value() == "stale":
            return organisations.unconfirmed_since(timezone.localdate() - STALE_AFTER)
        return organisations


class ProfileReminderInline(ReadOnlyInline):
    model = ProfileReminder
    fields = ["year", "asked_on"]


def _waiting() -> QuerySet[ProfileChange]:
    waiting = ProfileChange.objects.waiting().select_related("organisation")
    return waiting.annotate(waits_since=F("proposed_at")).order_by("proposed_at", "pk")


WAITING = Decision(_("Changes of profiles: accept?"), "rate_review", _waiting, "state__exact=waiting")
