from django.urls import include, path

from projects.organising import urls as organising
from projects.public import views

app_name = "projects"
urlpatterns = [
    path("projects/", views.project_list, name="project_list"),
    path("projects/feed.rss", views.project_feed_rss, name="project_feed_rss"),
    path("projects/<slug:slug>/results/<int:pk>/", views.project_result, name="project_result"),
    path("dashboard/<slug:slug>/projects/", include(organising.urlpatterns)),
]
