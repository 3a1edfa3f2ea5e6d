"""Applications for membership, and the people whom they name."""

from collections.abc import Iterator
from functools import partial

from django.db import transaction
from django.db.models import Q, QuerySet

from common.personal_data import Person, Record, described, told
from members.models import ApplicationMove, ApplicationState, MembershipApplication, Who

PEOPLE_OF_APPLICATION = (
    "contact_name", "contact_position", "contact_phone", "head_name", "head_position", "head_basis",
)  # fmt: skip


def applications_of(person: Person) -> QuerySet[MembershipApplication]:
    """Theirs by the account, or by an address that was confirmed."""
    by_address = Q(email__in=person.addresses, confirmed_at__isnull=False)
    return MembershipApplication.objects.filter(Q(applicant=person.user) | by_address)


def collect_applications(person: Person) -> Iterator[Record]:
    for application in applications_of(person):
        record = described(application, "number", "name", "email", "state", "created_at", "submitted_at")
        yield [*record, *(told(name, name, application.typed(name)) for name in PEOPLE_OF_APPLICATION)]


def erase_applications(person: Person) -> int:
    """Drafts go with their files. Others stay as those of their organisations, without the people that they name."""
    erased = 0
    for application in applications_of(person).select_for_update():
        if application.state == ApplicationState.DRAFT:
            for file in application.files.all():
                transaction.on_commit(partial(file.file.storage.delete, str(file.file.name)))
            application.delete()
        else:
            _forget_people_of(application)
        erased += 1
    return erased + ApplicationMove.objects.filter(by=person.user).exclude(who_named="").update(who_named="")


def _forget_people_of(application: MembershipApplication) -> None:
    application.data = {name: typed for name, typed in application.data.items() if name not in PEOPLE_OF_APPLICATION}
    application.answers = [one for one in application.answers if one["name"] not in PEOPLE_OF_APPLICATION]
    application.email, application.applicant = "", None
    application.save(update_fields=["data", "answers", "email", "applicant"])
    application.moves.filter(who=Who.APPLICANT).update(who_named="")
