from common.models.content import PublicContent
from common.models.discrepancies import Discrepancy
from common.models.documents import Document, DocumentState
from common.models.idempotency import LONGEST_KEY, IdempotencyKey
from common.models.jobs import DeadTask, JobRun
from common.models.links import SignedLink
from common.models.mail import MailAttachment, MailState, OutgoingMail, SuppressedAddress, Unsubscription
from common.models.numbers import NumberSeries
from common.models.staff_views import PersonalDataView, StaffRole, ViewKind

__all__ = [
    "LONGEST_KEY",
    "DeadTask",
    "Discrepancy",
    "Document",
    "DocumentState",
    "IdempotencyKey",
    "JobRun",
    "MailAttachment",
    "MailState",
    "NumberSeries",
    "OutgoingMail",
    "PersonalDataView",
    "PublicContent",
    "SignedLink",
    "StaffRole",
    "SuppressedAddress",
    "Unsubscription",
    "ViewKind",
]
