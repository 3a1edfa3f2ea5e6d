"""The table of members that the association keeps, row by row into organisations and their memberships."""

import datetime
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, ClassVar

import tablib
from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from import_export.fields import Field
from import_export.results import Result, RowResult

from common.errors import RuleViolated
from common.text import fold
from members.membership.cells import SHORTENED, STATUS_WORDS, SYNONYMS, DayWidget, EmailWidget, LineWidget
from members.membership.entries import (
    Entry,
    enter_membership,
    entry_of,
    joins_anew,
    understood,
)
from members.membership.life import REGISTER, last_membership
from members.models import MembershipStatus, Organisation, Tier
from members.organisations.resources import OrganisationResource, WordWidget, words_of
from members.organisations.services import free_slug
from members.organisations.table_changes import TITLES, Change

COLUMN_OF_RULE = {
    **{f"{name}_ahead": name for name in ("started_on", "changed_on", "protocol_on", "settled_until")},
    "no_tier": "tier", "no_start": "started_on", "starts_too_late": "started_on", "moved": "changed_on",
    "no_day": "changed_on", "membership_dates": "changed_on", "membership_move": "status", "no_protocol": "protocol",
    "settled": "settled_until", "invoice_open": "settled_until",
}  # fmt: skip
MOST_ROWS = 2_000  # some thirty queries each, in one transaction: who edits such an organisation waits for its end
OF_ENTRY = "entry__"


