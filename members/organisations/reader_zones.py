"""The time zone of a reader."""

from members.models import Organisation, User
from members.organisations.filters import Overview


def zone_of_reader(user: User | None, organisation: Organisation | None) -> str:
    """By which a letter says times beside those of the place, and hours count that a reader has chosen.

    What stands in their account, else that of the region of the organisation that they come from; "" where it is not
    known. No query, if both are at hand.
    """
    if user and user.time_zone:
        return user.time_zone
    if organisation is None or organisation.region_id is None:
        return ""
    overview = Overview.load()
    return overview.regions[overview.region_codes[organisation.region_id]].time_zone
