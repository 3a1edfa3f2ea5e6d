"""Forms of signing: one for each way, and what is asked before a round is opened, recalled or declined."""

from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agreements.life.timers import SIGN_WITHIN
from agreements.models import SigningRequest, SigningWay
from agreements.signing.codes import DIGITS, sign_by_code
from agreements.signing.openssl import LARGEST, NotASignature
from agreements.signing.paper import send_copy
from agreements.signing.qualified import sign_by_file
from common.errors import RuleViolated
from common.forms import DocumentField
from common.one_line import one_line
from common.uploads import MAX_MEGABYTES
from members.models import User


class OneLine(forms.CharField):
    def to_python(self, value: Any) -> str:
        return one_line(super().to_python(value) or "")


class OpenForm(forms.Form):
    days = forms.IntegerField(
        label=_("Days to sign"),
        min_value=1,
        max_value=180,
        initial=SIGN_WITHIN,
        help_text=_("Then what was signed is void, and the signing can be opened anew"),
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("The reason"),
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("All parties read it, and it stays in the history"),
    )


class SignForm(forms.Form):
    """``sha256``: of the text that was shown; another one is not signed."""

    submit: ClassVar[str | Promise]
    done: ClassVar[str | Promise]
    sha256 = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def act(self, request: SigningRequest, *, by: User) -> None:
        """Raises RuleViolated."""
        raise NotImplementedError


class CodeForm(SignForm):
    submit, done = _("Sign"), _("Signed.")
    code = forms.CharField(
        label=_("Code from the letter"),
        max_length=20,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "one-time-code", "size": DIGITS + 2}),
    )

    def clean_code(self) -> str:
        return "".join(self.cleaned_data["code"].split())

    def act(self, request: SigningRequest, *, by: User) -> None:
        sign_by_code(request, by=by, sha256=self.cleaned_data["sha256"], code=self.cleaned_data["code"])


class CopyForm(SignForm):
    submit, done = (
        _("Send the scan"),
        _("Sent. The association looks at the original, and a second person confirms it."),
    )
    file = DocumentField(
        label=_("Scan of the signed paper"),
        help_text=_("PDF, JPEG, PNG or DOCX, up to %(number)d MB") % {"number": MAX_MEGABYTES},
    )

    def act(self, request: SigningRequest, *, by: User) -> None:
        told = {**self.cleaned_data}
        send_copy(request, by=by, document=told.pop("file"), **told)


class OperatorForm(CopyForm):
    submit = _("Send the copy")
    done = _("Sent. The association looks it up with the operator, and a second person confirms it.")
    operator = OneLine(label=_("Operator"), max_length=100, help_text=_("For example Diadoc or SBIS"))
    identifier = OneLine(label=_("Identifier of the document there"), max_length=100)
    status = OneLine(label=_("Status there"), max_length=100, help_text=_("As the operator shows it"))
    field_order = ("operator", "identifier", "status", "file")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].label = _("Copy that the operator gives")


class SignatureForm(SignForm):
    submit, done = _("Check the signature and sign"), _("The signature matches the text. What was found stands below.")
    file = forms.FileField(
        label=_("File of the signature"),
        help_text=_("Detached (.sig, .p7s), made over the file that you have downloaded here"),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError(NO_SIGNATURE, code="no_signature")
        return file

    def act(self, request: SigningRequest, *, by: User) -> None:
        file = self.cleaned_data["file"]
        try:
            sign_by_file(request, by=by, sha256=self.cleaned_data["sha256"], file=file.read(), name=file.name)
        except NotASignature as error:
            raise RuleViolated(str(NO_SIGNATURE), code="no_signature") from error


NO_SIGNATURE = _("This file holds no detached signature of one person.")
FORMS: dict[str, type[SignForm]] = {
    SigningWay.CODE: CodeForm,
    SigningWay.PAPER: CopyForm,
    SigningWay.QUALIFIED: SignatureForm,
    SigningWay.OPERATOR: OperatorForm,
}


class JoinForm(forms.Form):
    accepts = forms.BooleanField(
        label=_("I have read the rules, and the organisation joins them"),
    )
