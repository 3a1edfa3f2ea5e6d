from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework import permissions
from rest_framework.routers import SimpleRouter

from events.api import EventViewSet
from events.registrations_api import OwnRegistrationViewSet
from members.api import DirectionViewSet, OrganisationViewSet, RegionViewSet
from members.people_api import OwnOrganisationViewSet

router = SimpleRouter()
router.register("organisations", OrganisationViewSet, basename="organisation")
router.register("regions", RegionViewSet, basename="region")
router.register("directions", DirectionViewSet, basename="direction")
router.register("events", EventViewSet, basename="event")
router.register("my/organisations", OwnOrganisationViewSet, basename="own-organisation")
router.register("my/registrations", OwnRegistrationViewSet, basename="own-registration")

OPEN = {"permission_classes": [permissions.AllowAny]}

app_name = "api"
urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(**OPEN), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(**OPEN, url_name="api:schema"), name="docs"),
    *router.urls,
]