class MembershipTable(OrganisationResource):
    """A row means the organisation with its slug, INN or OGRN, else the only one of its name, else a new one.

    An empty cell says nothing: what the portal holds stays. Nobody is told of anything.
    """

    TITLES: ClassVar[dict[str, str | Promise]] = {
        **TITLES,
        "tier": gettext_lazy("Tier"),
        "started_on": gettext_lazy("Member since"),
        "status": gettext_lazy("Status"),
        "changed_on": gettext_lazy("Status since"),
        "protocol": gettext_lazy("Protocol of the board"),
        "protocol_on": gettext_lazy("Day of the protocol"),
        "settled_until": gettext_lazy("Settled until"),
        "head_email": gettext_lazy("E-mail of the head"),
        "note": pgettext_lazy("of a membership", "Note"),
    }
    COLUMNS: ClassVar[dict[str, str | Promise]] = {
        **OrganisationResource.COLUMNS,
        "tier": gettext_lazy("Tier of the membership, in words; needed for a new member"),
        "started_on": gettext_lazy("Since when it is a member, as 01.09.2025"),
        "status": gettext_lazy("Active, suspended, left or excluded; empty: active"),
        "changed_on": gettext_lazy("The day of leaving, exclusion or suspension"),
        "protocol": gettext_lazy("For an exclusion: number of the board's protocol"),
        "protocol_on": gettext_lazy("For an exclusion: day of that protocol"),
        "settled_until": gettext_lazy(
            "Last day for which nothing is owed. From 60 days before it on the portal bills the next year by itself"
        ),
        "head_email": gettext_lazy("An invitation for the head is prepared; it goes when you send it"),
        "note": gettext_lazy("Note for the office, up to 300 characters"),
    }

    tier = Field("entry__tier", "tier", WordWidget(gettext_lazy("There is no tier “%(value)s”.")))
    started_on = Field("entry__started_on", "started_on", DayWidget())
    status = Field("entry__status", "status", WordWidget(gettext_lazy("There is no status “%(value)s”.")))
    changed_on = Field("entry__changed_on", "changed_on", DayWidget())
    protocol = Field("entry__protocol", "protocol", LineWidget(50))
    protocol_on = Field("entry__protocol_on", "protocol_on", DayWidget())
    settled_until = Field("entry__settled_until", "settled_until", DayWidget())
    head_email = Field("entry__head_email", "head_email", EmailWidget())
    note = Field("entry__note", "note", LineWidget(300))

    class Meta(OrganisationResource.Meta):
        fields = (*OrganisationResource.Meta.fields, *(one.name for one in fields(Entry)))
        report_skipped = True

    # --- The table as a whole ---

    def before_import(self, dataset: tablib.Dataset, **kwargs: Any) -> None:
        names = _headings()
        self.headings = {names.get(fold(heading), heading): heading for heading in dataset.headers}
        dataset.headers = [names.get(fold(heading), heading) for heading in dataset.headers]
        self.fields["tier"].widget.words = words_of(Tier)
        self.fields["status"].widget.words = words_of(MembershipStatus) | STATUS_WORDS
        self.by_name: dict[str, set[int]] = {}
        self.by_key: dict[int, Organisation] = {}
        if len(dataset) > MOST_ROWS:
            text = _("More than %(limit)d rows: divide the table, and delete its empty rows.")
            raise ValidationError(text % {"limit": MOST_ROWS})
        super().before_import(dataset, **kwargs)

    def handle_import_error(self, result: Result, error: Exception, raise_errors: bool = False) -> None:
        """What forbids the table as a whole ends its import."""
        raise error

    def meant(self, dataset: tablib.Dataset) -> Q:
        wanted = {name for row in dataset.dict for name in _names_of(row)}
        for key, *names in Organisation.objects.values_list("pk", "name", "short_name"):
            for name in wanted.intersection(map(fold, names)):
                self.by_name.setdefault(name, set()).add(key)
        return super().meant(dataset) | Q(pk__in=[key for keys in self.by_name.values() for key in keys])

    def fetched(self, organisations: QuerySet[Organisation]) -> Any:
        found = (
            super()
            .fetched(organisations)
            .prefetch_related(
                "memberships__changes", "memberships__periods__invoices", "invitations", "representatives__user"
            )
        )
        self.by_key = {one.pk: one for one in found}
        return self.by_key.values()

    # --- A row ---

    def import_row(self, row: OrderedDict[str, str], instance_loader: Any, **kwargs: Any) -> RowResult:
        """What is no mistake of the row ends the import; what was found and is not needed any more is let go."""
        kwargs["told"](kwargs["row_number"])
        result = super().import_row(row, instance_loader, **kwargs)
        for error in result.errors:
            raise error.error
        result.instance = result.original = None
        return result

    def heading(self, name: str) -> str:
        column = name.removeprefix(OF_ENTRY)
        return name if name == NON_FIELD_ERRORS else self.headings.get(column) or str(self.TITLES[column])

    def before_import_row(self, row: OrderedDict[str, str], **kwargs: Any) -> None:
        for name in ("inn", "ogrn"):
            if SHORTENED.fullmatch(row.get(name, "")):
                text = _("The spreadsheet has shortened this number. Make the column one of text, and write it anew.")
                raise ValidationError({name: [text]})
        typed = row.get("inn", "")
        super().before_import_row(row, **kwargs)
        if typed and row["inn"].startswith("0") and not typed.startswith("0"):
            text = _("INN %(number)s: the zero that the spreadsheet has dropped is put back.")
            self.notes[kwargs["row_number"]] = [text % {"number": row["inn"]}]

    def get_instance(self, instance_loader: Any, row: Mapping[str, str]) -> Organisation | None:
        for name in ("slug", "inn", "ogrn"):
            if row.get(name) and (known := self.known[name].get(row[name])):
                return known
        return self._of_that_name(row)

    def _of_that_name(self, row: Mapping[str, str]) -> Organisation | None:
        """Who has another number is another, however it is called."""
        keys = {key for name in _names_of(row) for key in self.by_name.get(name, ())}
        named = [self.by_key[key] for key in keys]
        fitting = [one for one in named if not any(row.get(n) and getattr(one, n) for n in ("inn", "ogrn"))]
        if len(fitting) > 1:
            text = _("Several organisations are called so. Add the INN, or the address on the portal.")
            raise ValidationError({"name" if row.get("name") else "short_name": [text]})
        return fitting[0] if fitting else None

    def after_init_instance(self, instance: Any, new: bool, row: Any, row_number: int = 0, **kwargs: Any) -> None:
        instance.held = entry_of(None if new else last_membership(instance))
        instance.entry = Entry()
        if not any(row.values()):
            return
        if new:
            row["name"] = row.get("name") or row.get("short_name", "")
            row["short_name"] = row.get("short_name") or row["name"][:80]
            row["slug"] = row.get("slug") or free_slug(row["short_name"])
        self._refuse_twice(row, instance, row_number)
        super().after_init_instance(instance, new, row, row_number=row_number, **kwargs)

    def _refuse_twice(self, row: Mapping[str, str], instance: Organisation, row_number: int) -> None:
        """Two rows of one organisation, or two new ones that only a number could tell apart."""
        key = str(instance.pk) if instance.pk else row.get("inn") or row.get("ogrn") or fold(row["name"])
        first = self.seen.setdefault(("organisation" if instance.pk else "new", key), row_number)
        if first != row_number:
            text = _("The same stands in row %(row)d of the table.") % {"row": first + 1}
            raise ValidationError({"name" if row.get("name") else "short_name": [text]})

    def import_field(self, field: Field, instance: Organisation, row: Any, is_m2m: bool = False, **kwargs: Any) -> None:
        if instance._state.adding or (row.get(field.column_name) and not _is_spelled_otherwise(field, instance, row)):
            super().import_field(field, instance, row, is_m2m, **kwargs)

    def skip_row(self, instance: Any, original: Any, row: Any, *args: Any, **kwargs: Any) -> bool:
        """Also notes what changes, for the page and for the saving."""
        instance.changes = [] if any(args) else self.changes(instance, original, row)
        if not any(row.values()):
            return True
        return not (any(args) or instance.changes or not (instance.held.tier or instance.entry.tier))

    def says(self, instance: Organisation, row: Mapping[str, str], name: str) -> bool:
        return bool(row[name]) or instance._state.adding

    def changes(self, instance: Organisation, original: Organisation, row: Mapping[str, str]) -> list[Change]:
        return [*super().changes(instance, original, row), *self._changes_of_membership(instance)]

    def _changes_of_membership(self, instance: Any) -> list[Change]:
        said, held = understood(instance.entry, instance.held), instance.held
        if joins_anew(said, held):
            said, held = instance.entry, Entry()
        if said.head_email in _addresses(instance):
            held.head_email = said.head_email
        names = [one.name for one in fields(Entry)]
        pairs = [(name, getattr(held, name), getattr(said, name)) for name in names]
        return [
            Change(f"{OF_ENTRY}{name}", self.TITLES[name], _words(name, before), _words(name, after))
            for name, before, after in pairs
            if after and after != before
        ]

    def do_instance_save(self, instance: Any, is_create: bool) -> None:
        names = {change.name for change in instance.changes} & {*OrganisationResource.COLUMNS} - {"directions"}
        if is_create:
            instance.save()
        elif names:
            instance.save(update_fields=[*names, "updated_at"])

    def after_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        with translation.override(REGISTER):
            reason = (_("Import of %(file)s") % {"file": kwargs.get("file_name") or ""})[:100]
        try:
            enter_membership(instance, entry=instance.entry, by=kwargs["user"], reason=reason)
        except RuleViolated as error:
            raise ValidationError({COLUMN_OF_RULE.get(error.code, NON_FIELD_ERRORS): [error.message]}) from error


