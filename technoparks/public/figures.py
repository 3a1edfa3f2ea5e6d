"""Figures of a technopark, drawn: how many sites and pupils there were, beside how many there were to be."""

from collections.abc import Iterable

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.charts import Bar
from technoparks.models import PupilYear, SiteCount, StatusChange, Technopark


def current_change(technopark: Technopark) -> StatusChange | None:
    """The change that made ``status`` what it is; of a technopark read ``with_status`` and with its changes."""
    changes = [one for one in technopark.status_changes.all() if one.on == technopark.status_on]
    return next((one for one in changes if one.status == technopark.status), None)


def site_bars(counts: Iterable[SiteCount]) -> list[Bar]:
    bars = []
    for one in counts:
        day = date_format(one.on, "DATE_FORMAT")
        if one.actual is not None:
            said = _("Open on %(day)s") % {"day": day}
            if one.regions:
                regions = ngettext("in %(number)d region", "in %(number)d regions", one.regions)
                said = f"{said}, {regions % {'number': one.regions}}"
            bars.append(Bar(said, one.actual))
        if one.planned is not None:
            bars.append(Bar(_("Planned for %(day)s") % {"day": day}, one.planned))
    return bars


def pupil_bars(years: Iterable[PupilYear]) -> list[Bar]:
    bars = []
    for one in years:
        if one.planned is not None:
            bars.append(Bar(_("%(year)s, planned") % {"year": one.period}, one.planned))
        if one.actual is not None:
            bars.append(Bar(_("%(year)s, came") % {"year": one.period}, one.actual))
    return bars
