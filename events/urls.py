from django.urls import include, path

from events.afterwards import urls as afterwards
from events.attendees import letter_views as attendee_letters
from events.attendees import views as attendees
from events.certificates import views as certificate_views
from events.door import views as check_in_views
from events.feeds import views as feed_views
from events.groups import views as group_views
from events.organising import urls as organising_urls
from events.public import views
from events.registering import views as registration_views

app_name = "events"
# Under the address of one registration.
registration_urlpatterns = [
    path("", registration_views.registration, name="registration"),
    path("confirm/", registration_views.registration_prove, name="registration_prove"),
    path("accept/", registration_views.registration_accept, name="registration_accept"),
    path("coming/", registration_views.registration_coming, name="registration_coming"),
    path("cancel/", registration_views.registration_cancel, name="registration_cancel"),
    path("calendar/", registration_views.registration_calendar, name="registration_calendar"),
    path("group/", group_views.group, name="group"),
    path("group/print/", group_views.group_print, name="group_print"),
    path("group/consents/", group_views.group_consents, name="group_consents"),
    path("group/consents/mark/", group_views.group_consents_mark, name="group_consents_mark"),
    path("group/guests/<int:pk>/", group_views.group_guest, name="group_guest"),
    path("group/guests/<int:pk>/remove/", group_views.group_guest_remove, name="group_guest_remove"),
    path("group/guests/<int:pk>/consent/", group_views.group_consent_send, name="group_consent_send"),
    path("certificates/", certificate_views.registration_certificates, name="registration_certificates"),
]
# Under the address of an event in the dashboard of its organiser.
attendee_urlpatterns = [
    path("registrations/", attendees.dashboard_event_registrations, name="dashboard_event_registrations"),
    path(
        "registrations/export.csv",
        attendees.dashboard_event_registrations_csv,
        name="dashboard_event_registrations_csv",
    ),
    path(
        "registrations/export.xlsx",
        attendees.dashboard_event_registrations_xlsx,
        name="dashboard_event_registrations_xlsx",
    ),
    path("registrations/<int:pk>/", attendees.dashboard_event_registration, name="dashboard_event_registration"),
    path("letters/", attendee_letters.dashboard_event_letters, name="dashboard_event_letters"),
    path("letters/write/", attendee_letters.dashboard_event_letter, name="dashboard_event_letter"),
]
urlpatterns = [
    path("account/tickets/", registration_views.account_tickets, name="account_tickets"),
    path("events/registrations/<str:token>/", include(registration_urlpatterns)),
    path("events/consents/<str:token>/", group_views.parent_consent, name="parent_consent"),
    path("events/", views.event_list, name="event_list"),
    path("events/calendar/", views.event_calendar, name="event_calendar"),
    path("events/feed.ics", views.event_feed_ics, name="event_feed_ics"),
    path("events/feed.rss", views.event_feed_rss, name="event_feed_rss"),
    path("events/<slug:slug>/", views.event_detail, name="event_detail"),
    path("events/<slug:slug>/event.ics", views.event_ics, name="event_ics"),
    path("events/<slug:slug>/register-group/", group_views.event_register_group, name="event_register_group"),
    path("events/<slug:slug>/register/", registration_views.event_register, name="event_register"),
    path("events/<slug:slug>/register/sent/", registration_views.event_register_sent, name="event_register_sent"),
    path("events/<slug:slug>/check-in/", check_in_views.event_check_in, name="event_check_in"),
    path("events/<slug:slug>/certificates/", certificate_views.event_certificates, name="event_certificates"),
    path(
        "events/<slug:slug>/certificates/archive/",
        certificate_views.event_certificates_zip,
        name="event_certificates_zip",
    ),
    path("events/<slug:slug>/certificates/<int:pk>/", certificate_views.event_certificate, name="event_certificate"),
    path("dashboard/<slug:slug>/events/<slug:event>/", include(attendee_urlpatterns)),
    path("dashboard/<slug:slug>/events/", include(organising_urls.urlpatterns)),
    path("", include(afterwards.urlpatterns)),
    path("dashboard/<slug:slug>/events/<slug:event>/", include(afterwards.dashboard_urlpatterns)),
    path("account/calendar/", feed_views.account_calendar, name="account_calendar"),
    path("events/feeds/<str:token>.ics", feed_views.own_feed, name="own_feed"),
]
