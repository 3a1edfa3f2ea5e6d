"""How a person comes to act for an organisation: by an invitation, or by asking for it."""

from typing import cast

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from common.errors import RuleViolated
from common.limits import limited
from members.acting.forms import JoinRequestForm
from members.acting.invitations import accept, invitation_of, is_for
from members.acting.join_requests import ask_once, withdraw
from members.models import JoinRequest, Organisation, User
from members.policies import role_of


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("invitation")
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Asks on GET, as mail scanners follow every link. Who has the link has read the letter: when they sign up with its
    address, that is proved."""
    found = invitation_of(token)
    if found is None:
        return render(request, "members/invitation_invalid.html", status=404)
    if request.method == "POST":
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        given = accept(found, by=request.user)
        messages.success(request, _("You now act for %(organisation)s.") % {"organisation": found.organisation.title})
        return redirect(given.get_absolute_url())
    if not request.user.is_authenticated and found.is_open:
        get_adapter(request).stash_verified_email(request, found.email)
    own_role = role_of(request.user, found.organisation)
    context = {"invitation": found, "is_theirs": is_for(request.user, found), "own_role": own_role}
    return render(request, "members/invitation.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def join_request(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = _visible(request, slug)
    form = JoinRequestForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ask_once(organisation, by=cast("User", request.user), key=form.key, asked=form.asked)
        except RuleViolated as error:
            form.refuse(error)
        else:
            messages.success(request, _("Your request is sent."))
            return redirect("members:join_request", slug=slug)
    own_role = role_of(request.user, organisation)
    context = {"organisation": organisation, "form": form, "asked": _own_open(request, slug), "own_role": own_role}
    return render(request, "members/join_request.html", context)


@require_POST
def join_request_withdraw(request: HttpRequest, slug: str) -> HttpResponse:
    if asked := _own_open(request, _visible(request, slug).slug):
        withdraw(asked)
        messages.success(request, _("Your request is withdrawn."))
    return redirect("members:join_request", slug=slug)


def _visible(request: HttpRequest, slug: str) -> Organisation:
    return get_object_or_404(Organisation.objects.visible_to(request.user), slug=slug)


def _own_open(request: HttpRequest, slug: str) -> JoinRequest | None:
    return JoinRequest.objects.open().filter(user=cast("User", request.user), organisation__slug=slug).first()
