from django.urls import path

from members import views

app_name = "members"
urlpatterns = [
    path("organisations/", views.organisation_list, name="organisation_list"),
    path("organisations/export.csv", views.organisation_export, name="organisation_export"),
    path("certificates/<slug:number>/", views.certificate_file, name="certificate_file"),
    path("join/", views.join, name="join"),
    path("account/", views.account_index, name="account_index"),
    path("account/person/", views.account_person, name="account_person"),
    path("account/sessions/<int:pk>/end/", views.account_session_end, name="account_session_end"),
]
