"""Projects as their leads make and change them, and who takes part."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from common.errors import RuleViolated
from common.idempotency import once
from common.slugs import save_at_free_slug
from common.uploads import CheckedDocument
from members.models import Organisation, User
from projects.life.consistency import check_constraints
from projects.life.locked import locked_project
from projects.life.roadmaps import give_to_lead
from projects.models import (
    ParticipantRole,
    Project,
    ProjectParticipant,
    ProjectResult,
    ProjectState,
    ProjectUpdate,
)
from projects.models.project import RESERVED

MOST_PARTICIPANTS, MOST_RESULTS = 40, 50
TO_MANY = ("directions", "agreements", "labs")
CHANGEABLE = (ProjectState.DRAFT, ProjectState.RUNNING, ProjectState.PAUSED)
# What the association has checked before it published: from then on it changes them itself.
CHECKED = ("kind", "name", "name_en")


def is_changeable(project: Project) -> bool:
    """Not while the association reads it, and not what is over."""
    return project.state in CHANGEABLE


def takes_results(project: Project) -> bool:
    """Results come when it is over, too."""
    return is_changeable(project) or project.state == ProjectState.COMPLETED


@transaction.atomic
def create_project(organisation: Organisation, *, typed: Mapping[str, Any], by: User, key: str) -> Project:
    """A draft that the organisation leads, made once for one key."""

    def make() -> Project:
        project = Project(**{name: value for name, value in typed.items() if name not in TO_MANY})
        check_constraints(project)
        save_at_free_slug(project, reserved=RESERVED)
        _set_many(project, typed)
        ProjectParticipant.objects.create(project=project, organisation=organisation, role=ParticipantRole.LEAD)
        return project

    scope = f"project of {organisation.pk} by {by.pk}"
    return once(make, model=Project, scope=scope, key=key, asked=typed)


@transaction.atomic
def edit_project(project: Project, *, typed: Mapping[str, Any]) -> Project:
    """Write what was typed anew. Raises RuleViolated where it may not be changed now, or what was typed does not go
    with what stands there."""
    locked = _changeable(project)
    if locked.state != ProjectState.DRAFT and not typed.keys().isdisjoint(CHECKED):
        raise RuleViolated(_("The association has checked this with the project: write to it."), code="checked")
    for name, value in typed.items():
        if name not in TO_MANY:
            setattr(locked, name, value)
    check_constraints(locked)
    _set_many(locked, typed)
    columns = [name for name in typed if name not in TO_MANY]
    locked.save(update_fields=[*columns, "updated_at"])
    return locked


@transaction.atomic
def add_participant(project: Project, *, organisation: Organisation, role: str) -> None:
    """Raises RuleViolated for one that is not on the portal, for a second lead, and past MOST_PARTICIPANTS. Known in
    this role already, does nothing."""
    locked = _changeable(project)
    if not organisation.is_published:
        raise RuleViolated(_("This organisation has no page on the portal."), code="not_published")
    if role == ParticipantRole.LEAD:
        raise RuleViolated(_("A project has one lead."), code="second_lead")
    if locked.participant_links.count() >= MOST_PARTICIPANTS:
        raise RuleViolated(_("%(number)d participants are the most.") % {"number": MOST_PARTICIPANTS}, code="too_many")
    last = locked.participant_links.order_by("-position").values_list("position", flat=True).first() or 0
    ProjectParticipant.objects.get_or_create(
        project=locked, organisation=organisation, role=role, defaults={"position": last + 1}
    )


@transaction.atomic
def remove_participant(project: Project, *, link: ProjectParticipant) -> None:
    """The lead answers for the project and stays. Removed already, does nothing."""
    locked = _changeable(project)
    if link.role == ParticipantRole.LEAD:
        raise RuleViolated(_("The lead answers for the project and stays."), code="answers")
    for found in locked.participant_links.filter(pk=link.pk):
        found.delete()
        give_to_lead(locked, organisation=found.organisation)


@transaction.atomic
def leave_project(project: Project, *, organisation: Organisation) -> None:
    """All its roles but that of the lead, at any time: nobody is named against their will."""
    locked = locked_project(project)
    links = locked.participant_links.filter(organisation=organisation)
    if links.filter(role=ParticipantRole.LEAD).exists():
        raise RuleViolated(_("The lead answers for the project and stays."), code="answers")
    for found in links:
        found.delete()
    give_to_lead(locked, organisation=organisation)


@transaction.atomic
def add_update(project: Project, *, typed: Mapping[str, Any], by: User, key: str) -> ProjectUpdate:
    """Made once for one key."""
    locked = _changeable(project)

    def make() -> ProjectUpdate:
        return ProjectUpdate.objects.create(project=locked, **typed)

    scope = f"update of project {locked.pk} by {by.pk}"
    return once(make, model=ProjectUpdate, scope=scope, key=key, asked=typed)


@transaction.atomic
def remove_update(project: Project, *, update: ProjectUpdate) -> None:
    for found in _changeable(project).updates.filter(pk=update.pk):
        found.delete()


@transaction.atomic
def add_result(
    project: Project, *, name: str, name_en: str, link: str, document: CheckedDocument | None
) -> ProjectResult:
    """Comes last. Raises RuleViolated unless it has either an address or a file, and past MOST_RESULTS."""
    locked = locked_project(project)
    _check(takes_results(locked), locked)
    if locked.results.count() >= MOST_RESULTS:
        raise RuleViolated(_("%(number)d results are the most.") % {"number": MOST_RESULTS}, code="too_many")
    last = locked.results.order_by("-position").values_list("position", flat=True).first()
    result = ProjectResult(project=locked, name=name, name_en=name_en, link=link, position=(last or 0) + 1)
    if document:
        result.file, result.content_type, result.size = document.file, document.content_type, document.size
    check_constraints(result)
    result.save()
    return result


@transaction.atomic
def remove_result(project: Project, *, result: ProjectResult) -> None:
    """Raises RuleViolated for the last one of a completed project, which shows what has come of it."""
    locked = locked_project(project)
    _check(takes_results(locked), locked)
    if locked.state == ProjectState.COMPLETED and not locked.results.exclude(pk=result.pk).exists():
        raise RuleViolated(_("A completed project shows at least one result."), code="last_result")
    for found in locked.results.filter(pk=result.pk):
        found.delete()


def _changeable(project: Project) -> Project:
    locked = locked_project(project)
    _check(is_changeable(locked), locked)
    return locked


def _check(is_possible: bool, project: Project) -> None:
    if not is_possible:
        text = _("Not possible now: the project has the state “%(state)s”.")
        raise RuleViolated(text % {"state": project.get_state_display()}, code="other_state")


def _set_many(project: Project, typed: Mapping[str, Any]) -> None:
    for name in TO_MANY:
        if name in typed:
            getattr(project, name).set(typed[name])
