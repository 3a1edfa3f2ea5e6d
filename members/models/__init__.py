from members.models.certificate import CertificateState, MembershipCertificate
from members.models.membership import Membership, MembershipStatus, MembershipStatusChange, Tier
from members.models.notification import How, Notification, NotificationChoice
from members.models.office import OfficeStatus, OfficeStatusChange, RepresentativeOffice
from members.models.organisation import Kind, Organisation, PublicPerson
from members.models.representative import Representative, Role
from members.models.taxonomy import Direction, Region
from members.models.user import User

__all__ = [
    "CertificateState",
    "Direction",
    "How",
    "Kind",
    "Membership",
    "MembershipCertificate",
    "MembershipStatus",
    "MembershipStatusChange",
    "Notification",
    "NotificationChoice",
    "OfficeStatus",
    "OfficeStatusChange",
    "Organisation",
    "PublicPerson",
    "Region",
    "Representative",
    "RepresentativeOffice",
    "Role",
    "Tier",
    "User",
]
