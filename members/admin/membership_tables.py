"""The table of members, taken over with a dry run."""

from typing import Any, cast

from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from import_export.results import Result

from common import locks
from members.admin.tables import CheckedImportMixin, TableImportForm
from members.membership_table import MOST_ROWS, MembershipTable
from members.models import Membership, MembershipStatus, Tier, User
from members.resources import template_book

RIGHTS = ("members.add_organisation", "members.change_organisation", "members.add_membership",
          "members.change_membership")  # fmt: skip
EXAMPLE = {
    "kind": "Школа",
    "short_name": "Лицей «Пример»",
    "name": "Муниципальное бюджетное общеобразовательное учреждение «Лицей „Пример“»",
    "inn": "7707083893",
    "ogrn": "1027700132195",
    "region": "Московская область",
    "city": "Долгопрудный",
    "website": "https://example.org/",
    "tier": "Действительный член",
    "started_on": "01.09.2025",
    "status": "Действует",
    "settled_until": "31.08.2026",
    "head_email": "head@example.org",
}
SHOWN = 10  # imports


class MembershipTableForm(TableImportForm):
    most_rows = MOST_ROWS


class MembershipTableMixin(CheckedImportMixin):
    resource_classes = [MembershipTable]
    import_template_name = "admin/members/membership_import.html"
    import_form_class = MembershipTableForm
    skip_admin_log = True  # one entry for the whole, below; each record has its history

    def has_import_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perms(RIGHTS)

    def template_book(self) -> bytes:
        names = [name for name in MembershipTable.COLUMNS if not name.endswith("_en")]
        columns = {str(MembershipTable.TITLES[name]): MembershipTable.COLUMNS[name] for name in names}
        words = [
            (_("Tiers"), [(tier.value, str(tier.label)) for tier in Tier]),
            (_("Statuses"), [(one.value, str(one.label)) for one in MembershipStatus]),
        ]
        example = [EXAMPLE.get(name, "") for name in names]
        return template_book(columns, title=_("Members"), example=example, more=words)

    def get_import_context_data(self, **kwargs: Any) -> dict[str, Any]:
        titles = MembershipTable.TITLES
        columns = {titles[name]: meaning for name, meaning in MembershipTable.COLUMNS.items()}
        return {**super().get_import_context_data(**kwargs), "columns": columns, "earlier": _imports()[:SHOWN]}

    def process_dataset(self, dataset: Any, form: Any, request: HttpRequest, **kwargs: Any) -> Result:
        """One after another: of two that confirm the same table the second finds nothing left to do."""
        with transaction.atomic():
            locks.hold("import of members")
            result = super().process_dataset(dataset, form, request, **kwargs)
            if not (result.has_errors() or result.has_validation_errors()):
                _note(result, cast("User", request.user), form.cleaned_data["original_file_name"])
        return result

    def add_success_message(self, result: Result, request: HttpRequest) -> None:
        self.message_user(request, _counted(result))


def _note(result: Result, by: User, file_name: str) -> None:
    """Who has imported what, when, and how much of it; what changes nothing is not noted."""
    if result.totals["new"] or result.totals["update"]:
        LogEntry.objects.create(
            user=by,
            content_type=ContentType.objects.get_for_model(Membership),
            object_repr=file_name[:200],
            action_flag=ADDITION,
            change_message=_counted(result),
        )


def _counted(result: Result) -> str:
    numbers = {"new": result.totals["new"], "changed": result.totals["update"], "same": result.totals["skip"]}
    return _("Organisations added: %(new)d, changed: %(changed)d, as they were: %(same)d.") % numbers


def _imports() -> QuerySet[LogEntry]:
    of_memberships = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(Membership))
    return of_memberships.filter(object_id=None).select_related("user")
