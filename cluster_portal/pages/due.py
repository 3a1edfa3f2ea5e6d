"""What an organisation is to do, and by when: each domain tells of its own, and the overview shows all together."""

import datetime
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.db.models import DateTimeField, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.desk import waiting as in_agreements
from common.countries import country_name
from common.models import DocumentState
from events.organising.listing import events_to_close, events_to_decide, returned_events
from members.models import (
    AgendaItem,
    ApplicationState,
    MembershipApplication,
    OfficeStatus,
    OfficeStatusChange,
    Organisation,
    User,
)
from members.policies import can_edit_organisation, tended_roles
from projects.models import Pledge, PledgeState, RoadmapItem, Team, TeamParticipant, TeamParticipantState, TeamState
from projects.policies import can_form_team, can_pledge, can_set_challenge
from technoparks.desk import waiting as in_technoparks

ASKED_AHEAD = datetime.timedelta(days=30)
NEWS_EVERY = datetime.timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Due:
    """``note`` says more; ``action`` is what one press does, by a POST to ``action_url``."""

    title: str
    by_day: datetime.date | None
    url: str
    is_overdue: bool = False
    note: str = ""
    action: str = ""
    action_url: str = ""


def profile(organisation: Organisation, user: User) -> Iterator[Due]:
    if not can_edit_organisation(user, organisation):
        return
    url = reverse("pages:dashboard_profile", args=[organisation.slug])
    last = organisation.profile_changes.first()
    if last and last.is_waiting:
        note = _("Until then the public page stays as it is.")
        title = _("The association checks the change of the profile")
        yield Due(title, timezone.localdate(last.due_at), url, note=note)
    elif last and last.is_refused_lately:
        yield Due(_("The change of the profile was declined"), None, url, note=last.reason)
    by_day, today = organisation.profile_confirm_by, timezone.localdate()
    if by_day - ASKED_AHEAD <= today:
        yield Due(
            _("Does the public profile still hold?"),
            by_day,
            url,
            is_overdue=by_day < today,
            note=_("Correct in the profile whatever has changed."),
            action=_("All of it holds"),
            action_url=reverse("pages:dashboard_profile_confirm", args=[organisation.slug]),
        )


def certificate(organisation: Organisation, user: User) -> Iterator[Due]:
    """A paper that cannot be had yet; the portal goes on trying by itself."""
    failed = organisation.certificates.standing().filter(document__state=DocumentState.FAILED)
    for one in failed.select_related("document"):
        title = _("The PDF of certificate no. %(number)s could not be made yet") % {"number": one.number}
        overview = reverse("pages:dashboard_overview", args=[organisation.slug])
        note = _("There is nothing to do: the portal tries again by itself.")
        yield Due(title, None, f"{overview}#certificate", note=note)


def offices(organisation: Organisation, user: User) -> Iterator[Due]:
    """Offices abroad of which nothing was told for a year; what waits for the check has been told."""
    if not (organisation.is_consortium and can_edit_organisation(user, organisation)):
        return
    told = OfficeStatusChange.history.filter(office_id=OuterRef("pk")).order_by("-history_date")
    turns = OfficeStatusChange.objects.filter(office=OuterRef("pk")).order_by("-position")
    known = organisation.offices.annotate(
        told_at=Subquery(told.values("history_date")[:1], output_field=DateTimeField()),
        stands=Subquery(turns.values("status")[:1]),
    )
    silent = known.filter(Q(told_at=None) | Q(told_at__lt=timezone.now() - NEWS_EVERY))
    reports = organisation.office_reports.waiting().values_list("data", flat=True)
    reported = {(data["country"], data["city"]) for data in reports}
    for office in silent.exclude(stands=OfficeStatus.CLOSED):
        if (office.country, office.city) in reported:
            continue
        yield Due(
            _("No news of the office for a year: %(place)s") % {"place": office.place or country_name(office.country)},
            timezone.localdate(office.told_at + NEWS_EVERY) if office.told_at else None,
            reverse("pages:dashboard_offices", args=[organisation.slug]),
            is_overdue=True,
            note=_("Tell how it stands, even if nothing has changed."),
        )


