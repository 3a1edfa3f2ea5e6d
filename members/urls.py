from allauth.account.views import password_set
from django.urls import include, path

from members import account_views, application_views, fees_views, people_views, privacy_views, views
from members.fresh_login import fresh_login_required

app_name = "members"
# Under the address of one application. A step comes last: it takes any word.
application_urlpatterns = [
    path("", application_views.application_detail, name="application_detail"),
    path("documents/", application_views.application_documents, name="application_documents"),
    path("check/", application_views.application_check, name="application_check"),
    path("withdraw/", application_views.application_withdraw, name="application_withdraw"),
    path("letter/", application_views.application_letter, name="application_letter"),
    path("files/<int:pk>/", application_views.application_file, name="application_file"),
    path("files/<int:pk>/remove/", application_views.application_file_remove, name="application_file_remove"),
    path("<slug:step>/", application_views.application_step, name="application_step"),
]
urlpatterns = [
    path("organisations/", views.organisation_list, name="organisation_list"),
    path("organisations/export.csv", views.organisation_export, name="organisation_export"),
    path("certificates/<slug:number>/", fees_views.certificate_file, name="certificate_file"),
    path("invoices/<slug:number>/", fees_views.invoice_file, name="invoice_file"),
    path("invitations/<str:token>/", people_views.invitation, name="invitation"),
    path("organisations/<slug:slug>/i-work-here/", people_views.join_request, name="join_request"),
    path(
        "organisations/<slug:slug>/i-work-here/withdraw/",
        people_views.join_request_withdraw,
        name="join_request_withdraw",
    ),
    path("join/", application_views.join, name="join"),
    path("join/apply/", application_views.join_apply, name="join_apply"),
    path("join/preview/<slug:kind>/", application_views.join_preview, name="join_preview"),
    path("join/confirm/<str:token>/", application_views.application_confirm, name="application_confirm"),
    path("join/applications/<str:token>/", include(application_urlpatterns)),
    path("profile-changes/<int:pk>/logo/", views.profile_change_logo, name="profile_change_logo"),
    path("account/", account_views.account_index, name="account_index"),
    # Before that of allauth: a new password would be as good as a log-in.
    path("account/password/set/", fresh_login_required(password_set), name="account_password_set"),
    path("account/person/", account_views.account_person, name="account_person"),
    path("account/notifications/", account_views.account_notifications, name="account_notifications"),
    path("account/notifications/read/", account_views.account_notifications_read, name="account_notifications_read"),
    path(
        "account/notifications/settings/",
        account_views.account_notification_settings,
        name="account_notification_settings",
    ),
    path(
        "account/notifications/<int:pk>/open/",
        account_views.account_notification_open,
        name="account_notification_open",
    ),
    path("account/sessions/<int:pk>/end/", account_views.account_session_end, name="account_session_end"),
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
