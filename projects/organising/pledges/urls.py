"""Under the address of an organisation's dashboard."""

from django.urls import URLPattern, URLResolver, path

from projects.organising.pledges import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.dashboard_pledges, name="dashboard_pledges"),
    path("export.csv", views.dashboard_pledges_csv, name="dashboard_pledges_csv"),
    path("<int:pk>/", views.dashboard_pledge, name="dashboard_pledge"),
    path("<int:pk>/moves/<slug:move>/", views.dashboard_pledge_move, name="dashboard_pledge_move"),
]
