from technoparks.models.booking import (
    AHEAD,
    BLOCKING,
    BookedFor,
    Booking,
    BookingMove,
    BookingSeries,
    BookingState,
    EquipmentTime,
    HoursAccount,
)
from technoparks.models.lab import (
    Equipment,
    EquipmentClass,
    EquipmentStatus,
    Lab,
    OpeningException,
    OpeningHours,
)
from technoparks.models.site import (
    PupilYear,
    SiteCount,
    SiteStatus,
    StatusChange,
    Technopark,
)

__all__ = [
    "AHEAD",
    "BLOCKING",
    "BookedFor",
    "Booking",
    "BookingMove",
    "BookingSeries",
    "BookingState",
    "Equipment",
    "EquipmentClass",
    "EquipmentStatus",
    "EquipmentTime",
    "HoursAccount",
    "Lab",
    "OpeningException",
    "OpeningHours",
    "PupilYear",
    "SiteCount",
    "SiteStatus",
    "StatusChange",
    "Technopark",
]
