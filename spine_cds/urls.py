from django.urls import include, path

from spine_cds import pages

urlpatterns = [
    path("healthz", pages.healthz, name="healthz"),
    path("accounts/", include("spine_cds.accounts.urls")),
    path("accounts/", include("spine_cds.accounts.second_factor_urls")),
    path("", include("patients.urls")),
    path("", include("treatments.urls")),
]
