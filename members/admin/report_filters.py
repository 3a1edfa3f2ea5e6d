"""Filters of lists by which the figures of a report lead to their rows. Each is a form whose fields mean something
together; what is typed wrongly finds nothing and says so.
"""

import datetime
from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import INPUT_CLASSES, UnfoldAdminSelectWidget

from common.days import PLAUSIBLE
from members.membership.reports import AGES, BACK, JOINED, LOST, ROLL, bill, changed, standing_as, with_renewal
from members.models import OVER, MembershipStatus, Tier

ANY = ("", _("All"))
AGE_LABELS = {
    "1-30": _("Overdue for 1–30 days"),
    "31-90": _("Overdue for 31–90 days"),
    "91-": _("Overdue for more than 90 days"),
}
BILL_LABELS = {
    "billed": _("Issued, not cancelled"),
    "paid": _("Has been paid"),
    "open": _("Has not been paid"),
    "ahead": _("Not paid, may still be paid in time"),
    "overdue": _("Is overdue"),
    **{age: AGE_LABELS[age] for age in AGES},
}
CHANGE_LABELS = {
    JOINED: _("Joined"),
    BACK: _("Came back"),
    LOST: _("Was on the roll, and is over"),
    **{status.value: status.label for status in OVER},
}


def day_field(label: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date", "class": " ".join(INPUT_CLASSES)}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget, validators=PLAUSIBLE)


def choice_field(label: Any, choices: Any, first: Any = ANY) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=[first, *choices], widget=UnfoldAdminSelectWidget)


class FormFilter(admin.ListFilter):
    template = "unfold/filters/filters_field.html"
    form_class: type[forms.Form]

    def __init__(self, request: HttpRequest, params: dict[str, Any], model: type[Model], tended: Any) -> None:
        super().__init__(request, params, model, tended)
        for name in self.form_class.base_fields:
            if values := params.pop(name, None):
                self.used_parameters[name] = values[-1]
        self.form = self.form_class(self.used_parameters)

    def has_output(self) -> bool:
        return True

    def expected_parameters(self) -> list[str | None]:
        return [*self.form_class.base_fields]

    def choices(self, changelist: Any) -> Iterator:
        yield {"form": self.form}

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if not any(self.used_parameters.values()):
            return queryset
        return self.narrowed(queryset, **self.form.cleaned_data) if self.form.is_valid() else queryset.none()

    def narrowed(self, rows: Any, **asked: Any) -> QuerySet:
        """By what was asked in the form; each filter has its own."""
        raise NotImplementedError


class OnDayForm(forms.Form):
    day = day_field(_("On the day"))
    then = choice_field(_("Status on the day"), [(ROLL, _("On the roll")), *MembershipStatus.choices])
    tier_then = choice_field(_("Tier on the day"), Tier.choices)
    since = day_field(_("Changed from"))
    change = choice_field(_("What changed until the day"), CHANGE_LABELS.items())


class OnDayFilter(FormFilter):
    """Memberships as they stood at the end of a day, or by what came and went until then."""

    title = _("day")
    form_class = OnDayForm

    def narrowed(self, rows: Any, **asked: Any) -> QuerySet:
        day: datetime.date = asked["day"] or timezone.localdate()
        found: Any = standing_as(rows, day=day, status=asked["then"])
        if asked["change"]:
            found = changed(found, what=asked["change"], since=asked["since"] or day, until=day)
        return found.with_tier_on(day).filter(tier_then=asked["tier_then"]) if asked["tier_then"] else found


class RanOutForm(forms.Form):
    since = day_field(_("Ran out from"))
    until = day_field(_("Ran out until"))
    renewed = choice_field(_("Renewed"), [("yes", _("Renewed")), ("no", _("Not renewed"))])
    day = day_field(_("As known on the day"))


class RanOutFilter(FormFilter):
    title = _("renewal")
    form_class = RanOutForm

    def narrowed(self, rows: Any, **asked: Any) -> QuerySet:
        day = asked["day"] or timezone.localdate()
        ended = rows.filter(ends_on__range=(asked["since"] or datetime.date.min, asked["until"] or day))
        known: Any = with_renewal(ended, day)
        return known.filter(renewed=asked["renewed"] == "yes") if asked["renewed"] else ended


class BilledForm(forms.Form):
    day = day_field(_("On the day"))
    stood = choice_field(_("State on the day"), BILL_LABELS.items())
    since = day_field(_("Issued from"))
    until = day_field(_("Issued until"))


class BilledFilter(FormFilter):
    """Invoices as they stood at the end of a day."""

    title = _("day")
    form_class = BilledForm

    def narrowed(self, rows: Any, **asked: Any) -> QuerySet:
        day = asked["day"] or timezone.localdate()
        found = rows.filter(bill(day, asked["stood"] or "billed"))
        return found.filter(issued_on__range=(asked["since"] or datetime.date.min, asked["until"] or day))
