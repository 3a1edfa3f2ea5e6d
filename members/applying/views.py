"""The way into the association: what is offered and asked, and an application from its first line to its end.

Whoever holds the address of an application acts for it, with an account or without.
"""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.caching import public_page
from common.errors import RuleViolated
from common.limits import limited
from common.links import subject_of
from common.private_files import private_file_response
from members.applying.drafts import (
    AlreadyKnown,
    NotEditable,
    application_of,
    attach_file,
    confirm_address,
    remove_file,
    save_step,
    send_link_again,
    start_application_once,
)
from members.applying.emails import CONFIRM_LINK, token_of
from members.applying.forms import AddressForm, StartForm
from members.applying.moves import move_application, submit
from members.applying.pages import Page, Progress, chances
from members.applying.questionnaire import questions_form
from members.consents.forms import ApplicationConsentForm
from members.models import Kind, MembershipApplication, Organisation, Question, User, Who

FORMS = ("organisation", "people", "questions")


@login_not_required
@public_page()
def join(request: HttpRequest) -> HttpResponse:
    return render(request, "members/join.html", {"chances": chances()})


@require_safe
def join_preview(request: HttpRequest, kind: str) -> HttpResponse:
    """To staff: the questions as an applicant of this kind meets them."""
    if kind not in Kind.values or not request.user.has_perm("members.view_question"):
        raise Http404
    questions = [*Question.objects.asked_of(kind)]
    context = {
        "kind": Kind(kind).label,
        "form": questions_form(questions),
        "documents": Question.objects.asked_of(kind).documents(),
    }
    return render(request, "members/join_preview.html", context)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join_apply(request: HttpRequest) -> HttpResponse:
    form = StartForm(request.POST if request.method == "POST" else None, user=request.user, asked=request.GET)
    known: Organisation | None = None
    if request.method == "POST" and form.is_valid():
        try:
            application = _begun(request, form)
        except RuleViolated as error:
            form.refuse(error)
            known = _known(request, error)
        else:
            return redirect("members:application_step", token=token_of(application), step=FORMS[0])
    return render(request, "members/join_apply.html", {"form": form, "known": known})


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def application_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Shows on GET, as scanners of mail follow every link; a POST confirms the address and opens the application."""
    key, _space, email = (subject_of(token, purpose=CONFIRM_LINK) or "0 ").partition(" ")
    application = get_object_or_404(MembershipApplication, pk=key)
    if request.method == "POST":
        confirm_address(application, email=email)
        messages.success(request, _("The e-mail is confirmed."))
        return redirect("members:application_detail", token=token_of(application))
    return render(request, "members/application_confirm.html", {"application": application})


@login_not_required
@never_cache
@require_safe
def application_detail(request: HttpRequest, token: str) -> HttpResponse:
    return _detail(request, _page(token))


@login_not_required
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def application_step(request: HttpRequest, token: str, step: str) -> HttpResponse:
    """Kept as it is typed, by htmx and by each button; what is wrong is told, and kept as well.

    The address is the proof, and no other site knows it: a token would be stale once the reader logs in beside it.
    """
    page = _page(token, step)
    if step not in FORMS:
        raise Http404
    if not page.step:
        return _closed(request, page)
    if request.method == "POST":
        save_step(page.application, names=[*page.form.fields], typed=dict(request.POST.lists()))
        if request.htmx:  # type: ignore[attr-defined]
            return render(request, "members/application_step.html#saved", {"page": page})
        page = Page(page.application, token, step)
        if page.form.is_valid() or "later" in request.POST:
            return redirect(page.after if page.form.is_valid() else page.overview)
    elif "check" not in request.GET:
        page.form.forgive_what_lacks()
    return render(request, "members/application_step.html", {"page": page})


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def application_documents(request: HttpRequest, token: str) -> HttpResponse:
    page = _page(token, "documents")
    if not page.step:
        return _closed(request, page)
    refused: dict[str, Any] = {}
    if request.method == "POST":
        documents = Question.objects.asked_of(page.application.kind).documents()
        question = get_object_or_404(documents, key=request.POST.get("question", ""))
        try:
            attach_file(page.application, question=question, upload=_upload(request))
        except ValidationError as error:
            refused = {"key": question.key, "errors": error.messages}
        except RuleViolated as error:
            refused = {"key": question.key, "errors": [error.message]}
        else:
            messages.success(request, _("The document is attached."))
            return redirect("members:application_documents", token=token)
    return render(request, "members/application_documents.html", {"page": page, "refused": refused})


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def application_check(request: HttpRequest, token: str) -> HttpResponse:
    page = _page(token, "check")
    if not page.step:
        return _closed(request, page)
    form = ApplicationConsentForm(request.POST if request.method == "POST" else None)
    known: Organisation | None = None
    if request.method == "POST" and form.is_valid():
        try:
            submit(page.application, by=_actor(request, page), consent=form.cleaned_data["consent"])
        except RuleViolated as error:
            form.add_error(None, error.message)
            known = _known(request, error)
        else:
            messages.success(request, _("The application is submitted."))
            return redirect("members:application_detail", token=token)
    context = {"page": page, "form": form, "known": known, "address": _address(page)}
    return render(request, "members/application_check.html", context)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def application_withdraw(request: HttpRequest, token: str) -> HttpResponse:
    page = _page(token)
    if request.method == "POST":
        move_application(page.application, action="withdraw", who=Who.APPLICANT, by=_actor(request, page))
        messages.success(request, _("The application is withdrawn."))
        return redirect(page.overview)
    if not Progress(page.application).may_be_withdrawn:
        return redirect(page.overview)
    return render(request, "members/application_withdraw.html", {"page": page})


@login_not_required
@require_POST
@limited("apply")
def application_letter(request: HttpRequest, token: str) -> HttpResponse:
    """Once more, to the same address or to that which was meant."""
    page, form = _page(token), AddressForm(request.POST)
    if not form.is_valid():
        return _detail(request, page, address=form)
    try:
        send_link_again(page.application, email=form.cleaned_data["email"])
    except RuleViolated as error:
        messages.info(request, error.message)
    else:
        messages.success(request, _("The letter is on its way."))
    return redirect("members:application_detail", token=token)


@login_not_required
@require_safe
def application_file(request: HttpRequest, token: str, pk: int) -> HttpResponseBase:
    file = get_object_or_404(_page(token).application.files, pk=pk)
    return private_file_response(file.file, name=file.original_name, content_type=file.content_type)


@login_not_required
@require_POST
def application_file_remove(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    """Repeated, there is nothing to do."""
    for file in _page(token).application.files.filter(pk=pk):
        remove_file(file)
        messages.success(request, _("The document is removed."))
    return redirect("members:application_documents", token=token)


@limited("apply")
def _begun(request: HttpRequest, form: StartForm) -> MembershipApplication:
    """Mistakes do not count: a whole office may sit behind one address."""
    applicant = request.user if request.user.is_authenticated else None
    asked = {"email": "", "language": get_language() or "ru"} | form.asked
    return start_application_once(applicant=applicant, key=form.key, asked=asked)


def _known(request: HttpRequest, error: RuleViolated) -> Organisation | None:
    """That which is here already, and whose people one may ask: none that is hidden from this reader."""
    if not isinstance(error, AlreadyKnown):
        return None
    return Organisation.objects.visible_to(request.user).filter(pk=error.organisation.pk).first()


def _page(token: str, step: str = "") -> Page:
    application = application_of(token)
    if application is None:
        raise Http404
    return Page(application, token, step)


def _closed(request: HttpRequest, page: Page) -> HttpResponse:
    """What was submitted has no steps any more: whoever comes back to one sees where it stands, and a page that saves
    as one types learns that this was not kept."""
    error = NotEditable(page.application)
    if request.htmx:  # type: ignore[attr-defined]
        raise error
    messages.info(request, error.message)
    return redirect(page.overview)


def _detail(request: HttpRequest, page: Page, *, address: AddressForm | None = None) -> HttpResponse:
    context = {"page": page, "progress": Progress(page.application), "address": address or _address(page)}
    return render(request, "members/application_detail.html", context)


def _address(page: Page) -> AddressForm:
    return AddressForm(initial={"email": page.application.email})


def _actor(request: HttpRequest, page: Page) -> User | None:
    """The applicant where they are logged in; whoever holds the address acts without a name."""
    return page.application.applicant if page.application.applicant == request.user else None


def _upload(request: HttpRequest) -> Any:
    upload = request.FILES.get("file")
    if upload is None:
        raise ValidationError(_("Choose a file."), code="required")
    return upload
