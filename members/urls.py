from django.urls import path

from members import views

app_name = "members"
urlpatterns = [
    path("organisations/", views.organisation_list, name="organisation_list"),
    path("organisations/export.csv", views.organisation_export, name="organisation_export"),
    path("join/", views.join, name="join"),
]
