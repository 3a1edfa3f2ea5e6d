"""The erasure of a person: of everything that tells who they were, in one transaction, with an act."""

from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from common.documents import order_document
from common.errors import RuleViolated
from common.mail.personal_data import wipe
from common.mail.purposes import ACCOUNT
from common.models import Document, OutgoingMail
from common.numbers import next_number
from common.personal_data import HOLDERS, Person
from members.acting.handovers import hand_over_unasked
from members.applying.drafts import forget_links
from members.applying.moves import MOVES, Asked, move_application
from members.models import ApplicationState, ErasureAct, Organisation, Representative, User, Who
from members.notices.emails import farewell
from members.personal_data import applications_of, person_of

TEMPLATE = "pdf/members/erasure_act.typ"
# The act is a Russian paper, whoever reads the page on which it was asked for.
BY_REQUEST = "Требование субъекта персональных данных (152-ФЗ, ст. 21)"
WITHDRAWABLE = {*MOVES["withdraw"].sources} - {ApplicationState.DRAFT}  # drafts go altogether
# The address is a key of the row: from its change on whoever writes that this person did something waits, and may hold
# what another holder still waits for, as an event.
LAST = ("account", "history")
UNCONFIRMED_KEPT_FOR = timedelta(days=30)  # as the consent to the account says


def led_alone(user: User) -> list[Organisation]:
    """Organisations that would be left without anybody who signs for them."""
    others = Representative.objects.heads().exclude(user=user).values("organisation")
    own = Representative.objects.heads().filter(user=user).exclude(organisation__in=others)
    return [head.organisation for head in own.select_related("organisation").order_by("organisation__sort_name")]


@transaction.atomic
def erase_person(user: User, *, by: User, reason: str) -> ErasureAct:
    """Withdraw their applications, end their roles and sessions, take them out of all that holds them, and write the
    act; its PDF is made after the commit. A last letter says that it is done. Repeated, it is the act that there is.

    Raises RuleViolated for the last head of an organisation, which would be left without one, and for the last
    superuser of the portal.
    """
    _hold(user)
    _withdraw_applications(user, by=by)
    _lock_led(user)
    locked = _locked(user)
    if act := ErasureAct.objects.filter(erased=locked).first():
        return act
    _check_heads(locked)
    is_own = by.pk == locked.pk
    responsible = "" if is_own else by.get_full_name() or by.email
    person, now = person_of(locked), timezone.now()
    act = ErasureAct(erased=locked, by=by, reason=reason, at=now)
    act.number = f"{localtime(now).year}-{next_number(f'erasure {localtime(now).year}'):04}"
    for role in Representative.objects.active().filter(user=locked).select_related("organisation", "user"):
        hand_over_unasked(role, by=by)
    with translation.override(locked.language):
        farewell(locked, act=act).send()
    act.log = _erased(person)
    act.document = _order(act, responsible)
    act.save()
    return act


@transaction.atomic
def remove_unconfirmed() -> int:
    """Who signed up thirty days ago and never showed that the address is theirs goes with all of the account, and
    without an act: nobody knows whose data they were. Of what belongs to the address nothing goes but the letters
    that asked for the proof. Returns how many."""
    addresses = EmailAddress.objects.filter(user=OuterRef("pk"))
    since = timezone.now() - UNCONFIRMED_KEPT_FOR
    strangers = User.objects.select_for_update(of=["self"]).filter(
        Exists(addresses) & ~Exists(addresses.filter(verified=True)),
        date_joined__lt=since,
        last_login=None,
        is_staff=False,
        representations=None,
    )
    keys = []
    for user in strangers:
        keys.append(user.pk)
        wipe(OutgoingMail.objects.filter(recipient=user.email, purpose=ACCOUNT.name, created_at__gte=user.date_joined))
        _erased(person_of(user))
        user.delete()
    User.history.filter(id__in=keys).delete()
    return len(keys)


def _hold(user: User) -> None:
    """Parents of what is theirs, before the person, as everybody else locks them: or each would wait for the other."""
    person = person_of(user)
    for holder in HOLDERS.values():
        if holder.hold:
            holder.hold(person)


def _withdraw_applications(user: User, *, by: User) -> None:
    """Nobody would answer for them, or be welcomed. Locked before organisations and people, as the board does.

    No letter tells of it: the last one does, and the address of an application may be another's by now. The links in
    former letters lead nowhere any more, and with them goes the address that they name.
    """
    who = Who.APPLICANT if by.pk == user.pk else Who.STAFF
    for application in applications_of(person_of(user)).order_by("pk").select_for_update():
        if application.state in WITHDRAWABLE:
            with translation.override(application.language):
                reason = _("The personal data of the applicant are erased.")
            asked = Asked(reason=reason, tells_applicant=False)
            move_application(application, action="withdraw", who=who, by=by, asked=asked)
        forget_links(application)


def _lock_led(user: User) -> None:
    """So that of two last heads only one goes at a time. Organisations are locked before people, everywhere."""
    led = Representative.objects.heads().filter(user=user).values("organisation")
    [*Organisation.objects.filter(pk__in=led).order_by("pk").select_for_update(no_key=True)]


def _check_heads(user: User) -> None:
    _lock_led(user)  # those as well that the person has come to head meanwhile
    if alone := led_alone(user):
        names = ", ".join(organisation.title for organisation in alone)
        text = _("Nobody else heads %(names)s. Hand the role of the head over first, or ask the association to end it.")
        raise RuleViolated(text % {"names": names}, code="last_head")


def _locked(user: User) -> User:
    """Superusers are locked together and in one order, so that of two last ones only one goes at a time.

    Raises RuleViolated for the last one.
    """
    if not user.is_superuser:
        return User.objects.select_for_update(no_key=True).get(pk=user.pk)
    acting = Q(is_superuser=True, is_active=True)
    people = [*User.objects.filter(Q(pk=user.pk) | acting).order_by("pk").select_for_update(no_key=True)]
    if [person.pk for person in people if person.is_active] == [user.pk]:
        text = _("Nobody else may do everything in the office. Give another person the rights of a superuser first.")
        raise RuleViolated(text, code="last_superuser")
    return next(person for person in people if person.pk == user.pk)


def _erased(person: Person) -> list[dict[str, Any]]:
    """The extract of the log: which holder, how many rows, when; in Russian, as the act is."""
    log = []
    for holder in sorted(HOLDERS.values(), key=lambda holder: holder.name in LAST):
        if holder.erase:
            rows = holder.erase(person)
            with translation.override("ru"):
                at = date_format(localtime(timezone.now()), "d.m.Y H:i:s")
                log.append({"holder": holder.name, "title": str(holder.title), "rows": rows, "at": at})
    return log


def _order(act: ErasureAct, responsible: str) -> Document:
    """Of the person nothing but the number of their row."""
    association = Organisation.objects.filter(is_association=True).first()
    with translation.override("ru"):
        data = {
            "number": act.number,
            "day": date_format(localtime(act.at), "j E Y"),
            "operator": association.name if association else _("School Cluster Association"),
            "address": settings.SITE_ADDRESS.partition("://")[2],
            "person": act.erased.pk,
            "responsible": responsible,
            "reason": act.reason,
            "log": [line for line in act.log if line["rows"]],
        }
    return order_document(TEMPLATE, data)
