"""What people hear of what was promised."""

from functools import partial

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from agreements.models import Obligation, ObligationReport
from agreements.telling.notices import readers_at, tell_people
from members.models import Organisation, User
from members.notices.notifications import Words


def tell_of_report(report: ObligationReport, action: str, *, by: User | None) -> None:
    """Those who are to confirm it, or those who reported it."""
    obligation = report.obligation
    told = [obligation.owner] if action != "report" else other_side(obligation)
    for organisation in told:
        tell_people(
            obligation.agreement,
            organisation,
            [one for one in readers_at(obligation.agreement, organisation) if one != by],
            key=f"obligation report {report.pk} {action}",
            words=partial(_words, report, action),
        )


def other_side(obligation: Obligation) -> list[Organisation]:
    if obligation.beneficiary:
        return [obligation.beneficiary]
    parties = obligation.agreement.parties.exclude(organisation=obligation.owner).select_related("organisation")
    return [party.organisation for party in parties]


def _words(report: ObligationReport, action: str) -> Words:
    named = {"what": report.obligation.what, "party": report.organisation.title, "reason": report.reason}
    match action:
        case "report":
            title = _("%(party)s reports progress, please confirm: %(what)s") % named
            return Words(title, report.text)
        case "confirm":
            return Words(_("Progress is confirmed: %(what)s") % named)
    return Words(
        _("Progress is not confirmed: %(what)s") % named, pgettext("of an agreement", "Reason: %(reason)s") % named
    )


def tell_of_due(obligation: Obligation, *, key: str, is_late: bool, tells_other_side: bool) -> None:
    told = [obligation.owner, *(other_side(obligation) if tells_other_side else [])]
    for organisation in told:
        tell_people(
            obligation.agreement,
            organisation,
            readers_at(obligation.agreement, organisation),
            key=f"{key} {organisation.pk}",
            words=partial(_due_words, obligation, is_late),
        )


def _due_words(obligation: Obligation, is_late: bool) -> Words:
    named = {"what": obligation.what, "day": date_format(obligation.due_on) if obligation.due_on else ""}
    if is_late:
        return Words(_("Late since %(day)s: %(what)s") % named)
    return Words(_("Due on %(day)s: %(what)s") % named)
