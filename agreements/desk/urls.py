"""Under the address of an organisation's dashboard."""

from django.urls import URLPattern, URLResolver, path

from agreements.desk import list_views, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", list_views.dashboard_agreements, name="dashboard_agreements"),
    path("dates/", list_views.dashboard_agreements_dates, name="dashboard_agreements_dates"),
    path("<int:pk>/", views.dashboard_agreement, name="dashboard_agreement"),
    path("<int:pk>/files/<int:file>/", views.dashboard_agreement_file, name="dashboard_agreement_file"),
    path("<int:pk>/package/", views.dashboard_agreement_package, name="dashboard_agreement_package"),
    path("<int:pk>/moves/<str:move>/", views.dashboard_agreement_move, name="dashboard_agreement_move"),
]
