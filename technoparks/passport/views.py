"""Pages of one's own inductions."""

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from common.errors import RuleViolated
from common.private_pages import private_page
from members.models import User
from technoparks.induction.passing import answer_quiz, check_need
from technoparks.models import Induction, Instruction, InstructionVersion, QuizAttempt, Standing
from technoparks.passport.forms import QuizForm

SHOWN = 100


@private_page
@require_safe
def account_inductions(request: HttpRequest) -> HttpResponse:
    """The newest of each instruction, and what there is besides."""
    newest = Induction.objects.filter(person=cast("User", request.user)).newest()
    own = sorted(newest, key=lambda one: (one.standing != Standing.VALID, one.version.instruction.title))
    offered = Instruction.objects.visible_to(request.user).offered().select_related("technopark")
    context = {
        "inductions": own[:SHOWN],
        "offered": offered.exclude(pk__in=[one.version.instruction_id for one in own])[:SHOWN],
    }
    return render(request, "technoparks/account_inductions.html", context)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def account_instruction(request: HttpRequest, pk: int) -> HttpResponse:
    """The text with its quiz; answered wrong, it is shown again with what was chosen."""
    visible = Instruction.objects.visible_to(request.user).select_related("technopark")
    instruction = get_object_or_404(visible, pk=pk)
    version = instruction.current
    if version is None:
        raise Http404
    person = cast("User", request.user)
    form = QuizForm(request.POST if request.method == "POST" else None, version=version)
    status = 200
    if form.is_of_old_text:
        messages.error(request, _("There is a newer text. Read it, and answer its questions."))
        form, status = QuizForm(version=version), 409
    elif request.method == "POST" and form.is_valid():
        try:
            attempt = answer_quiz(version, person=person, answers=form.answers)
        except RuleViolated as error:
            form.add_error(None, error.message)
            status = 409
        else:
            if attempt.is_passed:
                messages.success(request, _done(instruction))
                return redirect("technoparks:account_instruction", pk=pk)
            form.add_error(None, _failed(attempt))
    own = Induction.objects.filter(person=person, version__instruction=instruction).newest()
    context = {
        "instruction": instruction,
        "version": version,
        "form": form,
        "induction": own.first(),
        "asks": form.is_bound or _is_needed(version, person),
    }
    return render(request, "technoparks/account_instruction.html", context, status=status)


def _is_needed(version: InstructionVersion, person: User) -> bool:
    try:
        check_need(version, person)
    except RuleViolated:
        return False
    return True


def _done(instruction: Instruction) -> str:
    if instruction.needs_practice:
        return _("Passed. Now the manager of the technopark has to see your practice.")
    return _("Passed. You may book.")


def _failed(attempt: QuizAttempt) -> str:
    text = ngettext(
        "%(right)d answer of %(asked)d is right; %(percent)d %% are needed. Read the text again.",
        "%(right)d answers of %(asked)d are right; %(percent)d %% are needed. Read the text again.",
        attempt.right,
    )
    percent = attempt.version.instruction.pass_percent
    return text % {"right": attempt.right, "asked": attempt.asked, "percent": percent}
