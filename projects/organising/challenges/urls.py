"""Under the address of an organisation's dashboard."""

from django.urls import URLPattern, URLResolver, include, path

from projects.organising.challenges import teams, views, work
from projects.organising.teams import feedback

challenge_urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.dashboard_challenge, name="dashboard_challenge"),
    path("edit/", views.dashboard_challenge_edit, name="dashboard_challenge_edit"),
    path("moves/<slug:move>/", views.dashboard_challenge_move, name="dashboard_challenge_move"),
    path("stages/", work.dashboard_challenge_stages, name="dashboard_challenge_stages"),
    path("defence/", work.dashboard_challenge_defence, name="dashboard_challenge_defence"),
    path("defence/judges/", work.dashboard_challenge_judges, name="dashboard_challenge_judges"),
    path("result/", work.dashboard_challenge_result, name="dashboard_challenge_result"),
    path("teams/<int:pk>/feedback/", feedback.dashboard_challenge_feedback, name="dashboard_challenge_feedback"),
    path("teams/<int:pk>/stages/<int:stage>/", work.dashboard_challenge_work, name="dashboard_challenge_work"),
    path("teams/<int:pk>/", teams.dashboard_challenge_team, name="dashboard_challenge_team"),
    path(
        "teams/<int:pk>/moves/<slug:move>/", teams.dashboard_challenge_team_move, name="dashboard_challenge_team_move"
    ),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.dashboard_challenges, name="dashboard_challenges"),
    path("new/", views.dashboard_challenge_new, name="dashboard_challenge_new"),
    path("<slug:challenge>/", include(challenge_urlpatterns)),
]
