from django.conf import settings
from django.urls import path

from cluster_portal.pages import (
    dashboard_calendar,
    dashboard_fees,
    dashboard_overview,
    dashboard_people,
    dashboard_profile,
    dashboard_registrations,
    mailbox,
    offices,
    style_guide,
    views,
)

app_name = "pages"
urlpatterns = [
    path("", views.home, name="home"),
    path("organisations/<slug:slug>/", views.organisation_detail, name="organisation_detail"),
    path("organisations/<slug:slug>/offices/", offices.organisation_offices, name="organisation_offices"),
    path("projects/<slug:slug>/", views.project_detail, name="project_detail"),
    path("technoparks/<slug:slug>/", views.technopark_detail, name="technopark_detail"),
    path("about/", views.about, name="about"),
    path("privacy/", views.privacy, name="privacy"),
    path("selection-rules/", views.selection_rules, name="selection_rules"),
    path("style-guide/", style_guide.style_guide, name="style_guide"),
    path("verify/<slug:code>/", views.verify, name="verify"),
    path("dashboard/", dashboard_overview.dashboard, name="dashboard"),
    path("dashboard/<slug:slug>/", dashboard_overview.dashboard_overview, name="dashboard_overview"),
    path("dashboard/<slug:slug>/profile/", dashboard_profile.dashboard_profile, name="dashboard_profile"),
    path(
        "dashboard/<slug:slug>/profile/confirm/",
        dashboard_profile.dashboard_profile_confirm,
        name="dashboard_profile_confirm",
    ),
    path(
        "dashboard/<slug:slug>/profile/withdraw/",
        dashboard_profile.dashboard_profile_withdraw,
        name="dashboard_profile_withdraw",
    ),
    path("dashboard/<slug:slug>/membership/", dashboard_fees.dashboard_membership, name="dashboard_membership"),
    path(
        "dashboard/<slug:slug>/membership/leave/",
        dashboard_fees.dashboard_membership_leave,
        name="dashboard_membership_leave",
    ),
    path("dashboard/<slug:slug>/offices/", offices.dashboard_offices, name="dashboard_offices"),
    path("dashboard/<slug:slug>/people/", dashboard_people.dashboard_people, name="dashboard_people"),
    path(
        "dashboard/<slug:slug>/people/<int:pk>/",
        dashboard_people.dashboard_representative,
        name="dashboard_representative",
    ),
    path(
        "dashboard/<slug:slug>/people/<int:pk>/end/",
        dashboard_people.dashboard_representative_end,
        name="dashboard_representative_end",
    ),
    path(
        "dashboard/<slug:slug>/people/invitations/<int:pk>/send-again/",
        dashboard_people.dashboard_invitation_send_again,
        name="dashboard_invitation_send_again",
    ),
    path(
        "dashboard/<slug:slug>/people/invitations/<int:pk>/revoke/",
        dashboard_people.dashboard_invitation_revoke,
        name="dashboard_invitation_revoke",
    ),
    path(
        "dashboard/<slug:slug>/people/requests/<int:pk>/",
        dashboard_people.dashboard_join_request,
        name="dashboard_join_request",
    ),
    path(
        "dashboard/<slug:slug>/registrations/",
        dashboard_registrations.dashboard_registrations,
        name="dashboard_registrations",
    ),
    path("dashboard/<slug:slug>/calendar/", dashboard_calendar.dashboard_calendar, name="dashboard_calendar"),
]
if settings.DEBUG:
    urlpatterns += [
        path("mailbox/", mailbox.mailbox, name="mailbox"),
        path("mailbox/<int:pk>/", mailbox.letter, name="letter"),
    ]
