"""Under the address of an organisation's dashboard."""

from django.urls import URLPattern, URLResolver, include, path

from events.organising import part_views, picker_views, views

part_urlpatterns: list[URLPattern | URLResolver] = [
    path("", part_views.dashboard_event_part, name="dashboard_event_part"),
    path("move/", part_views.dashboard_event_part_move, name="dashboard_event_part_move"),
    path("remove/", part_views.dashboard_event_part_remove, name="dashboard_event_part_remove"),
]
event_urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.dashboard_event, name="dashboard_event"),
    path("edit/", views.dashboard_event_edit, name="dashboard_event_edit"),
    path("cover/", views.dashboard_event_cover, name="dashboard_event_cover"),
    path("moves/<slug:move>/", views.dashboard_event_move, name="dashboard_event_move"),
    path("repeat/", views.dashboard_event_repeat, name="dashboard_event_repeat"),
    path("headcount/", views.dashboard_event_headcount, name="dashboard_event_headcount"),
    path("organisers/", picker_views.dashboard_event_organisers, name="dashboard_event_organisers"),
    path("places/", part_views.dashboard_event_places, name="dashboard_event_places"),
    path("programme/", part_views.dashboard_event_programme, name="dashboard_event_programme"),
    path("talks/<int:pk>/speakers/", picker_views.dashboard_event_speakers, name="dashboard_event_speakers"),
    path("signings/<int:pk>/parties/", picker_views.dashboard_event_parties, name="dashboard_event_parties"),
    path("parts/<slug:part>/new/", part_views.dashboard_event_part_new, name="dashboard_event_part_new"),
    path("parts/<slug:part>/<int:pk>/", include(part_urlpatterns)),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.dashboard_events, name="dashboard_events"),
    path("new/", views.dashboard_event_new, name="dashboard_event_new"),
    path("<slug:event>/", include(event_urlpatterns)),
]
