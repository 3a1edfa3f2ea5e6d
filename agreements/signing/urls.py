"""Under the address of an organisation's dashboard."""

from django.urls import URLPattern, URLResolver, path

from agreements.signing import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("signing-rules/", views.dashboard_signing_rules, name="dashboard_signing_rules"),
    path("<int:pk>/signing/", views.dashboard_agreement_signing, name="dashboard_agreement_signing"),
    path("<int:pk>/signing/content/", views.dashboard_agreement_content, name="dashboard_agreement_content"),
    path("<int:pk>/signing/text/", views.dashboard_agreement_signed_text, name="dashboard_agreement_signed_text"),
    path("<int:pk>/signing/<int:part>/", views.dashboard_agreement_sign, name="dashboard_agreement_sign"),
    path("<int:pk>/signing/<int:part>/code/", views.dashboard_agreement_code, name="dashboard_agreement_code"),
    path("<int:pk>/signing/<int:part>/decline/", views.dashboard_agreement_decline, name="dashboard_agreement_decline"),
    path(
        "<int:pk>/signing/<int:part>/file/", views.dashboard_agreement_signature, name="dashboard_agreement_signature"
    ),
]
