"""Of what everybody may read, under ``/technoparks/``."""

from django.urls import URLPattern, path

from technoparks.public import views

urlpatterns: list[URLPattern] = [
    path("", views.technopark_list, name="technopark_list"),
    path("<slug:technopark>/labs/<slug:slug>/", views.lab_detail, name="lab_detail"),
    path("<slug:technopark>/labs/<slug:slug>/feed.ics", views.lab_feed_ics, name="lab_feed_ics"),
    path("<slug:technopark>/labs/<slug:slug>/documents/<int:pk>/", views.equipment_document, name="equipment_document"),
    path("<slug:technopark>/programmes/<slug:slug>/", views.programme_detail, name="programme_detail"),
]
