"""What comes before the board: applications for membership, and exclusions of members, who are told beforehand."""

import datetime
from collections.abc import Callable
from functools import partial
from typing import cast

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.errors import RuleViolated
from members.applying.moves import move_application
from members.membership.life import Who as Mover
from members.membership.life import locked_membership, possible_moves
from members.models import AgendaItem, BoardSession, Membership, MembershipApplication, User, Who
from members.notices.notifications import Words, heads_of, notify
from members.notices.topics import EXCLUSION

NOTICE = datetime.timedelta(days=7)  # that an organisation has to answer before the board decides on its exclusion


def open_session(session: BoardSession) -> BoardSession:
    """The session, held to the end of the transaction. Raises RuleViolated where it is closed."""
    locked = BoardSession.objects.select_for_update(of=["self"]).select_related("closed_by").get(pk=session.pk)
    if locked.closed_at:
        raise RuleViolated(already_closed(locked), code="session_closed")
    return locked


def already_closed(session: BoardSession) -> str:
    at = date_format(timezone.localtime(session.closed_at), "DATETIME_FORMAT")
    return _("The session was closed by %(who)s on %(time)s.") % {"who": session.closed_by or "—", "time": at}


def _last_position(session: BoardSession) -> int:
    return session.items.aggregate(last=Max("position"))["last"] or 0


# --- Applications --------------------------------------------------------------------------------------------


@transaction.atomic
def put_on_agenda(application: MembershipApplication, *, session: BoardSession, by: User, tier: str = "") -> AgendaItem:
    """As the last item of this session, with ``tier``, or that which was asked for. Repeated, gives the item that
    stands there.

    Raises RuleViolated where the session is closed, where the application is not in review, and where it stands on the
    agenda of another session.
    """
    locked = open_session(session)
    if known := locked.items.filter(application=application, outcome="").first():
        return known
    application = move_application(application, action="put_on_agenda", who=Who.STAFF, by=by)
    if other := application.agenda_items.filter(outcome="").select_related("session").first():
        text = _("It is on an agenda already (%(session)s).")
        raise RuleViolated(text % {"session": other.session}, code="on_agenda")
    return locked.items.create(
        application=application, tier=tier or application.tier, position=_last_position(locked) + 1
    )


@transaction.atomic
def take_off_agenda(application: MembershipApplication, *, by: User) -> MembershipApplication:
    """Back into review, as long as the session is not closed. Repeated, does nothing."""
    for item in AgendaItem.objects.filter(application=application, outcome="").select_related("session"):
        open_session(item.session)
        item.delete()
    return move_application(application, action="take_off", who=Who.STAFF, by=by)


# --- Exclusions ----------------------------------------------------------------------------------------------


@transaction.atomic
def put_exclusion_on_agenda(
    membership: Membership, *, session: BoardSession, grounds: str, paper_notice_on: datetime.date | None = None
) -> AgendaItem:
    """As the last item of this session; those who answer for the organisation hear of the day, the grounds and how to
    answer. ``paper_notice_on``: when it was handed a notice of the same on paper. Repeated, gives the item that stands
    there.

    Raises RuleViolated where the session is closed or too near, where the membership cannot be ended by the board,
    where its exclusion stands on the agenda of another session, or on other grounds, and where nobody would read the
    letter and no notice was handed over.
    """
    locked, membership = open_session(session), locked_membership(membership)
    if known := membership.agenda_items.filter(outcome="").select_related("session").first():
        if (known.session, known.grounds) == (locked, grounds):
            return known
        told = {"session": known.session, "grounds": known.grounds}
        raise RuleViolated(_("It is on an agenda already (%(session)s); grounds: %(grounds)s") % told, code="on_agenda")
    if "expel" not in possible_moves(membership, who=Mover.BOARD):
        raise RuleViolated(_("This membership is over already."), code="membership_move")
    _check_is_told(membership, locked, paper_notice_on)
    item = locked.items.create(
        membership=membership, tier=membership.tier, grounds=grounds, position=_last_position(locked) + 1
    )
    _announce(item, paper_notice_on)
    return item


