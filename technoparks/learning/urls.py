from django.urls import URLPattern, path

from technoparks.learning import school_views, views

urlpatterns: list[URLPattern] = [
    path("technoparks/groups/<int:cohort>/apply/", views.group_apply, name="group_apply"),
    path("account/groups/", views.account_groups, name="account_groups"),
    path("account/groups/<int:pk>/", views.account_group, name="account_group"),
    path(
        "account/groups/<int:pk>/certificates/<int:certificate>/",
        views.account_group_certificate,
        name="account_group_certificate",
    ),
    path("account/groups/<int:pk>/<str:move>/", views.account_group_move, name="account_group_move"),
]
# Under ``/dashboard/<slug>/labs/pupils/``.
school_urlpatterns: list[URLPattern] = [
    path("", school_views.dashboard_pupils, name="dashboard_pupils"),
    path("apply/<int:cohort>/", school_views.dashboard_pupils_apply, name="dashboard_pupils_apply"),
    path("<int:pk>/", school_views.dashboard_pupil, name="dashboard_pupil"),
    path(
        "<int:pk>/certificates/<int:certificate>/",
        school_views.dashboard_pupil_certificate,
        name="dashboard_pupil_certificate",
    ),
    path("<int:pk>/<str:move>/", school_views.dashboard_pupil_move, name="dashboard_pupil_move"),
]
