"""Applications in every state, from ``data/applications.yaml``; loading again changes nothing."""

import datetime
from pathlib import Path
from typing import Any

import yaml
from django.core.files.base import ContentFile
from django.utils import timezone

from common.documents import typeset
from members.application_drafts import attach_file, save_step, start_application
from members.applications import MOVES, Asked, move_application
from members.consents import text_in_force
from members.models import ConsentPurpose, MembershipApplication, Question, Region

DATA = Path(__file__).parent / "data" / "applications.yaml"
# The turns that lead to each state.
WAYS: dict[str, tuple[str, ...]] = {
    "draft": (),
    "submitted": ("submit",),
    "in_review": ("submit", "take_up"),
    "returned": ("submit", "take_up", "return"),
    "on_agenda": ("submit", "take_up", "put_on_agenda"),
    "accepted": ("submit", "take_up", "put_on_agenda", "accept"),
    "declined": ("submit", "take_up", "put_on_agenda", "decline"),
    "withdrawn": ("submit", "withdraw"),
}
SAID = {
    "return": Asked(reason="Осталось уточнить адрес.", remarks={"city": "Город не совпадает с уставом"}),
    "decline": Asked(reason="Цели организации не связаны с инженерным образованием"),
}
LATE = datetime.timedelta(days=2)


def load() -> None:
    for entry in yaml.safe_load(DATA.read_text(encoding="utf-8")):
        if not MembershipApplication.objects.filter(email=entry["email"]).exists():
            _load(entry)


def _load(entry: dict[str, Any]) -> None:
    typed = {name: [value] for name, value in entry["typed"].items()}
    typed |= {f"q-{key}": values for key, values in entry["answers"].items()}
    typed["region"] = [str(Region.objects.get(code=entry["region"]).pk)]
    known = {name: entry["typed"][name] for name in ("name", "inn")}
    application = start_application(None, kind=entry["kind"], email=entry["email"], language="ru", **known)
    MembershipApplication.objects.filter(pk=application.pk).update(confirmed_at=timezone.now())
    save_step(application, names=[*typed], typed=typed)
    if entry["state"] != "draft":
        _attach_charter(application)
    for action in WAYS[entry["state"]]:
        asked = Asked(consent=text_in_force(ConsentPurpose.APPLICATION)) if action == "submit" else SAID.get(action)
        move_application(application, action=action, who=MOVES[action].who[0], asked=asked)
    if entry["state"] == "in_review":
        MembershipApplication.objects.filter(pk=application.pk).update(due_on=timezone.localdate() - LATE)


def _attach_charter(application: MembershipApplication) -> None:
    question = Question.objects.asked_of(application.kind).documents().filter(is_required=True).get()
    data = {"title": question.label, "organisation": application.name}
    content = typeset("pdf/members/demo_charter.typ", data, at=timezone.now())
    attach_file(application, question=question, upload=ContentFile(content, name=f"{question.label}.pdf"))
