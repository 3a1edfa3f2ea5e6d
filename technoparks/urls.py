from django.urls import include, path

from technoparks.cohort_desk import urls as cohort_desk
from technoparks.desk import urls as desk
from technoparks.learning import urls as learning
from technoparks.passport import urls as passport
from technoparks.public import urls as public

app_name = "technoparks"
urlpatterns = [
    path("", include(learning.urlpatterns)),
    path("technoparks/", include(public.urlpatterns)),
    path("account/inductions/", include(passport.urlpatterns)),
    path("dashboard/<slug:slug>/labs/pupils/", include(learning.school_urlpatterns)),
    path("dashboard/<slug:slug>/labs/", include(cohort_desk.urlpatterns)),
    path("dashboard/<slug:slug>/labs/", include(desk.urlpatterns)),
]
