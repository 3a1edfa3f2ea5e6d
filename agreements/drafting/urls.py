"""Under the address of an organisation's agreements in its dashboard."""

from django.urls import URLPattern, URLResolver, include, path

from agreements.drafting import part_views, views

agreement_urlpatterns: list[URLPattern | URLResolver] = [
    path("draft/", views.dashboard_agreement_draft, name="dashboard_agreement_draft"),
    path("parties/", part_views.dashboard_agreement_parties, name="dashboard_agreement_parties"),
    path("parties/<int:party>/", part_views.dashboard_agreement_party, name="dashboard_agreement_party"),
    path("promises/", part_views.dashboard_agreement_promises, name="dashboard_agreement_promises"),
    path("promises/new/", part_views.dashboard_agreement_promise_new, name="dashboard_agreement_promise_new"),
    path("promises/<slug:key>/", part_views.dashboard_agreement_promise, name="dashboard_agreement_promise"),
    path("files/", part_views.dashboard_agreement_files, name="dashboard_agreement_files"),
    path("submit/", views.dashboard_agreement_submit, name="dashboard_agreement_submit"),
    path("review/", views.dashboard_agreement_review, name="dashboard_agreement_review"),
    path("follow/<slug:relation>/", views.dashboard_agreement_follow, name="dashboard_agreement_follow"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("new/", views.dashboard_agreement_kinds, name="dashboard_agreement_kinds"),
    path("new/<slug:kind>/", views.dashboard_agreement_new, name="dashboard_agreement_new"),
    path("<int:pk>/", include(agreement_urlpatterns)),
]
