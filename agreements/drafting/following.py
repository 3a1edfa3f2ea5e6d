"""Drafts that belong to an agreement in force: an amendment, a renewal, an agreement on its termination. Each starts
from the terms in force and has the same parties."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from django.db import transaction
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.drafting.drafts import begin_draft
from agreements.life.machine import locked_agreement
from agreements.models import IN_FORCE, Agreement, Relation, Renewal
from agreements.terms import Terms, continued, parsed
from common.errors import RuleViolated
from members.models import Organisation, User

DATA = Path(__file__).resolve().parents[1] / "data"
FOLLOWING: dict[str, str | Promise] = {
    Relation.AMENDMENT: gettext_lazy("Change it by an amendment"),
    Relation.RENEWAL: gettext_lazy("Renew it by a new agreement"),
    Relation.TERMINATION: gettext_lazy("End it by agreement of all"),
}
TERMINATION = {language: (DATA / f"termination_{language}.txt").read_text() for language in ("ru", "en")}


@transaction.atomic
def begin_following(parent: Agreement, *, relation: str, organisation: Organisation, by: User, key: str) -> Agreement:
    """By any of its parties, which initiates it. Made once for one key.

    Raises RuleViolated where the parent is not in force.
    """
    locked = locked_agreement(parent)
    if locked.state not in IN_FORCE or locked.is_dependent:
        raise RuleViolated(_("It is not in force: there is nothing to follow it."), code="other_state")
    parties = [*locked.parties.select_related("organisation").order_by("position")]
    for party in parties:
        party.pk = None
    return begin_draft(
        organisation,
        kind=locked.kind,
        terms=TERMS[relation](locked),
        by=by,
        key=key,
        parties=parties,
        parent=locked,
        relation=relation,
        is_public=locked.is_public,
        signing_order=locked.signing_order,
    )


def _amended(parent: Agreement) -> Terms:
    """All of them, to be changed: once concluded they take the place of those in force."""
    return Terms.of(parent.newest_version.terms)


def _renewed(parent: Agreement) -> Terms:
    terms = Terms.of(parent.newest_version.terms)
    first, last = parent.starts_on or parent.concluded_on, parent.ends_on
    return continued(terms, first, last) if first and last else replace(terms, starts_on="", ends_on="")


def _terminated(parent: Agreement) -> Terms:
    terms = Terms.of(parent.newest_version.terms)
    subjects = {}
    for language in ("ru", "en"):
        with translation.override(language):
            subjects[language] = _("Termination of the agreement № %(number)s") % {"number": parent.number}
    return replace(
        terms,
        subject=subjects["ru"],
        subject_en=subjects["en"] if terms.subject_en or terms.clauses_en else "",
        starts_on="",
        ends_on="",
        renewal=Renewal.NONE,
        clauses=parsed(TERMINATION["ru"]),
        clauses_en=parsed(TERMINATION["en"]) if terms.clauses_en else (),
        promises=(),
    )


TERMS: dict[str, Callable[[Agreement], Terms]] = {
    Relation.AMENDMENT: _amended,
    Relation.RENEWAL: _renewed,
    Relation.TERMINATION: _terminated,
}
