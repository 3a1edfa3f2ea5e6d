"""The exclusion of a member is put on the agenda of the board, and taken off, on the page of its membership."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminSingleDateWidget, UnfoldAdminTextInputWidget

from common.errors import RuleViolated
from members.board.agendas import lacks_of_notice, put_exclusion_on_agenda, short_notice, take_exclusion_off
from members.models import BoardSession, Membership


class ExclusionForm(forms.Form):
    session = forms.ModelChoiceField(
        BoardSession.objects.none(), label=_("Session of the board"), widget=UnfoldAdminSelectWidget
    )
    grounds = forms.CharField(
        label=_("Grounds"),
        max_length=300,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("The organisation reads them, the board votes on them, and they stand in the protocol."),
    )
    paper_notice_on = forms.DateField(
        label=_("Notice handed over on paper"),
        required=False,
        widget=UnfoldAdminSingleDateWidget,
        help_text=_(
            "Needed where nobody of the organisation reads the letter: the day on which it was handed a notice "
            "of this session and the grounds. The term for its answer counts from that day."
        ),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        sessions: Any = self.fields["session"]
        sessions.queryset = BoardSession.objects.planned().filter(held_on__gt=timezone.localdate())
        sessions.help_text = short_notice().capitalize()


class ExclusionMixin:
    """For the admin of memberships."""

    @action(description=_("Exclusion by the board"), icon="gavel", permissions=["change"])
    def exclude_this(self: Any, request: HttpRequest, object_id: str) -> HttpResponse:
        """Asks for a session and the grounds; shows where it stands once it is on an agenda, to take it off."""
        membership = self.get_object(request, object_id)
        if membership is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        form = ExclusionForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and self._exclude(request, membership, form):
            return HttpResponseRedirect(reverse("admin:members_membership_change", args=[object_id]))
        standing = membership.agenda_items.filter(outcome="").select_related("session").first()
        context = {
            **self.admin_site.each_context(request),
            "title": _("Exclusion by the board"),
            "opts": self.opts,
            "membership": membership,
            "standing": standing,
            "lacks": standing and lacks_of_notice(standing),
            "form": form,
        }
        return TemplateResponse(request, "admin/members/membership_exclusion.html", context)

    def _exclude(self: Any, request: HttpRequest, membership: Membership, form: ExclusionForm) -> bool:
        """Whatever the page showed when it was opened: a colleague may have been quicker."""
        try:
            if "off" in request.POST:
                take_exclusion_off(membership)
                done = _("The exclusion is off the agenda; the organisation is told.")
            elif form.is_valid():
                put_exclusion_on_agenda(membership, **form.cleaned_data)
                done = _("The exclusion is on the agenda; the organisation is told of the day and the grounds.")
            else:
                return False
        except RuleViolated as error:
            self.message_user(request, error.message, messages.ERROR)
            return False
        self.message_user(request, done, messages.SUCCESS)
        return True
