"""What was promised: of one agreement, and of an organisation in all of its agreements."""

from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from agreements.access import own_agreement, sections_of
from agreements.fulfilment.board import HOW, WHOSE, open_obligations, rows_of, waiting_for
from agreements.fulfilment.forms import DecisionForm, ReportForm
from agreements.fulfilment.obligations import decide_report, report_progress
from agreements.models import IN_FORCE, Agreement, ObligationReport
from agreements.policies import can_confirm_progress, can_draw_up_agreement, can_report_progress
from common.errors import RuleViolated
from common.private_files import private_file_response
from common.private_pages import private_page
from common.uploads import TYPES
from members.acting.own import own_organisation
from members.models import Organisation, User

ON_A_PAGE = 25
MOST_WAITING = 20  # reports that are shown at once: the next come when these are decided


@private_page
@require_safe
def dashboard_agreement_obligations(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    organisation, agreement = own_agreement(request, slug, pk)
    reports = ObligationReport.objects.select_related("organisation")
    obligations = [
        *agreement.obligations.select_related("agreement", "owner", "beneficiary").prefetch_related(
            Prefetch("reports", reports)
        )
    ]
    acts = can_draw_up_agreement(request.user, organisation)
    reports_now = acts and agreement.state in IN_FORCE
    context = {
        **_frame(organisation, agreement),
        "obligations": [
            (one, reports_now and one.is_open and one.owner == organisation, acts and one.is_owed_to(organisation))
            for one in obligations
        ],
    }
    return render(request, "agreements/dashboard_agreement_obligations.html", context)


@private_page
@require_safe
def dashboard_obligations(request: HttpRequest, slug: str) -> HttpResponse:
    """The board: numbers that lead to what is behind them, and a list."""
    organisation = own_organisation(request, slug)
    whose, how = (request.GET.get(name, "") for name in ("whose", "how"))
    found = open_obligations(organisation)
    rows = rows_of(found, whose=whose, how=how)
    if whose in WHOSE:
        found = found.filter(whose=whose)
    if how in HOW:
        found = found.filter(how=how)
    page = Paginator(found.select_related("agreement", "owner", "beneficiary"), ON_A_PAGE)
    waiting = [*waiting_for(organisation)[: MOST_WAITING + 1]]
    context = {
        "organisation": organisation,
        "columns": HOW.values(),
        "rows": rows,
        "page": page.get_page(request.GET.get("page")),
        "chosen": [title for title in (WHOSE.get(whose), HOW.get(how)) if title],
        "waiting": waiting[:MOST_WAITING],
        "has_more_waiting": len(waiting) > MOST_WAITING,
    }
    return render(request, "agreements/dashboard_obligations.html", context)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_obligation_report(request: HttpRequest, slug: str, pk: int, obligation: int) -> HttpResponse:
    organisation, agreement = own_agreement(request, slug, pk)
    found = get_object_or_404(agreement.obligations.select_related("agreement", "owner"), pk=obligation)
    if organisation != found.owner or not can_report_progress(request.user, found):
        raise PermissionDenied(_("The head or a coordinator of the organisation that has promised it reports on it."))
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ReportForm(*sent, obligation=found)
    if request.method == "POST" and form.is_valid():
        try:
            report_progress(found, organisation=organisation, by=_user(request), key=form.key, **form.told)
        except RuleViolated as error:
            form.refuse(error)
        else:
            messages.success(request, _("Reported. It counts once the other side has confirmed it."))
            return redirect("agreements:dashboard_agreement_obligations", slug, pk)
    context = {**_frame(organisation, agreement), "obligation": found, "form": form}
    return render(request, "agreements/dashboard_obligation_report.html", context)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_obligation_decide(request: HttpRequest, slug: str, pk: int, report: int) -> HttpResponse:
    organisation, agreement = own_agreement(request, slug, pk)
    found = _report(agreement, report)
    if not can_confirm_progress(request.user, found.obligation, organisation):
        raise PermissionDenied(_("The head or a coordinator of the other side says whether it was done."))
    form = DecisionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            decide_report(found, organisation=organisation, by=_user(request), **form.told)
        except RuleViolated as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("Noted."))
            return redirect("agreements:dashboard_agreement_obligations", slug, pk)
    context = {**_frame(organisation, agreement), "obligation": found.obligation, "report": found, "form": form}
    return render(request, "agreements/dashboard_obligation_decide.html", context)


@private_page
@require_safe
def dashboard_obligation_evidence(request: HttpRequest, slug: str, pk: int, report: int) -> HttpResponseBase:
    """To whoever reads the agreement."""
    _organisation, agreement = own_agreement(request, slug, pk)
    found = _report(agreement, report)
    if not found.file:
        raise Http404
    ending = str(found.file.name).rpartition(".")[2]
    return private_file_response(found.file, name=found.file_name, content_type=TYPES[ending])


def _report(agreement: Agreement, pk: int) -> ObligationReport:
    reports = ObligationReport.objects.select_related("obligation__agreement", "obligation__owner", "organisation")
    return get_object_or_404(reports, obligation__agreement=agreement, pk=pk)


def _frame(organisation: Organisation, agreement: Agreement) -> dict[str, object]:
    return {
        "organisation": organisation,
        "agreement": agreement,
        "sections": sections_of(agreement, organisation),
    }


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)
