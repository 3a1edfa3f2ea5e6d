"""Pages that show several domains, and texts of the association."""

from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from agreements.models import Agreement
from agreements.register.forms import CompareForm
from agreements.register.listing import Register
from agreements.register.verifying import compared, concluded_by_code, proof_of
from cluster_portal.pages import home as home_page
from common.caching import public_page
from common.limits import limited
from events.models import ParticipantCertificate
from events.public.listing import EventList, Row, first_of_each
from members.models import Kind, MembershipCertificate, Organisation, Standing
from members.organisations.filters import Overview
from members.policies import can_edit_organisation
from projects.models import Project
from projects.public.challenges.listing import ChallengeList
from projects.public.listing import ProjectList
from projects.public.page import ProjectPage
from technoparks.models import ProgrammeCertificate, Technopark
from technoparks.public.listing import rows_of
from technoparks.public.page import TechnoparkPage

PROJECTS_SHOWN = 4
CHALLENGES_SHOWN = 4
EVENTS_SHOWN = 4  # to come, and past
AGREEMENTS_OF_ORGANISATION = 4


@login_not_required
@public_page()
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/home.html", home_page.contents())


@login_not_required
@public_page()
def organisation_detail(request: HttpRequest, slug: str) -> HttpResponse:
    visible = Organisation.objects.visible_to(request.user)
    organisation = get_object_or_404(visible.select_related("region"), slug=slug)
    sub_members = visible.filter(consortium=organisation).select_related("region")
    context = {
        "organisation": organisation,
        "people": organisation.public_people.shown(),
        "memberships": organisation.memberships.running(),
        "directions": Overview.load().directions_of(organisation.direction_slugs),
        "consortium": organisation.consortium_id and visible.filter(pk=organisation.consortium_id).first(),
        "through": _consortium_that_is_member(organisation, visible),
        "sub_members": sub_members if organisation.is_consortium else [],
        "offices": organisation.offices.prefetch_related("changes") if organisation.is_consortium else [],
        "may_edit": can_edit_organisation(request.user, organisation),
        "agreements": Register(QueryDict(f"organisation={organisation.slug}")).few(AGREEMENTS_OF_ORGANISATION),
        "projects": ProjectList(QueryDict(f"organisation={organisation.slug}")).few(PROJECTS_SHOWN),
        "challenges": ChallengeList(QueryDict(f"organisation={organisation.slug}")).few(CHALLENGES_SHOWN),
        "technoparks": rows_of(organisation.technoparks.published().with_status()),
        **_events_of(f"organiser={organisation.slug}"),
    }
    return render(request, "pages/organisation_detail.html", context)


@login_not_required
@public_page()
def project_detail(request: HttpRequest, slug: str) -> HttpResponse:
    visible = Project.objects.visible_to(request.user).select_related("region")
    project = get_object_or_404(visible, slug=slug)
    context = {
        "project": project,
        "page": ProjectPage(project, request.user),
        **_events_of(f"project={project.slug}"),
    }
    return render(request, "pages/project_detail.html", context)


# Bookings and enrolments make no public page old: what shows them is drawn for each reader.


@login_not_required
@never_cache
@require_safe
def technopark_detail(request: HttpRequest, slug: str) -> HttpResponse:
    visible = Technopark.objects.visible_to(request.user).with_status()
    technopark = get_object_or_404(visible.select_related("host", "region", "network"), slug=slug)
    context = {
        "technopark": technopark,
        "page": TechnoparkPage(technopark, request.user),
        **_events_of(f"technopark={technopark.slug}"),
    }
    return render(request, "pages/technopark_detail.html", context)


@login_not_required
@public_page()
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/about.html", {"kinds": Kind.choices})


@login_not_required
@public_page()
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/privacy.html")


@login_not_required
@public_page()
def selection_rules(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/selection_rules.html")


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("verify")
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """Whether a paper holds, to whoever has it before them: a certificate, or the package of an agreement, to which a
    file may be compared."""
    if agreement := concluded_by_code(code):
        return _verify_agreement(request, agreement)
    if request.method == "POST":
        return HttpResponseNotAllowed(["GET", "HEAD"])
    known = MembershipCertificate.objects.select_related("membership", "organisation", "replaced_by")
    certificate = known.filter(code=code.lower()).first()
    if certificate:
        return render(request, "pages/verify.html", {"certificate": certificate})
    of_people = ParticipantCertificate.objects.select_related("ticket__registration__event")
    if own := of_people.filter(code=code.lower()).first():
        context = {"certificate": own, "event": own.ticket.registration.event}
        return render(request, "pages/verify_participant.html", context)
    of_learners = ProgrammeCertificate.objects.select_related(
        "enrolment__application", "enrolment__cohort__programme__technopark__host"
    )
    if learnt := of_learners.filter(code=code.lower()).first():
        context = {"certificate": learnt, "cohort": learnt.enrolment.cohort}
        return render(request, "pages/verify_learner.html", context)
    return render(request, "pages/verify_unknown.html", status=404)


def _verify_agreement(request: HttpRequest, agreement: Agreement) -> HttpResponse:
    form = CompareForm(request.POST or None, request.FILES or None)
    found = compared(agreement, form.cleaned_data["file"]) if form.is_valid() else None
    context = {**proof_of(agreement), "form": form, "compared": found}
    return render(request, "pages/verify_agreement.html", context)


def _events_of(query: str) -> dict[str, list[Row]]:
    """The next and the last ones."""
    lists = [EventList(QueryDict(f"{query}&when={when}")) for when in ("upcoming", "past")]
    rows = list(lists[0].as_rows(first_of_each((one.selection for one in lists), EVENTS_SHOWN)))
    return {"upcoming": [row for row in rows if not row.is_over], "past": [row for row in rows if row.is_over]}


def _consortium_that_is_member(organisation: Organisation, visible: QuerySet[Organisation]) -> Standing | None:
    """Through which the organisation stands in the association, if the reader may see it."""
    standing = organisation.standing
    shown = standing and standing.through and visible.filter(pk=standing.through.pk).exists()
    return standing if shown else None
