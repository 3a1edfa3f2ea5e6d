from django.urls import path

from common import views

app_name = "common"
urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("settings/language/", views.set_language, name="set_language"),
    path("settings/view/", views.set_view, name="set_view"),
    path("unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
]
