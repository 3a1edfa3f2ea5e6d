"""What ran by the clock, and what was given up."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class JobRun(models.Model):
    """One slot of time of a periodic job. The unique row is the claim: whoever writes it first runs the job."""

    job = models.CharField(_("job"), max_length=60)
    slot = models.DateTimeField(_("slot"))
    started_at = models.DateTimeField(_("started"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    error = models.TextField(_("error"), blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=1, db_default=1)

    class Meta:
        verbose_name = _("run of a job")
        verbose_name_plural = _("runs of jobs")
        ordering = ["-slot", "job"]
        constraints = [models.UniqueConstraint(fields=["job", "slot"], name="job_once_a_slot")]

    def __str__(self) -> str:
        return f"{self.job} {self.slot:%Y-%m-%d %H:%M:%S}"


class DeadTask(models.Model):
    """A task that failed for good, with all that is needed to run it again."""

    name = models.CharField(_("task"), max_length=200)
    arguments = models.JSONField(_("arguments"))
    error = models.TextField(_("error"))
    failed_at = models.DateTimeField(_("failed at"), auto_now_add=True)
    replayed_at = models.DateTimeField(_("run again at"), null=True)

    class Meta:
        verbose_name = _("failed task")
        verbose_name_plural = _("failed tasks")
        ordering = ["-failed_at"]

    def __str__(self) -> str:
        return self.name
