"""What the recount finds of members, when somebody has written past the services."""

import pytest
from django.db import connection
from django.utils import timezone

from common.recounts import recount
from members.memberships import record_membership_start
from members.models import Membership, MembershipCertificate, Role
from tests.factories.members import MembershipFactory, RepresentativeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def membership() -> Membership:
    membership = MembershipFactory()
    RepresentativeFactory(organisation=membership.organisation, role=Role.HEAD)
    record_membership_start(membership, by=None)
    assert recount() == []
    return membership


def write(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        assert cursor.rowcount > 0


def found() -> list[tuple[str, str, str]]:
    """Rule, kind of record, figures."""
    return [(one.invariant, one.record, one.figures) for one in recount()]


def test_a_status_that_no_move_has_led_to(membership: Membership) -> None:
    write("UPDATE members_membership SET status = 'suspended'")
    assert found() == [("membership_status", "members.membership", "active ≠ suspended")]


def test_people_act_for_a_member_and_nobody_heads_it(membership: Membership) -> None:
    """Of one for which nobody acts yet the first head has been invited."""
    record_membership_start(MembershipFactory(), by=None)
    assert found() == []
    write("UPDATE members_representative SET role = 'viewer'")
    assert found() == [("member_heads", "members.organisation", "")]


def test_a_certificate_is_missing(membership: Membership) -> None:
    assert MembershipCertificate.objects.count() == 1
    write("DELETE FROM members_membershipcertificate")
    assert found() == [("certificate_numbers", "common.numberseries", f"{timezone.localdate().year}: 0 ≠ 1")]
