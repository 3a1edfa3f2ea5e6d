from django.urls import path

from events.afterwards import feedback_views, report_views

urlpatterns = [
    path("events/feedback/<str:token>/", feedback_views.feedback, name="feedback"),
    path("events/hall/<slug:key>/", feedback_views.feedback_in_hall, name="feedback_in_hall"),
    path("events/<slug:slug>/feedback/sent/", feedback_views.feedback_sent, name="feedback_sent"),
]
dashboard_urlpatterns = [  # under an organiser and an event
    path("feedback/", feedback_views.dashboard_event_feedback, name="dashboard_event_feedback"),
    path(
        "feedback/questions/",
        feedback_views.dashboard_event_feedback_questions,
        name="dashboard_event_feedback_questions",
    ),
    path("feedback/feedback.csv", feedback_views.dashboard_event_feedback_csv, name="dashboard_event_feedback_csv"),
    path("report/", report_views.dashboard_event_report, name="dashboard_event_report"),
    path("report/spreadsheet/", report_views.dashboard_event_report_book, name="dashboard_event_report_book"),
]
