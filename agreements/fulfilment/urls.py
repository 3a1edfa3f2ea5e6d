"""Under the address of an organisation's dashboard."""

from django.urls import URLPattern, URLResolver, path

from agreements.fulfilment import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("obligations/", views.dashboard_obligations, name="dashboard_obligations"),
    path("<int:pk>/obligations/", views.dashboard_agreement_obligations, name="dashboard_agreement_obligations"),
    path(
        "<int:pk>/obligations/<int:obligation>/report/",
        views.dashboard_obligation_report,
        name="dashboard_obligation_report",
    ),
    path(
        "<int:pk>/obligations/reports/<int:report>/",
        views.dashboard_obligation_decide,
        name="dashboard_obligation_decide",
    ),
    path(
        "<int:pk>/obligations/reports/<int:report>/file/",
        views.dashboard_obligation_evidence,
        name="dashboard_obligation_evidence",
    ),
]