def fees(organisation: Organisation, user: User) -> Iterator[Due]:
    """Invoices that nobody has marked as paid."""
    if not can_edit_organisation(user, organisation):
        return
    url = reverse("pages:dashboard_membership", args=[organisation.slug])
    for invoice in organisation.invoices.open():
        title = _("Membership fee: invoice no. %(number)s") % {"number": invoice.number}
        yield Due(title, invoice.due_on, url, is_overdue=invoice.due_on < timezone.localdate())


def exclusion(organisation: Organisation, user: User) -> Iterator[Due]:
    """Of which the board is to decide: the organisation may answer until the session."""
    items = AgendaItem.objects.on_it().filter(outcome="", membership__organisation=organisation)
    items = items.filter(session__held_on__gte=timezone.localdate()).select_related("session")
    if not (items and can_edit_organisation(user, organisation)):
        return
    for item in items:
        yield Due(
            _("The board decides on the exclusion of the organisation: answer in writing"),
            item.session.held_on,
            reverse("pages:dashboard_membership", args=[organisation.slug]),
            note=_("Grounds: %(grounds)s") % {"grounds": item.grounds},
        )


def applications(organisation: Organisation, user: User) -> Iterator[Due]:
    """Those of the reader that were returned; below, on the same page, each leads to its form."""
    url = reverse("pages:dashboard_overview", args=[organisation.slug])
    for one in MembershipApplication.objects.filter(applicant=user, state=ApplicationState.RETURNED):
        title = _("Application %(number)s was returned with remarks") % {"number": one.number}
        yield Due(title, one.due_on, f"{url}#applications", is_overdue=one.is_overdue)


def requests_to_join(organisation: Organisation, user: User) -> Iterator[Due]:
    """Of those whom the reader may give a role."""
    url = reverse("pages:dashboard_people", args=[organisation.slug])
    tended = tended_roles(user, organisation)
    for one in organisation.join_requests.open().filter(role__in=tended).select_related("user"):
        title = _("%(person)s asks to act for the organisation") % {"person": one.user}
        yield Due(title, None, url, note=one.get_role_display())


def events(organisation: Organisation, user: User) -> Iterator[Due]:
    """Those that were returned, in which somebody waits for a decision, and of which it is not said who came."""
    if not can_edit_organisation(user, organisation):
        return
    for event, reason in returned_events(organisation):
        title = _("The association returned the event: %(event)s") % {"event": event.title}
        yield Due(title, None, reverse("events:dashboard_event", args=[organisation.slug, event.slug]), note=reason)
    for one in events_to_decide(organisation):
        told = ngettext(
            "%(number)d registration waits for your decision: %(event)s",
            "%(number)d registrations wait for your decision: %(event)s",
            one.undecided,
        )
        page = reverse("events:dashboard_event_registrations", args=[organisation.slug, one.slug])
        yield Due(
            told % {"number": one.undecided, "event": one.title},
            one.decide_by and timezone.localdate(one.decide_by),
            f"{page}?wait=decision",
            is_overdue=one.decide_by is not None and one.decide_by <= timezone.now(),
        )
    for one in events_to_close(organisation):
        if one.uncertified:
            title = _("Certificates are not issued: %(event)s") % {"event": one.title}
            yield Due(title, None, reverse("events:event_certificates", args=[one.slug]))
        else:
            title = _("How many came? %(event)s") % {"event": one.title}
            yield Due(title, None, reverse("events:dashboard_event_headcount", args=[organisation.slug, one.slug]))


def agreements(organisation: Organisation, user: User) -> Iterator[Due]:
    """To be reviewed, accepted, signed, confirmed or delivered; the desk of agreements has all of it."""
    for one in in_agreements.waiting_for(organisation, user):
        page = reverse(one.address, args=[organisation.slug, one.agreement.pk])
        note = ": ".join(filter(None, (one.agreement.title, one.note)))
        yield Due(str(one.what), one.by_day, page, is_overdue=one.is_late, note=note)