def _headings() -> dict[str, str]:
    """What a heading may be, folded → the column."""
    names = {fold(name): name for name in MembershipTable.COLUMNS} | SYNONYMS
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            names |= {fold(str(title)): name for name, title in MembershipTable.TITLES.items()}
    return names


def _names_of(row: Mapping[str, str]) -> set[str]:
    return {fold(row[name]) for name in ("name", "short_name") if row.get(name)}


def _is_spelled_otherwise(field: Field, instance: Organisation, row: Mapping[str, str]) -> bool:
    """Quotes, spaces and capitals alone are no other name."""
    name = field.column_name
    return name in ("name", "short_name") and fold(getattr(instance, name)) == fold(row[name])


def _addresses(organisation: Organisation) -> set[str]:
    """Of those who act for it or are invited; fetched with it."""
    if organisation._state.adding:
        return set()
    acting = {one.user.email for one in organisation.representatives.all() if one.ended_at is None}
    return acting | {one.email for one in organisation.invitations.all() if not (one.accepted_at or one.revoked_at)}


def _words(name: str, value: Any) -> str:
    if isinstance(value, datetime.date):
        return date_format(value)
    if value and name in ("tier", "status"):
        return str((Tier if name == "tier" else MembershipStatus)(value).label)
    return value or ""
