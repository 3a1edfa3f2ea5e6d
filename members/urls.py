from allauth.account.views import password_set
from django.urls import path

from members import privacy_views, views
from members.fresh_login import fresh_login_required

app_name = "members"
urlpatterns = [
    path("organisations/", views.organisation_list, name="organisation_list"),
    path("organisations/export.csv", views.organisation_export, name="organisation_export"),
    path("certificates/<slug:number>/", views.certificate_file, name="certificate_file"),
    path("profile-changes/<int:pk>/logo/", views.profile_change_logo, name="profile_change_logo"),
    path("join/", views.join, name="join"),
    path("account/", views.account_index, name="account_index"),
    # Before that of allauth: a new password would be as good as a log-in.
    path("account/password/set/", fresh_login_required(password_set), name="account_password_set"),
    path("account/person/", views.account_person, name="account_person"),
    path("account/notifications/", views.account_notifications, name="account_notifications"),
    path("account/notifications/read/", views.account_notifications_read, name="account_notifications_read"),
    path("account/notifications/settings/", views.account_notification_settings, name="account_notification_settings"),
    path("account/notifications/<int:pk>/open/", views.account_notification_open, name="account_notification_open"),
    path("account/sessions/<int:pk>/end/", views.account_session_end, name="account_session_end"),
    path("account/data/", privacy_views.account_data, name="account_data"),
    path("account/data/export/", privacy_views.account_data_export, name="account_data_export"),
    path("account/data/erase/", privacy_views.account_data_erase, name="account_data_erase"),
    path("account/data/<uuid:key>/", privacy_views.account_data_file, name="account_data_file"),
    path("consents/<slug:purpose>/", privacy_views.consent_text, name="consent_text"),
    path("consents/<slug:purpose>/<int:version>/", privacy_views.consent_text, name="consent_text"),
    path("account/consents/", privacy_views.account_consents, name="account_consents"),
    path("account/consents/publication/<int:pk>/", privacy_views.account_publication, name="account_publication"),
    path("account/consents/<slug:purpose>/give/", privacy_views.account_consent_give, name="account_consent_give"),
    path(
        "account/consents/<slug:purpose>/withdraw/",
        privacy_views.account_consent_withdraw,
        name="account_consent_withdraw",
    ),
]