def technoparks(organisation: Organisation, user: User) -> Iterator[Due]:
    """To be decided, signed off and confirmed as a host; on hold as a guest."""
    for one in in_technoparks.waiting_for(organisation, user):
        yield Due(one.what, one.by_day, one.url, is_overdue=one.is_late, note=one.note)


def teams(organisation: Organisation, user: User) -> Iterator[Due]:
    """To be answered by a company; to be joined; to be sent."""
    if can_form_team(user, organisation):
        asked = TeamParticipant.objects.filter(organisation=organisation, state=TeamParticipantState.INVITED)
        for link in asked.filter(team__state=TeamState.GATHERING).select_related("team__challenge"):
            title = _("Your organisation is invited to the team “%(team)s”") % {"team": link.team.name}
            page = reverse("projects:dashboard_team", args=[organisation.slug, link.team_id])
            yield Due(title, link.team.challenge.applications_until, page, note=link.team.challenge.title)
    if can_set_challenge(user, organisation):
        waiting = Team.objects.filter(state=TeamState.APPLIED, challenge__company=organisation)
        for team in waiting.select_related("challenge").order_by("answer_by", "pk"):
            title = _("The team “%(team)s” waits for your answer") % {"team": team.name}
            page = reverse("projects:dashboard_challenge_team", args=[organisation.slug, team.challenge.slug, team.pk])
            is_late = team.answer_by is not None and team.answer_by < timezone.localdate()
            yield Due(title, team.answer_by, page, is_overdue=is_late, note=team.challenge.title)


def roadmaps(organisation: Organisation, user: User) -> Iterator[Due]:
    """What the organisation answers for, and its day is near or has passed."""
    if not can_edit_organisation(user, organisation):
        return
    today = timezone.localdate()
    near = RoadmapItem.objects.open().filter(owner=organisation, due_on__lte=today + ASKED_AHEAD)
    for item in near.select_related("project").order_by("due_on", "pk"):
        title = _("To be done in the roadmap: %(item)s") % {"item": item.title}
        page = reverse("projects:dashboard_roadmap_item", args=[organisation.slug, item.project.slug, item.pk])
        yield Due(title, item.due_on, page, is_overdue=item.due_on < today, note=item.project.title)


def pledges(organisation: Organisation, user: User) -> Iterator[Due]:
    """Its own whose day is near or has passed; those to it that it has not confirmed."""
    if not can_pledge(user, organisation):
        return
    today = timezone.localdate()
    own = Pledge.objects.of(organisation).select_related("project", "donor").order_by("due_on", "pk")
    for one in own.filter(donor=organisation, state=PledgeState.PLEDGED, due_on__lte=today + ASKED_AHEAD):
        page = reverse("projects:dashboard_pledge", args=[organisation.slug, one.pk])
        title = _("Pledged to the project: %(what)s") % {"what": one.title}
        yield Due(title, one.due_on, page, is_overdue=one.is_late, note=one.project.title)
    for one in own.filter(receiver=organisation, state=PledgeState.DELIVERED):
        page = reverse("projects:dashboard_pledge", args=[organisation.slug, one.pk])
        title = _("%(donor)s has delivered; confirm it: %(what)s") % {"donor": one.donor.title, "what": one.title}
        yield Due(title, None, page, note=one.project.title)


DUE: tuple[Callable[[Organisation, User], Iterable[Due]], ...] = (
    profile,
    certificate,
    offices,
    fees,
    exclusion,
    applications,
    requests_to_join,
    events,
    agreements,
    technoparks,
    teams,
    roadmaps,
    pledges,
)


def due_of(organisation: Organisation, user: User) -> list[Due]:
    """What is overdue first, then by day; what has no day last."""
    found = [one for find in DUE for one in find(organisation, user)]
    return sorted(found, key=lambda one: (not one.is_overdue, one.by_day or datetime.date.max))
