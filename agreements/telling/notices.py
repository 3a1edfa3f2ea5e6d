"""What the parties hear of each turn of their agreement: all of them, those too who have signed already."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from agreements.models import Agreement, AgreementState, Party, Relation, SigningOrder
from members.models import Organisation, Representative, User
from members.notices.notifications import Words, heads_of, notify
from members.notices.topics import Topic, register

AGREEMENTS = register(
    Topic(
        "agreements",
        gettext_lazy("Agreements of your organisation"),
        gettext_lazy("Versions, acceptances, signatures and refusals; terms that end; obligations that are due"),
    )
)
# Of these the parties read in the dashboard: a letter for each would be one too many.
QUIET = frozenset({"see", "prolong"})
WORDS: dict[str, str | Promise] = {
    "submit": gettext_lazy("An agreement waits for the review: %(subject)s"),
    "approve": gettext_lazy("Reviewed, nothing speaks against it: %(subject)s"),
    "invite": gettext_lazy("%(initiator)s proposes an agreement: %(subject)s"),
    "return": gettext_lazy("Returned to its author: %(subject)s"),
    "take_back": gettext_lazy("Taken back from the review: %(subject)s"),
    "propose": gettext_lazy("%(party)s proposes a new version: %(subject)s"),
    "accept": gettext_lazy("%(party)s accepts the version: %(subject)s"),
    "reopen": gettext_lazy("%(party)s takes up the negotiation again: %(subject)s"),
    "open": gettext_lazy("Please sign: %(subject)s"),
    "open in turn": gettext_lazy("The signing has begun, one party after the other: %(subject)s"),
    "send_copy": gettext_lazy("%(party)s has sent a copy of what it signed: %(subject)s"),
    "reject": gettext_lazy("The copy that %(party)s sent is not enough: %(subject)s"),
    "sign": gettext_lazy("%(party)s has signed: %(subject)s"),
    "conclude": gettext_lazy("Concluded: № %(number)s, %(subject)s"),
    "decline": gettext_lazy("%(party)s declines to sign: %(subject)s"),
    "recall": gettext_lazy("The signing was recalled: %(subject)s"),
    "lapse": gettext_lazy("Not everybody has signed in time: %(subject)s"),
    "start": gettext_lazy("In force from today: № %(number)s, %(subject)s"),
    "expire": gettext_lazy("The term is over: № %(number)s, %(subject)s"),
    "renew": gettext_lazy("Renewed: № %(number)s, %(subject)s"),
    "object": gettext_lazy("%(party)s objects to the renewal: № %(number)s, %(subject)s"),
    "notice": gettext_lazy("%(party)s gives notice of termination: № %(number)s, %(subject)s"),
    "terminate": gettext_lazy("Terminated: № %(number)s, %(subject)s"),
    "cancel": gettext_lazy("Called off: %(subject)s"),
    "enter": gettext_lazy("Entered in the register: № %(number)s, %(subject)s"),
    "amend": gettext_lazy("Changed by an amendment: № %(number)s, %(subject)s"),
}


def tell(agreement: Agreement, action: str, *, by: User | None, reason: str, facts: Mapping[str, Any]) -> None:
    """Heads, coordinators and signatories of all parties, but for who acts; of a draft those alone who draw it up. That
    it is concluded, and under which number, whoever signed last is told as well."""
    if action in QUIET or _was_before(agreement, action):
        return
    acting = _title(agreement, facts.get("party"))
    key = f"agreement {agreement.pk} {action} {timezone.now().isoformat()}"
    for organisation in concerned(agreement):
        said = _said(agreement, action, organisation)
        tell_people(
            agreement,
            organisation,
            [one for one in readers_at(agreement, organisation) if one != by or said == "conclude"],
            key=key,
            words=partial(_words, agreement, said, acting, reason),
        )


def _was_before(agreement: Agreement, action: str) -> bool:
    """Of what was entered from paper: the parties know since that day."""
    if not agreement.is_entered:
        return False
    days = {"start": agreement.starts_on or agreement.concluded_on, "expire": agreement.ends_on}
    day = days.get(action)
    return day is not None and day < timezone.localdate(agreement.created_at)


def concerned(agreement: Agreement) -> list[Organisation]:
    if agreement.shared_at is None:
        return [agreement.initiator]
    return [party.organisation for party in agreement.parties.select_related("organisation")]


def readers_at(agreement: Agreement, organisation: Organisation) -> list[User]:
    """A signatory who acts for the party no more hears nothing of it, though the text still names them."""
    people = {person.pk: person for person in heads_of(organisation)}
    parties = Party.objects.filter(agreement=agreement, organisation=organisation).values("signatory")
    acting = Representative.objects.active().filter(organisation=organisation, user__in=parties).select_related("user")
    people |= {one.user.pk: one.user for one in acting}
    return [*people.values()]


def tell_people(agreement: Agreement, organisation: Organisation, people: list[User], *, key: str, words: Any) -> None:
    notify(people, topic=AGREEMENTS, key=key, words=words, link=dashboard_address(agreement, organisation))


def dashboard_address(agreement: Agreement, organisation: Organisation) -> str:
    return reverse("agreements:dashboard_agreement", args=[organisation.slug, agreement.pk])


def title_of(agreement: Agreement) -> str:
    """An amendment has the subject of what it amends, and is another one."""
    if agreement.relation == Relation.AMENDMENT:
        return f"{agreement.title} ({agreement.get_relation_display().lower()})"
    return agreement.title


def _title(agreement: Agreement, party: Any) -> str:
    found = Party.objects.filter(pk=party).select_related("organisation").first() if party else None
    return found.organisation.title if found else ""


def _said(agreement: Agreement, action: str, organisation: Organisation) -> str:
    """What this action is to this organisation."""
    match action:
        case "open" if agreement.signing_order == SigningOrder.IN_TURN:
            return "open in turn"
        case "approve" if organisation.pk != agreement.initiator_id:
            return "invite"  # the first that they hear of it
        case "sign" if agreement.state == AgreementState.CONCLUDED:
            return "conclude"
    return action


def _words(agreement: Agreement, action: str, acting: str, reason: str) -> Words:
    """``acting``: the party whose turn it is that is told of."""
    named = {
        "subject": title_of(agreement),
        "initiator": agreement.initiator.title,
        "party": acting,
        "number": agreement.number,
        "reason": reason,
    }
    said = str(WORDS[action]) % named
    text = []
    if agreement.state == AgreementState.CONCLUDED:
        text.append(_("All have signed. The agreement is concluded under № %(number)s.") % named)
    elif agreement.state == AgreementState.FROZEN and action == "accept":
        text.append(_("All parties have accepted this version. It can be signed now."))
    elif agreement.state == AgreementState.NEGOTIATION and action in ("approve", "invite"):
        text.append(_("The parties are asked to read it, to propose changes or to accept it."))
    elif action in ("decline", "recall", "lapse"):
        text.append(_("The signatures that were there are void; whoever has signed signs anew if it goes on."))
    if reason:
        text.append(pgettext("of an agreement", "Reason: %(reason)s") % named)
    return Words(said, "\n\n".join(text))
