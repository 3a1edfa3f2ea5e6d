"""A group of pupils, as a teacher registers it."""

from typing import TYPE_CHECKING, Any, cast, get_args

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from events.group_lists import Row, check, rows_of, text_of_table
from events.models import Registration, Ticket, TicketPool
from events.parent_consents import PupilMark
from events.registration_forms import OfferedForm, OneLine
from events.registrations import LARGEST_GROUP, Asked, Guest

if TYPE_CHECKING:
    from members.models import User

LONGEST_LIST = 40_000  # characters


class GroupForm(OfferedForm):
    """The list may be pasted or uploaded; an upload is put into the field, where it can be mended."""

    group = OneLine(
        label=_("What the group is called"),
        max_length=Registration._meta.get_field("group").max_length,
        help_text=_("As “8А” or “Robotics club”"),
    )
    guests = forms.CharField(
        label=_("List of pupils"),
        required=False,
        max_length=LONGEST_LIST,
        strip=False,
        help_text=_("A pupil a line: “Ivanova Anna, 8А”. Instead of a name it may be a code of your own."),
        widget=forms.Textarea({"rows": 12, "spellcheck": "false"}),
    )
    table = forms.FileField(
        label=_("Or a table"), required=False, help_text=_("XLSX or CSV with the columns “Name” and “Class”")
    )
    if_few = forms.ChoiceField(
        label=_("If there are fewer places than pupils"),
        choices=[
            ("all", _("all or none: the whole group waits together")),
            ("part", _("as many as there are places for come now, the rest waits")),
        ],
        initial="all",
        widget=forms.RadioSelect,
    )
    field_order = ["request_key", "organisation", "group", "guests", "table", "pool", "if_few"]

    def __init__(self, data: Any = None, *, user: "User", files: Any = None, **kwargs: Any) -> None:
        super().__init__(data, files, **kwargs)
        self.user = user
        self.rows: list[Row] = []
        self.list_is_right = False
        organisation: Any = self.fields["organisation"]
        organisation.required, organisation.empty_label = True, None
        organisation.initial = self.own[0].pk

    def pools_to_choose(self) -> list[TicketPool]:
        return [pool for pool in super().pools_to_choose() if pool.takes_groups]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        text = typed.get("guests", "")
        if upload := typed.get("table"):
            try:
                text = text_of_table(upload)
            except ValidationError as error:
                self.add_error("table", error)
                return typed
            self._put(text)
        self.rows = rows_of(text)
        if not self.rows and "guests" not in self.errors:
            self.add_error("guests", _("Paste the list, or choose a table."))
        if len(self.rows) > LARGEST_GROUP:
            text = _("A group has %(number)d people at most.") % {"number": LARGEST_GROUP}
            self.add_error("guests", text)
            self.rows = []
        if organisation := typed.get("organisation"):
            self.list_is_right = check(self.rows, event=self.event, organisation=organisation)
        return typed

    def _put(self, text: str) -> None:
        """What was read of the table stands in the field, as if it had been pasted."""
        self.data = cast("QueryDict", self.data).copy()
        self.data["guests"] = self.cleaned_data["guests"] = text

    @property
    def listed(self) -> list[Guest]:
        return [row.guest for row in self.rows]

    def to_ask(self) -> Asked:
        return Asked(
            name=self.user.get_full_name() or self.user.email,
            email=self.user.email,
            user=self.user,
            organisation=self.cleaned_data["organisation"],
            language=get_language() or "ru",
            answers=self.answers,
            consent_text=self.text,
            key=self.key,
        )


class GuestForm(forms.Form):
    """Who comes in place of another."""

    name = OneLine(label=_("Name of the pupil"), max_length=Ticket._meta.get_field("name").max_length)
    grade = OneLine(label=_("Class"), max_length=Ticket._meta.get_field("grade").max_length, required=False)

    @property
    def guest(self) -> Guest:
        return Guest(**self.cleaned_data)


class PupilsForm(forms.Form):
    """Several of a group, and what the teacher says of them."""

    tickets: Any = forms.ModelMultipleChoiceField(Ticket.objects.none())
    mark = forms.ChoiceField(choices=[(mark, mark) for mark in get_args(PupilMark)])

    def __init__(self, data: Any, *, group: Registration) -> None:
        super().__init__(data)
        self.fields["tickets"].queryset = group.tickets.standing().exclude(name="")  # type: ignore[attr-defined]


class ParentAddressForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail of a parent"),
        help_text=_("The link goes there once; the address is not kept with the pupil."),
        widget=forms.EmailInput({"autocomplete": "off"}),
    )


class ParentForm(forms.Form):
    parent = OneLine(
        label=_("Your first and last name"), max_length=150, widget=forms.TextInput({"autocomplete": "name"})
    )
