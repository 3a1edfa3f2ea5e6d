"""How an organisation becomes a member once the board has accepted it: its entry in the directory, the membership with
certificate and first invoice, and a head."""

from django.db.models import Max

from members.acting.invitations import invite
from members.applying.questionnaire import Questionnaire
from members.membership.invoices import bill_period
from members.membership.life import record_membership_start
from members.models import (
    AgendaItem,
    Membership,
    MembershipApplication,
    Organisation,
    Representative,
    Role,
    User,
)
from members.organisations.services import free_slug, tell_of_role
from members.people import locked_person


def known_organisation(application: MembershipApplication) -> Organisation | None:
    """That which applies, if the directory has it, perhaps only since."""
    same = Organisation.objects.numbered(inn=application.inn, ogrn=application.ogrn)
    return application.organisation or same.first()


def enrol(application: MembershipApplication, item: AgendaItem, *, by: User) -> Membership:
    """A member since the day of the session; where a former membership ended later, since that day."""
    organisation = known_organisation(application) or _entered(application)
    MembershipApplication.objects.filter(pk=application.pk).update(organisation=organisation)
    held_on, former = item.session.held_on, organisation.memberships.aggregate(ended_on=Max("ended_on"))
    starts_on = max(held_on, former["ended_on"] or held_on)
    membership = Membership.objects.create(
        organisation=organisation,
        tier=item.tier,
        started_on=starts_on,
        note=item.session.said_in("ru"),
        note_en=item.session.said_in("en"),
    )
    record_membership_start(membership, by=by)
    bill_period(membership, starts_on=starts_on, by=by)
    _give_it_a_head(application, organisation, by=by)
    return membership


def _entered(application: MembershipApplication) -> Organisation:
    """Into the directory, as it was submitted; what is wrong by the rules of today is left out."""
    name = application.short_name or application.name
    said = Questionnaire(application).cleaned
    return Organisation.objects.create(
        kind=application.kind,
        name=application.name,
        short_name=name[:80],
        slug=free_slug(name),
        inn=application.inn,
        ogrn=application.ogrn,
        region=said.get("region"),
        city=said.get("city", ""),
        website=said.get("website", ""),
        is_published=True,
    )


def _give_it_a_head(application: MembershipApplication, organisation: Organisation, *, by: User) -> None:
    """Whoever has applied speaks for it, unless somebody does; without an account, by an invitation."""
    if organisation.representatives.heads().exists():
        return
    position = Questionnaire(application).cleaned.get("contact_position", "")
    if application.applicant is None:
        email, language = application.email, application.language
        invite(organisation, email=email, role=Role.HEAD, position=position, by=by, language=language)
        return
    given, _made = Representative.objects.update_or_create(
        organisation=organisation,
        user=locked_person(application.applicant),  # before the row, as everywhere
        ended_at=None,
        defaults={"role": Role.HEAD},
        create_defaults={"role": Role.HEAD, "position": position},
    )
    tell_of_role(given)
