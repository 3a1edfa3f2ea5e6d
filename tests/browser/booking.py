"""Labs and bookings of the demonstration, for the pages of the dashboard."""

from technoparks.models import Booking, Equipment, Induction, Instruction, Lab, OpeningException, Outage


def places() -> dict[str, object]:
    pending = Booking.objects.filter(organisation__slug="phystech-lyceum", state="pending")
    return {
        "instruction": Instruction.objects.get(name__startswith="Работа на лазерном").pk,
        "induction": Induction.objects.exclude(completed_on=None).earliest("pk").pk,
        "lab": Lab.objects.get(slug="robotics").pk,
        "lab_day": OpeningException.objects.get(lab__slug="robotics").pk,
        "machine": Equipment.objects.get(number="П-201").pk,
        "outage": Outage.objects.get(equipment__number="П-203").pk,
        "lab_booking": pending.filter(series__isnull=False).order_by("pk")[0].pk,
    }
