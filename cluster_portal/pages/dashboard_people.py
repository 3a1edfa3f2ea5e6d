"""Who acts for an organisation: they are invited or ask for it, change roles, and leave."""

from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from common.errors import RuleViolated
from members.handovers import OWNED, owned_by, takers
from members.invitations import invite_once, revoke, send_again
from members.join_requests import approve, decline
from members.models import Invitation, JoinRequest, Representative, Role, User
from members.own import own_organisation
from members.people_forms import ApprovalForm, EndForm, InvitationForm, RefusalForm, RoleForm
from members.policies import can_change_role, can_end_role, can_tend_invitation, tended_roles
from members.roles import change_role, end_role, is_last_head


@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_people(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = own_organisation(request, slug)
    offered = tended_roles(request.user, organisation)
    if request.method == "POST" and not offered:
        raise PermissionDenied(_("The head or a coordinator of the organisation invites people."))
    form = InvitationForm(request.POST or None, offered=offered)
    if request.method == "POST" and form.is_valid():
        try:
            made = invite_once(organisation, by=cast("User", request.user), key=form.key, asked=form.asked)
        except RuleViolated as error:
            form.refuse(error)
        else:
            messages.success(request, _("An invitation is on its way to %(email)s.") % {"email": made.email})
            return redirect("pages:dashboard_people", slug=slug)
    acting = organisation.representatives.active().select_related("user").order_by("user__last_name", "pk")
    context = {
        "organisation": organisation,
        "form": form,
        "offered": offered,
        "acting": sorted(acting, key=lambda one: Role.values.index(one.role)),
        "invitations": organisation.invitations.standing().select_related("invited_by") if offered else [],
        "join_requests": organisation.join_requests.open().select_related("user") if offered else [],
    }
    return render(request, "pages/dashboard_people.html", context)


@require_POST
def dashboard_invitation_send_again(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    sent = send_again(_tended_invitation(request, slug, pk), by=cast("User", request.user))
    messages.success(request, _("An invitation is on its way to %(email)s.") % {"email": sent.email})
    return redirect("pages:dashboard_people", slug=slug)


@require_POST
def dashboard_invitation_revoke(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    revoked = revoke(_tended_invitation(request, slug, pk), by=cast("User", request.user))
    messages.success(request, _("The invitation of %(email)s is revoked.") % {"email": revoked.email})
    return redirect("pages:dashboard_people", slug=slug)


@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_representative(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    representative = _representative(request, slug, pk)
    if not can_change_role(request.user, representative, role=representative.role):
        raise PermissionDenied(_("The head changes roles; a coordinator may change those of teachers and viewers."))
    offered = tended_roles(request.user, representative.organisation)
    now = {"role": representative.role, "position": representative.position}
    form = RoleForm(request.POST or None, offered=offered, initial=now)
    if request.method == "POST" and form.is_valid():
        change_role(representative, by=cast("User", request.user), **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("pages:dashboard_people", slug=slug)
    context = {"organisation": representative.organisation, "representative": representative, "form": form}
    return render(request, "pages/dashboard_representative.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_representative_end(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    representative = _representative(request, slug, pk)
    organisation, person = representative.organisation, representative.user
    if not can_end_role(request.user, representative):
        raise PermissionDenied(_("The head ends roles; a coordinator may end those of teachers and viewers."))
    owned, is_own = owned_by(person, organisation=organisation), person == request.user
    posted = request.POST if request.method == "POST" else None
    form = EndForm(posted, takers=takers(organisation, besides=person) if owned else [])
    if form.is_valid():
        end_role(representative, by=cast("User", request.user), to=form.cleaned_data.get("to"))
        messages.success(request, _("The role has ended."))
        return redirect("pages:dashboard") if is_own else redirect("pages:dashboard_people", slug=slug)
    context = {
        "organisation": organisation,
        "representative": representative,
        "form": form,
        "is_own": is_own,
        "is_last": is_last_head(representative),
        "owned": [(OWNED[name].title, number) for name, number in owned.items()],
    }
    return render(request, "pages/dashboard_representative_end.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_join_request(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Two forms of one page: to approve, and to decline."""
    join_request, offered = _decided_request(request, slug, pk)
    declines, by = "decline" in request.POST, cast("User", request.user)
    posted = request.POST if request.method == "POST" else None
    approval = ApprovalForm(None if declines else posted, offered=offered, initial={"role": join_request.role})
    refusal = RefusalForm(posted if declines else None)
    if declines and refusal.is_valid():
        decline(join_request, by=by, **refusal.cleaned_data)
        messages.success(request, _("The request is declined; the person has been told why."))
        return redirect("pages:dashboard_people", slug=slug)
    if approval.is_valid():
        approve(join_request, by=by, **approval.cleaned_data)
        messages.success(request, _("%(person)s now acts for the organisation.") % {"person": join_request.user})
        return redirect("pages:dashboard_people", slug=slug)
    context = {
        "organisation": join_request.organisation,
        "join_request": join_request,
        "approval": approval,
        "refusal": refusal,
    }
    return render(request, "pages/dashboard_join_request.html", context)


def _tended_invitation(request: HttpRequest, slug: str, pk: int) -> Invitation:
    organisation = own_organisation(request, slug)
    invitation = get_object_or_404(organisation.invitations.select_related("organisation"), pk=pk)
    if not can_tend_invitation(request.user, invitation):
        raise PermissionDenied(
            _("The head manages invitations; a coordinator may manage those of teachers and viewers.")
        )
    return invitation


def _representative(request: HttpRequest, slug: str, pk: int) -> Representative:
    """One who acts now."""
    acting = own_organisation(request, slug).representatives.active()
    return get_object_or_404(acting.select_related("organisation", "user"), pk=pk)


def _decided_request(request: HttpRequest, slug: str, pk: int) -> tuple[JoinRequest, frozenset[str]]:
    """With the roles that the reader may give; one that was decided meanwhile is there as well, and the service says
    so."""
    organisation = own_organisation(request, slug)
    join_request = get_object_or_404(organisation.join_requests.select_related("organisation", "user"), pk=pk)
    offered = tended_roles(request.user, organisation)
    if join_request.role not in offered:
        raise PermissionDenied(
            _("The head decides on requests; a coordinator may decide on those of teachers and viewers.")
        )
    return join_request, offered
