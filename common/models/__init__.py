from common.models.content import PublicContent
from common.models.documents import Document, DocumentState
from common.models.jobs import DeadTask, JobRun
from common.models.mail import MailAttachment, MailState, OutgoingMail, SuppressedAddress
from common.models.numbers import NumberSeries
from common.models.staff_views import PersonalDataView, StaffRole, ViewKind

__all__ = [
    "DeadTask",
    "Document",
    "DocumentState",
    "JobRun",
    "MailAttachment",
    "MailState",
    "NumberSeries",
    "OutgoingMail",
    "PersonalDataView",
    "PublicContent",
    "StaffRole",
    "SuppressedAddress",
    "ViewKind",
]
