"""Forms by which people come to act for an organisation, and go."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import OnceForm
from members.models import Invitation, JoinRequest, Representative, Role, User


class OfferedRoleForm(forms.Form):
    """``offered``: the roles that the reader may give."""

    role = forms.ChoiceField(label=_("Role"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, offered: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["role"]
        field.choices = [choice for choice in Role.choices if choice[0] in offered]


class InvitationForm(OfferedRoleForm, OnceForm, forms.ModelForm):
    class Meta:
        model = Invitation
        fields = ["email", "position", "language"]
        labels = {"email": _("E-mail"), "position": _("Position"), "language": _("Language of the letter")}
        widgets = {"language": forms.RadioSelect, "email": forms.EmailInput({"autocomplete": "off"})}

    field_order = ["email", "role", "position", "language"]

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class RoleForm(OfferedRoleForm, forms.ModelForm):
    class Meta:
        model = Representative
        fields = ["position"]
        labels = {"position": _("Position")}

    field_order = ["role", "position"]


class EndForm(forms.Form):
    """``takers``: who may take over what the person owned; nobody, where there is nothing to take over."""

    to = forms.ModelChoiceField(User.objects.none(), label=_("Who takes it over"), empty_label=None)

    def __init__(self, *args: Any, takers: Collection[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if takers:
            field: Any = self.fields["to"]
            field.queryset = User.objects.filter(pk__in=[taker.pk for taker in takers])
        else:
            del self.fields["to"]


class JoinRequestForm(OnceForm, forms.ModelForm):
    role = forms.ChoiceField(label=_("What you do there"), choices=Role, initial=Role.TEACHER, widget=forms.RadioSelect)

    class Meta:
        model = JoinRequest
        fields = ["text"]
        labels = {"text": _("Who you are")}
        help_texts = {"text": _("One line: your position, and who there knows you")}

    field_order = ["role", "text"]


class ApprovalForm(OfferedRoleForm):
    position = forms.CharField(label=_("Position"), max_length=200, required=False)


class RefusalForm(forms.Form):
    reason = forms.CharField(label=_("The reason"), max_length=300, help_text=_("The person reads it"))
