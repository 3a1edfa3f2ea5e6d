from django.urls import include, path

from agreements.annex import urls as annex
from agreements.desk import urls as desk
from agreements.drafting import urls as drafting
from agreements.fulfilment import urls as fulfilment
from agreements.negotiating import urls as negotiating
from agreements.register import urls as register
from agreements.signing import urls as signing

app_name = "agreements"
rooms = (desk, drafting, negotiating, signing, fulfilment, annex)
urlpatterns = [
    path(
        "dashboard/<slug:slug>/agreements/",
        include([pattern for room in rooms for pattern in room.urlpatterns]),
    ),
    path("agreements/", include(register.urlpatterns)),
]
