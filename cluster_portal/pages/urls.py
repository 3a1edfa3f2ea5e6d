from django.conf import settings
from django.urls import path

from cluster_portal.pages import dashboard_overview, dashboard_profile, mailbox, style_guide, views

app_name = "pages"
urlpatterns = [
    path("", views.home, name="home"),
    path("organisations/<slug:slug>/", views.organisation_detail, name="organisation_detail"),
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
    path("dashboard/<slug:slug>/offices/", views.dashboard_offices, name="dashboard_offices"),
]
if settings.DEBUG:
    urlpatterns += [
        path("mailbox/", mailbox.mailbox, name="mailbox"),
        path("mailbox/<int:pk>/", mailbox.letter, name="letter"),
    ]
