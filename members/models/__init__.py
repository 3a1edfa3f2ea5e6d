from members.models.application import (
    ApplicationFile,
    ApplicationMove,
    ApplicationState,
    MembershipApplication,
    Who,
)
from members.models.board import AgendaItem, BoardSession, Outcome
from members.models.certificate import CertificateState, MembershipCertificate
from members.models.consent import Consent, ConsentPurpose, ConsentText, ConsentWay, PublicItem
from members.models.data_export import DataExport, ExportState
from members.models.erasure import ErasureAct
from members.models.fee import AssociationRequisites, Fee, FeeReduction
from members.models.handover import Handover
from members.models.invitation import Invitation, JoinRequest, JoinRequestState
from members.models.invoice import Invoice, InvoiceState, MembershipPeriod, MembershipReminder
from members.models.joining import JoinConditions, Question, QuestionType
from members.models.membership import (
    COUNTING,
    MEMBER_TIERS,
    ON_THE_ROLL,
    OVER,
    WISHED_TIERS,
    Membership,
    MembershipStatus,
    MembershipStatusChange,
    Tier,
    status_on,
)
from members.models.membership_import import AT_WORK, ImportState, MembershipImport
from members.models.notification import How, Notification, NotificationChoice
from members.models.office import OfficeStatus, OfficeStatusChange, OfficeYear, RepresentativeOffice
from members.models.office_report import OfficeReport, OfficeReportKind, OfficeReportState
from members.models.organisation import Kind, Organisation
from members.models.partnership import Partnership, PartnershipMove, PartnershipNote, PartnershipStep
from members.models.profile_change import ProfileChange, ProfileChangeState, ProfileReminder
from members.models.public_person import PublicationBasis, PublicPerson
from members.models.representative import Representative, Role
from members.models.standing import Standing, standing_of
from members.models.taxonomy import Audience, Direction, Region
from members.models.user import User

__all__ = [
    "AT_WORK",
    "COUNTING",
    "MEMBER_TIERS",
    "ON_THE_ROLL",
    "OVER",
    "WISHED_TIERS",
    "AgendaItem",
    "ApplicationFile",
    "ApplicationMove",
    "ApplicationState",
    "AssociationRequisites",
    "Audience",
    "BoardSession",
    "CertificateState",
    "Consent",
    "ConsentPurpose",
    "ConsentText",
    "ConsentWay",
    "DataExport",
    "Direction",
    "ErasureAct",
    "ExportState",
    "Fee",
    "FeeReduction",
    "Handover",
    "How",
    "ImportState",
    "Invitation",
    "Invoice",
    "InvoiceState",
    "JoinConditions",
    "JoinRequest",
    "JoinRequestState",
    "Kind",
    "Membership",
    "MembershipApplication",
    "MembershipCertificate",
    "MembershipImport",
    "MembershipPeriod",
    "MembershipReminder",
    "MembershipStatus",
    "MembershipStatusChange",
    "Notification",
    "NotificationChoice",
    "OfficeReport",
    "OfficeReportKind",
    "OfficeReportState",
    "OfficeStatus",
    "OfficeStatusChange",
    "OfficeYear",
    "Organisation",
    "Outcome",
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
    "Question",
    "QuestionType",
    "Region",
    "Representative",
    "RepresentativeOffice",
    "Role",
    "Standing",
    "Tier",
    "User",
    "Who",
    "standing_of",
    "status_on",
]
