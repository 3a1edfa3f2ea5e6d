"""Under the address of an organisation's dashboard."""

from django.urls import URLPattern, URLResolver, path

from agreements.desk import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("<int:pk>/", views.dashboard_agreement, name="dashboard_agreement"),
]
