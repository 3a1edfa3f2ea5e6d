"""Under the address of an organisation's dashboard."""

from django.urls import URLPattern, URLResolver, include, path

from projects.organising.teams import feedback, views, work

team_urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.dashboard_team, name="dashboard_team"),
    path("edit/", views.dashboard_team_edit, name="dashboard_team_edit"),
    path("organisations/", views.dashboard_team_organisations, name="dashboard_team_organisations"),
    path("join/", views.dashboard_team_join, name="dashboard_team_join"),
    path("leave/", views.dashboard_team_leave, name="dashboard_team_leave"),
    path("stages/<int:stage>/", work.dashboard_team_stage, name="dashboard_team_stage"),
    path("feedback/", feedback.dashboard_team_feedback, name="dashboard_team_feedback"),
    path("moves/<slug:move>/", views.dashboard_team_move, name="dashboard_team_move"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.dashboard_teams, name="dashboard_teams"),
    path("new/<slug:challenge>/", views.dashboard_team_new, name="dashboard_team_new"),
    path("<int:pk>/", include(team_urlpatterns)),
]
