"""Under the address of one organisation's agreements."""

from django.urls import URLPattern, URLResolver, path

from agreements.negotiating import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("<int:pk>/versions/", views.dashboard_agreement_versions, name="dashboard_agreement_versions"),
    path("<int:pk>/versions/<int:number>/", views.dashboard_agreement_version, name="dashboard_agreement_version"),
    path("<int:pk>/versions/compare/", views.dashboard_agreement_compare, name="dashboard_agreement_compare"),
    path(
        "<int:pk>/versions/remarks/<str:clause>/", views.dashboard_agreement_remarks, name="dashboard_agreement_remarks"
    ),
    path(
        "<int:pk>/versions/remarks/<str:clause>/<int:comment>/settle/",
        views.dashboard_agreement_settle,
        name="dashboard_agreement_settle",
    ),
    path("<int:pk>/versions/propose/", views.dashboard_agreement_propose, name="dashboard_agreement_propose"),
    path("<int:pk>/versions/accept/", views.dashboard_agreement_accept, name="dashboard_agreement_accept"),
]
