"""Under the address of an organisation's dashboard."""

from django.urls import URLPattern, URLResolver, path

from agreements.desk import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.dashboard_agreements, name="dashboard_agreements"),
    path("dates/", views.dashboard_agreements_dates, name="dashboard_agreements_dates"),
    path("<int:pk>/", views.dashboard_agreement, name="dashboard_agreement"),
]