def _check_is_told(membership: Membership, session: BoardSession, paper_notice_on: datetime.date | None) -> None:
    today = timezone.localdate()
    if paper_notice_on and paper_notice_on > today:
        raise RuleViolated(_("What lies ahead has not been handed over yet."), code="ahead")
    if not (paper_notice_on or _is_read(membership)):
        text = _("It has neither a head nor a coordinator who would read it. Hand over a notice and enter the day.")
        raise RuleViolated(text, code="nobody_reads")
    if session.held_on < max(today, (paper_notice_on or today) + NOTICE):
        raise RuleViolated(_("Choose a later session: %(why)s") % {"why": short_notice()}, code="short_notice")


def _is_read(membership: Membership) -> bool:
    return any(person.is_active for person in heads_of(membership.organisation))


@transaction.atomic
def take_exclusion_off(membership: Membership) -> None:
    """As long as the session is not closed; those who were told hear of it. Repeated, does nothing."""
    for item in membership.agenda_items.filter(outcome="").select_related("session", "membership__organisation"):
        open_session(item.session)
        tell_of_exclusion(item, event="off", words=partial(_words_of_taking_off, item))
        item.delete()


@transaction.atomic
def announce_changes(session: BoardSession) -> list[AgendaItem]:
    """After the day or the place of a session was changed: the exclusions that were told of. With another day the term
    for an answer begins anew. Repeated, nobody hears it twice."""
    exclusions = session.items.on_it().filter(membership__isnull=False).select_related("membership__organisation")
    changed = [*exclusions.exclude(told_of=session.held_on, told_place=session.place)]
    for item in changed:
        item.session = session
        _announce(item)
    return changed


def _announce(item: AgendaItem, paper_notice_on: datetime.date | None = None) -> None:
    """A notice on paper names one day; of another day, another has to be handed over."""
    if item.told_of != item.session.held_on:
        item.told_on = item.paper_notice_on = paper_notice_on
    if item.told_on is None and _is_read(cast("Membership", item.membership)):
        item.told_on = timezone.localdate()
    item.told_of, item.told_place = item.session.held_on, item.session.place
    item.times_told += 1
    item.save(update_fields=["told_on", "told_of", "told_place", "times_told", "paper_notice_on"])
    tell_of_exclusion(item, event=f"told {item.times_told}", words=partial(_words_of_agenda, item))


def tell_of_exclusion(item: AgendaItem, *, event: str, words: Callable[[], Words]) -> None:
    """Those who answer for the organisation, once of each event."""
    membership = cast("Membership", item.membership)
    link = membership.get_absolute_url()
    key = f"exclusion {item.pk} {event}"
    notify(heads_of(membership.organisation), topic=EXCLUSION, key=key, words=words, link=link)


def _words_of_agenda(item: AgendaItem) -> Words:
    title = _("The board is to decide on the exclusion of %(organisation)s") % {"organisation": item.organisation}
    until, office = date_format(item.session.held_on), settings.OFFICE_EMAIL
    lines = [
        _("Session of the board: %(day)s") % {"day": until},
        *filter(None, [item.session.place]),
        _("Grounds: %(grounds)s") % {"grounds": item.grounds},
        _("Answer in writing by that day: %(office)s. The board hears what you say before it votes.")
        % {"office": office},
    ]
    return Words(title, "\n".join(lines))


def _words_of_taking_off(item: AgendaItem) -> Words:
    title = _("The exclusion of %(organisation)s is off the agenda of the board") % {"organisation": item.organisation}
    return Words(title, _("Session of the board: %(day)s") % {"day": date_format(item.session.held_on)})


def lacks_of_notice(item: AgendaItem) -> str:
    """Why the board cannot decide on this exclusion on that day; "" where it can."""
    if item.told_on is None:
        return _("nobody has read of it. Take it off and put it on again with the day a notice was handed over.")
    if item.told_of == item.session.held_on and item.told_on + NOTICE <= item.told_of:
        return ""
    return short_notice()


def short_notice() -> str:
    text = ngettext(
        "the organisation must be told at least %(days)d day before.",
        "the organisation must be told at least %(days)d days before.",
        NOTICE.days,
    )
    return text % {"days": NOTICE.days}
