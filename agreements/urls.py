from django.urls import path

from agreements import views

app_name = "agreements"
urlpatterns = [
    path("dashboard/<slug:slug>/agreements/<int:pk>/", views.dashboard_agreement, name="dashboard_agreement"),
]
