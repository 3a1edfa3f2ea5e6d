from django.urls import path

from members import views

app_name = "members"
urlpatterns = [
    path("organisations/", views.organisation_list, name="organisation_list"),
    path("organisations/export.csv", views.organisation_export, name="organisation_export"),
    path("certificates/<slug:number>/", views.certificate_file, name="certificate_file"),
    path("join/", views.join, name="join"),
    path("account/", views.account_index, name="account_index"),
    path("account/person/", views.account_person, name="account_person"),
    path("account/notifications/", views.account_notifications, name="account_notifications"),
    path("account/notifications/read/", views.account_notifications_read, name="account_notifications_read"),
    path("account/notifications/settings/", views.account_notification_settings, name="account_notification_settings"),
    path("account/notifications/<int:pk>/open/", views.account_notification_open, name="account_notification_open"),
    path("account/sessions/<int:pk>/end/", views.account_session_end, name="account_session_end"),
]
