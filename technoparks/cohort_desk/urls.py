"""Under ``/dashboard/<slug>/labs/``."""

from django.urls import URLPattern, path

from technoparks.cohort_desk import learner_views, views

urlpatterns: list[URLPattern] = [
    path("programmes/new/", views.dashboard_programme_new, name="dashboard_programme_new"),
    path("programmes/<int:pk>/", views.dashboard_programme, name="dashboard_programme"),
    path("programmes/<int:programme>/group/", views.dashboard_group_new, name="dashboard_group_new"),
    path("groups/", views.dashboard_groups, name="dashboard_groups"),
    path("groups/<int:pk>/", views.dashboard_group, name="dashboard_group"),
    path("groups/<int:pk>/edit/", views.dashboard_group_edit, name="dashboard_group_edit"),
    path("groups/<int:pk>/decide/", learner_views.dashboard_group_decide, name="dashboard_group_decide"),
    path("groups/<int:pk>/learners/<int:enrolment>/", learner_views.dashboard_learner, name="dashboard_learner"),
    path("groups/<int:pk>/lessons/<int:lesson>/", learner_views.dashboard_lesson, name="dashboard_lesson"),
    path(
        "groups/<int:pk>/certificates/",
        learner_views.dashboard_group_certificates,
        name="dashboard_group_certificates",
    ),
    path(
        "groups/<int:pk>/certificates/<int:certificate>/",
        learner_views.dashboard_group_certificate,
        name="dashboard_group_certificate",
    ),
    path("groups/<int:pk>/<str:move>/", views.dashboard_group_move, name="dashboard_group_move"),
]
