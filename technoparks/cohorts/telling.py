"""What applicants and hosts hear of groups. No letter names a learner: whoever opens the page reads it there."""

from collections.abc import Iterable, Sequence
from functools import partial

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from members.models import User
from members.notices.notifications import Words, heads_of, notify
from members.notices.topics import Topic, register
from members.policies import role_of
from technoparks.models import Cohort, CohortApplication

GROUPS = register(
    Topic(
        "cohorts",
        gettext_lazy("Groups of technoparks"),
        gettext_lazy("Applications to groups and the answers, changes of a group, certificates"),
    )
)
TO_APPLICANT = {
    "enrol": gettext_lazy("Enrolled: your application to the group “%(group)s”"),
    "queue": gettext_lazy("On the waiting list: your application to the group “%(group)s”"),
    "decline": gettext_lazy("Declined: your application to the group “%(group)s”"),
    "close": gettext_lazy("The group “%(group)s” has finished; your application is closed"),
    "cancel": gettext_lazy("The group “%(group)s” is cancelled"),
    "leave": gettext_lazy("No longer in the group: “%(group)s”"),
    "transfer": gettext_lazy("Moved to the group “%(group)s”"),
    "certificate": gettext_lazy("A certificate is issued: the group “%(group)s”"),
    "revoke": gettext_lazy("A certificate is revoked: the group “%(group)s”"),
}


def tell_applicants(
    applications: Iterable[CohortApplication],
    action: str,
    *,
    by: User | None,
    reason: str = "",
    cohort: Cohort | None = None,
    mark: object = "",
) -> None:
    """Once for all that one person has sent for one side; of an organisation its heads and coordinators as well. An
    application tells of one ``action`` once, unless ``mark`` tells one from another."""
    by_side = dict[tuple[int | None, int | None], list[CohortApplication]]()
    for one in applications:
        by_side.setdefault((one.person_id, one.organisation_id), []).append(one)
    for together in by_side.values():
        first = together[0]
        people = {} if not first.organisation else {one.pk: one for one in heads_of(first.organisation)}
        if first.person and (not first.organisation or role_of(first.person, first.organisation)):
            people[first.person.pk] = first.person
        notify(
            [one for one in people.values() if one != by],
            topic=GROUPS,
            key=f"cohort application {first.pk} {action} {mark}".strip(),
            words=partial(_words, cohort or first.cohort, TO_APPLICANT[action], len(together), reason),
            link=_page_of(together),
        )


def _page_of(applications: Sequence[CohortApplication]) -> str:
    first = applications[0]
    if len(applications) == 1 or not first.organisation:
        return first.get_absolute_url()
    return reverse("technoparks:dashboard_pupils", args=[first.organisation.slug])


def _words(cohort: Cohort, said: str | Promise, number: int, reason: str) -> Words:
    text = [f"{cohort.programme.technopark.title}. {cohort.programme.title}."]
    if number > 1:
        text.append(ngettext("%(number)d application.", "%(number)d applications.", number) % {"number": number})
    if reason:
        text.append(_("The reason: %(reason)s") % {"reason": reason})
    return Words(str(said) % {"group": cohort.title}, "\n\n".join(text))


TO_HOST = {
    "apply": gettext_lazy("A new application to the group “%(group)s”"),
    "overdue": gettext_lazy("The term to decide on an application is over: the group “%(group)s”"),
    "leave": gettext_lazy("A learner has left the group “%(group)s”"),
    "cancel": TO_APPLICANT["cancel"],
    "free": gettext_lazy("A place is free in the group “%(group)s”, and somebody waits for it"),
}


def tell_host(cohort: Cohort, action: str, *, key: object, by: User | None = None, reason: str = "") -> None:
    """Heads and coordinators of the host, and who leads the group."""
    notify(
        [one for one in tending(cohort) if one != by],
        topic=GROUPS,
        key=f"cohort {cohort.pk} {action} {key}".strip(),
        words=partial(_words, cohort, TO_HOST[action], 1, reason),
        link=cohort.get_host_url(),
    )


TO_OFFICE = gettext_lazy("The host is silent on an application: the group “%(group)s”")


def tell_office(office: Iterable[User], cohort: Cohort, *, key: object) -> None:
    notify(
        [*office],
        topic=GROUPS,
        key=f"cohort {cohort.pk} very late {key}",
        words=partial(_words, cohort, TO_OFFICE, 1, ""),
        link=reverse("admin:technoparks_cohortapplication_changelist") + f"?cohort__id__exact={cohort.pk}",
    )


def tending(cohort: Cohort) -> list[User]:
    host = cohort.programme.technopark.host
    people = {one.pk: one for one in heads_of(host)}
    if cohort.teacher and role_of(cohort.teacher, host):
        people[cohort.teacher.pk] = cohort.teacher
    return [*people.values()]
