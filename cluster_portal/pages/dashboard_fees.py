"""What an organisation sees of its membership: how it stands, what it costs, its papers; and the way out."""

from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from members.fees import outlook
from members.membership_forms import LeaveForm
from members.memberships import Who, change_membership_status, last_membership, possible_moves
from members.models import MembershipStatus, MembershipStatusChange, User
from members.own import own_organisation
from members.policies import can_leave_association


@require_safe
def dashboard_membership(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = own_organisation(request, slug)
    membership = last_membership(organisation)
    may_leave = can_leave_association(request.user, organisation)
    context = {
        "organisation": organisation,
        "membership": membership,
        "standing": organisation.standing,
        "outlook": outlook(membership) if membership and not membership.is_over else None,
        "invoices": organisation.invoices.select_related("document", "period"),
        "certificates": organisation.certificates.select_related("document", "membership"),
        "changes": MembershipStatusChange.objects.filter(membership__organisation=organisation).order_by("-on", "-pk"),
        "may_leave": may_leave and membership and "leave" in possible_moves(membership, who=Who.HEAD),
    }
    return render(request, "pages/dashboard_membership.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_membership_leave(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = own_organisation(request, slug)
    if not can_leave_association(request.user, organisation):
        raise PermissionDenied(_("Only the head of the organisation may leave the association."))
    membership, form = last_membership(organisation), LeaveForm(request.POST or None)
    if membership is None or "leave" not in possible_moves(membership, who=Who.HEAD):
        return redirect("pages:dashboard_membership", slug=slug)
    if request.method == "POST" and form.is_valid():
        asked = {"status": MembershipStatus.LEFT, "on": timezone.localdate(), "reason": form.cleaned_data["reason"]}
        change_membership_status(membership, by=cast("User", request.user), who=Who.HEAD, **asked)
        messages.success(request, _("The organisation has left the association."))
        return redirect("pages:dashboard_membership", slug=slug)
    return render(request, "pages/dashboard_membership_leave.html", {"organisation": organisation, "form": form})
