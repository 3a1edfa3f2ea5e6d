"""What the two sides of a pledge hear of it."""

from collections.abc import Callable
from functools import partial

from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import Organisation, User
from members.notices.notifications import Words, heads_of, notify
from members.notices.topics import Topic, register
from projects.models import Pledge, PledgeMove, PledgeState

PLEDGES = register(
    Topic(
        "pledges",
        gettext_lazy("Pledges of your organisation and to it"),
        gettext_lazy("Something is pledged to you, delivered or confirmed; the day of a pledge is near or has passed"),
    )
)


def tell_receiver(pledge: Pledge, *, by: User) -> None:
    _tell(pledge, pledge.receiver, f"pledge {pledge.pk}", partial(_given, pledge), by)


def tell_of_pledge(move: PledgeMove) -> None:
    """Both sides; not who has made the move."""
    for organisation in (move.pledge.donor, move.pledge.receiver):
        _tell(move.pledge, organisation, f"pledge move {move.pk}", partial(_moved, move), move.by)


def tell_donor_near(pledge: Pledge) -> None:
    _tell(pledge, pledge.donor, f"pledge near {pledge.pk} {pledge.due_on}", partial(_near, pledge), None)


def tell_donor_late(pledge: Pledge) -> None:
    _tell(pledge, pledge.donor, f"pledge late {pledge.pk} {pledge.due_on}", partial(_late, pledge), None)


def tell_receiver_waits(pledge: Pledge) -> None:
    _tell(pledge, pledge.receiver, f"pledge waits {pledge.pk} {pledge.delivered_on}", partial(_waits, pledge), None)


def _tell(pledge: Pledge, organisation: Organisation, key: str, words: Callable[[], Words], by: User | None) -> None:
    notify(
        [person for person in heads_of(organisation) if person != by],
        topic=PLEDGES,
        key=key,
        words=words,
        link=reverse("projects:dashboard_pledge", args=[organisation.slug, pledge.pk]),
    )


def _named(pledge: Pledge) -> dict[str, str]:
    return {
        "what": pledge.title,
        "project": pledge.project.title,
        "donor": pledge.donor.title,
        "receiver": pledge.receiver.title,
        "kind": pledge.get_kind_display(),
        "amount": number_format(pledge.amount.normalize(), use_l10n=True, force_grouping=True),
        "day": date_format(pledge.due_on),
    }


def _given(pledge: Pledge) -> Words:
    text = _("%(kind)s: %(amount)s\nBy: %(day)s\nProject: %(project)s") % _named(pledge)
    return Words(_("%(donor)s pledges: %(what)s") % _named(pledge), text)


def _moved(move: PledgeMove) -> Words:
    named, because = _named(move.pledge), _("The reason: %(reason)s") % {"reason": move.reason}
    match move.target, move.source:
        case PledgeState.DELIVERED, _source:
            text = _("%(receiver)s confirms it, or says what is missing.") % named
            return Words(_("%(donor)s has delivered: %(what)s") % named, text)
        case PledgeState.CONFIRMED, _source:
            return Words(_("%(receiver)s confirms: %(what)s") % named, _("Thank you! It counts for the project."))
        case PledgeState.PLEDGED, PledgeState.DELIVERED:
            return Words(_("%(receiver)s does not confirm: %(what)s") % named, because)
        case PledgeState.PLEDGED, _source:
            return Words(_("The association has opened the pledge again: %(what)s") % named, because)
    return Words(_("%(donor)s withdraws the pledge: %(what)s") % named, because)


def _near(pledge: Pledge) -> Words:
    text = _("By: %(day)s\nProject: %(project)s\nOnce it is there, say so on the portal.") % _named(pledge)
    return Words(_("You have pledged: %(what)s") % _named(pledge), text)


def _late(pledge: Pledge) -> Words:
    text = _(
        "It was to be there by: %(day)s\nProject: %(project)s\nSay that it is delivered, or speak with %(receiver)s."
    )
    return Words(_("The day of your pledge has passed: %(what)s") % _named(pledge), text % _named(pledge))


def _waits(pledge: Pledge) -> Words:
    text = _("%(donor)s says that it is delivered. Confirm it, or say what is missing.") % _named(pledge)
    return Words(_("Waits for your confirmation: %(what)s") % _named(pledge), text)
