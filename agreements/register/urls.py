"""Of what everybody may read, under ``/agreements/``."""

from django.urls import URLPattern, URLResolver, path, register_converter

from agreements.register import network, views


class Reference:
    """The number of an agreement, or the name of a planned one: no word that another page is called by."""

    regex = r"\d{1,9}(?:-\d{1,9})?|planned-\d{1,18}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Reference, "agreement_reference")

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.agreement_list, name="agreement_list"),
    path("feed.rss", views.agreement_feed, name="agreement_feed"),
    path("export.csv", views.agreement_export, name="agreement_export"),
    path("network/", network.agreement_network, name="agreement_network"),
    path("history/", views.agreement_heads, name="agreement_heads"),
    path("history/export.json", views.agreement_heads_export, name="agreement_heads_export"),
    path("<agreement_reference:reference>/", views.agreement_detail, name="agreement_detail"),
]
