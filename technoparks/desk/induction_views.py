"""Pages of the host: who has which induction, what waits for its manager, and the instructions themselves."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from common.errors import RuleViolated
from common.private_pages import private_page
from members.acting.own import own_organisation
from members.models import Organisation, User
from technoparks.desk.forms import RevocationForm
from technoparks.desk.induction_forms import InductionFilterForm, InstructionForm, JournalForm, VersionForm
from technoparks.induction.journal import journal
from technoparks.induction.passing import revoke, sign_off
from technoparks.induction.writing import publish_version, save_instruction
from technoparks.models import Induction, Instruction, Standing, Technopark
from technoparks.policies import technoparks_tended_by

if TYPE_CHECKING:
    from technoparks.models.induction import InductionQuerySet

ON_A_PAGE = 50


def _tended(request: HttpRequest, slug: str) -> tuple[Organisation, "QuerySet[Technopark]"]:
    """Raises PermissionDenied for who does not tend technoparks of the organisation, Http404 where it has none."""
    organisation = own_organisation(request, slug)
    if not organisation.technoparks.filter(is_network=False).exists():
        raise Http404
    technoparks = technoparks_tended_by(request.user, organisation)
    if not technoparks:
        raise PermissionDenied(_("The head and coordinators of the host tend its laboratories."))
    return organisation, technoparks


@private_page
@require_safe
def dashboard_inductions(request: HttpRequest, slug: str) -> HttpResponse:
    organisation, technoparks = _tended(request, slug)
    form = InductionFilterForm(request.GET, technoparks=technoparks)
    there = Induction.objects.filter(version__instruction__technopark__in=technoparks).with_standing()
    told = there.select_related("version__instruction", "person")
    found = _found(told, form.cleaned_data) if form.is_valid() else told.none()
    counted = Count("versions__inductions", filter=Q(versions__inductions__revoked_at=None), distinct=True)
    context = {
        "organisation": organisation,
        "waiting": told.standing_so(Standing.WAITING).order_by("passed_at", "pk")[:ON_A_PAGE],
        "form": form,
        "page": Paginator(found, ON_A_PAGE).get_page(request.GET.get("page")),
        "instructions": Instruction.objects.filter(technopark__in=technoparks)
        .select_related("technopark")
        .annotate(passed=counted),
        "journal": JournalForm(technoparks=technoparks),
    }
    return render(request, "technoparks/dashboard_inductions.html", context)


def _found(inductions: "InductionQuerySet", asked: dict[str, Any]) -> "InductionQuerySet":
    """Who waits for the practice stands above; here only where that is asked for."""
    if asked["standing"]:
        inductions = inductions.standing_so(asked["standing"])
    else:
        inductions = inductions.exclude(completed_on=None, revoked_at=None)
    if asked["instruction"]:
        inductions = inductions.filter(version__instruction=asked["instruction"])
    for word in asked["q"].split():
        inductions = inductions.filter(
            Q(person__last_name__icontains=word)
            | Q(person__first_name__icontains=word)
            | Q(person__email__icontains=word)
        )
    return inductions


@private_page
@require_safe
def dashboard_inductions_journal(request: HttpRequest, slug: str) -> HttpResponse:
    """PDF; what was asked wrongly is shown with the form."""
    organisation, technoparks = _tended(request, slug)
    form = JournalForm(request.GET, technoparks=technoparks)
    content = _journal(form) if form.is_valid() else None
    if content is None:
        context = {"organisation": organisation, "form": form}
        return render(request, "technoparks/dashboard_inductions_journal.html", context, status=400)
    asked = form.cleaned_data
    response = HttpResponse(content, content_type="application/pdf")
    name = f"inductions-{slugify(asked['technopark'].slug)}-{asked['first']}-{asked['last']}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _journal(form: JournalForm) -> bytes | None:
    """None where it is too long; the form says so."""
    asked = form.cleaned_data
    try:
        return journal(asked["technopark"], first=asked["first"], last=asked["last"])
    except RuleViolated as error:
        form.add_error(None, error.message)
        return None


class _NoForm(forms.Form):
    pass


MOVES: dict[str, tuple[str | Promise, str | Promise, str | Promise, type[forms.Form], Callable[..., object]]] = {
    "sign-off": (
        gettext_lazy("I have seen the practice"),
        gettext_lazy("The person may book from now on; they get a letter."),
        gettext_lazy("Signed. The person may book."),
        _NoForm,
        sign_off,
    ),
    "revoke": (
        pgettext_lazy("induction", "Revoke"),
        gettext_lazy("Bookings of this person that need it are put on hold; they get a letter with the reason."),
        gettext_lazy("Revoked. Bookings that need it are on hold."),
        RevocationForm,
        revoke,
    ),
}


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_induction_move(request: HttpRequest, slug: str, pk: int, move: str) -> HttpResponse:
    """Asked first, and done by the POST of the same page."""
    organisation, technoparks = _tended(request, slug)
    there = Induction.objects.filter(version__instruction__technopark__in=technoparks).with_standing()
    induction = get_object_or_404(there.select_related("version__instruction", "person", "signed_by"), pk=pk)
    if move not in MOVES:
        raise Http404
    title, text, done, form_class, act = MOVES[move]
    form = form_class(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            act(induction, by=cast("User", request.user), **form.cleaned_data)
        except RuleViolated as error:
            form.add_error(None, error.message)
            status = 409
        else:
            messages.success(request, str(done))
            return redirect("technoparks:dashboard_inductions", slug=slug)
    context = {"organisation": organisation, "induction": induction, "title": title, "text": text, "form": form}
    return render(request, "technoparks/dashboard_induction_move.html", context | {"move": move}, status=status)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_instruction_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Its rules first; the text stands on the next page."""
    organisation, technoparks = _tended(request, slug)
    form = InstructionForm(request.POST if request.method == "POST" else None, technoparks=technoparks)
    if form.is_valid():
        saved = save_instruction(form.instance, relations=form.relations, by=cast("User", request.user))
        return redirect("technoparks:dashboard_instruction_text", slug=slug, pk=saved.pk)
    context = {"organisation": organisation, "form": form}
    return render(request, "technoparks/dashboard_instruction_new.html", context)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_instruction(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    organisation, technoparks = _tended(request, slug)
    instruction = get_object_or_404(Instruction, pk=pk, technopark__in=technoparks)
    posted = request.POST if request.method == "POST" else None
    form = InstructionForm(posted, instance=instruction, technoparks=technoparks)
    if form.is_valid():
        save_instruction(form.instance, relations=form.relations, by=cast("User", request.user))
        messages.success(request, _("The rules of the instruction are saved."))
        return redirect("technoparks:dashboard_inductions", slug=slug)
    context = {"organisation": organisation, "instruction": instruction, "form": form}
    return render(request, "technoparks/dashboard_instruction.html", context)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_instruction_text(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The text that holds; changed, it is published as the next version."""
    organisation, technoparks = _tended(request, slug)
    instruction = get_object_or_404(Instruction, pk=pk, technopark__in=technoparks)
    current = instruction.current
    form = VersionForm(request.POST if request.method == "POST" else None, current=current)
    if form.is_valid():
        asked = {"is_needed_anew": False, **form.cleaned_data}
        version = publish_version(instruction, by=cast("User", request.user), **asked)
        messages.success(request, _("Version %(number)d is published.") % {"number": version.number})
        return redirect("technoparks:dashboard_inductions", slug=slug)
    context = {"organisation": organisation, "instruction": instruction, "form": form, "current": current}
    return render(request, "technoparks/dashboard_instruction_text.html", context)
