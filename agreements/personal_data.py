"""What agreements hold about a person: what they did for an organisation, and what they signed or are to sign.

A concluded agreement stands as it was signed, with the name of who signed it (152-ФЗ, ст. 6 ч. 1 п. 5 and 7); so do the
words that the parties have exchanged, as they are the organisations' and their history is hashed. What goes is the name
wherever nothing was concluded with it, and the address to which codes went. People in annexes have no account: who
named them erases them."""

from collections.abc import Iterator
from functools import partial, reduce
from operator import or_

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from agreements.models import (
    UNCONCLUDED,
    Acceptance,
    Agreement,
    AgreementFile,
    AgreementState,
    AnnexPerson,
    Approval,
    Authority,
    ClauseComment,
    HistoryEntry,
    ObligationReport,
    Party,
    RoundState,
    RulesAccession,
    Signature,
    SigningCode,
    SigningRound,
    Version,
)
from common.personal_data import Holder, Person, Record, described, register, told
from common.private_files import forget_file

NEVER_CONCLUDED = (*UNCONCLUDED, AgreementState.CANCELLED)
# Record, where it names the person, and what of it is theirs to read.
ACTS: tuple[tuple[type[Model], tuple[str, ...], tuple[str, ...]], ...] = (
    (Agreement, ("author",), ("number", "subject", "created_at")),
    (AgreementFile, ("by",), ("agreement", "title", "at")),
    (Version, ("by",), ("agreement", "number", "note", "at")),
    (ClauseComment, ("by", "settled_by"), ("agreement", "text", "at", "settled_at")),
    (Approval, ("approver", "by"), ("version", "verdict", "reason", "at")),
    (Acceptance, ("by",), ("version", "at")),
    (SigningRound, ("opened_by",), ("agreement", "number", "opened_at")),
    (ObligationReport, ("by", "decided_by"), ("obligation", "text", "amount", "link", "at", "state", "reason")),
    (HistoryEntry, ("by",), ("agreement", "action", "reason", "at")),
    (AnnexPerson, ("by",), ("agreement", "at")),
)
SIGNED: tuple[tuple[type[Model], tuple[str, ...], tuple[str, ...]], ...] = (
    (
        Party,
        ("signatory",),
        ("agreement", "organisation", "signatory_name", "signatory_position", "authority", "authority_number"),
    ),
    (Signature, ("by", "seen_by", "confirmed_by"), ("request", "way", "name", "position", "ground", "at")),
    (SigningCode, ("request__party__signatory",), ("address", "sent_at", "used_at")),
    (RulesAccession, ("by",), ("organisation", "edition", "name", "position", "at", "left_at")),
)


def _collect(
    kinds: tuple[tuple[type[Model], tuple[str, ...], tuple[str, ...]], ...], person: Person
) -> Iterator[Record]:
    for model, people, names in kinds:
        mine = reduce(or_, (Q(**{one: person.user}) for one in people))
        related = [name for name in names if model._meta.get_field(name).is_relation]
        rows = model._default_manager.filter(mine).order_by("pk")
        for row in rows.select_related(*related) if related else rows:  # of none named it would follow them all
            record = told("record", _("kind of record"), model._meta.label_lower, model._meta.verbose_name)
            yield [record, *described(row, *names)]


def _erase(person: Person) -> int:
    """Codes first, as they are found by the party. Files go with the commit."""
    codes = _codes_of(person).delete()[0]
    void = Signature.objects.filter(by=person.user, request__round__state=RoundState.VOID)
    for signature in void.exclude(file=""):
        forget_file(signature.file)
    parties = Party.objects.filter(signatory=person.user, agreement__state__in=NEVER_CONCLUDED).update(
        signatory=None,
        signatory_name="",
        signatory_position="",
        authority=Authority.CHARTER,
        authority_number="",
        authority_until=None,
    )
    return codes + void.delete()[0] + parties


def _codes_of(person: Person) -> QuerySet[SigningCode]:
    return SigningCode.objects.filter(Q(request__party__signatory=person.user) | Q(address__in=person.addresses))


register(
    Holder(
        "agreements",
        _("What you did in agreements of your organisations"),
        tuple(model._meta.label for model, _people, _names in ACTS),
        partial(_collect, ACTS),
    )
)
register(
    Holder(
        "signatures",
        _("What you signed for your organisations, or were to sign"),
        tuple(model._meta.label for model, _people, _names in SIGNED),
        partial(_collect, SIGNED),
        _erase,
    )
)
