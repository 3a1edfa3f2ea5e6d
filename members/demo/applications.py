"""Applications in every state, from ``data/applications.yaml``, two sessions of the board, and the member that one of
them has made; loading again changes nothing."""

import datetime
from pathlib import Path
from typing import Any

import yaml
from django.core.files.base import ContentFile
from django.utils import timezone

from common.documents import typeset
from members.acting.invitations import invite
from members.acting.join_requests import ask
from members.applying.drafts import attach_file, save_step, start_application
from members.applying.moves import MOVES, Asked, move_application
from members.board.agendas import put_on_agenda
from members.board.sessions import close_session
from members.consents.services import text_in_force
from members.demo.stories import load_profile_change
from members.membership.invoices import mark_paid
from members.models import (
    BoardSession,
    ConsentPurpose,
    MembershipApplication,
    Organisation,
    Question,
    Region,
    Role,
    Tier,
    User,
)

DATA = Path(__file__).parents[1] / "data" / "applications.yaml"
# The turns that lead to each state; those before the board go on by one of its sessions.
WAYS: dict[str, tuple[str, ...]] = {
    "draft": (),
    "submitted": ("submit",),
    "in_review": ("submit", "take_up"),
    "returned": ("submit", "take_up", "return"),
    "on_agenda": ("submit", "take_up"),
    "accepted": ("submit", "take_up", "put_on_agenda", "accept"),
    "declined": ("submit", "take_up"),
    "withdrawn": ("submit", "withdraw"),
    "member": ("submit", "take_up"),
}
BEFORE_THE_BOARD = ("on_agenda", "declined", "member")
RETURNED = Asked(reason="Осталось уточнить адрес.", remarks={"city": "Город не совпадает с уставом"})
NO = "Цели организации не связаны с инженерным образованием"
HELD = "12"  # number of the protocol
NEWCOMER = "newcomer@example.org"
PROFILE = {
    "about": "<p>Мастерские, где школьники доводят свой проект до детали, которую можно взять в руки.</p>",
    "directions": ["robotics"],
}
LATE = datetime.timedelta(days=2)
AHEAD = datetime.timedelta(days=14)


def load() -> None:
    staff = User.objects.get(is_superuser=True, email__endswith="@example.org")
    held, planned = _sessions()
    for entry in yaml.safe_load(DATA.read_text(encoding="utf-8")):
        if not MembershipApplication.objects.filter(email=entry["email"]).exists():
            application = _load(entry)
            if entry["state"] in BEFORE_THE_BOARD:
                _put_before(held if "votes" in entry else planned, application, entry, staff)
    if not held.closed_at:
        close_session(held, by=staff)
        _go_on_as_a_member(MembershipApplication.objects.get(email=NEWCOMER).organisation, staff)


def _sessions() -> tuple[BoardSession, BoardSession]:
    """One that is held today, and one that is planned."""
    board: dict[str, Any] = {"place": "Долгопрудный", "seats": 7}
    here = {"present": 5, "chair": "Громова Вера Андреевна", "secretary": "Кузнецова Ольга Сергеевна"}
    today = {"held_on": timezone.localdate(), **board, **here}
    held, _made = BoardSession.objects.get_or_create(protocol_number=HELD, defaults=today)
    planned = BoardSession.objects.planned().exclude(pk=held.pk).first()
    return held, planned or BoardSession.objects.create(held_on=timezone.localdate() + AHEAD, **board)


def _load(entry: dict[str, Any]) -> MembershipApplication:
    typed = {name: [value] for name, value in entry["typed"].items()}
    typed |= {f"q-{key}": values for key, values in entry["answers"].items()}
    typed |= {"region": [str(Region.objects.get(code=entry["region"]).pk)], "tier": [Tier.FULL]}
    known = {name: entry["typed"][name] for name in ("name", "inn")}
    applicant = User.objects.filter(email=entry["email"]).first()
    application = start_application(applicant, kind=entry["kind"], email=entry["email"], language="ru", **known)
    MembershipApplication.objects.filter(pk=application.pk).update(confirmed_at=timezone.now())
    save_step(application, names=[*typed], typed=typed)
    if entry["state"] != "draft":
        _attach_charter(application)
    for action in WAYS[entry["state"]]:
        asked = Asked(consent=text_in_force(ConsentPurpose.APPLICATION)) if action == "submit" else None
        asked = RETURNED if action == "return" else asked
        application = move_application(application, action=action, who=MOVES[action].who[0], asked=asked)
    if entry["state"] == "in_review":
        MembershipApplication.objects.filter(pk=application.pk).update(due_on=timezone.localdate() - LATE)
    return application


def _put_before(session: BoardSession, application: MembershipApplication, entry: dict[str, Any], staff: User) -> None:
    item = put_on_agenda(application, session=session, by=staff)
    if "votes" in entry:
        item.votes_for, item.votes_against, item.abstained = entry["votes"]
        item.reason = NO if entry["state"] == "declined" else ""
        item.save()


def _go_on_as_a_member(organisation: Organisation | None, staff: User) -> None:
    """It pays, invites, is asked for a role, and tells more of itself."""
    if organisation is None:
        raise ValueError("the board has accepted nobody")
    head, visitor = (User.objects.get(email=email) for email in (NEWCOMER, "visitor@example.org"))
    mark_paid(organisation.invoices.get(), paid_on=timezone.localdate(), by=staff)
    invite(organisation, email="colleague@example.org", role=Role.COORDINATOR, position="мастер участка", by=head)
    ask(organisation, by=visitor, role=Role.TEACHER, text="Веду у вас занятия по субботам")
    load_profile_change(organisation, {"by": NEWCOMER, "changes": PROFILE})


def _attach_charter(application: MembershipApplication) -> None:
    question = Question.objects.asked_of(application.kind).documents().filter(is_required=True).get()
    data = {"title": question.label, "organisation": application.name}
    content = typeset("pdf/members/demo_charter.typ", data, at=timezone.now())
    attach_file(application, question=question, upload=ContentFile(content, name=f"{question.label}.pdf"))
