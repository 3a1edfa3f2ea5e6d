from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.db.models import DateTimeField, Exists, F, ManyToManyField, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    BooleanRadioFilter,
    ChoicesCheckboxFilter,
    DropdownFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldBooleanSwitchWidget,
)

from common import images
from common.admin import Decision, HistoryModelAdmin
from common.models import ViewKind
from common.text import slug_of
from members.admin.consents import PaperConsentMixin
from members.admin.memberships import MembershipInline
from members.admin.people import RepresentativeRows, follow_roles
from members.admin.profile_changes import ConfirmedFilter, ProfileReminderInline
from members.admin.publishing import PublishingMixin
from members.admin.tables import OrganisationTablesMixin
from members.membership.life import follow_register, record_membership_start
from members.models import Membership, Organisation, PublicPerson, Representative, RepresentativeOffice, Tier, User
from members.organisations.services import delete_organisation, remove_logo, set_logo

TIER_COLOURS = {Tier.FOUNDER: "primary", Tier.FULL: "success", Tier.ASSOCIATE: "info", Tier.PARTNER: "warning"}


class TierFilter(DropdownFilter):
    title = _("tier")
    parameter_name = "tier"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [*Tier.choices, ("none", _("Not a member today"))]

    def queryset(self, request: HttpRequest, organisations: QuerySet) -> QuerySet:
        if self.value() == "none":
            return organisations.filter(tier="")
        return organisations.filter(tier=self.value()) if self.value() else organisations


class InnFilter(DropdownFilter):
    title = _("INN")
    parameter_name = "inn_given"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [("no", _("Not given")), ("yes", _("Given"))]

    def queryset(self, request: HttpRequest, organisations: QuerySet) -> QuerySet:
        match self.value():
            case "no":
                return organisations.filter(inn="")
            case "yes":
                return organisations.exclude(inn="")
        return organisations


class NewFilter(DropdownFilter):
    title = _("added")
    parameter_name = "added"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [("month", _("This month"))]

    def queryset(self, request: HttpRequest, organisations: QuerySet) -> QuerySet:
        if self.value() == "month":
            return organisations.filter(created_at__gte=timezone.localtime().replace(day=1, hour=0, minute=0, second=0))
        return organisations


