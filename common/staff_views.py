"""Who of the staff looked at whose data. The person is told when, and in which role; the office reads the whole log."""

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.models import PersonalDataView, StaffRole, ViewKind
from common.personal_data import Holder, Person, Record, described, register, told

if TYPE_CHECKING:
    from django.db.models import Model

KEPT_FOR = timedelta(days=365)


def note_view(record: "type[Model]", *, staff: Any, person: Any, kind: ViewKind, address: str) -> PersonalDataView:
    """``person``: whose data they are, or None of somebody without an account."""
    label = record._meta.label_lower
    return PersonalDataView.objects.create(
        staff=staff, role=_role_of(staff), person=person, kind=kind, record=label, address=address[:300]
    )


def _role_of(reader: Any) -> StaffRole:
    if reader.is_superuser:
        return StaffRole.ADMINISTRATOR
    return StaffRole.OFFICE if reader.is_staff else StaffRole.REPRESENTATIVE


def remove_old_views() -> int:
    return PersonalDataView.objects.filter(at__lt=timezone.now() - KEPT_FOR).delete()[0]


def name_of(view: PersonalDataView) -> str:
    """Of the kind of record, for people."""
    return str(apps.get_model(view.record)._meta.verbose_name)


def _collect(person: Person) -> Iterator[Record]:
    for view in PersonalDataView.objects.filter(person=person.user):
        record = told("record", _("kind of record"), view.record, name_of(view))
        yield [*described(view, "at", "role", "kind"), record]


register(Holder("views", _("Who of the staff looked at your data"), ("common.PersonalDataView",), _collect))
