"""A person's own consents and data, and the texts that people agree to."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.caching import public_page
from common.private_files import private_file_response
from common.staff_views import name_of
from members.account.fresh_login import fresh_login_required
from members.consents.forms import ConsentForm, EraseForm, NewsConsentForm, PublicationForm
from members.consents.services import give_consent, set_publication, withdraw_consents
from members.models import Consent, ConsentPurpose, ConsentText, ExportState, PublicationBasis, User
from members.personal_data.erasure import BY_REQUEST, erase_person, led_alone
from members.personal_data.exports import request_export

LOOKS_SHOWN = 20  # the copy of the data has them all
FORMS: dict[str, type[ConsentForm]] = {ConsentPurpose.ACCOUNT: ConsentForm, ConsentPurpose.NEWS: NewsConsentForm}


class SignedInRequest(HttpRequest):
    """Of a view that is closed to strangers."""

    user: User


@login_not_required
@public_page()
def consent_text(request: HttpRequest, purpose: str, version: int | None = None) -> HttpResponse:
    """That in force, or an older one, which somebody has agreed to; one that is to come only the staff reads."""
    versions = ConsentText.objects.filter(purpose=purpose).visible_to(request.user)
    in_force = get_object_or_404(versions.in_force())
    text = get_object_or_404(versions, version=version) if version else in_force
    return render(request, "members/consent_text.html", {"text": text, "in_force": in_force, "versions": versions})


@require_safe
def account_consents(request: SignedInRequest) -> HttpResponse:
    return _consents_page(request)


@require_POST
def account_consent_give(request: SignedInRequest, purpose: str) -> HttpResponse:
    form = _form_of(purpose)(request.POST)
    if not form.is_valid():
        return _consents_page(request, form)
    give_consent(request.user, text=form.cleaned_data["consent"])
    messages.success(request, _("Your consent is recorded."))
    return redirect("members:account_consents")


@require_POST
def account_consent_withdraw(request: SignedInRequest, purpose: str) -> HttpResponse:
    _form_of(purpose)
    withdraw_consents(request.user, purpose=purpose)
    messages.success(request, _("The consent is withdrawn. That holds from now on, everywhere."))
    return redirect("members:account_consents")


@require_safe
def account_data(request: SignedInRequest) -> HttpResponse:
    exports = request.user.data_exports.exclude(state=ExportState.EXPIRED)
    seen = request.user.views_by_staff.all()[:LOOKS_SHOWN]
    looks = [(view, name_of(view)) for view in seen]
    return render(request, "members/account_data.html", {"exports": exports, "looks": looks})


@require_POST
def account_data_export(request: SignedInRequest) -> HttpResponse:
    request_export(request.user)
    return redirect("members:account_data")


@require_safe
def account_data_file(request: SignedInRequest, key: UUID) -> HttpResponseBase:
    ready = request.user.data_exports.filter(state=ExportState.READY, expires_at__gt=timezone.now())
    export = get_object_or_404(ready, key=key)
    name = _("My data on the portal, %(day)s") % {"day": localdate(export.made_at).isoformat()}
    return private_file_response(export.file, name=f"{name}.zip", content_type="application/zip")


@require_http_methods(["GET", "HEAD", "POST"])
@fresh_login_required
def account_data_erase(request: SignedInRequest) -> HttpResponse:
    form = EraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        erase_person(request.user, by=request.user, reason=BY_REQUEST)
        logout(request)
        messages.success(request, _("Your account is erased. A last letter with the number of the act is on its way."))
        return redirect(settings.LOGOUT_REDIRECT_URL)
    return render(request, "members/account_data_erase.html", {"form": form, "led": led_alone(request.user)})


@require_POST
def account_publication(request: SignedInRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(request.user.public_roles, pk=pk, basis=PublicationBasis.CONSENT)
    form = PublicationForm(request.POST, person=person)
    if not form.is_valid():
        return _consents_page(request, form)
    set_publication(person, items=form.cleaned_data["items"], text=form.cleaned_data["text"], by=request.user)
    messages.success(request, _("Saved. The public page shows only what you have allowed."))
    return redirect("members:account_consents")


def _form_of(purpose: str) -> type[ConsentForm]:
    """Of a consent that stands or falls as a whole; a publication is agreed to item by item."""
    if purpose not in FORMS:
        raise Http404
    return FORMS[purpose]


def _consents_page(request: SignedInRequest, wrong: ConsentForm | PublicationForm | None = None) -> HttpResponse:
    """``wrong``: the form that was posted and has a mistake."""
    consents = Consent.objects.of(request.user).select_related("text", "public_person__organisation")
    standing = {consent.text.purpose for consent in consents if consent.withdrawn_at is None}
    roles = request.user.public_roles.select_related("organisation")
    context = {
        "consents": consents,
        "asked": [_or_wrong(form(), wrong) for purpose, form in FORMS.items() if purpose not in standing],
        "standing": standing,
        "by_consent": [
            _or_wrong(PublicationForm(person=role), wrong) for role in roles if role.basis == PublicationBasis.CONSENT
        ],
        "by_source": [role for role in roles if role.basis == PublicationBasis.SOURCE],
    }
    return render(request, "members/account_consents.html", context)


def _or_wrong(
    form: ConsentForm | PublicationForm, wrong: ConsentForm | PublicationForm | None
) -> ConsentForm | PublicationForm:
    return wrong if wrong and type(wrong) is type(form) and wrong.prefix == form.prefix else form
