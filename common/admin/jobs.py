"""What runs by the clock, and what was given up."""

from dataclasses import dataclass
from datetime import datetime

from celery import current_app
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from kombu.exceptions import OperationalError
from unfold.decorators import action

from common.admin.base import ModelAdmin, ReadOnly
from common.jobs import JOBS, Job
from common.models import DeadTask, JobRun


@dataclass(frozen=True, slots=True)
class Line:
    job: Job
    last: JobRun | None
    next_slot: datetime

    @property
    def seconds(self) -> float | None:
        if self.last is None or self.last.finished_at is None:
            return None
        return (self.last.finished_at - self.last.started_at).total_seconds()


@admin.register(JobRun)
class JobRunAdmin(ReadOnly, ModelAdmin):
    """One line a job; the runs before the last are in the database for who asks."""

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> TemplateResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        last = {run.job: run for run in JobRun.objects.order_by("job", "-slot").distinct("job")}
        now = timezone.now()
        lines = [Line(job, last.get(name), job.slot(now) + job.every) for name, job in JOBS.items()]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Jobs by the clock"),
            "opts": self.opts,
            "lines": lines,
        }
        return TemplateResponse(request, "admin/common/jobs.html", context)


@admin.register(DeadTask)
class DeadTaskAdmin(ReadOnly, ModelAdmin):
    list_display = ["name", "error", "failed_at", "replayed_at"]
    fields = ["name", "arguments", "error", "failed_at", "replayed_at"]
    actions = ["run_again"]

    def has_replay_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm("common.change_deadtask")

    @action(description=_("Run again"), permissions=["replay"])
    def run_again(self, request: HttpRequest, tasks: QuerySet[DeadTask]) -> None:
        number = 0
        for task in tasks:
            try:
                current_app.send_task(task.name, task.arguments["args"], task.arguments["kwargs"], retry=False)
            except OperationalError:
                unreachable = _("The queue of tasks cannot be reached now. Try again later.")
                self.message_user(request, unreachable, messages.ERROR)
                break
            task.replayed_at = timezone.now()
            task.save(update_fields=["replayed_at"])
            number += 1
        if number:
            text = ngettext("%(number)d task runs again.", "%(number)d tasks run again.", number)
            self.message_user(request, text % {"number": number}, messages.SUCCESS)
