"""Known to a worker that is told to include it: what every half minute sweeps, every second, so that a test need not
wait for it."""

from datetime import timedelta

from common import documents, jobs
from common.mail import relay

SECOND = timedelta(seconds=1)
jobs.register(jobs.Job("quick_mail", "Письма", relay.sweep, every=SECOND))
jobs.register(jobs.Job("quick_documents", "Документы", documents.make_due, every=SECOND))
