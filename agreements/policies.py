"""Who may do what with an agreement. Whether it is possible now is asked under the lock."""

from typing import TYPE_CHECKING

from agreements.models import Agreement, ClauseComment, Obligation, Party, SigningRequest
from members.models import Organisation, Role
from members.policies import role_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from members.models import User

EDITING = (Role.HEAD, Role.COORDINATOR)


def can_draw_up_agreement(user: "User | AnonymousUser", organisation: Organisation) -> bool:
    """
    ====================  ==========================================================
    head, coordinator     draws up, negotiates, accepts, reports and confirms
    head                  opens and recalls signing, declines, gives notice, joins the rules
    signatory             signs, alone and for their party only
    head, coordinator     sends the copy of what their party signed on paper or with an operator
    teacher, viewer       read
    ====================  ==========================================================
    """
    return role_of(user, organisation) in EDITING


def can_negotiate(user: "User | AnonymousUser", party: Party) -> bool:
    return role_of(user, party.organisation) in EDITING


def can_settle(user: "User | AnonymousUser", comment: ClauseComment) -> bool:
    """Who has raised it knows when it is answered: others of the same party, or who draws it up, may say so too."""
    party = comment.party
    return role_of(user, party.organisation if party else comment.agreement.initiator) in EDITING


def can_steer_signing(user: "User | AnonymousUser", agreement: Agreement) -> bool:
    """Open a round, recall it, call the whole off."""
    return role_of(user, agreement.initiator) == Role.HEAD


def can_give_notice(user: "User | AnonymousUser", party: Party) -> bool:
    return role_of(user, party.organisation) == Role.HEAD


def can_sign(user: "User | AnonymousUser", request: SigningRequest) -> bool:
    """Whoever the text names, as long as they act for the party. Whoever sent the request is somebody else to this."""
    party = request.party
    return user.is_authenticated and party.signatory_id == user.pk and role_of(user, party.organisation) is not None


def can_send_copy(user: "User | AnonymousUser", request: SigningRequest) -> bool:
    """Of what was signed elsewhere; the signatory may have no account here."""
    return can_sign(user, request) or role_of(user, request.party.organisation) in EDITING


def can_join_rules(user: "User | AnonymousUser", organisation: Organisation) -> bool:
    """And leave them: it is the head who binds the organisation."""
    return role_of(user, organisation) == Role.HEAD


def can_decline(user: "User | AnonymousUser", request: SigningRequest) -> bool:
    return can_sign(user, request) or role_of(user, request.party.organisation) == Role.HEAD


def can_report_progress(user: "User | AnonymousUser", obligation: Obligation) -> bool:
    return role_of(user, obligation.owner) in EDITING


def can_confirm_progress(user: "User | AnonymousUser", obligation: Obligation, organisation: Organisation) -> bool:
    """The other side: for whom it was promised, or any other party where it was promised to all."""
    if organisation.pk == obligation.owner_id or role_of(user, organisation) not in EDITING:
        return False
    if obligation.beneficiary_id:
        return organisation.pk == obligation.beneficiary_id
    return obligation.agreement.parties.filter(organisation=organisation).exists()


def can_read_annex(user: "User | AnonymousUser") -> bool:
    """Of the staff: whoever has the right to see people in annexes."""
    return bool(user.is_staff and user.is_active and user.has_perm("agreements.view_annexperson"))


def can_tend_annex(user: "User | AnonymousUser", organisation: Organisation) -> bool:
    """Read it, and name people, for a party of the agreement."""
    return role_of(user, organisation) in EDITING


def can_erase_from_annex(user: "User | AnonymousUser", organisation: Organisation) -> bool:
    """The office as well: a person may ask it to (152-ФЗ, ст. 21)."""
    may_staff = can_read_annex(user) and user.has_perm("agreements.delete_annexperson")
    return may_staff or can_tend_annex(user, organisation)


def can_review_for_office(user: "User | AnonymousUser") -> bool:
    return bool(user.is_staff and user.is_active and user.has_perm("agreements.approve_agreement"))


def can_register_on_paper(user: "User | AnonymousUser") -> bool:
    return bool(user.is_staff and user.is_active and user.has_perm("agreements.register_agreement"))
