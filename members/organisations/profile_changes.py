"""What an organisation changes in its public profile: the page shows it once the office has accepted it."""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from django.db import transaction
from django.db.models import Field
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from common import images
from common.errors import RuleViolated
from common.html import RichTextField, as_words
from common.text import Pieces, changed_words
from members.models import Direction, Organisation, ProfileChange, ProfileChangeState, User
from members.notices.notifications import Words, heads_of, notify
from members.notices.topics import PROFILE
from members.organisations.profile_confirmations import confirm_profile
from members.organisations.services import (
    PROFILE_FIELDS,
    as_stored,
    locked_organisation,
    store_pictures,
    update_profile,
)

LOGO_FOLDER = "profile-changes"
FIELDS = (*PROFILE_FIELDS, "directions", "logo")
Profile = dict[str, Any]  # field → what it holds; directions by their slugs, the logo by the name of its file


def profile_of(organisation: Organisation) -> Profile:
    """What the public page says now."""
    texts = {name: getattr(organisation, name) for name in PROFILE_FIELDS}
    return {**texts, "directions": sorted(organisation.direction_slugs), "logo": organisation.logo.name or ""}


# --- The organisation proposes --------------------------------------------------------------------------------


@transaction.atomic
def propose_profile(
    organisation: Organisation, *, changes: Mapping[str, Any], by: User, seen: str | None = None
) -> ProfileChange | None:
    """Put the whole profile, as its form gives it, before the office; None where it says what the public page says.

    Whoever has gone through it has confirmed the rest. What waits already is amended; where nothing of it is left it
    is withdrawn. Heads hear of it once. ``seen`` is the ``fingerprint`` of what waited as the person began.
    Raises ValidationError where the logo is no acceptable picture; RuleViolated where the disk is full, and where
    somebody else has proposed meanwhile, whose words would be lost.
    """
    locked = confirm_profile(organisation)
    change = locked.profile_changes.waiting().first() or ProfileChange(organisation=locked)
    now, is_new = profile_of(locked), change.pk is None
    if not is_new and change.proposed_by != by and seen not in (None, fingerprint(change)):
        named = {"person": change.proposed_by or _("somebody who has been erased")}
        text = _("%(person)s has proposed a change meanwhile: it stands above. What you send takes its place.") % named
        raise RuleViolated(text, code="proposed_meanwhile")
    wanted = {name: as_stored(name, value=changes[name]) for name in PROFILE_FIELDS}
    wanted["directions"] = sorted(direction.slug for direction in changes["directions"])
    wanted["logo"] = _wanted_logo(change, changes, now["logo"])
    after = {name: value for name, value in wanted.items() if value != now[name]}
    if not after:
        withdraw_profile_change(locked)
        return None
    if not is_new and after == change.after:
        return change
    change.before, change.after = {name: now[name] for name in after}, after
    change.proposed_by = by
    change.save()
    if is_new:
        others = [person for person in heads_of(locked) if person != by]
        notify(
            others,
            topic=PROFILE,
            key=f"profile change {change.pk} proposed",
            words=partial(_words_of_proposal, change),
            link=change.get_absolute_url(),
        )
    return change


def _wanted_logo(change: ProfileChange, changes: Mapping[str, Any], now: str) -> str:
    """The name of the file that is proposed, in the private storage; that of today where none is."""
    if changes["new_logo"]:
        picture = images.open_picture(changes["new_logo"])
        name = images.random_name(LOGO_FOLDER)
        store_pictures(picture, sizes={name: max(images.LOGO_SIZES)}, storage=change.new_logo.storage)
        _drop_logo(change)
        change.new_logo = name
        return name
    if changes["no_logo"] or changes.get("same_logo"):
        _drop_logo(change)
        return "" if changes["no_logo"] else now
    return str(change.after.get("logo", now))


def _drop_logo(change: ProfileChange) -> None:
    """The file goes after the commit; the caller saves."""
    if change.new_logo:
        transaction.on_commit(partial(change.new_logo.storage.delete, str(change.new_logo.name)))
        change.new_logo = ""


@transaction.atomic
def withdraw_profile_change(organisation: Organisation) -> None:
    """Repeated, does nothing."""
    change = locked_organisation(organisation).profile_changes.waiting().first()
    if change:
        _end(change, ProfileChangeState.WITHDRAWN)


def _end(change: ProfileChange, state: ProfileChangeState) -> None:
    change.state = state
    _drop_logo(change)
    change.save()


# --- The office decides ---------------------------------------------------------------------------------------


def fingerprint(change: ProfileChange | None) -> str:
    """Of what a decision rests on: what is proposed, and what the public page says there now."""
    if change is None:
        return ""
    now = profile_of(change.organisation)
    rests_on = [change.after, {name: now[name] for name in change.after}]
    return hashlib.sha256(json.dumps(rests_on, sort_keys=True).encode()).hexdigest()


