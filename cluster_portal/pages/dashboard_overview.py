"""What an organisation's own people see first: what is due and by when, then how things stand."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from cluster_portal.pages.due import due_of
from members.application_pages import own_applications
from members.models import OVER, MembershipCertificate, Notification, Organisation, User
from members.own import LAST, own_organisation
from members.policies import can_edit_organisation
from members.profile_changes import profile_of

NOTIFICATIONS_SHOWN = 5


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """Send to the organisation acted for last, or say how to begin."""
    own = Organisation.objects.represented_by(request.user).order_by("sort_name")
    last = own.filter(slug=request.session.get(LAST, "")).first() or own.first()
    if last is None:
        applications = own_applications(cast("User", request.user))
        return render(request, "pages/dashboard_empty.html", {"applications": applications})
    return redirect("pages:dashboard_overview", slug=last.slug)


@require_safe
def dashboard_overview(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = own_organisation(request, slug)
    told = Notification.objects.visible_to(request.user).filter(link__startswith=f"/dashboard/{slug}/")
    context = {
        "organisation": organisation,
        "lacks": _lacks(organisation),
        "due": due_of(organisation, cast("User", request.user)),
        "applications": own_applications(cast("User", request.user), closed=False),
        "memberships": organisation.memberships.all(),
        "certificate": _certificate(organisation),
        "representatives": organisation.representatives.active().select_related("user").order_by("user__last_name"),
        "notifications": told[:NOTIFICATIONS_SHOWN],
        "may_edit": can_edit_organisation(request.user, organisation),
    }
    return render(request, "pages/dashboard_overview.html", context)


def _lacks(organisation: Organisation) -> list[str]:
    """Of what visitors look for, the fields that neither stand on the page nor wait for the check."""
    proposed = organisation.profile_changes.waiting().values_list("after", flat=True).first() or {}
    page = profile_of(organisation)
    return [name for name in ("about", "directions", "website", "logo") if not page[name] and name not in proposed]


def _certificate(organisation: Organisation) -> MembershipCertificate | None:
    """That of the membership which runs, or is suspended."""
    standing = organisation.certificates.standing().exclude(membership__status__in=OVER)
    return standing.select_related("document", "membership").first()
