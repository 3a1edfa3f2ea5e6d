from members.models.certificate import CertificateState, MembershipCertificate
from members.models.consent import Consent, ConsentPurpose, ConsentText, ConsentWay, PublicItem
from members.models.data_export import DataExport, ExportState
from members.models.erasure import ErasureAct
from members.models.membership import Membership, MembershipStatus, MembershipStatusChange, Tier
from members.models.notification import How, Notification, NotificationChoice
from members.models.office import OfficeStatus, OfficeStatusChange, RepresentativeOffice
from members.models.organisation import Kind, Organisation, PublicationBasis, PublicPerson
from members.models.partnership import Partnership, PartnershipMove, PartnershipNote, PartnershipStep
from members.models.profile_change import ProfileChange, ProfileChangeState, ProfileReminder
from members.models.representative import Representative, Role
from members.models.taxonomy import Direction, Region
from members.models.user import User

__all__ = [
    "CertificateState",
    "Consent",
    "ConsentPurpose",
    "ConsentText",
    "ConsentWay",
    "DataExport",
    "Direction",
    "ErasureAct",
    "ExportState",
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
    "Partnership",
    "PartnershipMove",
    "PartnershipNote",
    "PartnershipStep",
    "ProfileChange",
    "ProfileChangeState",
    "ProfileReminder",
    "PublicItem",
    "PublicPerson",
    "PublicationBasis",
    "Region",
    "Representative",
    "RepresentativeOffice",
    "Role",
    "Tier",
    "User",
]
