"""The machines of a host, and what is to be done with them."""

import datetime
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils import timezone

from members.models import Organisation
from technoparks.models import Equipment, EquipmentStatus, Lab, Outage, OutageKind, with_outages

if TYPE_CHECKING:
    from technoparks.models.outage import OutageQuerySet


@dataclass(frozen=True, slots=True)
class MachineRow:
    machine: Equipment
    today: datetime.date

    @property
    def is_there(self) -> bool:
        return self.machine.status != EquipmentStatus.RETIRED

    @property
    def is_due(self) -> bool:
        """Its maintenance, by its plan; and none is planned."""
        due = self.machine.maintenance_due
        is_planned = any(one.kind == OutageKind.MAINTENANCE for one in self.machine.outages_ahead)
        return due is not None and due <= self.today and not is_planned


@dataclass(frozen=True, slots=True)
class Machines:
    """Three queries, however many there are."""

    labs: list[tuple[Lab, list[MachineRow]]]
    to_confirm: list[Outage]  # maintenance whose time is over, and of which nobody has said that it is done

    @classmethod
    def of(cls, host: Organisation) -> "Machines":
        ordered = with_outages(own_machines(host).order_by("lab__technopark__name", "lab__name", "lab", "name", "pk"))
        rows = [MachineRow(one, timezone.now().astimezone(one.lab.technopark.zone).date()) for one in ordered]
        labs = [(lab, [*of_lab]) for lab, of_lab in groupby(rows, key=lambda row: row.machine.lab)]
        return cls(labs, [*maintenance_to_confirm(host)])


def maintenance_to_confirm(host: Organisation) -> "OutageQuerySet":
    over = own_outages(host).filter(kind=OutageKind.MAINTENANCE, ended_at=None, span__endswith__lte=timezone.now())
    return over.order_by("span", "pk")


def own_machines(host: Organisation) -> QuerySet[Equipment]:
    return Equipment.objects.filter(lab__technopark__host=host).select_related("kind", "lab__technopark__host")


def own_outages(host: Organisation) -> "OutageQuerySet":
    outages = Outage.objects.filter(equipment__lab__technopark__host=host)
    return outages.select_related("equipment__kind", "equipment__lab__technopark__host", "declared_by", "ended_by")
