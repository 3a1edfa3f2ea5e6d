"""Under the address of a project in a dashboard."""

from django.urls import URLPattern, URLResolver, path

from projects.organising.roadmaps import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.dashboard_roadmap, name="dashboard_roadmap"),
    path("<int:pk>/", views.dashboard_roadmap_item, name="dashboard_roadmap_item"),
    path("<int:pk>/edit/", views.dashboard_roadmap_item_edit, name="dashboard_roadmap_item_edit"),
    path("<int:pk>/dates/", views.dashboard_roadmap_dates, name="dashboard_roadmap_dates"),
    path("<int:pk>/moves/<slug:move>/", views.dashboard_roadmap_move, name="dashboard_roadmap_move"),
]
