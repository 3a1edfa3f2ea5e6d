"""Where others read of a person: what they were told, and the journal of the office. Found by keys and never by words:
people name themselves, and their names may be what stands in anything."""

import json
from collections.abc import Iterable

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import F, Func, Model, Q, TextField, Value
from django.utils.translation import gettext as _
from django.utils.translation import override

from common.mail.personal_data import wipe
from common.models import OutgoingMail, SuppressedAddress, Unsubscription
from common.personal_data import Person
from members.models import Notification, Organisation, PublicPerson, Representative, Role, User
from members.notices.emails import key_of

NOBODY = "—"


def forget_notifications(user: User) -> int:
    """Theirs go; what others were told of them stays without a word of it. Neither is a letter of it left."""
    told = Notification.objects.filter(Q(user=user) | Q(about=user)).select_related("user")
    wipe(OutgoingMail.objects.filter(key__in=[*map(key_of, told)]))
    others = [*told.exclude(user=user)]
    for notification in others:
        with override(notification.user.language):
            notification.title, notification.text = _("It was about somebody who has been erased since"), ""
    Notification.objects.bulk_update(others, ["title", "text"])
    return Notification.objects.filter(user=user).delete()[0] + len(others)


def forget_reasons(what: str, rows: Iterable[int]) -> int:
    """What somebody has typed goes from what others were told of ``rows`` by notifications whose keys begin with
    ``what`` and the key of the row, and so do the letters. The titles, which are the portal's, stay."""
    row = Func(F("key"), Value(" "), Value(len(what.split()) + 1), function="split_part", output_field=TextField())
    known = Notification.objects.filter(key__startswith=f"{what} ").annotate(row=row)
    told = known.filter(row__in=[*map(str, rows)])
    wipe(OutgoingMail.objects.filter(key__in=[*map(key_of, told)]))
    return told.update(text="")


def forget_in_journal(person: Person) -> int:
    """Entries about records of theirs keep neither the record's name nor what changed in it; those about organisations
    lose the name of such a record alone."""
    user = person.user
    own = _about(User, [user.pk])
    for model in (Representative, PublicPerson):
        own |= _about(model, _keys(model, user, "pk", "id"))
    for by_address in (SuppressedAddress, Unsubscription):
        of_model = ContentType.objects.get_for_model(by_address)
        own |= Q(content_type=of_model, object_repr__in=person.addresses)
    return LogEntry.objects.filter(own).update(object_repr=NOBODY, change_message="") + _forget_in_organisations(user)


def _about(model: type[Model], keys: Iterable[int]) -> Q:
    return Q(content_type=ContentType.objects.get_for_model(model), object_id__in=[*map(str, keys)])


def _keys(model: type[Representative | PublicPerson], user: User, field: str, of_history: str) -> set[int]:
    """Of records that are the person's, or were."""
    now = model.objects.filter(user=user).values_list(field, flat=True)
    return {*now, *model.history.filter(user_id=user.pk).values_list(of_history, flat=True)}


def _forget_in_organisations(user: User) -> int:
    organisations = {
        key for model in (Representative, PublicPerson) for key in _keys(model, user, "organisation", "organisation_id")
    }
    names, changed = _names_of_rows(user), []
    for entry in LogEntry.objects.filter(_about(Organisation, organisations), change_message__startswith="[{"):
        changes = json.loads(entry.change_message)
        named = [what for change in changes for what in change.values() if what.get("object") in names]
        for what in named:
            what["object"] = NOBODY
        if named:
            entry.change_message = json.dumps(changes)
            changed.append(entry)
    LogEntry.objects.bulk_update(changed, ["change_message"])
    return len(changed)


def _names_of_rows(user: User) -> set[str]:
    """As the journal has called their records, under each name that they ever had."""
    people = [user, *User.history.filter(id=user.pk)]
    who = {name for person in people for name in (User.get_full_name(person), person.email) if name}
    names = set()
    for language, _name in settings.LANGUAGES:
        with override(language):
            names |= {f"{name} {NOBODY} {role.label}" for name in who for role in Role}
    roles = [*PublicPerson.objects.filter(user=user), *PublicPerson.history.filter(user_id=user.pk)]
    return names | {name for role in roles for name in (role.name, role.name_en) if name}
