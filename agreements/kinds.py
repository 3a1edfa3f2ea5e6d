"""What each kind of agreement asks besides the common terms, and in which ways it may be signed.

Fields: приказ Минобрнауки и Минпросвещения 885/390 (practical training), ст. 56 273-ФЗ and ПП 555 (targeted training).
Names of students are never among them: they stand in the restricted annex.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agreements.models import AgreementKind, SigningWay


class FieldType(Enum):
    LINE = auto()
    TEXT = auto()
    NUMBER = auto()
    DATE = auto()
    YES_NO = auto()


@dataclass(frozen=True, slots=True)
class KindField:
    name: str
    label: str | Promise
    type: FieldType = FieldType.LINE
    is_required: bool = False
    help: str | Promise = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """``note`` is told beside the kind wherever one is drawn up: what such an agreement is not. ``annex_number`` is the
    field that says how many people its restricted annex names."""

    fields: tuple[KindField, ...]
    ways: frozenset[str]
    has_annex: bool = False
    annex_number: str = ""
    note: str | Promise = ""


ANY = frozenset(SigningWay.values)
NOT_BY_CODE = ANY - {SigningWay.CODE}
LINE, TEXT, NUMBER, DATE, YES_NO = FieldType

KINDS: Mapping[str, Kind] = {
    AgreementKind.COOPERATION: Kind(
        (
            KindField("directions", _("Directions of the joint work"), TEXT),
            KindField("projects", _("Joint projects"), TEXT),
            KindField("roadmap", _("Stages of the roadmap that it serves"), TEXT),
            KindField("coordinators", _("Coordinators of the parties"), TEXT, help=_("Positions; no private contacts")),
            KindField("is_financed", _("The parties owe each other money"), YES_NO),
            KindField("intellectual_property", _("To whom results belong"), TEXT),
        ),
        ANY,
    ),
    AgreementKind.MEMBERSHIP: Kind(
        (
            KindField("application", _("Application for membership"), is_required=True),
            KindField("accepts_charter", _("The member accepts the charter"), YES_NO, is_required=True),
            KindField("decision_number", _("Number of the board’s protocol"), is_required=True),
            KindField("decision_date", _("Date of the protocol"), DATE, is_required=True),
            KindField("category", _("Category of the member"), is_required=True),
            KindField("fee", _("Membership fee, roubles a year"), NUMBER),
        ),
        ANY,
    ),
    AgreementKind.PRACTICE: Kind(
        (
            KindField("programme", _("Parts of the educational programme"), TEXT, is_required=True),
            KindField("terms", _("When the training takes place"), is_required=True),
            KindField("students", _("Number of students"), NUMBER, is_required=True),
            KindField("premises", _("Premises and equipment"), TEXT, is_required=True),
            KindField("responsible", _("Responsible persons of both sides"), TEXT, is_required=True),
            KindField("briefing", _("Who gives the safety briefing"), TEXT, is_required=True),
        ),
        ANY,
        has_annex=True,
        annex_number="students",
    ),
    AgreementKind.TARGETED_TRAINING: Kind(
        (
            KindField("customer", _("Customer of the training"), is_required=True),
            KindField("employer", _("Employer"), is_required=True),
            KindField("workplace", _("Place of work"), is_required=True),
            KindField("qualification", _("Qualification"), is_required=True),
            KindField("support", _("Support of the student"), TEXT, is_required=True),
            KindField("years", _("Years of work"), NUMBER, is_required=True),
            KindField("release", _("Grounds of release"), TEXT),
            KindField("is_consented", _("The parent of a minor has consented in writing"), YES_NO),
            KindField("offer", _("Number of the offer on «Работа России»"), is_required=True),
        ),
        frozenset({SigningWay.PAPER, SigningWay.OPERATOR}),
        has_annex=True,
        note=_("It is concluded on «Работа России» or on paper; the portal keeps track of it (273-ФЗ, ст. 56)."),
    ),
    AgreementKind.DEFERRED_EMPLOYMENT: Kind(
        (
            KindField("employer", _("Employer"), is_required=True),
            KindField("job", _("Position"), is_required=True),
            KindField("pay", _("Pay not below, roubles a month"), NUMBER),
            KindField("begins", _("What starts the employment"), TEXT, is_required=True),
            KindField("deadline", _("To be hired by"), DATE, is_required=True),
            KindField("consequences", _("If a side does not keep to it"), TEXT, is_required=True),
        ),
        NOT_BY_CODE,
        has_annex=True,
        note=_("It is a letter of intent and no labour contract: the labour code knows no deferred one."),
    ),
    AgreementKind.INTERNSHIP: Kind(
        (
            KindField("places", _("Number of places"), NUMBER, is_required=True),
            KindField("equipment", _("Laboratory and equipment"), TEXT),
            KindField("supervisor", _("Supervisor (position)"), is_required=True),
            KindField("liability", _("Liability for damage"), TEXT, is_required=True),
            KindField("has_minors", _("Minors take part"), YES_NO),
        ),
        ANY,
        has_annex=True,
        annex_number="places",
    ),
    AgreementKind.OFFICE_ABROAD: Kind(
        (
            KindField("country", _("Country"), is_required=True),
            KindField("host", _("Host organisation there"), is_required=True),
            KindField("languages", _("Languages of the text"), is_required=True),
            KindField("law", _("Governing law"), is_required=True),
            KindField("data_abroad", _("Personal data that cross the border"), TEXT, is_required=True),
        ),
        ANY,
    ),
}


def missing_fields(kind: str, details: Mapping[str, object]) -> list[str]:
    """Labels of the required ones that are empty, in the reader's language. "No" is an answer but where it is required
    to be yes."""
    return [
        str(one.label) for one in KINDS[kind].fields if one.is_required and details.get(one.name) in (None, "", False)
    ]
