"""What a signature proves, in words that claim no more than was checked (63-ФЗ, ст. 5, 6 and 9)."""

import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from agreements.models import Signature, SigningWay


def what_was_checked(signature: Signature) -> str:
    """In the reader's language, and without any name or address of a person."""
    match signature.way:
        case SigningWay.CODE:
            return _(
                "A one-time code, sent to the signatory’s confirmed e-mail address, was entered: a simple electronic "
                "signature under the rules of signing that the party has joined. It is no qualified one."
            )
        case SigningWay.PAPER:
            return " ".join((_("Signed on paper; the party sent a scan, which is a copy."), _seen(signature)))
        case SigningWay.OPERATOR:
            told = {name: signature.evidence.get(name) or "—" for name in ("operator", "identifier")}
            words = _(
                "Signed with the operator %(operator)s, identifier there: %(identifier)s. The signature itself was not "
                "verified on this portal."
            )
            return " ".join((words % told, _seen(signature)))
        case _:
            return _of_file(signature)


def _seen(signature: Signature) -> str:
    if not (signature.seen_at and signature.confirmed_at):
        return _("The original has not been confirmed.")
    days = {"seen": _day(signature.seen_at), "confirmed": _day(signature.confirmed_at)}
    return _("The original was seen on %(seen)s, and a second person confirmed it on %(confirmed)s.") % days


def _of_file(signature: Signature) -> str:
    """``evidence`` holds what the adapter has found; what it does not hold was not checked."""
    told = signature.evidence
    answers = {True: _("yes"), False: _("no"), None: _("not checked")}
    words = _(
        "A file of a detached signature (.sig). It matches this text: %(matches)s; chain to the loaded roots: "
        "%(chain)s; revocation of the certificate: %(revocation)s."
    )
    revocation = _("checked") if told.get("revocation") is True else _("not checked")
    said = words % {
        "matches": answers[told.get("matches")],
        "chain": answers[told.get("chain")],
        "revocation": revocation,
    }
    if told.get("certificate", {}).get("organisation") is False:
        said += " " + _("The certificate names another organisation than the party.")
    return said


def _day(moment: datetime.datetime) -> str:
    return date_format(timezone.localtime(moment), "DATE_FORMAT")
