"""Organisations as rows of a table, to and fro."""

import io
import re
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

import openpyxl
import tablib
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet, TextChoices
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export import resources, widgets
from import_export.fields import Field
from import_export.results import Result, RowResult
from openpyxl.styles import Font
from stdnum.ru import inn as inn_number
from stdnum.ru import ogrn as ogrn_number

from common.text import fold, slug_of
from members.models import Direction, Kind, Organisation, Region
from members.organisations.table_changes import Change, TableResult, changes_of

YES = ("1", "yes", "да", "true", "истина")
KEYS = ("slug", "inn", "ogrn")  # what no two organisations share
Words = tuple[str, list[tuple[str, str]]]  # a title, and codes with what they mean
NO = ("0", "no", "нет", "false", "ложь")


class WordWidget(widgets.Widget):
    """A cell that holds one of the known words, in whatever case."""

    def __init__(self, unknown: str | Promise, words: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        self.unknown = unknown
        self.words = words or {}

    def clean(self, value: str, row: Mapping[str, str] | None = None, **kwargs: Any) -> Any:
        if not value:
            return self.words.get("")
        try:
            return self.words[fold(value)]
        except KeyError:
            raise ValueError(self.unknown % {"value": value}) from None


class RegionWidget(WordWidget):
    def render(self, value: Region | None, obj: Model | None = None, **kwargs: Any) -> str:
        return value.code if value else ""


class YesNoWidget(WordWidget):
    def render(self, value: bool | None, obj: Model | None = None, **kwargs: Any) -> str:
        return YES[0] if value else NO[0]


class DirectionsWidget(widgets.ManyToManyWidget):
    """Several words in one cell."""

    words: Mapping[str, Direction] = {}

    def clean(self, value: str, row: Mapping[str, str] | None = None, **kwargs: Any) -> list[Direction]:
        found = []
        for word in filter(None, map(str.strip, re.split("[,;\n]", value))):
            if fold(word) not in self.words:
                message = _("There is no direction “%(value)s”.") % {"value": word}
                raise ValidationError({"directions": [message]})
            found.append(self.words[fold(word)])
        return found

    def render(self, value: Any, obj: Model | None = None, **kwargs: Any) -> str:
        return ", ".join(direction.slug for direction in value.all()) if value else ""


class OrganisationResource(resources.ModelResource):
    """A row means the organisation with its ``slug``, else that with its ``inn``, else a new one.

    Columns that the table lacks are left as they are.
    """

    # Heading → what it holds, as the page of the import and the template explain it.
    COLUMNS: ClassVar[dict[str, str | Promise]] = {
        "slug": gettext_lazy("Address on the portal; for a new organisation may be empty"),
        "kind": gettext_lazy("Kind, by its code or in words"),
        "short_name": gettext_lazy("Short name, for lists"),
        "short_name_en": gettext_lazy("Short name in English"),
        "name": gettext_lazy("Full name"),
        "name_en": gettext_lazy("Full name in English"),
        "inn": gettext_lazy("INN, 10 or 12 digits"),
        "ogrn": gettext_lazy("OGRN, 13 or 15 digits"),
        "region": gettext_lazy("Region, by its code (RU-MOS) or name"),
        "city": gettext_lazy("City"),
        "city_en": gettext_lazy("City in English"),
        "directions": gettext_lazy("Directions, by their addresses or names, separated by commas"),
        "website": gettext_lazy("Website, with https://"),
        "is_published": gettext_lazy("On the public site: 1 or 0, yes or no"),
    }

    kind = Field("kind", "kind", WordWidget(gettext_lazy("There is no kind “%(value)s”.")))
    region = Field("region", "region", RegionWidget(gettext_lazy("There is no region “%(value)s”.")))
    directions = Field("directions", "directions", DirectionsWidget(Direction))
    is_published = Field(
        "is_published",
        "is_published",
        YesNoWidget(
            gettext_lazy("“%(value)s” is neither yes nor no."),
            dict.fromkeys(YES, True) | dict.fromkeys(NO, False) | {"": False},
        ),
    )

    class Meta:
        model = Organisation
        fields: tuple[str, ...] = (
            "slug", "kind", "short_name", "short_name_en", "name", "name_en", "inn", "ogrn", "region", "city",
            "city_en", "directions", "website", "is_published",
        )  # fmt: skip
        import_id_fields = ()
        skip_unchanged = skip_html_diff = store_instance = True
        report_skipped = False

    def get_result_class(self) -> type[Result]:
        return TableResult

    def filter_export(self, queryset: QuerySet, **kwargs: Any) -> QuerySet:
        return queryset.select_related("region").prefetch_related("directions")

    def before_import(self, dataset: tablib.Dataset, **kwargs: Any) -> None:
        """Check the headings and fetch at once whatever the rows may name."""
        self.notes: dict[int, list[str]] = {}
        if unknown := [heading for heading in dataset.headers if heading not in self.COLUMNS]:
            raise ValidationError(_("Unknown headings: %(names)s.") % {"names": ", ".join(unknown)})
        if len(set(dataset.headers)) < len(dataset.headers):
            raise ValidationError(_("A heading stands there twice."))
        self.columns = {*dataset.headers}
        self.fields["kind"].widget.words = words_of(Kind)
        self.fields["region"].widget.words = _named(Region.objects.all(), "code")
        self.fields["directions"].widget.words = _named(Direction.objects.all(), "slug")
        self.known: dict[str, dict[str, Organisation]] = {name: {} for name in KEYS}
        for organisation in self.fetched(Organisation.objects.filter(self.meant(dataset))):
            for name in KEYS:
                if value := getattr(organisation, name):
                    self.known[name][value] = organisation
        self.seen: dict[tuple[str, str], int] = {}

    def meant(self, dataset: tablib.Dataset) -> Q:
        """Whatever the rows may mean."""
        named = {name: {row[name] for row in dataset.dict if row.get(name)} for name in KEYS if name in dataset.headers}
        slugs = named.get("slug", set()) | {slug_of(row.get("short_name", "")) for row in dataset.dict}
        inns = {whole_inn(text) for text in named.get("inn", ())}
        ogrns = {ogrn_number.compact(text) for text in named.get("ogrn", ())}
        return Q(slug__in=slugs) | Q(inn__in=inns) | Q(ogrn__in=ogrns)

    def fetched(self, organisations: QuerySet[Organisation]) -> QuerySet[Organisation]:
        return organisations.select_related("region").prefetch_related("directions", "sub_members")

    def import_row(self, row: OrderedDict[str, str], instance_loader: Any, **kwargs: Any) -> RowResult:
        """Besides: its number in the spreadsheet, what would change, and mistakes by the headings of the table."""
        result = super().import_row(row, instance_loader, **kwargs)
        result.number = kwargs["row_number"] + 1
        result.notes = self.notes.get(kwargs["row_number"], [])
        result.changes = getattr(result.instance, "changes", [])
        if error := result.validation_error:
            result.validation_error = ValidationError(
                {self.heading(name): texts for name, texts in error.update_error_dict({}).items()}
            )
        return result

    def heading(self, name: str) -> str:
        """Under which the table has what the portal calls ``name``."""
        return name

    def before_import_row(self, row: OrderedDict[str, str], **kwargs: Any) -> None:
        if "inn" in row:
            row["inn"] = whole_inn(row["inn"])
        if "ogrn" in row:
            row["ogrn"] = ogrn_number.compact(row["ogrn"])

    def get_instance(self, instance_loader: Any, row: Mapping[str, str]) -> Organisation | None:
        name = "slug" if row.get("slug") else "inn"
        return self.known[name].get(row[name]) if row.get(name) else None

    def after_init_instance(
        self, instance: Organisation, new: bool, row: Any, row_number: int = 0, **kwargs: Any
    ) -> None:
        if not row.get("slug"):
            row["slug"] = slug_of(row.get("short_name", "")) if new else instance.slug
        for name in KEYS:
            if value := row.get(name):
                first = self.seen.setdefault((name, value), row_number)
                if first != row_number:
                    message = _("The same stands in row %(row)d of the table.") % {"row": first + 1}
                    raise ValidationError({name: [message]})

    def validate_instance(
        self, instance: Organisation, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        """As the database would, but against what ``before_import`` fetched: a query a row and rule takes minutes."""
        errors = {**(import_validation_errors or {})}
        for name in KEYS:
            owner = self.known[name].get(getattr(instance, name) or "")
            if owner and owner.pk != instance.pk:
                errors[name] = ValidationError(_("“%(name)s” has the same.") % {"name": owner})
        try:
            instance.full_clean(
                exclude={*errors, "region", "consortium"}, validate_unique=False, validate_constraints=False
            )
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        if errors:
            raise ValidationError(errors)

    def skip_row(self, instance: Any, original: Organisation, row: Any, *args: Any, **kwargs: Any) -> bool:
        """Rows left empty between others, too. Also notes what changes, for the page."""
        instance.changes = [] if any(args) else self.changes(instance, original, row)
        return not any(row.values()) or super().skip_row(instance, original, row, *args, **kwargs)

    def changes(self, instance: Organisation, original: Organisation, row: Mapping[str, str]) -> list[Change]:
        names = [
            name for name in OrganisationResource.COLUMNS if name in self.columns and self.says(instance, row, name)
        ]
        directions = self.fields["directions"].clean(row) if "directions" in names else ()
        return changes_of(original, instance, names, directions)

    def says(self, instance: Organisation, row: Mapping[str, str], name: str) -> bool:
        """Whether the cell means anything."""
        return True

    def do_instance_save(self, instance: Organisation, is_create: bool) -> None:
        """Of a known organisation only what the table holds: somebody else may change the rest meanwhile."""
        if is_create:
            super().do_instance_save(instance, is_create)
        else:
            instance.save(update_fields=[*self.columns - {"directions"}, "updated_at"])

    def before_save_instance(self, instance: Organisation, row: Any, file_name: str = "", **kwargs: Any) -> None:
        reason = _("Import of %(file)s") % {"file": file_name}
        instance._change_reason = reason[:100]  # type: ignore[attr-defined]


def whole_inn(text: str) -> str:
    """Spreadsheets drop the leading zero of a number; the check digits tell if it was not one."""
    number = inn_number.compact(text)
    return number.zfill(10 if len(number) <= 10 else 12) if len(number) in (9, 11) else number


def words_of(choices: type[TextChoices]) -> dict[str, Any]:
    """Codes and, in each language of the portal, labels."""
    words: dict[str, Any] = {"": "", **{fold(choice.value): choice.value for choice in choices}}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            words |= {fold(str(choice.label)): choice.value for choice in choices}
    return words


def _named(rows: Iterable[Any], key: str) -> dict[str, Any]:
    return {fold(text): row for row in rows for text in (getattr(row, key), row.name, row.name_en)}


def template_book(
    columns: Mapping[str, str | Promise], *, title: str, example: Sequence[str] = (), more: Sequence[Words] = ()
) -> bytes:
    """An XLSX with the headings on its first sheet, and what they hold on its second."""
    book = openpyxl.Workbook()
    table = book.active
    table.title = title
    table.append([*columns])
    if example:
        table.append(example)
    help_sheet = book.create_sheet(_("What to write"))
    help_sheet.append([_("Heading"), _("What it holds")])
    for heading, meaning in columns.items():
        help_sheet.append([heading, str(meaning)])
    for of_what, rows in (
        (_("Kinds"), [(kind.value, str(kind.label)) for kind in Kind]),
        *more,
        (_("Regions"), [(region.code, region.title) for region in Region.objects.all()]),
        (_("Directions"), [(direction.slug, direction.title) for direction in Direction.objects.all()]),
    ):
        help_sheet.append([])
        help_sheet.append([of_what])
        help_sheet.cell(help_sheet.max_row, 1).font = Font(bold=True)
        for row in rows:
            help_sheet.append(row)
    for sheet in book:
        for cell in sheet[1]:
            cell.font = Font(bold=True)
            sheet.column_dimensions[cell.column_letter].width = 24
    help_sheet.column_dimensions["B"].width = 60
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
