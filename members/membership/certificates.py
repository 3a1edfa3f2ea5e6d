"""Certificates of membership: issued, replaced and withdrawn as the membership moves."""

import datetime
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import segno
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from common.documents import order_document
from common.errors import RuleViolated
from common.models import Document
from common.numbers import next_number
from common.papers import day_in_words, in_both, printed_address
from common.shapes import SHAPES
from common.text import typographic
from members.models import MEMBER_TIERS, Kind, Membership, MembershipCertificate, Organisation, Tier, User
from members.notices.notifications import Words, heads_of, notify
from members.notices.topics import MEMBERSHIP

TEMPLATE = "pdf/members/membership_certificate.typ"
DRAWN = 60  # members in the picture at most, more than it has places for


def deserves_certificate(membership: Membership) -> bool:
    return membership.is_running and membership.tier in MEMBER_TIERS


def lacks_certificate(membership: Membership) -> bool:
    """Whether ``issue_certificate`` would issue a new one. Asks nothing where certificates and their organisations were
    fetched along."""
    if not deserves_certificate(membership):
        return False
    standing = next((one for one in membership.certificates.all() if one.withdrawn_on is None), None)
    return standing is None or not _still_says(standing, _words(membership))


@transaction.atomic
def issue_certificate(membership: Membership, *, by: User | None) -> MembershipCertificate:
    """The certificate that says what holds today. Where the standing one does, that is it; else a new one takes its
    place, with the next number of the year. Its PDF is made after the commit.

    Raises RuleViolated where the membership is not active or is that of a partner.
    """
    locked = Membership.objects.locked().get(pk=membership.pk)
    if not deserves_certificate(locked):
        raise RuleViolated(_("Only an active member of the association gets a certificate."), code="no_member")
    standing = locked.certificates.standing().first()
    words = _words(locked)
    if standing and _still_says(standing, words):
        return standing
    today = timezone.localdate()
    if standing:
        _withdraw(standing, today)
    certificate = MembershipCertificate(membership=locked, issued_on=today, issued_by=by, **words)
    certificate.number = f"{today.year}-{next_number(f'certificate {today.year}'):04}"
    certificate.document = _order(certificate)
    certificate.save()
    if standing:
        standing.replaced_by = certificate
        standing.save(update_fields=["replaced_by"])
    _tell(certificate, "issued", partial(_words_of_issue, certificate, standing))
    return certificate


@transaction.atomic
def follow_membership(membership: Membership, *, by: User | None) -> None:
    """After a change of the membership: a member has a certificate that says what holds, a partner has none.

    Of one that does not run it stays and is not valid, which needs nothing done.
    """
    locked = Membership.objects.locked().get(pk=membership.pk)
    if deserves_certificate(locked):
        issue_certificate(locked, by=by)
    elif locked.is_running and (standing := locked.certificates.standing().first()):
        _withdraw(standing, timezone.localdate())
        _tell(standing, "withdrawn", partial(_words_of_withdrawal, standing))


def _tell(certificate: MembershipCertificate, what: str, words: Callable[[], Words]) -> None:
    notify(
        heads_of(certificate.organisation),
        topic=MEMBERSHIP,
        key=f"certificate {certificate.number} {what}",
        words=words,
        link=certificate.membership.get_absolute_url(),
    )


def _words_of_issue(certificate: MembershipCertificate, standing: MembershipCertificate | None) -> Words:
    title = _("Certificate of membership № %(number)s has been issued") % {"number": certificate.number}
    named = {"organisation": certificate.organisation.title}
    if standing is None:
        return Words(title, _("%(organisation)s: the PDF is on the dashboard.") % named)
    named["old"] = standing.number
    return Words(title, _("%(organisation)s: the former one, № %(old)s, is no longer valid.") % named)


def _words_of_withdrawal(certificate: MembershipCertificate) -> Words:
    named = {"organisation": certificate.organisation.title}
    return Words(
        _("Certificate of membership № %(number)s has been withdrawn") % {"number": certificate.number},
        _("%(organisation)s is a partner of the association now, and partners have none.") % named,
    )


def _words(membership: Membership) -> dict[str, Any]:
    """What a certificate says of the membership."""
    organisation = membership.organisation
    return {
        "organisation": organisation,
        "name": organisation.name,
        "name_en": organisation.name_en,
        "tier": membership.tier,
        "member_since": membership.started_on,
    }


def _still_says(certificate: MembershipCertificate, words: Mapping[str, Any]) -> bool:
    return all(getattr(certificate, name) == value for name, value in words.items())


def _withdraw(certificate: MembershipCertificate, on: datetime.date) -> None:
    certificate.withdrawn_on = on
    certificate.save(update_fields=["withdrawn_on"])


def _order(certificate: MembershipCertificate) -> Document:
    address = printed_address(certificate)
    association = Organisation.objects.filter(is_association=True).first()
    others = Organisation.objects.exclude(tier="").exclude(pk=certificate.organisation.pk).order_by("created_at", "pk")
    data = {
        "number": certificate.number,
        "association": _named(association) if association else _portal(),
        "organisation": _named(certificate.organisation),
        "tier": in_both(lambda: str(Tier(certificate.tier).label)),
        "since": in_both(partial(day_in_words, certificate.member_since)) if certificate.member_since else None,
        "issued": in_both(partial(day_in_words, certificate.issued_on)),
        "members": [*others.filter(is_association=False).values_list("kind", flat=True)[:DRAWN]],
        "shapes": SHAPES,
        "address": address.partition("://")[2].rstrip("/"),
        "qr": segno.make_qr(address, error="m").svg_inline(border=0),
    }
    return order_document(TEMPLATE, data)


def _named(organisation: Organisation) -> dict[str, str]:
    return {"ru": typographic(organisation.name), "en": organisation.name_en, "kind": organisation.kind}


def _portal() -> dict[str, str]:
    """Until the association has entered itself in its own directory."""
    return {**in_both(lambda: _("School Cluster Association")), "kind": Kind.NONPROFIT}
