"""Under the address of an organisation's dashboard."""

from django.urls import URLPattern, URLResolver, path

from agreements.annex import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("<int:pk>/annex/", views.dashboard_agreement_annex, name="dashboard_agreement_annex"),
    path("<int:pk>/annex/new/", views.dashboard_agreement_annex_new, name="dashboard_agreement_annex_new"),
    path(
        "<int:pk>/annex/<int:person>/",
        views.dashboard_agreement_annex_person,
        name="dashboard_agreement_annex_person",
    ),
    path(
        "<int:pk>/annex/<int:person>/erase/",
        views.dashboard_agreement_annex_erase,
        name="dashboard_agreement_annex_erase",
    ),
]
