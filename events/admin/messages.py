"""Messages to the registered: how far they are, and a page to write one."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from common.admin import ReadOnlyInline
from common.admin.single import SingleAction, after_question
from common.errors import RuleViolated
from events.models import Event, EventMessage
from events.telling.forms import MessageForm
from events.telling.message_emails import event_told
from events.telling.messages import send_test, stop_messages, write_to_registered
from members.models import User

WRITE = _("Write to the registered")
STOP = _("Stop the letters that are being sent")


class WriteForm(MessageForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.ModelChoiceField | forms.ChoiceField):
                choices = field.choices
                field.widget = UnfoldAdminSelectWidget()
                field.choices = choices
            elif isinstance(field.widget, forms.Textarea):
                field.widget = UnfoldAdminTextareaWidget(attrs={"rows": field.widget.attrs["rows"]})
            elif not field.widget.is_hidden:
                field.widget = UnfoldAdminTextInputWidget(attrs={"maxlength": 150})


class MessageInline(ReadOnlyInline):
    model = EventMessage
    fields = ["at", "kind", "subject", "state", "progress", "by"]
    readonly_fields = fields

    @display(description=_("letters"))
    def progress(self, message: EventMessage) -> str:
        return gettext("%(sent)d of %(total)d") % {"sent": message.sent, "total": message.total}

    def get_queryset(self, request: HttpRequest) -> QuerySet[EventMessage]:
        return super().get_queryset(request).select_related("by", "event")


class MessagesMixin:
    """For the admin of events."""

    def message_actions(self, event: Event) -> set[str]:
        """What there is somebody to write to for, and what is on its way."""
        possible = {"write_this"} if event.registrations.active().exists() else set()
        return possible | ({"stop_this"} if EventMessage.objects.filter(event=event).unsent().exists() else set())

    @action(description=WRITE, icon="mail", permissions=["change"])
    def write_this(self: Any, request: HttpRequest, object_id: str) -> HttpResponse:
        """Shows what would go to how many; sends a letter to whoever writes, or to all who are meant."""
        event = self.get_object(request, object_id)
        if event is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        form = WriteForm(request.POST if request.method == "POST" else None, event=event)
        context: dict[str, Any] = {}
        if request.method == "POST" and form.is_valid():
            staff = cast("User", request.user)
            match request.POST.get("do"):
                case "send" if self._sent(request, event, form):
                    return HttpResponseRedirect(reverse("admin:events_event_change", args=[object_id]))
                case "test":
                    send_test(event, written=form.written, by=staff)
                    self.message_user(request, _("The letter is on its way to you."), messages.SUCCESS)
            context = _preview(event, form, staff)
        context |= {
            **self.admin_site.each_context(request),
            "title": WRITE,
            "opts": self.opts,
            "event": event,
            "form": form,
            "back": reverse("admin:events_event_change", args=[object_id]),
        }
        return TemplateResponse(request, "admin/events/event_write.html", context)

    def _sent(self: Any, request: HttpRequest, event: Event, form: WriteForm) -> bool:
        try:
            message = write_to_registered(event, written=form.written, by=cast("User", request.user), key=form.key)
        except RuleViolated as error:
            form.refuse(error)
            return False
        told = _("Letters on their way: %(number)d. How far they are stands here.") % {"number": message.total}
        self.message_user(request, told, messages.SUCCESS)
        return True

    @action(description=STOP, icon="cancel_schedule_send", permissions=["change"])
    def stop_this(self: Any, request: HttpRequest, object_id: str) -> HttpResponse:
        single = SingleAction(
            STOP,
            lambda event, data: stop_messages(event),
            _("What has not gone yet is stopped."),
            _("What has gone has gone. A message that was stopped does not go on."),
            variant="danger",
        )
        return after_question(self, request, object_id, single)


def _preview(event: Event, form: WriteForm, staff: User) -> dict[str, Any]:
    """How many would read it, and the first of those letters; its address opens a registration, so it is left out."""
    message = form.written.to(event, by=staff)
    reader = message.readers.select_related("event", "pool").order_by("pk").first()
    letter = event_told(reader, message=message) if reader else None
    return {"number": message.readers.count(), "letter": letter and {"subject": letter.subject, "text": message.said}}
