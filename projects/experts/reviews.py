"""What an expert whom the association has asked says of a challenge."""

from typing import cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from common.errors import RuleViolated
from common.posted import attempted
from common.private_pages import private_page
from members.models import User
from projects.life.reviews import answer_review, decline_review
from projects.models import ChallengeReview, ChallengeState, ReviewedPart, Verdict


class ReviewForm(forms.Form):
    """A remark for each part, named as the part."""

    verdict = forms.ChoiceField(
        label=gettext_lazy("Your opinion"),
        choices=Verdict,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Below you may remark on each part of the challenge"),
    )

    def __init__(self, data: QueryDict | None, *, review: ChallengeReview) -> None:
        remarks = {remark.part: remark.text for remark in review.remarks.all()}
        super().__init__(data, initial={"verdict": review.verdict, **remarks})
        for part in ReviewedPart:
            self.fields[part.value] = forms.CharField(
                label=part.label, max_length=2000, required=False, widget=forms.Textarea({"rows": 3})
            )

    @property
    def remarks(self) -> dict[str, str]:
        return {part.value: self.cleaned_data[part.value] for part in ReviewedPart}


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def challenge_review(request: HttpRequest, slug: str) -> HttpResponse:
    review = _own(request, slug)
    form = ReviewForm(request.POST if request.method == "POST" else None, review=review)
    status = 200
    if request.method == "POST" and form.is_valid():
        verdict, by = Verdict(form.cleaned_data["verdict"]), cast("User", request.user)
        try:
            answer_review(review, verdict=verdict, remarks=form.remarks, by=by)
        except RuleViolated as error:
            form.add_error(None, error.message)
            status = 409
        else:
            messages.success(request, _("Thank you. The association reads it; until it answers you may change it."))
            return redirect("projects:challenge_review", slug=slug)
    context = {
        "challenge": review.challenge,
        "review": review,
        "form": form,
        "may_answer": review.challenge.state == ChallengeState.REVIEW,
    }
    return render(request, "projects/challenge_review.html", context, status=status)


@private_page
@require_POST
def challenge_review_decline(request: HttpRequest, slug: str) -> HttpResponse:
    review = _own(request, slug)
    if not attempted(request, lambda: decline_review(review, by=cast("User", request.user))):
        return redirect("projects:challenge_review", slug=slug)
    messages.success(request, _("The association will ask somebody else. Thank you for saying so."))
    return redirect("members:account_notifications")


def _own(request: HttpRequest, slug: str) -> ChallengeReview:
    """To whoever is asked and has not declined; to others it is not there."""
    asked = ChallengeReview.objects.filter(expert=cast("User", request.user), declined_at=None)
    return get_object_or_404(asked.select_related("challenge__company"), challenge__slug=slug)
