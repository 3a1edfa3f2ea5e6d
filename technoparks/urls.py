from django.urls import include, path

from technoparks.desk import urls as desk
from technoparks.passport import urls as passport
from technoparks.public import urls as public

app_name = "technoparks"
urlpatterns = [
    path("technoparks/", include(public.urlpatterns)),
    path("account/inductions/", include(passport.urlpatterns)),
    path("dashboard/<slug:slug>/labs/", include(desk.urlpatterns)),
]
