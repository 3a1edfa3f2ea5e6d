"""People with an account, their roles in organisations, and groups of rights.

Rights are given by superusers alone; other staff see to people without an office log-in, so that nobody can raise
their own rights or take over a colleague's account.
"""

from typing import Any, cast

from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as AuthGroupAdmin
from django.contrib.auth.admin import UserAdmin as AuthUserAdmin
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Exists, Model, OuterRef, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesCheckboxFilter, DropdownFilter
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminTextInputWidget

from common.admin import HistoryModelAdmin, ModelAdmin
from common.errors import RuleViolated
from common.models import ViewKind
from members.acting.handovers import hand_over_unasked
from members.acting.invitations import revoke_beyond_rights
from members.acting.roles import is_last_head, left_without_head, tell_of_account
from members.admin.privacy import ErasureMixin
from members.models import Representative, Role, User
from members.organisations.services import delete_representative, tell_of_role
from members.people import locked_person

WITHOUT_HEAD = _("Nobody else heads the organisation. Say why it is left without a head.")
RIGHTS = (_("Rights"), {"fields": ["is_staff", "is_superuser", "groups"]})


class PersonCreationForm(UserCreationForm):
    class Meta:
        model = User
        fields = ["email"]


def reason_field(help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=_("Reason"), max_length=100, required=False, widget=UnfoldAdminTextInputWidget, help_text=help_text
    )


