from common.models.content import PublicContent
from common.models.jobs import DeadTask, JobRun
from common.models.mail import MailAttachment, MailState, OutgoingMail, SuppressedAddress

__all__ = ["DeadTask", "JobRun", "MailAttachment", "MailState", "OutgoingMail", "PublicContent", "SuppressedAddress"]
