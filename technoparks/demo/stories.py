"""The technoparks of the stories and invented laboratories of one of them, from ``data/demo.yaml``; loading again
changes nothing twice."""

import datetime
import random
from pathlib import Path
from typing import Any

import yaml
from django.core.files.base import ContentFile
from django.utils import timezone

from common.documents import typeset
from common.uploads import checked_document
from members.models import Direction, Organisation, Region, User
from members.notices.notifications import nobody_is_told
from technoparks.booking.bookings import Asked, approve, book, book_series, decline
from technoparks.booking.hours import DAY, Span, at, open_days
from technoparks.demo.cohorts import load_groups, load_programmes
from technoparks.demo.scale import fill
from technoparks.documents import attach_document
from technoparks.induction.passing import answer_quiz, sign_off
from technoparks.induction.writing import read_questions
from technoparks.models import (
    BookedFor,
    Booking,
    Equipment,
    EquipmentClass,
    Induction,
    Instruction,
    InstructionVersion,
    Lab,
    OpeningException,
    OpeningHours,
    PupilYear,
    SiteCount,
    StatusChange,
    Technopark,
)
from technoparks.outage.outages import declare_outage, foreseen
from technoparks.outage.words import Fate

DATA = Path(__file__).parents[1] / "data" / "demo.yaml"
WORDS = ("name", "name_en", "city", "city_en", "about", "about_en", "basis", "programme")
OF_LABS = "dolgoprudny"
OF_PAST = 150  # bookings of each lab that are over
WEEK, SATURDAY, SUNDAY = 7 * DAY, 5, 6


def _read() -> dict[str, Any]:
    return yaml.safe_load(DATA.read_text(encoding="utf-8"))


def load() -> None:
    data = _read()
    for entry in data["technoparks"]:
        _load_technopark(entry)
    technopark = Technopark.objects.get(slug=OF_LABS)
    for entry in data["labs"]:
        _load_lab(technopark, entry)
    for entry in data["instructions"]:
        _load_instruction(technopark, entry)
    load_programmes(technopark, data["programmes"])


def load_bookings() -> None:
    """Of the demo log-ins, in the next two weeks."""
    if Booking.objects.filter(lab__technopark__slug=OF_LABS).exists():  # days are counted from the first loading
        return
    with nobody_is_told():
        for entry in _read()["instructions"]:
            _load_inductions(entry)
        for number, entry in enumerate(_read()["bookings"]):
            _load_booking(entry, key=f"demo {number}")
        for entry in _read()["outages"]:
            _load_outage(entry)


def load_past_bookings() -> None:
    """Ten weeks that are over, with what became of them: made by chance, as nobody books what is past."""
    today, chance = timezone.localdate(), random.Random(1)  # noqa: S311
    labs = Lab.objects.filter(technopark__slug=OF_LABS).select_related("technopark").order_by("pk")
    if Booking.objects.filter(lab__in=labs, series__cohort=None, span__endswith__lt=timezone.now()).exists():
        return
    load_groups(Technopark.objects.get(slug=OF_LABS), _read()["groups"])
    guests = Organisation.objects.filter(slug__in={entry["organisation"] for entry in _read()["bookings"]})
    for lab in labs:
        fill(lab, [*guests.order_by("slug")], today - 10 * WEEK, today - DAY, OF_PAST, chance)


def _load_technopark(entry: dict[str, Any]) -> None:
    technopark, _made = Technopark.objects.update_or_create(
        slug=entry["slug"],
        defaults={
            **{name: entry.get(name, "") for name in WORDS},
            "host": Organisation.objects.get(slug=entry["host"]),
            "region": Region.objects.get(code=entry["region"]) if "region" in entry else None,
            "is_network": entry.get("is_network", False),
            "labs_in_all": entry.get("labs_in_all"),
            "pupils_planned": entry.get("pupils_planned"),
            "is_published": True,
        },
    )
    slugs = entry["directions"]
    directions = Direction.objects.all() if slugs == "all" else Direction.objects.filter(slug__in=slugs)
    technopark.directions.set(directions)
    for change in entry.get("history", ()):
        columns = {"precision": change.get("precision", "day")}
        StatusChange.objects.update_or_create(
            technopark=technopark, status=change["status"], on=change["day"], defaults=columns
        )
    for year in entry.get("pupils", ()):
        PupilYear.objects.update_or_create(technopark=technopark, year=year["year"], defaults=year)
    for count in entry.get("sites", ()):
        columns = {name: value for name, value in count.items() if name != "day"}
        SiteCount.objects.update_or_create(technopark=technopark, on=count["day"], defaults=columns)


def _load_lab(technopark: Technopark, entry: dict[str, Any]) -> None:
    columns = {name: entry[name] for name in ("name", "name_en", "about", "about_en", "seats")} | entry["rules"]
    columns["direction"] = Direction.objects.get(slug=entry["direction"])
    lab, is_new = Lab.objects.update_or_create(technopark=technopark, slug=entry["slug"], defaults=columns)
    if is_new:  # the host may have changed them since
        _load_hours(lab, entry)
    for machine in entry["equipment"]:
        kind, _made = EquipmentClass.objects.get_or_create(
            name=machine["kind"], defaults={"name_en": machine["kind_en"]}
        )
        columns = {"kind": kind, "name": machine["name"], "name_en": machine["name_en"]}
        plan = machine.get("maintained", {})
        first = {
            "maintenance_days": plan.get("every"),
            "maintained_on": timezone.localdate() - plan["ago"] * DAY if plan else None,
        }
        Equipment.objects.update_or_create(
            lab=lab, number=machine["number"], defaults=columns, create_defaults=columns | first
        )
    for document in entry.get("documents", ()):
        _load_document(lab, document)


