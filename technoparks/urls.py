from django.urls import include, path

from technoparks.desk import urls as desk
from technoparks.public import urls as public

app_name = "technoparks"
urlpatterns = [
    path("technoparks/", include(public.urlpatterns)),
    path("dashboard/<slug:slug>/labs/", include(desk.urlpatterns)),
]
