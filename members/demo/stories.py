"""The organisations and people of the stories, from ``data/demo.yaml``; loading again changes nothing twice."""

import datetime
import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.utils import timezone

from members.membership.certificates import follow_membership
from members.membership.invoices import bill_period
from members.models import (
    AssociationRequisites,
    Direction,
    Fee,
    Membership,
    MembershipStatus,
    MembershipStatusChange,
    OfficeStatusChange,
    Organisation,
    Partnership,
    PublicationBasis,
    PublicPerson,
    Region,
    Representative,
    RepresentativeOffice,
    User,
)
from members.organisations.partnerships import record_partnership_start
from members.organisations.profile_changes import decide_profile_change, fingerprint, propose_profile
from members.organisations.services import PROFILE_FIELDS, tell_of_role

DATA = Path(__file__).parents[1] / "data" / "demo.yaml"
PASSWORD = "school-cluster"  # noqa: S105 - public on purpose, for a machine of one's own
EDITORS = "editors"  # made by migration 0004


@dataclass(frozen=True, slots=True)
class Login:
    email: str
    who: str

    def __str__(self) -> str:
        return f"{self.email:<26} {PASSWORD}   {self.who}"


def _read() -> dict[str, Any]:
    return yaml.safe_load(DATA.read_text(encoding="utf-8"))


def logins() -> list[Login]:
    """Every demo log-in and what it is for, as ``make run`` prints them."""
    return [Login(entry["email"], _who(entry)) for entry in _read()["logins"]]


def _who(entry: dict[str, Any]) -> str:
    if entry["staff"]:
        return {"superuser": "staff of the association, all rights", "limited": "staff, directory only"}[entry["staff"]]
    roles = ", ".join(f"{role['role']} of {role['organisation']}" for role in entry["roles"])
    return entry.get("who", roles or "no organisation")


def load() -> None:
    data = _read()
    organisations = {entry["slug"]: _load_organisation(entry) for entry in data["organisations"]}
    _load_fees(data)
    for entry in data["memberships"]:
        _load_membership(organisations[entry["organisation"]], entry)
    for order, entry in enumerate(data["people"]):
        PublicPerson.objects.update_or_create(
            organisation=organisations[entry["organisation"]],
            name=entry["name"],
            defaults={
                "name_en": entry["name_en"],
                "position": entry["position"],
                "position_en": entry["position_en"],
                "order": order,
                "basis": PublicationBasis.SOURCE,
                "source": data["source_of_people"],
                "is_published": True,
            },
        )
    for entry in data["offices"]:
        _load_office(organisations[entry["organisation"]], entry)
    for entry in data["partner_ladder"]:
        partnership, _made = Partnership.objects.get_or_create(
            organisation=organisations[entry["partner"]],
            with_organisation=organisations[entry["cluster"]],
            defaults={"step": entry["step"], "next_step": entry.get("next_step", "")},
        )
        record_partnership_start(partnership, by=None)


def _load_organisation(entry: dict[str, Any]) -> Organisation:
    organisation, _made = Organisation.objects.update_or_create(
        slug=entry["slug"],
        defaults={
            "kind": entry["kind"],
            "name": entry["name"],
            "name_en": entry["name_en"],
            "short_name": entry["short_name"],
            "short_name_en": entry["short_name_en"],
            "region": Region.objects.get(code=entry["region"]) if entry["region"] else None,
            "city": entry["city"] or "",
            "city_en": entry["city_en"] or "",
            "about": entry["about"],
            "about_en": entry["about_en"],
            "is_association": entry.get("association", False),
            "is_published": True,
            "profile_confirmed_on": timezone.localdate() - datetime.timedelta(days=entry.get("confirmed_days_ago", 0)),
        },
    )
    organisation.directions.set(Direction.objects.filter(slug__in=entry["directions"]))
    return organisation


def _load_fees(data: dict[str, Any]) -> None:
    AssociationRequisites.objects.get_or_create(defaults=data["requisites"])
    for entry in data["fees"]:
        key = {"tier": entry["tier"], "kind": entry["kind"], "valid_from": entry["valid_from"]}
        values = {"amount": entry["amount"], "exempt": not entry["amount"], "note": data["note_of_fees"]}
        Fee.objects.get_or_create(**key, defaults=values)


def _load_membership(organisation: Organisation, entry: dict[str, Any]) -> None:
    membership, made = Membership.objects.get_or_create(
        organisation=organisation,
        tier=entry["tier"],
        defaults={
            "started_on": entry["since"],
            "note": entry["note"],
            "note_en": entry["note_en"],
        },
    )
    if made:
        on = entry["since"] or entry.get("known_on") or timezone.localdate()
        MembershipStatusChange.objects.create(
            membership=membership, status=MembershipStatus.ACTIVE, on=on, reason=entry["note"]
        )
        follow_membership(membership, by=None)
        if entry.get("billed"):
            bill_period(membership, starts_on=timezone.localdate(), by=None)


def _load_office(organisation: Organisation, entry: dict[str, Any]) -> None:
    office, _made = RepresentativeOffice.objects.get_or_create(organisation=organisation, country=entry["country"])
    for position, change in enumerate(entry["history"]):
        since, precision = _partial_date(change["since"])
        OfficeStatusChange.objects.update_or_create(
            office=office,
            position=position,
            defaults={
                "status": change["status"],
                "since": since,
                "precision": precision,
                "note": change.get("note") or "",
                "note_en": change.get("note_en") or "",
            },
        )


def _partial_date(text: str | None) -> tuple[datetime.date | None, str]:
    """``2020`` → the first of January known to the year; ``2020-05`` and ``2020-05-17`` likewise."""
    if text is None:
        return None, OfficeStatusChange.Precision.DAY
    parts = [int(part) for part in text.split("-")]
    precision = OfficeStatusChange.Precision.values[::-1][len(parts) - 1]
    year, month, day = itertools.islice(itertools.chain(parts, itertools.repeat(1)), 3)
    return datetime.date(year, month, day), precision


def load_logins() -> None:
    for entry in _read()["logins"]:
        user, made = User.objects.get_or_create(
            email=entry["email"],
            defaults={name: entry[name] for name in ("last_name", "first_name", "patronymic")}
            | {"is_staff": bool(entry["staff"]), "is_superuser": entry["staff"] == "superuser"},
        )
        if made:
            user.set_password(PASSWORD)
            user.save()
        EmailAddress.objects.get_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
        if entry["staff"] == "limited":
            user.groups.add(Group.objects.get(name=EDITORS))
        for role in entry["roles"]:
            representative, made = Representative.objects.get_or_create(
                organisation=Organisation.objects.get(slug=role["organisation"]),
                user=user,
                ended_at=None,
                defaults={"role": role["role"], "position": role["position"]},
            )
            if made:
                tell_of_role(representative)
    for entry in _read()["profile_changes"]:
        load_profile_change(Organisation.objects.get(slug=entry["organisation"]), entry)


def load_profile_change(organisation: Organisation, entry: dict[str, Any]) -> None:
    if organisation.profile_changes.exists():
        return
    whole: dict[str, Any] = {name: getattr(organisation, name) for name in PROFILE_FIELDS} | entry["changes"]
    whole["directions"] = Direction.objects.filter(slug__in=whole.get("directions", organisation.direction_slugs))
    whole |= {"new_logo": None, "no_logo": False}
    change = propose_profile(organisation, changes=whole, by=User.objects.get(email=entry["by"]))
    if change and "declined" in entry:
        office = User.objects.get(is_superuser=True, email__endswith="@example.org")
        decide_profile_change(change, accept=[], by=office, seen=fingerprint(change), reason=entry["declined"])
