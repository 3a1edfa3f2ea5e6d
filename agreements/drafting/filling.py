"""{subject} and the like in a text become what the draft says; what it does not say yet stays to be seen."""

import re
from collections.abc import Iterable
from dataclasses import replace

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import npgettext

from agreements import terms as shape
from agreements.kinds import KINDS
from agreements.models import Agreement, Party, Renewal
from agreements.terms import Clause, Terms
from agreements.wording import told_field
from common.one_line import one_line

FIELD = re.compile(r"\{([a-z_][a-z_0-9]*)\}")


def filled(agreement: Agreement, terms: Terms) -> Terms:
    """Once over: a value that looks like a field is a value."""
    parties = [*agreement.parties.select_related("organisation")]
    return replace(
        terms,
        clauses=_filled(terms.clauses, _values(agreement, terms, parties, "ru")),
        clauses_en=_filled(terms.clauses_en, _values(agreement, terms, parties, "en")),
    )


def unfilled(terms: Terms) -> list[str]:
    texts = [one.text for one in (*terms.clauses, *terms.clauses_en)]
    return [*dict.fromkeys(found[0] for text in texts for found in FIELD.finditer(text))]


def _filled(clauses: Iterable[Clause], values: dict[str, str]) -> tuple[Clause, ...]:
    return tuple(
        replace(one, text=FIELD.sub(lambda found: values.get(found[1]) or found[0], one.text)) for one in clauses
    )


def _values(agreement: Agreement, terms: Terms, parties: list[Party], language: str) -> dict[str, str]:
    with translation.override(language):
        parent = agreement.parent
        values = {
            "subject": (terms.subject_en if language == "en" else "") or terms.subject,
            "place": terms.place,
            "starts_on": _day(terms.starts_on),
            "ends_on": _day(terms.ends_on),
            "term": _term(terms),
            "notice_days": str(terms.notice_days),
            "notice": npgettext("of notice", "%(number)d day", "%(number)d days", terms.notice_days)
            % {"number": terms.notice_days},
            "renewal": str(Renewal(terms.renewal).label),
            "parties": "; ".join(_party(one, language) for one in parties) if len(parties) > 1 else "",
            "parent": parent.number if parent else "",
            "parent_on": date_format(parent.concluded_on) if parent and parent.concluded_on else "",
            **{f"party_{one.position}": one.called or _name(one, language) for one in parties},
            **{one.name: told_field(one, terms.details.get(one.name)) for one in KINDS[agreement.kind].fields},
        }
    return {name: one_line(value) for name, value in values.items()}


def _day(written: str) -> str:
    day = shape.day(written)
    return date_format(day) if day else ""


def _term(terms: Terms) -> str:
    named = {"start": _day(terms.starts_on), "end": _day(terms.ends_on)}
    begins = _("from %(start)s") % named if terms.starts_on else _("from the day of its conclusion")
    ends = _("until %(end)s, that day included") % named if terms.ends_on else _("without a last day")
    return f"{begins} {ends}"


def _name(party: Party, language: str) -> str:
    organisation = party.organisation
    return (organisation.name_en if language == "en" else "") or organisation.name


def _party(party: Party, language: str) -> str:
    """Who signs and on what ground, in the nominative: a program declines no names."""
    told = [_("further “%(called)s”") % {"called": party.called}] if party.called else []
    if party.signatory_name:
        signatory = ", ".join(filter(None, (party.signatory_name, party.signatory_position)))
        number = party.authority_number and f"№ {party.authority_number}"
        ground = " ".join(filter(None, (party.get_authority_display(), number)))
        told.append(_("signs: %(signatory)s") % {"signatory": signatory})
        told.append(_("on the ground of: %(ground)s") % {"ground": ground})
    name = _name(party, language)
    return f"{name} ({'; '.join(told)})" if told else name
