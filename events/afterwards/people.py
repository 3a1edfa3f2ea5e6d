"""The registrations behind a number of the report."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from events.afterwards.attendance import HOUR, arrived, of_event
from events.afterwards.report import NONE
from events.models import Event, RegistrationState, Ticket, TicketPool
from events.models.registration import RegistrationQuerySet
from members.models import Organisation, Region

YES_NO = [("yes", gettext_lazy("yes")), ("no", gettext_lazy("no"))]


class PeopleForm(forms.Form):
    """What an address asks for; anything else is nothing that the report leads to."""

    state = forms.ChoiceField(choices=RegistrationState, required=False)
    pool = forms.ModelChoiceField(TicketPool.objects.none(), required=False)
    organisation = forms.CharField(required=False)
    region = forms.CharField(required=False)
    came = forms.ChoiceField(choices=YES_NO, required=False)
    door = forms.ChoiceField(choices=YES_NO, required=False)
    hour = forms.CharField(required=False)

    def __init__(self, asked: Mapping[str, str], *, event: Event) -> None:
        super().__init__(asked)
        fields: Any = self.fields
        fields["pool"].queryset = event.pools.all()

    def clean_organisation(self) -> Organisation | str:
        slug = self.cleaned_data["organisation"]
        return self._found(Organisation.objects.filter(slug=slug)) if slug not in ("", NONE) else slug

    def clean_region(self) -> Region | str:
        code = self.cleaned_data["region"]
        return self._found(Region.objects.filter(code=code)) if code not in ("", NONE) else code

    def clean_hour(self) -> datetime.datetime | None:
        try:
            hour = datetime.datetime.fromisoformat(self.cleaned_data["hour"]) if self.cleaned_data["hour"] else None
        except ValueError as error:
            raise forms.ValidationError("hour") from error
        if hour and hour.tzinfo is None:
            raise forms.ValidationError("hour")
        return hour

    def _found(self, rows: Any) -> Any:
        found = rows.first()
        if found is None:
            raise forms.ValidationError("unknown")
        return found


@dataclass(frozen=True, slots=True)
class People:
    """``asked``: cleaned by PeopleForm."""

    event: Event
    asked: Mapping[str, Any]

    @property
    def registrations(self) -> RegistrationQuerySet:
        asked, found = self.asked, of_event(self.event)
        for name in ("state", "pool"):
            if asked[name]:
                found = found.filter(**{name: asked[name]})
        if asked["organisation"]:
            found = found.filter(organisation=None if asked["organisation"] == NONE else asked["organisation"])
        if asked["region"]:
            found = found.filter(organisation__region=None if asked["region"] == NONE else asked["region"])
        if asked["door"]:
            found = found.filter(at_the_door=asked["door"] == "yes")
        if asked["came"] or asked["hour"]:
            came = Exists(arrived(self.event).filter(self._within("at"), ticket__registration=OuterRef("pk")))
            found = found.filter(~came if asked["came"] == "no" else came)
        return found

    @property
    def listed(self) -> RegistrationQuerySet:
        """Each with ``came``: how many of its people."""
        is_there = Q(tickets__removed_at=None, tickets__check_ins__isnull=False)
        came = Count("tickets", filter=is_there & self._within("tickets__check_ins__at"), distinct=True)
        rows = self.registrations.annotate(came=came)
        return rows.select_related("organisation", "pool").order_by("organisation__sort_name", "name", "pk")

    @property
    def totals(self) -> dict[str, int]:
        found = self.registrations
        there = Ticket.objects.standing().filter(self._within("check_ins__at"), check_ins__isnull=False)
        came = there.filter(registration__in=found.order_by().values("pk"))
        people = came.aggregate(number=Count("pk", distinct=True))["number"]
        return found.aggregate(registrations=Count("pk"), places=Coalesce(Sum("places"), 0)) | {"came": people}

    @property
    def words(self) -> list[str]:
        """What was asked for, in the reader's words."""
        asked = self.asked
        nobody = {"organisation": _("By themselves"), "region": _("Region not known")}
        said = [str(RegistrationState(asked["state"]).label) if asked["state"] else "", str(asked["pool"] or "")]
        said += [nobody[name] if asked[name] == NONE else str(asked[name]) for name in nobody if asked[name]]
        said.append({"yes": _("Came without registration"), "no": "", "": ""}[asked["door"]])
        if asked["came"] and asked["door"] != "yes":
            said.append(_("Came") if asked["came"] == "yes" else pgettext("in the plural", "Did not come"))
        if hour := asked["hour"]:
            local = hour.astimezone(self.event.zone)
            said.append(f"{local:%d.%m.%Y, %H}:00–{local + HOUR:%H}:00")
        return [one for one in said if one]

    def _within(self, name: str) -> Q:
        """In the hour that was asked for."""
        hour = self.asked["hour"]
        return Q(**{f"{name}__gte": hour, f"{name}__lt": hour + HOUR}) if hour else Q()
