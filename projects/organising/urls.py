"""Under the address of an organisation's dashboard."""

from django.urls import URLPattern, URLResolver, include, path

from projects.organising import views
from projects.organising.pledges import views as pledges
from projects.organising.roadmaps import urls as roadmaps

project_urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.dashboard_project, name="dashboard_project"),
    path("edit/", views.dashboard_project_edit, name="dashboard_project_edit"),
    path("moves/<slug:move>/", views.dashboard_project_move, name="dashboard_project_move"),
    path("participants/", views.dashboard_project_participants, name="dashboard_project_participants"),
    path("leave/", views.dashboard_project_leave, name="dashboard_project_leave"),
    path("updates/", views.dashboard_project_updates, name="dashboard_project_updates"),
    path("results/", views.dashboard_project_results, name="dashboard_project_results"),
    path("roadmap/", include(roadmaps.urlpatterns)),
    path("pledges/", pledges.dashboard_project_pledges, name="dashboard_project_pledges"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.dashboard_projects, name="dashboard_projects"),
    path("new/", views.dashboard_project_new, name="dashboard_project_new"),
    path("<slug:project>/", include(project_urlpatterns)),
]
