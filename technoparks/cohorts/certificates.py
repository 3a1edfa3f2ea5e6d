"""Certificates of programmes: for those who came often enough, or by decision with a reason."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import segno
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from common.documents import order_documents
from common.errors import RuleViolated
from common.numbers import next_numbers
from common.papers import day_in_words, days_in_words, in_both, printed_address
from common.shapes import SHAPES
from common.text import typographic
from members.models import Organisation, User
from members.models.certificate import new_code
from technoparks.cohorts.attendance import deserves, shares_of
from technoparks.cohorts.cohorts import hold, locked_cohort
from technoparks.cohorts.telling import tell_applicants, tending
from technoparks.models import Cohort, CohortState, Enrolment, EnrolmentState, ProgrammeCertificate

TEMPLATE = "pdf/technoparks/programme_certificate.typ"


def waiting(cohort: Cohort) -> "QuerySet[Enrolment]":
    """Who has finished and has no certificate, revoked ones counted: in their place another is issued by decision."""
    finished = Enrolment.objects.filter(cohort=cohort, state=EnrolmentState.COMPLETED, certificates=None)
    return finished.exclude(application__name="").select_related("application__person", "application__organisation")


@transaction.atomic
def issue_certificates(cohort: Cohort, *, by: User) -> int:
    """To everybody who came often enough and had none yet; returns to how many.

    Raises RuleViolated before the end of the group.
    """
    locked = _finished(cohort)
    enrolments = [*waiting(locked).order_by("pk")]
    for one in enrolments:
        one.cohort = locked
    shares = shares_of(enrolments)
    made = [one for one in enrolments if deserves(one, shares[one.pk])]
    if made:
        _written(locked, made, [shares[one.pk].percent for one in made], by=by)
        tell_applicants([one.application for one in made], "certificate", by=by, cohort=locked)
    return len(made)


@transaction.atomic
def issue_by_decision(enrolment: Enrolment, *, by: User, grounds: str) -> ProgrammeCertificate:
    """To who came less often, or whose certificate is revoked. Repeated, it is the one that stands.

    Raises RuleViolated without a reason, of who has not finished, and of who is not known any more.
    """
    locked = _finished(enrolment.cohort)
    found = Enrolment.objects.select_related("application__person", "application__organisation").get(pk=enrolment.pk)
    found.cohort = locked
    if standing := found.certificates.standing().first():
        return standing
    if not grounds.strip():
        raise RuleViolated(_("Say why: it is kept with the certificate."), code="reason_missing")
    if found.state != EnrolmentState.COMPLETED or not found.application.name:
        raise RuleViolated(_("Only who has finished the group, and is known, gets a certificate."), code="not_finished")
    share = shares_of([found])[found.pk]
    [made] = _written(locked, [found], [share.percent], by=by, grounds=grounds)
    tell_applicants([found.application], "certificate", by=by, cohort=locked, mark=made.pk)
    return made


@transaction.atomic
def revoke_certificate(certificate: ProgrammeCertificate, *, by: User, reason: str) -> ProgrammeCertificate:
    """Whoever verifies it is told so, and who has applied reads why. Repeated, does nothing."""
    cohort = locked_cohort(certificate.enrolment.cohort)
    rows = ProgrammeCertificate.objects.select_related(
        "enrolment__application__person", "enrolment__application__organisation"
    )
    locked = rows.get(pk=certificate.pk)
    if locked.is_valid:
        if not reason.strip():
            raise RuleViolated(_("Say why: the other side will read it."), code="reason_missing")
        locked.revoked_at, locked.revoked_by, locked.reason = timezone.now(), by, reason
        locked.save(update_fields=["revoked_at", "revoked_by", "reason"])
        application = locked.enrolment.application
        tell_applicants([application], "revoke", by=by, reason=reason, cohort=cohort, mark=locked.pk)
    return locked


def _finished(cohort: Cohort) -> Cohort:
    """Locked, with those who will hear of it."""
    locked = locked_cohort(cohort)
    if locked.state != CohortState.FINISHED:
        raise RuleViolated(_("Certificates are issued when the group has finished."), code="not_over")
    learners = locked.enrolments.select_related("application__person")
    hold([*(one.application.person for one in learners), *tending(locked)])
    return locked


def _written(
    cohort: Cohort, enrolments: Sequence[Enrolment], percents: Sequence[int], *, by: User, grounds: str = ""
) -> list[ProgrammeCertificate]:
    today = timezone.localdate()
    numbers = next_numbers(f"programme certificate {today.year}", len(enrolments))
    made = [
        ProgrammeCertificate(
            enrolment=enrolment,
            number=f"П-{today.year}-{number:04}",
            code=new_code(),
            name=enrolment.application.name,
            hours=cohort.programme.hours,
            attended=percent,
            grounds=grounds,
            issued_on=today,
            issued_by=by,
        )
        for enrolment, percent, number in zip(enrolments, percents, numbers, strict=True)
    ]
    common = _said_of(cohort)
    papers = order_documents(TEMPLATE, (common | _said_on(one) for one in made))
    for one, paper in zip(made, papers, strict=True):
        one.document = paper
    return ProgrammeCertificate.objects.bulk_create(made)


def _said_of(cohort: Cohort) -> dict[str, Any]:
    """What stands on all of a group."""
    programme = cohort.programme
    host = programme.technopark.host
    names = Organisation.objects.filter(is_association=True).first() or host
    hours = programme.hours
    return {
        "association": {"ru": typographic(names.name), "en": names.name_en, "kind": names.kind},
        "organiser": {"ru": typographic(programme.technopark.name), "kind": host.kind},
        "others": [],
        "part": in_both(lambda: pgettext("on a certificate", "This certificate confirms the completion of")),
        "subject": {"ru": typographic(programme.name), "en": programme.name_en},
        "days": in_both(partial(days_in_words, cohort.starts_on, cohort.ends_on)),
        "hours": in_both(lambda: ngettext("%(number)d hour", "%(number)d hours", hours) % {"number": hours}),
        "shapes": SHAPES,
    }


def _said_on(certificate: ProgrammeCertificate) -> dict[str, Any]:
    address = printed_address(certificate)
    return {
        "number": certificate.number,
        "name": typographic(certificate.name),
        "issued": in_both(partial(day_in_words, certificate.issued_on)),
        "address": address.partition("://")[2].rstrip("/"),
        "qr": segno.make_qr(address, error="m").svg_inline(border=0),
    }
