"""What experts and the office hear of reviews of challenges."""

from functools import partial

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import User
from members.notices.notifications import Words, notify
from members.notices.topics import Topic, register
from projects.models import ChallengeReview

REVIEWS = register(
    Topic(
        "reviews",
        gettext_lazy("Experts and judges"),
        gettext_lazy("You are asked for an opinion of a challenge or to judge its teams; an expert has answered"),
    )
)


def tell_expert(review: ChallengeReview, *, by: User) -> None:
    _tell(review, f"review {review.pk} {review.asked_at.isoformat()}", partial(_asked, review), by=by)


def tell_late_expert(review: ChallengeReview) -> None:
    _tell(review, f"review {review.pk} {review.asked_at.isoformat()} late", partial(_late, review), by=None)


def tell_office_of_review(review: ChallengeReview) -> None:
    """Those who open challenges for teams."""
    staff = User.objects.filter(is_staff=True, is_active=True).order_by("pk")
    notify(
        [person for person in staff if person.has_perm("projects.change_challenge") and person != review.expert],
        topic=REVIEWS,
        key=f"review {review.pk} {review.asked_at.isoformat()} {'declined' if review.declined_at else 'answered'}",
        words=partial(_answered, review),
        link=reverse("admin:projects_challenge_change", args=[review.challenge_id]),
    )


def _tell(review: ChallengeReview, key: str, words: "partial[Words]", *, by: User | None) -> None:
    link = reverse("projects:challenge_review", args=[review.challenge.slug])
    people = [review.expert] if review.expert and review.expert != by else []
    notify(people, topic=REVIEWS, key=key, words=words, link=link)


def _asked(review: ChallengeReview) -> Words:
    named = {"challenge": review.challenge.title, "day": date_format(review.answer_by)}
    text = _("May it be opened for teams, and what should the company change before? Please answer by %(day)s")
    return Words(_("The association asks your opinion of the challenge: %(challenge)s") % named, text % named)


def _late(review: ChallengeReview) -> Words:
    named = {"challenge": review.challenge.title}
    text = _("The association waits for your answer. If you have no time, decline: it asks somebody else.")
    return Words(_("Your opinion is still awaited: %(challenge)s") % named, text)


def _answered(review: ChallengeReview) -> Words:
    named = {"challenge": review.challenge.title}
    if review.declined_at:
        return Words(_("An expert declines to review the challenge: %(challenge)s") % named, _("Ask somebody else."))
    title = _("An expert has answered on the challenge: %(challenge)s")
    return Words(title % named, f"{review.get_verdict_display()}.")
