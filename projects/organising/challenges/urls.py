"""Under the address of an organisation's dashboard."""

from django.urls import URLPattern, URLResolver, include, path

from projects.organising.challenges import views

challenge_urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.dashboard_challenge, name="dashboard_challenge"),
    path("edit/", views.dashboard_challenge_edit, name="dashboard_challenge_edit"),
    path("moves/<slug:move>/", views.dashboard_challenge_move, name="dashboard_challenge_move"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.dashboard_challenges, name="dashboard_challenges"),
    path("new/", views.dashboard_challenge_new, name="dashboard_challenge_new"),
    path("<slug:challenge>/", include(challenge_urlpatterns)),
]
