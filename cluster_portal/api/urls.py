from typing import Any

from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework import permissions
from rest_framework.routers import SimpleRouter

from agreements.api.own import OwnAgreementViewSet
from agreements.api.public import RegisterViewSet
from events.api.check_in import CheckInViewSet
from events.api.groups import OwnGroupViewSet
from events.api.offered import OfferedView
from events.api.public import EventViewSet
from events.api.registrations import OwnRegistrationViewSet
from members.api.directory import DirectionViewSet, OrganisationViewSet, RegionViewSet
from members.api.own import OwnOrganisationViewSet
from projects.api.challenges import ChallengeViewSet
from projects.api.public import ProjectViewSet
from technoparks.api.inductions import OwnInductionViewSet
from technoparks.api.outages import OwnOutageViewSet
from technoparks.api.own import OwnBookingViewSet
from technoparks.api.programmes import GroupViewSet, ProgrammeViewSet
from technoparks.api.public import LabViewSet, TechnoparkViewSet

router = SimpleRouter()
router.register("organisations", OrganisationViewSet, basename="organisation")
router.register("regions", RegionViewSet, basename="region")
router.register("directions", DirectionViewSet, basename="direction")
router.register("events", EventViewSet, basename="event")
router.register("agreements", RegisterViewSet, basename="agreement")
router.register("projects", ProjectViewSet, basename="project")
router.register("challenges", ChallengeViewSet, basename="challenge")
router.register("technoparks", TechnoparkViewSet, basename="technopark")
router.register("labs", LabViewSet, basename="lab")
router.register("programmes", ProgrammeViewSet, basename="programme")
router.register("groups", GroupViewSet, basename="learner-group")
router.register("my/organisations", OwnOrganisationViewSet, basename="own-organisation")
router.register("my/registrations", OwnRegistrationViewSet, basename="own-registration")
router.register("my/agreements", OwnAgreementViewSet, basename="own-agreement")
router.register("my/bookings", OwnBookingViewSet, basename="own-booking")
router.register("my/inductions", OwnInductionViewSet, basename="own-induction")
router.register("my/outages", OwnOutageViewSet, basename="own-outage")
router.register("my/groups", OwnGroupViewSet, basename="own-group")

# Of the door, and what each is done by.
CHECK_IN: dict[str, dict[str, Any]] = {
    "": {"get": "attendance", "post": "scan"},
    "group/": {"post": "group"},
    "search/": {"post": "search"},
    "undo/": {"post": "undo"},
    "walk-in/": {"post": "walk_in"},
}

OPEN = {"permission_classes": [permissions.AllowAny]}

app_name = "api"
urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(**OPEN), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(**OPEN, url_name="api:schema"), name="docs"),
    *router.urls,
    path("events/<slug:slug>/registration/", OfferedView.as_view(), name="event-registration"),
    *(path(f"events/<slug:slug>/check-in/{rest}", CheckInViewSet.as_view(ways)) for rest, ways in CHECK_IN.items()),
]