def _load_document(lab: Lab, entry: dict[str, Any]) -> None:
    machine = lab.equipment.get(number=entry["machine"])
    if machine.documents.filter(title=entry["title"]).exists():
        return
    data = {"title": entry["title"], "machine": f"{machine.name}, {machine.number}", "lines": entry["lines"]}
    content = typeset("pdf/technoparks/demo_card.typ", data, at=timezone.now())
    document = checked_document(ContentFile(content, name="card.pdf"))
    attach_document(machine, document=document, title=entry["title"], is_public=entry["is_public"])


def _load_hours(lab: Lab, entry: dict[str, Any]) -> None:
    for weekdays, opens, closes in entry["hours"]:
        for weekday in weekdays:
            OpeningHours.objects.create(lab=lab, weekday=weekday, opens=opens, closes=closes)
    today = timezone.localdate()
    for one in entry.get("sundays", ()):
        day = today + (SUNDAY - today.weekday()) * DAY + one["weeks"] * WEEK
        columns = {name: one[name] for name in ("opens", "closes", "reason", "reason_en")}
        OpeningException.objects.create(lab=lab, day=day, **columns)


def _load_instruction(technopark: Technopark, entry: dict[str, Any]) -> None:
    rules = ("name_en", "needs_practice", "valid_days", "idle_days", "ends_with_school_year")
    instruction, _made = Instruction.objects.update_or_create(
        technopark=technopark, name=entry["name"], defaults={name: entry[name] for name in rules if name in entry}
    )
    instruction.labs.set(Lab.objects.filter(technopark=technopark, slug__in=entry["labs"]))
    instruction.machines.set(EquipmentClass.objects.filter(name__in=entry["machines"]))
    texts = {"text": entry["text"], "text_en": entry["text_en"], "questions": read_questions(entry["questions"])}
    InstructionVersion.objects.get_or_create(instruction=instruction, number=1, defaults=texts)


def _load_inductions(entry: dict[str, Any]) -> None:
    """Those who have passed did so by the quiz, and one of the host has seen their practice."""
    version = InstructionVersion.objects.select_related("instruction").get(
        instruction__technopark__slug=OF_LABS, instruction__name=entry["name"]
    )
    host, office = (User.objects.get(email=f"{name}@example.org") for name in ("technopark", "staff"))
    right = [one["right"] for one in version.questions]
    for email in [*entry["people"], *entry.get("waiting", ())]:
        answer_quiz(version, person=User.objects.get(email=email), answers=right)
    for induction in Induction.objects.waiting().filter(version=version, person__email__in=entry["people"]):
        sign_off(induction, by=office if induction.person == host else host)


def _load_booking(entry: dict[str, Any], *, key: str) -> None:
    lab = Lab.objects.select_related("technopark__host").get(technopark__slug=OF_LABS, slug=entry["lab"])
    by = User.objects.get(email=entry["by"])
    organisation = Organisation.objects.get(slug=entry["organisation"])
    machines = lab.equipment.filter(number__in=entry.get("equipment", ()))
    asked = Asked(
        title=entry["title"],
        kind=BookedFor.CLASS,
        people=entry["people"],
        is_whole=entry.get("whole", False),
        youngest=entry.get("youngest"),
        equipment=tuple(machines.values_list("pk", flat=True)),
    )
    times = _times(lab, entry)
    if len(times) > 1:
        book_series(lab, organisation=organisation, by=by, asked=asked, times=times, key=key)
        return
    [(starts, ends)] = times
    booking = book(lab, organisation=organisation, by=by, asked=asked, starts=starts, ends=ends, key=key)
    office = User.objects.get(email="staff@example.org")
    match entry.get("answer"):
        case "approve":
            approve(booking, by=office)
        case "decline":
            decline(booking, by=office, reason=entry["reason"])


def _load_outage(entry: dict[str, Any]) -> None:
    machine = Equipment.objects.select_related("lab__technopark__host").get(
        lab__technopark__slug=OF_LABS, lab__slug=entry["lab"], number=entry["machine"]
    )
    [(starts, ends)] = _times(machine.lab, entry) if "day" in entry else [(None, None)]
    hits = foreseen(machine, starts, ends)
    declare_outage(
        machine,
        starts=starts,
        ends=ends,
        kind=entry["kind"],
        reason=entry["reason"],
        choices={hit.booking.pk: hit.proposed.pk if hit.proposed else Fate.WITHOUT for hit in hits},
        by=User.objects.get(email=entry["by"]),
    )


def _times(lab: Lab, entry: dict[str, Any]) -> list[Span]:
    """On the day of its number, not at a weekend, and on the same weekday of the weeks after it, if the lab is open."""
    zone = lab.technopark.zone
    first = (timezone.now() + datetime.timedelta(hours=lab.notice_hours)).astimezone(zone).date() + DAY
    is_open = {day.day: bool(day.spans) for day in open_days(lab, first, first + 12 * WEEK)}
    numbered = [day for day, is_so in is_open.items() if is_so and day.weekday() < SATURDAY]
    days = [numbered[entry["day"] - 1] + number * WEEK for number in range(entry.get("weeks", 1))]
    begins, length = datetime.time.fromisoformat(entry["at"]), datetime.timedelta(hours=entry["hours"])
    return [(at(day, begins, zone), at(day, begins, zone) + length) for day in days if is_open[day]]