class OrganisationForm(forms.ModelForm):
    new_logo = forms.FileField(
        label=_("New logo"),
        required=False,
        widget=UnfoldAdminFileFieldWidget,
        help_text=_("PNG, JPEG or WebP, up to 5 MB; best a square"),
    )
    no_logo = forms.BooleanField(label=_("Remove the logo"), required=False, widget=UnfoldBooleanSwitchWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:  # it is not, to those who may only look
            self.fields["slug"].required = False
            self.fields["slug"].help_text = _("Left empty, it is made of the short name")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if "slug" in self.fields and "slug" not in self.errors and not data.get("slug"):
            data["slug"] = slug_of(data.get("short_name", ""))
            if not data["slug"] and data.get("short_name"):
                self.add_error("slug", _("The short name has no letters to make an address of. Please write one."))
        return data

    def clean_new_logo(self) -> Any:
        upload = self.cleaned_data["new_logo"]
        if upload:
            images.open_picture(upload)
        return upload


class RepresentativeInline(RepresentativeRows):
    fields = ["user", "role", "position", "since", "ended_at", "reason"]
    readonly_fields = ["since"]
    autocomplete_fields = ["user"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Representative]:
        return super().get_queryset(request).select_related("user")


class PublicPersonInline(TabularInline):
    model = PublicPerson
    extra = 0
    tab = True
    fields = ["name", "name_en", "position", "position_en", "basis", "source", "is_published", "order"]


class OfficeInline(TabularInline):
    model = RepresentativeOffice
    extra = 0
    tab = True
    show_change_link = True


@admin.register(Organisation)
class OrganisationAdmin(PublishingMixin, OrganisationTablesMixin, HistoryModelAdmin):
    holds_personal_data = True
    form = OrganisationForm
    list_display = ["name_and_kind", "region", "city", "tier_now", "is_published", "updated_at"]
    list_filter = [
        ("kind", ChoicesCheckboxFilter),
        TierFilter,
        ("is_published", BooleanRadioFilter),
        ("region", AutocompleteSelectFilter),
        ("directions", RelatedDropdownFilter),
        InnFilter,
        NewFilter,
        ConfirmedFilter,
    ]
    list_select_related = ["region"]
    search_fields = ["short_name", "name", "inn", "city"]
    search_help_text = _("Short or full name, INN, city")
    ordering = ["sort_name", "pk"]
    autocomplete_fields = ["region", "consortium"]
    formfield_overrides = {
        **HistoryModelAdmin.formfield_overrides,
        ManyToManyField: {"widget": UnfoldAdminCheckboxSelectMultipleWidget},
    }
    readonly_fields = ["logo_now", "profile_confirmed_on"]
    actions = PublishingMixin.OF_MANY
    inlines = [MembershipInline, RepresentativeInline, PublicPersonInline, OfficeInline, ProfileReminderInline]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("kind", "is_published"),
                    ("short_name", "short_name_en"),
                    "name",
                    "name_en",
                    ("slug", "website"),
                    ("inn", "ogrn"),
                    ("region", "consortium"),
                    ("city", "city_en"),
                    ("is_association", "profile_confirmed_on"),
                ],
            },
        ),
        (_("Directions"), {"fields": ["directions"], "classes": ["tab"]}),
        (_("Description"), {"fields": ["about", "about_en"], "classes": ["tab"]}),
        (_("Logo"), {"fields": ["logo_now", "new_logo", "no_logo"], "classes": ["tab"]}),
    ]

    def save_model(self, request: HttpRequest, obj: Organisation, form: forms.ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if form.cleaned_data.get("new_logo"):
            set_logo(obj, upload=form.cleaned_data["new_logo"])
        elif form.cleaned_data.get("no_logo"):
            remove_logo(obj)

    def people_in(self, record: Any, kind: ViewKind) -> Iterable[User]:
        """Its page lists who acts and has acted for it, its history does not."""
        acted = User.objects.filter(representations__organisation=record).distinct().order_by("pk")
        return acted if kind == ViewKind.PAGE else []

    def has_delete_permission(self, request: HttpRequest, obj: Organisation | None = None) -> bool:
        """Former parts have stood in the association through it, which the history alone knows."""
        was_whole = obj is not None and Organisation.history.filter(consortium_id=obj.pk).exists()
        return not was_whole and super().has_delete_permission(request, obj)

    def delete_model(self, request: HttpRequest, obj: Organisation) -> None:
        delete_organisation(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Organisation]) -> None:
        for organisation in queryset.order_by("pk"):
            delete_organisation(organisation)

    def save_formset(self, request: HttpRequest, form: forms.ModelForm, formset: Any, change: bool) -> None:
        super().save_formset(request, form, formset, change)
        if formset.model is Membership:
            staff = cast("User", request.user)
            for membership in formset.new_objects:
                record_membership_start(membership, by=staff)
            for membership, _names in formset.changed_objects:
                follow_register(membership, by=staff)
        follow_roles(formset, by=cast("User", request.user))

    @display(description=_("organisation"), ordering="sort_name", header=True)
    def name_and_kind(self, organisation: Organisation) -> list[str]:
        return [organisation.title, organisation.get_kind_display()]

    @display(description=_("tier"), ordering="tier", label=TIER_COLOURS)
    def tier_now(self, organisation: Organisation) -> tuple[str, str] | str:
        return (organisation.tier, organisation.get_tier_display()) if organisation.tier else ""

    @display(description=_("logo now"))
    def logo_now(self, organisation: Organisation) -> str:
        if not organisation.logo:
            return ""
        return format_html('<img src="{}" alt="" width="96">', images.variant_name(organisation.logo.url, 96))


@admin.register(PublicPerson)
class PublicPersonAdmin(PaperConsentMixin, HistoryModelAdmin):
    holds_personal_data = True
    list_display = ["name", "position", "organisation", "basis", "is_published", "shown"]
    list_filter = [("is_published", BooleanRadioFilter), ("basis", ChoicesCheckboxFilter)]
    list_select_related = ["organisation"]
    search_fields = ["name", "position", "organisation__short_name"]
    autocomplete_fields = ["organisation", "user"]
    fields = [
        ("organisation", "user"),
        ("name", "name_en"),
        ("position", "position_en"),
        ("basis", "source"),
        ("is_published", "order"),
        "shown",
    ]
    readonly_fields = ["shown"]
    actions_detail = ["record_consent_this"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PublicPerson]:
        public = PublicPerson.objects.shown().filter(pk=OuterRef("pk"))
        return super().get_queryset(request).annotate(is_shown=Exists(public))

    @display(description=_("on the public page"), boolean=True)
    def shown(self, person: PublicPerson) -> bool:
        return getattr(person, "is_shown", False)  # none that is only being entered


def _unpublished_organisations() -> QuerySet[Organisation]:
    waiting = Organisation.objects.filter(is_published=False)
    return waiting.annotate(waits_since=F("created_at")).order_by("created_at", "pk")


def _unpublished_people() -> QuerySet[PublicPerson]:
    entered = PublicPerson.history.filter(id=OuterRef("pk"), history_type="+").values("history_date")[:1]
    return (
        PublicPerson.objects.filter(is_published=False)
        .select_related("organisation")
        .annotate(waits_since=Subquery(entered, output_field=DateTimeField()))
        .order_by("pk")
    )


UNPUBLISHED_ORGANISATIONS = Decision(
    _("Organisations: publish?"), "domain", _unpublished_organisations, "is_published__exact=0"
)
UNPUBLISHED_PEOPLE = Decision(
    _("People in public roles: publish?"), "badge", _unpublished_people, "is_published__exact=0"
)
