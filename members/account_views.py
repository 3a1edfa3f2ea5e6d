"""A person's own account: name, notifications, sessions."""

from typing import cast

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.cookies import remember
from members.account_forms import NotificationSettingsForm, NotificationsReadForm, PersonForm
from members.models import How, Notification, User
from members.people import update_person
from members.second_factor import has_second_factor
from members.topics import TOPICS, choose

NOTIFICATIONS_SHOWN = 20


@require_safe
def account_index(request: HttpRequest) -> HttpResponse:
    context = {
        "has_second_factor": has_second_factor(request.user),
        "session_count": len(UserSession.objects.purge_and_list(request.user)),
    }
    return render(request, "account/account_index.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def account_person(request: HttpRequest) -> HttpResponse:
    form = PersonForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        person = update_person(cast("User", request.user), changes=form.cleaned_data)
        messages.success(request, _("Saved."))
        response = redirect("members:account_index")
        remember(response, settings.LANGUAGE_COOKIE_NAME, person.language)
        return response
    return render(request, "account/account_person.html", {"form": form})


@require_safe
def account_notifications(request: HttpRequest) -> HttpResponse:
    notifications = Notification.objects.visible_to(request.user)
    page = Paginator(notifications, NOTIFICATIONS_SHOWN).get_page(request.GET.get("page"))
    return render(request, "account/account_notifications.html", {"page": page, "topics": TOPICS.values()})


@require_POST
def account_notifications_read(request: HttpRequest) -> HttpResponse:
    form = NotificationsReadForm(request.POST)
    if form.is_valid():
        Notification.objects.visible_to(request.user).filter(pk__lte=form.cleaned_data["until"]).mark_read()
    return redirect("members:account_notifications")


@require_POST
def account_notification_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Read it, and go where it leads."""
    own = Notification.objects.visible_to(request.user).filter(pk=pk)
    notification = get_object_or_404(own)
    own.mark_read()
    return redirect(notification.address or "members:account_notifications")


@require_http_methods(["GET", "HEAD", "POST"])
def account_notification_settings(request: HttpRequest) -> HttpResponse:
    person = cast("User", request.user)
    form = NotificationSettingsForm(request.POST or None, person=person)
    if request.method == "POST" and form.is_valid():
        choose(person, choices=form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("members:account_notification_settings")
    return render(request, "account/account_notification_settings.html", {"form": form, "how": How.choices})


@require_POST
def account_session_end(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(UserSession, pk=pk, user=request.user).end()
    messages.success(request, _("The session has ended."))
    return redirect("usersessions_list")