class PersonChangeForm(UserChangeForm):
    reason = reason_field(_("Asked for where the account of a last head is closed; it stands in the history"))

    class Meta:
        model = User
        fields = [
            "last_name",
            "first_name",
            "patronymic",
            "language",
            "time_zone",
            "is_active",
            "is_staff",
            "is_superuser",
            "groups",
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        closes = "is_active" in self.changed_data and not data["is_active"]
        roles = [*self.instance.representations.active()]
        if closes and not data.get("reason") and left_without_head(roles):
            self.add_error("reason", WITHOUT_HEAD)
        self.instance._change_reason = data.get("reason") or None
        return data


class RepresentativeForm(forms.ModelForm):
    """Whose role it is, and where, stays as it was entered: a role that ends is ended, and another one given."""

    reason = reason_field(_("Asked for where the last head goes; it stands in the history"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in {"user", "organisation"} & self.fields.keys():
            self.fields[name].disabled = bool(self.instance.pk)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.goes_unsaid and left_without_head([self.instance]):
            self.add_error("reason", WITHOUT_HEAD)
        self.instance._change_reason = data.get("reason") or None
        return data

    @property
    def goes(self) -> bool:
        """Whether a head would be none any more."""
        headed = self.instance.pk and self.initial["role"] == Role.HEAD and not self.initial["ended_at"]
        return bool(headed and (self.cleaned_data.get("ended_at") or self.cleaned_data.get("role") != Role.HEAD))

    @property
    def goes_unsaid(self) -> bool:
        return self.goes and not self.cleaned_data.get("reason")


class RepresentativeFormSet(forms.BaseInlineFormSet):
    def clean(self) -> None:
        """Of heads who go together, each for itself would leave another."""
        super().clean()
        rows: Any = self.forms
        going = [form for form in rows if form.goes]
        headless = left_without_head([form.instance for form in going])
        for form in going:
            if form.goes_unsaid and not form.errors and form.instance.organisation_id in headless:
                form.add_error("reason", WITHOUT_HEAD)


class RepresentativeRows(TabularInline):
    """Ground of the roles on the pages of a person and of an organisation."""

    model = Representative
    form = RepresentativeForm
    formset = RepresentativeFormSet
    extra = 0
    tab = True
    can_delete = False
    view_on_site = False


class RepresentationInline(RepresentativeRows):
    verbose_name = _("role in an organisation")
    verbose_name_plural = _("roles in organisations")
    fields = ["organisation", "role", "position", "since", "ended_at", "reason"]
    readonly_fields = ["since"]
    autocomplete_fields = ["organisation"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Representative]:
        return super().get_queryset(request).select_related("organisation")


@admin.register(User)
class UserAdmin(ErasureMixin, AuthUserAdmin, HistoryModelAdmin):
    holds_personal_data = True
    form = PersonChangeForm
    add_form = PersonCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["name", "roles", "email_confirmed", "in_office", "is_active", "date_joined"]
    list_filter = [("is_staff", BooleanRadioFilter), ("is_active", BooleanRadioFilter), "groups"]
    search_fields = ["last_name", "first_name", "patronymic", "email"]
    ordering = ["last_name", "first_name", "email"]
    readonly_fields = ["last_login", "date_joined"]
    filter_horizontal = []
    autocomplete_fields = ["groups"]
    inlines = [RepresentationInline]
    actions_detail = ["erase_this"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "email",
                    "password",
                    ("last_name", "first_name"),
                    "patronymic",
                    ("language", "time_zone"),
                    ("is_active", "reason"),
                ]
            },
        ),
        (_("Dates"), {"fields": [("date_joined", "last_login")]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["email", ("last_name", "first_name"), "patronymic"]}),
        (_("Password"), {"fields": ["usable_password", "password1", "password2"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        roles = Representative.objects.active().select_related("organisation")
        confirmed = EmailAddress.objects.filter(user=OuterRef("pk"), verified=True)
        return (
            super()
            .get_queryset(request)
            .prefetch_related(Prefetch("representations", roles, to_attr="acting"))
            .annotate(email_confirmed=Exists(confirmed))
        )

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> list:
        fieldsets = [*super().get_fieldsets(request, obj)]
        return [*fieldsets, RIGHTS] if obj and request.user.is_superuser else fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """An address is changed by its owner, who proves to have the new one."""
        readonly = [*super().get_readonly_fields(request, obj)]
        return [*readonly, "email"] if obj else readonly

    def save_formset(self, request: HttpRequest, form: forms.ModelForm, formset: Any, change: bool) -> None:
        super().save_formset(request, form, formset, change)
        follow_roles(formset, by=cast("User", request.user))

    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm, change: bool) -> None:
        if change:
            locked_person(obj)
        super().save_model(request, obj, form, change)
        if change and "is_active" in form.changed_data:
            tell_of_account(obj)

    def get_inlines(self, request: HttpRequest, obj: Model | None) -> list:
        return [*super().get_inlines(request, obj)] if obj else []

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        response = super().user_change_password(request, id, form_url)
        return self.note_view(request, id, response, ViewKind.PAGE)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who has been erased stays nobody."""
        is_erased = obj is not None and obj.erased_at is not None
        return not is_erased and super().has_change_permission(request, obj) and _is_open_to(request, obj)

    @display(description=_("person"), ordering="last_name", header=True)
    def name(self, user: User) -> list[str]:
        return [user.get_full_name() or user.email, user.email]

    @display(description=_("roles"))
    def roles(self, user: User) -> str:
        return ", ".join(f"{role.organisation}: {role.get_role_display()}" for role in user.acting)  # type: ignore[attr-defined]

    @display(description=_("staff"), boolean=True, ordering="is_staff")
    def in_office(self, user: User) -> bool:
        return user.is_staff

    @display(description=_("e-mail confirmed"), boolean=True, ordering="email_confirmed")
    def email_confirmed(self, user: User) -> bool:
        return user.email_confirmed  # type: ignore[attr-defined]


def follow_roles(formset: Any, *, by: User) -> None:
    """Those that were just saved inside the page of another."""
    if formset.model is Representative:
        for representative in [*formset.new_objects, *(row for row, _names in formset.changed_objects)]:
            follow_role(representative, by=by)


def follow_role(representative: Representative, *, by: User) -> None:
    """People are told; what was owned by who acts no more goes on, but for their invitations, which are revoked: by one
    of them they could come back."""
    tell_of_role(representative)
    revoke_beyond_rights(representative.user, representative.organisation, by=by)
    if representative.ended_at:
        hand_over_unasked(representative, by=by)


def _is_open_to(request: HttpRequest, user: User | None) -> bool:
    return request.user.is_superuser or user is None or not (user.is_staff or user.is_superuser)


@admin.register(Group)
class GroupAdmin(AuthGroupAdmin, ModelAdmin):
    """Whoever may change a group may give themselves any right, so only superusers may."""

    compressed_fields = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.is_superuser

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.is_superuser


class ActingFilter(DropdownFilter):
    title = _("acting")
    parameter_name = "acting"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [("yes", _("Acting now")), ("no", _("No longer"))]

    def queryset(self, request: HttpRequest, representatives: QuerySet) -> QuerySet:
        if self.value() in ("yes", "no"):
            return representatives.filter(ended_at__isnull=self.value() == "yes")
        return representatives


@admin.register(Representative)
class RepresentativeAdmin(HistoryModelAdmin):
    form = RepresentativeForm
    view_on_site = False
    holds_personal_data = True
    list_display = ["person", "organisation", "role", "position", "since", "ended_at"]
    list_filter = [ActingFilter, ("role", ChoicesCheckboxFilter)]
    list_select_related = ["user", "organisation"]
    search_fields = ["user__last_name", "user__first_name", "user__email", "organisation__short_name"]
    autocomplete_fields = ["user", "organisation"]
    fields = [("user", "organisation"), ("role", "position"), ("since", "ended_at"), "reason"]
    readonly_fields = ["since"]

    def has_delete_permission(self, request: HttpRequest, obj: Representative | None = None) -> bool:
        """The last head goes with a reason, and so by the end of the role."""
        return super().has_delete_permission(request, obj) and not (obj and is_last_head(obj))

    @display(description=_("person"), ordering="user__last_name", header=True)
    def person(self, representative: Representative) -> list[str]:
        return [str(representative.user), representative.user.email]

    def save_model(self, request: HttpRequest, obj: Representative, form: forms.ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        follow_role(obj, by=cast("User", request.user))

    def delete_model(self, request: HttpRequest, obj: Representative) -> None:
        self.delete_queryset(request, Representative.objects.filter(pk=obj.pk))

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Representative]) -> None:
        """All of them or, where heads that go together would leave none, nobody."""
        going = [*queryset.select_related("organisation", "user")]
        if left_without_head(going):
            raise RuleViolated(gettext("An organisation would be left without a head."), code="last_head")
        for representative in going:
            delete_representative(representative)
            revoke_beyond_rights(representative.user, representative.organisation, by=cast("User", request.user))
