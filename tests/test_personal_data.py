"""Whatever holds people's data says so: it goes into their copy, and out with them."""

from importlib import import_module

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db import models

from common.personal_data import HOLDERS

# Model → why no holder names it.
EXCUSED = {
    "account.EmailConfirmation": "goes with the address that it confirms",
    "members.User_groups": "rights, taken from who is erased",
    "members.User_user_permissions": "the same",
    "members.HistoricalUser_groups": "rights of a row of the history, which names nobody once its person is erased",
    "members.HistoricalMembership": "who changed it: the row of who was erased names nobody",
    "members.HistoricalOrganisation": "the same",
    "members.HistoricalRepresentativeOffice": "the same",
    "members.HistoricalOfficeStatusChange": "the same",
    "members.HistoricalOfficeYear": "the same",
    "members.OfficeReport": "who reported and who decided: the same",
    "members.HistoricalJoinConditions": "the same",
    "members.HistoricalQuestion": "the same",
    "members.MembershipStatusChange": "the same",
    "members.MembershipCertificate": "the same",
    "members.Handover": "who handed over to whom: the row of who was erased names nobody",
    "members.HistoricalFee": "who changed it: the row of who was erased names nobody",
    "members.HistoricalFeeReduction": "the same",
    "members.HistoricalAssociationRequisites": "the same",
    "members.Invoice": "who marked it: the same",
    "members.MembershipImport": "who uploaded and who confirmed: the same; what the table itself says goes in a week",
    "members.Partnership": "who of the staff tends it: the same",
    "members.PartnershipMove": "who moved it: the same",
    "members.PartnershipNote": "who wrote it: the same",
    "members.ProfileChange": "who proposed and who decided: the same",
    "members.BoardSession": "who closed it: the row of who was erased names nobody",
    "members.ErasureAct": "must be kept for three years, and names the person by a number",
    "events.HistoricalEvent": "who changed it: the row of who was erased names nobody",
    "events.HistoricalEventSeries": "the same",
    "events.EventMove": "who moved it: the same",
    "projects.HistoricalProject": "who changed it: the row of who was erased names nobody",
    "projects.ProjectMove": "who moved it: the same",
    "projects.HistoricalChallenge": "who changed it: the same",
    "projects.ChallengeMove": "who moved it: the same",
    "projects.HistoricalTeam": "who changed it: the same",
    "projects.TeamMove": "who moved it: the same",
    "projects.HistoricalPledge": "who changed it: the same",
    "projects.PledgeMove": "who moved it: the same",
    "projects.HistoricalRoadmapItem": "who changed it: the same",
    "projects.RoadmapChange": "who changed the dates: the same",
    "projects.RoadmapMove": "who moved it: the same",
    "events.EventMessage": "who wrote it: the same; it names no reader",
    "events.CheckIn": "who stood at the door: the same; whose it is, the holder of registrations tells",
    "events.ParentConsent": "who noted a paper: the same; the parent goes with a refusal, or a year after the event",
    "agreements.VersionReading": "who has read it: the row of who was erased names nobody",
    "technoparks.HistoricalTechnopark": "who changed it: the row of who was erased names nobody",
    "technoparks.HistoricalLab": "the same",
    "technoparks.InstructionVersion": "who published it: the row of who was erased names nobody",
    "technoparks.HistoricalProgramme": "the same",
    "technoparks.CohortMove": "who moved it: the same",
    "technoparks.CohortApplicationMove": "the same; a reason goes with the learner",
    "technoparks.EnrolmentMove": "the same",
    "technoparks.BookingMove": "who moved it: the same; a reason goes with who was responsible",
    "technoparks.Outage": "who noted and who ended it: the row of who was erased names nobody",
    "sessions.Session": "ends with what allauth knows of it, and without that by the new password",
}
NAMES = {"first_name", "last_name", "patronymic"}


def is_personal(model: type[models.Model]) -> bool:
    return any(
        getattr(field, "related_model", None) is get_user_model()
        or isinstance(field, models.EmailField | models.GenericIPAddressField)
        or field.name in NAMES
        for field in model._meta.get_fields()
        if not (field.auto_created and not field.concrete)
    )


def labels() -> set[str]:
    return {model._meta.label for model in apps.get_models(include_auto_created=True) if is_personal(model)}


def test_every_model_about_people_has_a_holder_or_a_reason() -> None:
    held = {label for holder in HOLDERS.values() for label in holder.models}
    assert labels() - held - EXCUSED.keys() == set()


def test_who_of_the_staff_looks_at_people_is_logged() -> None:
    """A page of the office that shows one record; rights and what the portal alone writes tell nothing of a person."""
    import_module(settings.ROOT_URLCONF)  # with which the office comes
    shown = {model._meta.label: tended for model, tended in admin.site._registry.items() if is_personal(model)}
    unwatched = {label for label, tended in shown.items() if not getattr(tended, "holds_personal_data", False)}
    assert unwatched == {
        "common.PersonalDataView",
        "members.BoardSession",
        "members.ErasureAct",
        "members.Invoice",
        "technoparks.Outage",  # who of the host has noted it
        "technoparks.Cohort",
    }


def test_no_excuse_and_no_holder_names_what_is_not_there() -> None:
    every = {model._meta.label for model in apps.get_models(include_auto_created=True)}
    held = {label for holder in HOLDERS.values() for label in holder.models}
    assert (held | EXCUSED.keys()) - every == set()
    assert held & EXCUSED.keys() == set()