@transaction.atomic
def decide_profile_change(
    change: ProfileChange, *, accept: Collection[str], by: User, seen: str, reason: str = ""
) -> ProfileChange:
    """Put the fields that ``accept`` names on the public page and decline the others; asked again, does nothing.

    ``seen`` is the ``fingerprint`` of what the person has looked at. Raises RuleViolated where it was decided or
    withdrawn meanwhile, where either side has changed since, and for a refusal without a reason.
    """
    organisation = locked_organisation(change.organisation)
    locked = organisation.profile_changes.get(pk=change.pk)
    accepted = [name for name in fields_of(locked) if name in accept]
    if not locked.is_waiting:
        if (locked.decided_by_id, locked.accepted_fields) == (by.pk, accepted):
            return locked
        raise RuleViolated(_words_of_end(locked), code="already_decided")
    if seen != fingerprint(locked):
        text = _("The proposal or the page has changed while you were reading. Here is how they stand now.")
        raise RuleViolated(text, code="changed_meanwhile")
    if len(accepted) < len(locked.after) and not reason:
        raise RuleViolated(_("Say why: the organisation reads it."), code="reason_missing")
    _write(locked, accepted)
    locked.accepted_fields, locked.reason = accepted, reason
    locked.decided_by, locked.decided_at = by, timezone.now()
    _end(locked, ProfileChangeState.ACCEPTED if accepted else ProfileChangeState.DECLINED)
    notify(
        heads_of(organisation),
        topic=PROFILE,
        key=f"profile change {locked.pk} decided",
        words=partial(_words_of_decision, locked),
        link=locked.get_absolute_url(),
    )
    return locked


def _write(change: ProfileChange, accepted: Collection[str]) -> None:
    changes = {name: change.after[name] for name in accepted}
    if "directions" in changes:
        changes["directions"] = Direction.objects.filter(slug__in=changes["directions"])
    if "logo" not in changes or not change.new_logo:
        update_profile(change.organisation, changes={**changes, "no_logo": "logo" in changes})
        return
    with change.new_logo.open("rb") as upload:
        update_profile(change.organisation, changes={**changes, "new_logo": upload})


# --- In words -------------------------------------------------------------------------------------------------


def fields_of(change: ProfileChange) -> list[str]:
    """In the order of the form, which the database does not keep."""
    return [name for name in FIELDS if name in change.after]


def label_of(name: str) -> str:
    return capfirst(str(_field(name).verbose_name))


def _field(name: str) -> Field:
    return cast("Field", Organisation._meta.get_field(name))


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of a change, for people to compare."""

    name: str
    now: str  # on the public page
    after: str
    is_overtaken: bool  # the page has changed since this was proposed
    is_rich: bool

    @property
    def label(self) -> str:
        return label_of(self.name)

    @property
    def is_logo(self) -> bool:
        return self.name == "logo"

    @property
    def sides(self) -> tuple[Pieces, Pieces]:
        """Now and as proposed, in pieces that tell what differs."""
        return changed_words(self._words(self.now), self._words(self.after))

    @property
    def differs_in_markup_alone(self) -> bool:
        return self.is_rich and self._words(self.now).split() == self._words(self.after).split()

    def _words(self, text: str) -> str:
        return as_words(text) if self.is_rich else text


def differences(change: ProfileChange) -> list[Difference]:
    """Between the public page of now and what is proposed, or was; ``change.organisation`` is as it was read."""
    now = profile_of(change.organisation) if change.is_waiting else change.before
    titles = {direction.slug: direction.title for direction in Direction.objects.all()}

    def said(name: str, value: Any) -> str:
        return ", ".join(titles.get(slug, slug) for slug in value) if name == "directions" else str(value)

    return [
        Difference(
            name,
            said(name, now[name]),
            said(name, change.after[name]),
            is_overtaken=now[name] != change.before[name],
            is_rich=isinstance(_field(name), RichTextField),
        )
        for name in fields_of(change)
    ]


def _words_of_proposal(change: ProfileChange) -> Words:
    fields = ", ".join(map(label_of, fields_of(change)))
    lines = [change.organisation.title, _("What changes: %(fields)s") % {"fields": fields}]
    return Words(_("A change of the public profile waits for the check"), "\n".join(lines))


def _words_of_decision(change: ProfileChange) -> Words:
    declined = [label_of(name) for name in fields_of(change) if name not in change.accepted_fields]
    if change.is_declined:
        title = _("The change of the public profile was declined")
    elif declined:
        title = _("A part of the change stands on the public page")
    else:
        title = _("The change stands on the public page")
    lines = [change.organisation.title]
    if declined:
        lines.append(_("Not accepted: %(fields)s") % {"fields": ", ".join(declined)})
    if change.reason:
        lines.append(_("Reason: %(reason)s") % {"reason": change.reason})
    return Words(title, "\n".join(lines))


def _words_of_end(change: ProfileChange) -> str:
    if change.state == ProfileChangeState.WITHDRAWN:
        return _("The organisation has withdrawn this change.")
    named = {
        "state": change.get_state_display(),
        "person": change.decided_by or _("somebody who has been erased"),
        "time": date_format(localtime(change.decided_at), "DATETIME_FORMAT"),
    }
    return _("This was decided already: “%(state)s”, %(person)s, %(time)s.") % named
