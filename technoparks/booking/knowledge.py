"""Which inductions labs and machines need, and who has them."""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from common.errors import RuleViolated
from members.models import User
from technoparks.models import Booking, Induction, Instruction, Lab

FOR_EVER = datetime.date.max


class InductionMissing(RuleViolated):
    """``instructions``: those that the person has to know first."""

    code = "induction_missing"

    def __init__(self, message: str, instructions: Sequence[Instruction]) -> None:
        super().__init__(message)
        self.instructions = instructions

    def told(self) -> dict[str, Any]:
        return super().told() | {"instructions": [{"id": one.pk, "name": one.title} for one in self.instructions]}


@dataclass(frozen=True, slots=True)
class Needed:
    """``labs`` and ``machines`` (classes) by their keys."""

    instruction: Instruction
    labs: frozenset[int]
    machines: frozenset[int]


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is needed in a technopark, and until which day some people know it. Four queries; one where nothing is."""

    needed: list[Needed]
    known: dict[tuple[int, int], datetime.date]  # of a person and an instruction, by their keys

    @classmethod
    def of(cls, technopark: int, people: Iterable[int]) -> "Knowledge":
        offered = Instruction.objects.offered().filter(technopark=technopark).prefetch_related("labs", "machines")
        needed = [
            Needed(
                one,
                frozenset(lab.pk for lab in one.labs.all()),
                frozenset(kind.pk for kind in one.machines.all()),
            )
            for one in offered
        ]
        known: dict[tuple[int, int], datetime.date] = defaultdict(lambda: datetime.date.min)
        if needed:
            valid = Induction.objects.valid_on(timezone.localdate()).filter(
                person__in=[*people], version__instruction__in=[one.instruction for one in needed]
            )
            for person, instruction, until in valid.values_list("person", "version__instruction", "valid_until"):
                known[person, instruction] = max(known[person, instruction], until or FOR_EVER)
        return cls(needed, known)

    def needs(self, lab: int, machines: Collection[int]) -> list[Instruction]:
        """For work in the lab at machines of these classes."""
        return [one.instruction for one in self.needed if lab in one.labs or one.machines & {*machines}]

    def asked_in(self, lab: int, machines: Collection[int], person: int) -> list[tuple[Instruction, bool]]:
        """Of what may be needed there today or later, whether the person knows it today."""
        today = timezone.localdate()
        needs = self.needs(lab, machines)
        return [(one, self.known.get((person, one.pk), datetime.date.min) >= today) for one in needs]

    def lacking(self, person: int | None, lab: int, machines: Collection[int], day: datetime.date) -> list[Instruction]:
        """What is needed there, and not known on that day."""
        needs = [one for one in self.needs(lab, machines) if one.needed_from <= day]
        if person is None:
            return needs
        return [one for one in needs if self.known.get((person, one.pk), datetime.date.min) < day]

    def lacking_for(self, booking: Booking) -> list[Instruction]:
        """Its machines are fetched along."""
        classes = [one.equipment.kind_id for one in booking.equipment_times.all()]
        day = booking.starts_at.astimezone(booking.lab.technopark.zone).date()
        return self.lacking(booking.person_id, booking.lab_id, classes, day)


def check_inductions(
    lab: Lab, *, machines: Collection[int], person: User, days: Iterable[datetime.date], by: User
) -> None:
    """``machines`` by their classes, ``days`` of the bookings; ``by``: who reads what is lacking. Under the lock of the
    lab, which whoever revokes an induction waits for. Raises InductionMissing."""
    knowledge = Knowledge.of(lab.technopark_id, [person.pk])
    last = max(days)
    lacking = knowledge.lacking(person.pk, lab.pk, machines, last)
    if lacking and person != by:
        raise lacked_by_another(lacking)
    if lacking:
        raise InductionMissing(_missing(knowledge, lacking, person), lacking)


def lacked_by_another(lacking: Iterable[Instruction]) -> InductionMissing:
    """Of whoever is responsible, and did not ask."""
    ordered = sorted(lacking, key=lambda one: one.title)
    text = _("Whoever is responsible for it lacks a valid induction: %(names)s.")
    return InductionMissing(text % {"names": ", ".join(one.title for one in ordered)}, ordered)


def _missing(knowledge: Knowledge, lacking: Sequence[Instruction], person: User) -> str:
    ends = {one.title: knowledge.known.get((person.pk, one.pk)) for one in lacking}
    never = [title for title, until in ends.items() if not until]
    said = [_("First pass the induction: %(names)s.") % {"names": ", ".join(never)}] if never else []
    for title, until in ends.items():
        if until:
            text = _("The induction “%(name)s” is valid until %(day)s only.")
            said.append(text % {"name": title, "day": date_format(until)})
    return " ".join(said)
